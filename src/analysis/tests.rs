//! Plans in, facts out, as text.

mod programs;
mod saved;
mod time;

use std::fmt::Write;

use super::Facts;
use super::program::{Failure, Item, Node, Work};
use crate::diagnostic::Diagnostic;
use crate::graph::{Graph, Position};
use crate::plan::Plan;
use crate::plan::lexeme::duration_text;
use crate::source::{MemoryLoader, Sources};

/// Compiles `settings` of a plan and what stands behind it; `db` and `other` are databases, `f` is a flag, `dba` a role.
fn compile(settings: &str, body: &str) -> Plan {
    let text = format!(
        "plan t \"T\" {{\n{settings}\n}}\ntarget db \"The database\" postgres {{ url $A }}\ntarget other \"Another\" postgres {{ url $B }}\n\
         target env \"Settings\" env-file {{ file \"f\" }}\nflag f \"Flag\" on env {{ variable \"F\" }}\nrole dba \"DBA\" {{ contact \"x\" }}\n\
         check ok \"Ok\" {{\nask \"Ok?\"\n}}\n{body}"
    );
    let mut sources = Sources::default();
    let root = sources.add("t.rbk", text).expect("short");
    let compiled = crate::plan::compile(&mut sources, root, &MemoryLoader::default());
    compiled.plan.unwrap_or_else(|| panic!("{:#?}", compiled.findings))
}

/// `change NAME on db` whose undo is `undo`, with what is `inside`.
fn change(name: &str, undo: &str, inside: &str) -> String {
    format!("change {name} \"Do {name}\" on db {{\n do manual \"x\"\n {undo}\n {inside}\n}}\n")
}

const BY_HAND: &str = "undo manual \"y\"";

fn backup(name: &str, tables: &str) -> String {
    format!(
        "backup {name} \"Backup {name}\" of db {tables} {{\n method pg_dump custom\n file \"{name}.dump\"\n take takes 5m\n restore takes 20m\n}}\n"
    )
}

fn with_facts<T>(settings: &str, body: &str, ask: impl FnOnce(&Plan, &Graph, &Facts<'_>, &[Diagnostic]) -> T) -> T {
    let plan = compile(settings, body);
    let (graph, cycles) = Graph::build(&plan);
    assert_eq!(cycles, []);
    let (facts, findings) = Facts::new(&plan, &graph);
    ask(&plan, &graph, &facts, &findings)
}

/// The program of the scenario `name`, a line an item, and what could not be spelled out.
fn program(body: &str, name: &str) -> String {
    with_facts("", body, |plan, _, facts, findings| {
        let (id, _) = plan.scenarios.iter().find(|(_, scenario)| scenario.header.name == name).expect("the scenario");
        let mut text = String::new();
        write_nodes(plan, &facts.scenarios[id.index()].nodes, 0, &mut text);
        for finding in findings {
            let _ = writeln!(text, "{}: {}", finding.code, finding.message);
        }
        text
    })
}

/// Who does each item of the scenario `name`, and which of them freezes something; a line an item.
fn who(body: &str, name: &str) -> String {
    with_facts("", body, |plan, _, facts, _| {
        let (id, _) = plan.scenarios.iter().find(|(_, scenario)| scenario.header.name == name).expect("the scenario");
        let mut text = String::new();
        facts.scenarios[id.index()].each(&mut |item, _| {
            let role = item.by.map_or("nobody", |role| &plan.roles[role].header.name);
            let freezes = item.effects.is_some_and(|effects| !effects.freezes.is_empty());
            let _ = writeln!(text, "{} {role}{}", item.id, if freezes { " freezes" } else { "" });
        });
        text
    })
}

fn write_nodes(plan: &Plan, nodes: &[Node<'_>], depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for node in nodes {
        match node {
            Node::Item(item) => write_item(plan, item, depth, text),
            Node::Phase { nodes, .. } => write_nodes(plan, nodes, depth, text),
            Node::Group { id, guards, after, nodes, .. } => {
                let _ = writeln!(text, "{indent}group {id}{}{}", guarded(guards.len()), waits(after));
                write_nodes(plan, nodes, depth + 1, text);
            }
            Node::Call { id, guards, after, nodes, .. } => {
                let _ = writeln!(text, "{indent}call {id}{}{}", guarded(guards.len()), waits(after));
                write_nodes(plan, nodes, depth + 1, text);
            }
            Node::Parallel { id, nodes, .. } => {
                let _ = writeln!(text, "{indent}parallel {id}");
                write_nodes(plan, nodes, depth + 1, text);
            }
            Node::Choose { id, options, .. } => {
                let _ = writeln!(text, "{indent}choose {id}");
                for option in options {
                    let _ = writeln!(text, "{indent}  option {}", option.name);
                    write_nodes(plan, &option.nodes, depth + 2, text);
                }
            }
            Node::Decision(_) => {}
        }
    }
}

fn guarded(count: usize) -> &'static str {
    if count > 0 { " guarded" } else { "" }
}

fn waits(after: &[String]) -> String {
    if after.is_empty() { String::new() } else { format!(" after {}", after.join(" ")) }
}

fn write_item(plan: &Plan, item: &Item<'_>, depth: usize, text: &mut String) {
    let names = |ids: &[crate::plan::id::Id<crate::plan::change::Change>]| {
        ids.iter().map(|id| plan.changes[*id].header.name.as_str()).collect::<Vec<_>>().join(" ")
    };
    let work = match item.work {
        Work::Restore(backup) => format!(" restores {}", plan.backups[backup].header.name),
        Work::Inverse => format!(" {}", item.inverse.as_ref().map_or("", |code| code.text.trim())),
        Work::Nothing => " nothing".to_owned(),
        Work::Unset { .. } => " unset".to_owned(),
        Work::Unedit { .. } => " unedit".to_owned(),
        _ => String::new(),
    };
    let _ = write!(text, "{}{}{work}", "  ".repeat(depth), item.id);
    if !item.undoes.is_empty() {
        let _ = write!(text, " undoes {}", names(&item.undoes));
    }
    if let Some(takes) = item.takes {
        let _ = write!(text, " takes {}", duration_text(takes.seconds));
    }
    let verify = if item.verify.is_empty() { "" } else { " verified" };
    let _ = writeln!(text, "{verify}{}{}", guarded(item.guards.len()), waits(&item.after));
    if let Failure::Fallback(nodes) = &item.otherwise {
        let _ = writeln!(text, "{}  else", "  ".repeat(depth));
        write_nodes(plan, nodes, depth + 2, text);
    }
}

/// A position in words.
fn position(plan: &Plan, graph: &Graph, index: usize) -> String {
    match graph.positions().get(index) {
        None => "the end".to_owned(),
        Some(Position::Before) => "before".to_owned(),
        Some(Position::During(change)) => format!("during {}", plan.changes[*change].header.name),
        Some(Position::After(change)) => format!("after {}", plan.changes[*change].header.name),
    }
}
