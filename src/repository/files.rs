//! Files that steps run or read: those that nobody has.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use super::Missing;
use super::scripts::{Found, Known, Script, Working};
use super::words::last;
use crate::diagnostic::nearest;
use crate::effect::sh::{Command, Manner};
use crate::plan::Plan;
use crate::plan::action::{Action, Ran};
use crate::plan::change::Undo;
use crate::plan::scenario::StepKind;
use crate::plan::target::TargetKind;
use crate::source::{Entry, Repository, Sources, beside};

/// Endings of files that people write and keep, not of what programs leave behind.
const WRITTEN: [&str; 20] = [
    "sh", "bash", "sql", "py", "rb", "pl", "php", "js", "mjs", "cjs", "ts", "awk", "sed", "yaml", "yml", "tf", "tfvars", "lua", "exs",
    "groovy",
];

/// Programs that run a file.
const RUN: [&str; 17] =
    ["sh", "bash", "dash", "ksh", "ash", "zsh", ".", "source", "python", "python3", "perl", "ruby", "node", "php", "lua", "deno", "bun"];

/// Options by which a client is given a file to run or apply.
const READ: [(&str, &[&str]); 5] = [
    ("psql", &["-f", "--file"]),
    ("kubectl", &["-f", "--filename"]),
    ("helm", &["-f", "--values"]),
    ("docker-compose", &["-f", "--file"]),
    ("terraform", &["-var-file"]),
];

/// Programs after which other files may be there than before.
const BRING: [&str; 24] = [
    "git", "hg", "svn", "tar", "unzip", "gunzip", "7z", "cpio", "curl", "wget", "rsync", "scp", "sftp", "aws", "gsutil", "gcloud", "az",
    "docker", "make", "npm", "pnpm", "yarn", "go", "cargo",
];

/// Of `git`: what changes nothing in the working copy.
const STAYS: [&str; 12] = ["status", "log", "diff", "show", "rev-parse", "tag", "push", "describe", "ls-files", "config", "add", "fetch"];

/// A file that a command runs or reads.
pub struct Use<'s> {
    script: &'s Script<'s>,
    /// The script's place among all.
    at: usize,
    /// The command's place in the script.
    index: usize,
    name: &'s str,
    range: Range<usize>,
    found: Found,
    /// A command before it in its script may bring it.
    is_brought: bool,
}

/// Returns what commands read and run, each looked for.
pub fn uses<'s>(scripts: &'s [Script<'s>], repository: &dyn Repository) -> Vec<Use<'s>> {
    let mut asked: BTreeMap<(&str, Option<&str>), Found> = BTreeMap::new();
    let mut uses = Vec::new();
    for (at, script) in scripts.iter().enumerate() {
        let brought = script.commands().iter().position(brings).unwrap_or(script.commands().len());
        for (index, command) in script.commands().iter().enumerate() {
            let working = &script.working[index];
            for (name, range) in named(command).into_iter().filter(|_| working.known != Known::Far) {
                let key = (name, working.folder.as_deref());
                let found = asked.entry(key).or_insert_with(|| working.find(repository, name)).clone();
                uses.push(Use { script, at, index, name, range, found, is_brought: brought < index });
            }
        }
    }
    uses
}

/// Clients, and whose SQL they read from files.
const CLIENTS: [(&str, TargetKind); 4] =
    [("psql", TargetKind::Postgres), ("mysql", TargetKind::Mysql), ("mariadb", TargetKind::Mariadb), ("sqlite3", TargetKind::Sqlite)];

/// Returns the SQL that clients are handed in files of the repository, by the script.
pub fn sql(uses: &[Use<'_>], repository: &dyn Repository) -> BTreeMap<usize, Vec<Ran>> {
    let mut runs: BTreeMap<usize, Vec<Ran>> = BTreeMap::new();
    let mut rest = uses;
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|it| (it.at, it.index) == (first.at, first.index)).count();
        let (own, others) = rest.split_at(same);
        rest = others;
        let command = &first.script.commands()[first.index];
        let program = command.words.first().and_then(|word| word.text.as_deref()).map(last);
        let Some((_, kind)) = CLIENTS.iter().find(|(name, _)| Some(*name) == program) else { continue };
        let texts = own.iter().filter_map(|it| match &it.found {
            Found::At(path) if path.ends_with(".sql") && !it.is_brought => Some((path.clone(), repository.text(path)?)),
            _ => None,
        });
        let texts: Vec<(String, String)> = texts.collect();
        let opaque = &command.reading.opaque;
        let is_whole = opaque.len() == texts.len() && opaque.iter().all(|opaque| opaque.why == "its SQL stands in another file");
        let run = |(file, sql)| Ran { range: command.range.clone(), file, sql, kind: *kind, is_whole };
        runs.entry(first.at).or_default().extend(texts.into_iter().map(run));
    }
    runs
}

/// Returns whether a folder that a variable holds is a checkout of this repository, most likely: something that is named there is here.
pub fn is_checkout(uses: &[Use<'_>]) -> bool {
    uses.iter().any(|it| matches!(it.found, Found::At(_)) && it.script.working[it.index].known == Known::Variable)
}

/// Returns the files that are nowhere.
pub fn missing(sources: &Sources, plan: &Plan, scripts: &[Script<'_>], uses: &[Use<'_>], repository: &dyn Repository) -> Vec<Missing> {
    let made = if uses.iter().any(|it| it.found == Found::Nowhere) { made(plan, scripts) } else { return Vec::new() };
    let is_checkout = is_checkout(uses);
    let mut missing: Vec<Missing> = Vec::new();
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for it in uses.iter().filter(|it| it.found == Found::Nowhere && !made.contains(last(it.name))) {
        let working = &it.script.working[it.index];
        let is_sure = working.known == Known::Here && working.folder.is_some();
        let is_here = is_sure || is_written(it.name) && (is_checkout || has_folder(repository, it.name, working));
        if !is_here || it.is_brought {
            continue;
        }
        let place = it.script.place(sources, &it.range);
        match at.get(it.name) {
            Some(known) => {
                missing[*known].places.push(place);
                missing[*known].is_sure |= is_sure;
            }
            None => {
                at.insert(it.name, missing.len());
                let near = near(repository, it.name, working);
                missing.push(Missing { name: it.name.to_owned(), places: vec![place], near, is_sure });
            }
        }
    }
    missing
}

/// Returns whether the folder that a name begins with is there.
fn has_folder(repository: &dyn Repository, name: &str, working: &Working) -> bool {
    let Some((folder, _)) = name.trim_start_matches("./").rsplit_once('/') else { return false };
    working.bases(repository).iter().filter_map(|base| beside(base, folder)).any(|path| repository.entry(&path) == Entry::Folder)
}

/// Returns the files of people that a command runs or reads, by relative names.
fn named(command: &Command) -> Vec<(&str, Range<usize>)> {
    let Some(program) = command.words.first().and_then(|word| word.text.as_deref()) else { return Vec::new() };
    let base = last(program);
    let mut named: Vec<(&str, Range<usize>)> = Vec::new();
    if program.contains('/') && base != "rollback" {
        named.push((program, command.words[0].range.clone()));
    } else if RUN.contains(&base)
        && let Some(word) = command.words[1..].iter().find(|word| !word.text.as_deref().is_some_and(|text| text.starts_with(['-', '+'])))
        && let Some(text) = word.text.as_deref().filter(|text| is_written(text))
        && command.words[1..].iter().take_while(|before| before.range != word.range).all(|before| is_plain_option(before.text.as_deref()))
    {
        named.push((text, word.range.clone()));
    }
    if let Some((_, options)) = READ.iter().find(|(name, _)| *name == base || *name == "docker-compose" && base == "docker") {
        for pair in command.words.windows(2) {
            if pair[0].text.as_deref().is_some_and(|text| options.contains(&text))
                && let Some(text) = pair[1].text.as_deref().filter(|text| is_written(text))
            {
                named.push((text, pair[1].range.clone()));
            }
        }
    }
    let read = command.files.iter().filter(|file| file.manner == Manner::Reads && file.is_named() && is_written(&file.name));
    named.extend(read.map(|file| (file.name.as_str(), file.range.clone())));
    named.retain(|(name, _)| !name.starts_with(['/', '~', '-']) && !name.contains("://"));
    let mut seen = HashSet::new();
    named.retain(|(_, range)| seen.insert(range.clone()));
    named
}

/// Returns whether an option takes no value and runs no text of its own.
fn is_plain_option(text: Option<&str>) -> bool {
    text.is_some_and(|text| !matches!(text, "-c" | "-e" | "-m" | "-r" | "-s" | "-o" | "-W" | "-X") && !text.ends_with('c'))
}

fn is_written(name: &str) -> bool {
    last(name).rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && WRITTEN.contains(&ending))
}

fn brings(command: &Command) -> bool {
    let word = |at: usize| command.words.get(at).and_then(|word| word.text.as_deref());
    let program = last(word(0).unwrap_or_default());
    BRING.contains(&program) && !(program == "git" && word(1).is_some_and(|sub| STAYS.contains(&sub)))
}

/// Returns the last names of all files that the plan itself makes, or speaks of in another way than to read them.
fn made(plan: &Plan, scripts: &[Script<'_>]) -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    for command in scripts.iter().flat_map(|script| script.commands()) {
        let written = command.files.iter().filter(|file| file.manner != Manner::Reads);
        made.extend(written.map(|file| last(&file.name).to_owned()));
        let read: Vec<Range<usize>> = named(command).into_iter().map(|(_, range)| range).collect();
        for word in command.words.iter().skip(1).filter(|word| !read.contains(&word.range)) {
            made.extend(word.text.iter().filter(|text| is_written(text)).map(|text| last(text).to_owned()));
        }
    }
    let edited = |action: &Action| if let Action::Edit { path, .. } = action { Some(last(path).to_owned()) } else { None };
    for (_, change) in plan.changes.iter() {
        made.extend(change.forward.iter().filter_map(edited));
        if let Undo::Action(undo) = &change.undo {
            made.extend(edited(undo));
        }
    }
    for step in plan.steps() {
        if let StepKind::Do { action: Some(action), .. } = &step.kind {
            made.extend(edited(action));
        }
    }
    made
}

/// Returns what was meant, most likely: the same name in another folder, or a neighbour of nearly that name.
fn near(repository: &dyn Repository, name: &str, working: &Working) -> Option<String> {
    if let Some([one]) = repository.ending(last(name)).as_deref() {
        return Some(one.clone());
    }
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    working.bases(repository).iter().find_map(|base| {
        let folder = beside(base, folder)?;
        let names = repository.names(&folder)?;
        let near = nearest(last(name), names.iter().map(String::as_str))?;
        beside(&folder, near)
    })
}
