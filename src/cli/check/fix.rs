//! `rbk check --fix`: what can be typed for the author. Every mend is tried: the plan is compiled with it, and it stays only when its
//! finding is gone and nothing new is found. A file is written whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::cli::args::InputArgs;
use crate::cli::compile::{Compiled, Input, compile_with};
use crate::cli::files::{self, Around, Disk};
use crate::cli::output::{Stop, say};
use crate::cli::settings::Settings;
use crate::config::{Policy, Ruling, is_free};
use crate::diagnostic::{Certainty, Diagnostic, Fingerprints, mend};
use crate::source::{LoadError, Loader, Repository, Span};

/// Mends of one plan beyond which something is wrong with mending.
const MOST: usize = 1000;

/// Mends what it can in the plans at `paths` and in what they use, and says what was done.
pub fn fix(paths: &[PathBuf], least: Certainty, input: &InputArgs, settings: &Settings, policy: &Policy) -> Result<(), Stop> {
    for path in paths {
        if Input::named(path, None) != Input::File(path.clone()) {
            return Err(Stop::advised("what stdin brings can't be mended in place", "name a file"));
        }
        let Ok(bytes) = files::read(path) else { continue };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let around = Around::new(path, input.root.as_deref());
        let mut plan = Draft { path, input, disk: Disk::around(path, input.root.as_deref())?, around, texts: BTreeMap::new() };
        plan.texts.insert(files::shown(path), text);
        let told = plan.mend(least, settings, policy)?;
        let changed: BTreeSet<&String> = told.iter().map(|(file, _)| file).collect();
        for file in changed {
            files::write(Path::new(file), &plan.texts[file])?;
        }
        told.iter().for_each(|(file, what)| say(&format!("{file}: {what}")));
    }
    Ok(())
}

/// A plan whose texts may differ from those on the disk.
struct Draft<'a> {
    path: &'a Path,
    input: &'a InputArgs,
    disk: Disk,
    around: Option<Around>,
    /// By name, those that were looked at for mending.
    texts: BTreeMap<String, String>,
}

impl Draft<'_> {
    /// Applies one mend after another, and returns what was done in which file.
    fn mend(&mut self, least: Certainty, settings: &Settings, policy: &Policy) -> Result<Vec<(String, String)>, Stop> {
        let mut told = Vec::new();
        let mut refused = BTreeSet::new();
        let mut before = self.compile()?;
        'again: loop {
            for finding in &before.findings {
                let Some(mend) =
                    mend(finding, &before.sources).filter(|mend| mend.certainty == Certainty::Certain || least == Certainty::Suggested)
                else {
                    continue;
                };
                let file = before.sources.file(finding.span().file).name.clone();
                let is_silent =
                    policy.ruling(finding.code, finding.severity, settings.below(Path::new(&file)).as_deref()) == Ruling::Silent;
                // One that did not help once does not help later.
                let print = print(finding, &before);
                if is_silent || refused.contains(&print) {
                    continue;
                }
                let kept = self.texts.clone();
                let mut edits = mend.edits.clone();
                edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
                for (span, new) in edits {
                    let source = before.sources.file(span.file);
                    let text = self.texts.entry(source.name.clone()).or_insert_with(|| source.text.clone());
                    text.replace_range(span.range(), &new);
                }
                let after = self.compile()?;
                if told.len() < MOST && helps(&before, &after, finding, &mend.edits) {
                    told.push((file, format!("[{}] {}", finding.code, mend.title)));
                    before = after;
                    continue 'again;
                }
                self.texts = kept;
                refused.insert(print);
            }
            return Ok(told);
        }
    }

    fn compile(&self) -> Result<Compiled, Stop> {
        let name = files::shown(self.path);
        let around = self.around.as_ref().map(|around| around as &dyn Repository);
        compile_with(&name, self.texts[&name].clone().into_bytes(), (self, around), self.input)
    }
}

impl Loader for Draft<'_> {
    fn load(&self, from: &str, path: &str) -> Result<(String, Vec<u8>), LoadError> {
        let (name, bytes) = self.disk.load(from, path)?;
        let bytes = self.texts.get(&name).map_or(bytes, |text| text.clone().into_bytes());
        Ok((name, bytes))
    }
}

/// Returns whether a mend of `finding` helped: the finding is gone, and nothing new was found.
///
/// On a plan that could not be read no rule was asked, so that what rules find in it then is not new; a name that nothing declares is
/// told once, so that the next place of it is not new either; and a declaration that could not be read hid what is wrong inside it.
fn helps(before: &Compiled, after: &Compiled, finding: &Diagnostic, edits: &[(Span, String)]) -> bool {
    let (was, is) = (prints(before), prints(after));
    let count = |of: &Prints, print: &str| of.get(print).map_or(0, |(_, count)| *count);
    let own = print(finding, before);
    let was_read = before.findings.iter().all(|finding| is_free(finding.code));
    let is_gone = count(&is, &own) < count(&was, &own) || (!was_read && edits.iter().all(|edit| is_clean(edit, before, after)));
    let hid = finding.code.starts_with("syntax/");
    let is_new = |print: &str, code: &'static str, now: usize| now > count(&was, print) && (was_read || (!hid && !is_free(code)));
    is_gone && !is.iter().any(|(print, (code, now))| is_new(print, code, *now))
}

/// Returns whether no finding lies where an edit has put its text.
fn is_clean((span, text): &(Span, String), before: &Compiled, after: &Compiled) -> bool {
    let (name, put) = (&before.sources.file(span.file).name, Span::new(span.file, span.start as usize, span.start as usize + text.len()));
    let touches = |place: Span| after.sources.file(place.file).name == *name && place.start < put.end && put.start < place.end;
    !text.is_empty() && !after.findings.iter().any(|finding| touches(finding.span()))
}

/// Findings by fingerprint, twins together: their code, and how many there are.
type Prints = BTreeMap<String, (&'static str, usize)>;

fn prints(compiled: &Compiled) -> Prints {
    let mut prints = Prints::new();
    for finding in &compiled.findings {
        prints.entry(print(finding, compiled)).or_insert((finding.code, 0)).1 += 1;
    }
    prints
}

fn print(finding: &Diagnostic, compiled: &Compiled) -> String {
    let file = &compiled.sources.file(finding.span().file).name;
    Fingerprints::default().of(finding, &compiled.sources, file)
}
