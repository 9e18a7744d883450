//! Recovery times: what is promised, what the plan adds up to, and room for what it took.

use crate::analysis::program::Node;
use crate::analysis::time::critical_path;
use crate::plan::value::Duration;

use super::Book;
use super::book::Time;
use super::markdown::{Page, Table, text};
use super::words::{duration, linked};

/// Writes the table.
pub fn write(book: &Book, page: &mut Page) {
    let mut table = Table::new(&["Scenario", "Target (RTO)", "Estimated", "✎Actual"]);
    for (id, scenario) in book.scenarios() {
        let time = book.time(id);
        table.row([
            linked("scenario", &scenario.header),
            time.target.map_or("*none stated*".to_owned(), duration),
            time.estimate(),
            String::new(),
        ]);
        groups(&book.program(id).nodes, &mut |title, rto, nodes| {
            let time = Time::new(&critical_path(nodes), Some(rto));
            table.row([format!("↳ {}", text(title)), duration(rto), time.estimate(), String::new()]);
        });
    }
    let table = table.finish();
    if !table.is_empty() {
        page.block(
            "Estimates are the author's; the longest way through the steps counts. *Actual* is for the rehearsal and for the night itself.",
        );
        page.block(&table);
    }
}

fn groups(nodes: &[Node], visit: &mut dyn FnMut(&str, Duration, &[Node])) {
    for node in nodes {
        match node {
            Node::Group { title, rto, nodes, .. } => {
                if let Some(rto) = rto {
                    visit(title, *rto, nodes);
                }
                groups(nodes, visit);
            }
            Node::Call { nodes, .. } | Node::Parallel { nodes, .. } | Node::Phase { nodes, .. } => groups(nodes, visit),
            Node::Choose { options, .. } => options.iter().for_each(|option| groups(&option.nodes, visit)),
            Node::Item(_) | Node::Decision(_) => {}
        }
    }
}
