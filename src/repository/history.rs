//! Migrations in the order of their tool, and which of them a command carries out.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Repository;

/// Every migration that a tool would find.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub all: Vec<Migration>,
    /// The start of a name stands for it, where only one begins so.
    pub by_start: bool,
    /// There may be others elsewhere: a name that is not here says nothing.
    pub is_open: bool,
}

/// One migration.
#[derive(Clone, Debug)]
pub struct Migration {
    pub id: String,
    /// Other names that the tool takes.
    pub names: Vec<String>,
    /// Those right before it.
    pub parents: Vec<usize>,
    /// What people know it by: its file's path.
    pub file: String,
    pub up: Source,
    pub down: Source,
}

impl History {
    /// Returns the history of migrations in files of code, each with its id, those of its parents, and its file; `None` when a parent is
    /// not there. With `partial` the start of an id stands for a parent, too.
    pub fn of_code(found: Vec<(String, Vec<String>, String)>, partial: bool) -> Option<History> {
        let by_id: BTreeMap<&str, usize> = found.iter().enumerate().map(|(at, (id, _, _))| (id.as_str(), at)).collect();
        let begins = |start: &str| found.iter().position(|(id, _, _)| partial && id.starts_with(start));
        let place = |parent: &String| by_id.get(parent.as_str()).copied().or_else(|| begins(parent));
        let parents: Option<Vec<Vec<usize>>> = found.iter().map(|(_, parents, _)| parents.iter().map(place).collect()).collect();
        let parents = parents?;
        let all = found.into_iter().zip(parents).map(|((id, _, file), parents)| {
            let (up, down) = (Source::Code(file.clone()), Source::Code(file.clone()));
            Migration { id, names: Vec::new(), parents, file, up, down }
        });
        Some(History { all: all.collect(), by_start: true, is_open: false })
    }
}

/// Where it stands what one direction of a migration does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file of SQL.
    Sql(String),
    /// A function of a file that the tool reads.
    Code(String),
    /// Nowhere: `it has no …`.
    Absent(&'static str),
}

/// What one direction of a migration does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// As SQL, as far as it can be read.
    pub sql: String,
    /// All of it is in `sql`.
    pub is_whole: bool,
    /// It surely does nothing, or fails; why.
    pub hollow: Option<&'static str>,
}

impl Body {
    /// A body that can't be read.
    pub fn opaque() -> Body {
        Body::default()
    }

    /// A body that does nothing.
    pub fn hollow(why: &'static str) -> Body {
        Body { sql: String::new(), is_whole: true, hollow: Some(why) }
    }
}

/// What a name means among migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    One(usize),
    Nothing,
    Unsure,
}

impl History {
    /// Returns migrations that follow each other as they stand.
    pub fn linear(mut all: Vec<Migration>) -> History {
        for (index, migration) in all.iter_mut().enumerate() {
            migration.parents = index.checked_sub(1).into_iter().collect();
        }
        History { all, by_start: false, is_open: false }
    }

    /// Finds a migration by its name, or, where the tool takes that, by the start of it.
    pub fn find(&self, name: &str) -> Meant {
        let whole = |migration: &Migration| migration.id == name || migration.names.iter().any(|known| known == name);
        if let Some(at) = self.all.iter().position(whole) {
            return Meant::One(at);
        }
        let starts = |migration: &&(usize, &Migration)| self.by_start && migration.1.id.starts_with(name);
        let begin: Vec<usize> = self.all.iter().enumerate().filter(|pair| starts(&pair)).map(|(at, _)| at).collect();
        match begin.as_slice() {
            [one] => Meant::One(*one),
            [] if !self.is_open => Meant::Nothing,
            _ => Meant::Unsure,
        }
    }

    /// Returns the last migration; `None` when several are last.
    pub fn head(&self) -> Option<usize> {
        let parents: BTreeSet<usize> = self.all.iter().flat_map(|migration| &migration.parents).copied().collect();
        let mut heads = (0..self.all.len()).filter(|at| !parents.contains(at));
        heads.next().filter(|_| heads.next().is_none())
    }

    /// Returns a migration and all before it.
    pub fn up_to(&self, at: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open = vec![at];
        while let Some(next) = open.pop() {
            if found.insert(next) {
                open.extend(&self.all[next].parents);
            }
        }
        found
    }

    /// Returns what lies between two states, the earlier one left out, in the order in which it is applied. A state is the migration
    /// that was applied last, or none.
    pub fn between(&self, from: Option<usize>, to: usize) -> Vec<usize> {
        let before = from.map(|from| self.up_to(from)).unwrap_or_default();
        let open: BTreeSet<usize> = self.up_to(to).difference(&before).copied().collect();
        let waits = |at: usize| self.all[at].parents.iter().filter(|parent| open.contains(parent)).count();
        let mut waiting: BTreeMap<usize, usize> = open.iter().map(|at| (*at, waits(*at))).collect();
        let mut children: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in &open {
            self.all[*at].parents.iter().for_each(|parent| children.entry(*parent).or_default().push(*at));
        }
        let mut ordered = Vec::new();
        let mut ready: Vec<usize> = waiting.iter().filter(|(_, count)| **count == 0).map(|(at, _)| *at).rev().collect();
        while let Some(at) = ready.pop() {
            ordered.push(at);
            for child in children.get(&at).into_iter().flatten() {
                let Some(count) = waiting.get_mut(child) else { continue };
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push(*child);
                }
            }
        }
        ordered
    }

    /// Returns the only migration right behind a state.
    pub fn next(&self, state: Option<usize>) -> Option<usize> {
        let follows = |migration: &Migration| match state {
            Some(state) => migration.parents.contains(&state),
            None => migration.parents.is_empty(),
        };
        let mut next = (0..self.all.len()).filter(|at| follows(&self.all[*at]));
        next.next().filter(|_| next.next().is_none())
    }
}

/// Returns the files below a folder, by their paths from it, at most four folders deep; `None` when one of them can't be listed.
pub fn below(repository: &dyn Repository, folder: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = open.pop() {
        for name in repository.names(&folder)? {
            let path = format!("{folder}/{name}");
            if name.contains('.') {
                found.push(format!("{prefix}{name}"));
            } else if depth < 4 && repository.entry(&path) == crate::source::Entry::Folder {
                open.push((path, format!("{prefix}{name}/"), depth + 1));
            }
        }
    }
    found.sort();
    Some(found)
}
