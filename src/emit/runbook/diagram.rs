//! The plan as a Mermaid flowchart: the forward run in phases, and the scenarios that lead back.
//!
//! Ids are made of the kind and a number, never of a name: `end` and the like are words of Mermaid. Labels are quoted, and
//! every character that means something to Mermaid, to Markdown or to HTML is written as an entity.

use std::fmt::Write;

use crate::plan::change::PhaseItem;

use super::Book;
use super::markdown::{Page, fence, visible};

/// Writes the diagram; nothing for a plan without phases.
pub fn write(book: &Book, page: &mut Page) {
    if book.plan.phases.is_empty() {
        return;
    }
    page.block(&fence("mermaid", &flowchart(book)));
}

fn flowchart(book: &Book) -> String {
    let plan = book.plan;
    let mut out = String::from("flowchart TD\n");
    let mut chain: Vec<String> = Vec::new();
    for phase in book.graph.phases() {
        let _ = writeln!(out, "  subgraph phase{} [{}]", phase.index(), label(&plan.phases[*phase].header.title));
        let before = chain.len();
        // Changes stand in the order in which they are made; a decision, where it was written between them.
        let mut ordered = book.graph.order().iter().filter(|change| plan.changes[**change].phase == *phase);
        for item in &plan.phases[*phase].items {
            match item {
                PhaseItem::Change(_) => {
                    let Some(change) = ordered.next() else { continue };
                    let (open, close) = if plan.changes[*change].irreversible.is_some() { ("[[", "]]") } else { ("[", "]") };
                    let id = format!("change{}", change.index());
                    let _ = writeln!(out, "    {id}{open}{}{close}", label(&plan.changes[*change].header.title));
                    chain.push(id);
                }
                PhaseItem::Decision(decision) => {
                    let id = format!("decision{}", decision.index());
                    let _ = writeln!(out, "    {id}{{{{{}}}}}", label(&plan.decisions[*decision].header.title));
                    chain.push(id);
                }
                PhaseItem::Step(_) => {}
            }
        }
        if chain.len() == before {
            let id = format!("steps{}", phase.index());
            let _ = writeln!(out, "    {id}[\"…\"]");
            chain.push(id);
        }
        out += "  end\n";
    }
    for pair in chain.windows(2) {
        let _ = writeln!(out, "  {} --> {}", pair[0], pair[1]);
    }
    for (id, scenario) in book.scenarios() {
        let _ = writeln!(out, "  scenario{}([{}])", id.index(), label(&scenario.header.title));
        let word = if scenario.goes_forward.is_some() { "repairs" } else { "takes back" };
        for change in book.undone_by(id) {
            let _ = writeln!(out, "  scenario{} -.->|{word}| change{}", id.index(), change.index());
        }
    }
    for (id, decision) in plan.decisions.iter() {
        if let Some(scenario) = decision.else_run.as_ref().filter(|scenario| !book.is_part(scenario.value)) {
            let _ = writeln!(out, "  decision{} -->|no| scenario{}", id.index(), scenario.value.index());
        }
    }
    out
}

/// Returns a quoted label in which nothing is markup.
fn label(text: &str) -> String {
    let mut out = String::from("\"");
    for sign in visible(text).trim().chars() {
        match sign {
            '\n' | '\t' => out.push(' '),
            _ if !sign.is_ascii() || sign.is_ascii_alphanumeric() || matches!(sign, ' ' | ',' | '\'' | '/') => out.push(sign),
            _ => {
                let _ = write!(out, "#{};", u32::from(sign));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn nothing_in_a_label_is_markup() {
        assert_eq!(label("a \"b\" `c` <i>"), "\"a #34;b#34; #96;c#96; #60;i#62;\"");
        assert_eq!(label("1. end; %%{init}%% [x]\n# é"), "\"1#46; end#59; #37;#37;#123;init#125;#37;#37; #91;x#93; #35; é\"");
    }
}
