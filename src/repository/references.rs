//! Names of git that commands go to: tags, branches and commits, as far as the clone knows them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Reference;
use super::scripts::{Known, Script};
use crate::effect::sh::{Command, Word};
use crate::source::{Entry, Named, Repository, Sources};

/// What a command does with the commit that a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// The working copy becomes it.
    Takes,
    /// It is read, or taken back.
    Reads,
}

/// Returns the names that mean nothing, and the branches that the working copy becomes. In a folder that a variable holds, names mean
/// something only where that `is_checkout` of this repository, or where one of them is known here.
pub fn found(sources: &Sources, scripts: &[Script<'_>], is_checkout: bool, repository: &dyn Repository) -> Vec<Reference> {
    let made: BTreeSet<&str> = scripts.iter().flat_map(|script| script.commands()).flat_map(made).collect();
    let mut asked: BTreeMap<String, Named> = BTreeMap::new();
    let mut found: Vec<(Known, Reference)> = Vec::new();
    for script in scripts {
        // Who works on a branch means the branch.
        let works = script.commands().iter().any(|command| {
            sub(command)
                .is_some_and(|(sub, _)| matches!(sub, "revert" | "merge" | "cherry-pick" | "commit" | "push" | "am" | "apply" | "rebase"))
        });
        for (index, command) in script.commands().iter().enumerate() {
            let working = &script.working[index];
            if working.known == Known::Far || working.folder.is_none() {
                continue;
            }
            for (name, range, used) in named(command, script, index, repository) {
                if made.contains(name.as_str()) {
                    continue;
                }
                let is = *asked.entry(name.clone()).or_insert_with(|| repository.named(&name));
                let tells = match is {
                    Named::Nothing => true,
                    Named::Branch => used == Use::Takes && !works,
                    Named::Commit | Named::Tag | Named::Unknown => false,
                };
                if tells {
                    let place = script.place(sources, &range);
                    found.push((working.known, Reference { place, name, is, is_back: script.part.is_back() }));
                }
            }
        }
    }
    let is_checkout = is_checkout || asked.values().any(|is| matches!(is, Named::Commit | Named::Tag | Named::Branch));
    found.retain(|(known, _)| *known == Known::Here || is_checkout);
    found.into_iter().map(|(_, reference)| reference).collect()
}

/// Returns git's subcommand and the words behind it; `None` for another program, and for one that is told another repository.
fn sub(command: &Command) -> Option<(&str, &[Word])> {
    let word = |at: usize| command.words.get(at).and_then(|word| word.text.as_deref());
    if word(0)?.rsplit('/').next() != Some("git") {
        return None;
    }
    let mut at = 1;
    loop {
        match word(at)? {
            "-c" => at += 2,
            "--no-pager" | "-P" | "--no-optional-locks" => at += 1,
            option if option.starts_with('-') => return None,
            sub => return Some((sub, &command.words[at + 1..])),
        }
    }
}

/// Returns the names that a command makes.
fn made(command: &Command) -> Vec<&str> {
    let Some((sub, words)) = sub(command) else { return Vec::new() };
    let texts = words.iter().filter_map(|word| word.text.as_deref());
    match sub {
        // Whatever they name may be what they make.
        "tag" | "branch" | "fetch" | "remote" | "update-ref" => texts.filter(|text| !text.starts_with('-')).collect(),
        "checkout" | "switch" | "worktree" => {
            let texts: Vec<&str> = texts.collect();
            let makes = |pair: &&[&str]| matches!(pair[0], "-b" | "-B" | "-c" | "-C" | "--orphan" | "--create");
            texts.windows(2).filter(makes).map(|pair| pair[1]).collect()
        }
        "push" => texts.filter_map(|text| text.split_once(':').map(|(_, to)| to)).collect(),
        _ => Vec::new(),
    }
}

/// Returns the names of git in a command, with their places.
fn named(command: &Command, script: &Script<'_>, index: usize, repository: &dyn Repository) -> Vec<(String, Range<usize>, Use)> {
    let Some((sub, words)) = sub(command) else { return Vec::new() };
    let before = words.iter().take_while(|word| word.text.as_deref() != Some("--")).count();
    let has = |names: &[&str]| words.iter().any(|word| word.text.as_deref().is_some_and(|text| names.contains(&text)));
    let operands: Vec<&Word> =
        words[..before].iter().filter(|word| !word.text.as_deref().is_some_and(|text| text.starts_with('-'))).collect();
    let value = |option: &str| {
        let at = words.iter().position(|word| word.text.as_deref() == Some(option))?;
        words.get(at + 1)
    };
    let (words, used): (Vec<&Word>, Use) = match sub {
        "checkout" | "switch" if has(&["-b", "-B", "-c", "-C", "--orphan", "--create", "-t", "--track", "--ours", "--theirs"]) => {
            return Vec::new();
        }
        "checkout" if before < words.len() || operands.len() > 1 => (operands.into_iter().take(1).collect(), Use::Reads),
        "checkout" | "switch" if operands.len() == 1 => (operands, Use::Takes),
        "reset" if has(&["--hard"]) && operands.len() == 1 => (operands, Use::Takes),
        "restore" => (value("--source").or(value("-s")).into_iter().collect(), Use::Reads),
        "revert" if !has(&["--continue", "--abort", "--quit", "--skip", "-m"]) => (operands, Use::Reads),
        "revert" => (operands.into_iter().skip(usize::from(has(&["-m"]))).collect(), Use::Reads),
        "cherry-pick" if !has(&["--continue", "--abort", "--quit", "--skip", "-m"]) => (operands, Use::Reads),
        "worktree" if operands.first().and_then(|word| word.text.as_deref()) == Some("add") && !has(&["-b", "-B"]) => {
            (operands.into_iter().skip(2).take(1).collect(), Use::Takes)
        }
        _ => return Vec::new(),
    };
    let mut names = Vec::new();
    for word in words {
        let Some(text) = word.text.as_deref() else { continue };
        for name in text.split("..").map(|name| name.trim_start_matches('.')) {
            let name = name.split(['~', '^', ':']).next().unwrap_or_default();
            let fixed = !name.is_empty()
                && !matches!(name, "HEAD" | "@" | "FETCH_HEAD" | "ORIG_HEAD" | "MERGE_HEAD" | "stash")
                && !name.contains(['@', '*', '?', '[', '\\', ' ']);
            // `git checkout FILE` takes a file back.
            let is_file = || {
                let bases = script.working[index].bases(repository);
                bases.iter().filter_map(|base| crate::source::beside(base, text)).any(|path| repository.entry(&path) != Entry::Nothing)
            };
            if fixed && !(sub == "checkout" && (text.contains('.') && text.contains('/') || is_file())) {
                names.push((name.to_owned(), word.range.clone(), used));
            }
        }
    }
    names
}
