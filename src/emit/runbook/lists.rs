//! What is ticked off and watched: checklists, monitors, and what is to be done afterwards.

use crate::plan::people::{ChecklistTime, Item, Watch};

use super::Book;
use super::markdown::{Page, text};
use super::words::{duration, linked};

/// Writes the checklists, those before first.
pub fn checklists(book: &Book, page: &mut Page) {
    let place = |time: Option<ChecklistTime>| match time {
        Some(ChecklistTime::Before) => 0,
        Some(ChecklistTime::During) => 1,
        Some(ChecklistTime::After) => 2,
        None => 3,
    };
    let mut lists: Vec<_> = book.plan.checklists.iter().map(|(_, list)| list).collect();
    lists.sort_by_key(|list| place(list.when.as_ref().map(|(time, _)| *time)));
    for list in lists {
        let when = list.when.as_ref().map_or(String::new(), |(time, moment)| {
            let word = match time {
                ChecklistTime::Before => "before",
                ChecklistTime::During => "during",
                ChecklistTime::After => "after",
            };
            format!(", {word} {}", book.moment(moment.value))
        });
        page.block(&format!("### {}{when}", text(&list.header.title)));
        page.list(&boxes(book, &list.items));
        book.remarks(&list.header.notes, &list.header.links, page);
    }
}

/// Writes what is watched and for how long.
pub fn monitors(book: &Book, page: &mut Page) {
    let plan = book.plan;
    for (_, monitor) in plan.monitors.iter() {
        page.block(&format!("### {}, for {}", text(&monitor.header.title), duration(monitor.duration.value)));
        if let Some(by) = monitor.by {
            page.block(&format!("**Watches:** {}", linked("role", &plan.roles[by].header)));
        }
        let lines: Vec<String> = monitor
            .watches
            .iter()
            .map(|watch| match watch {
                Watch::Trigger(trigger) => format!("[ ] {}", linked("trigger", &plan.triggers[*trigger].header)),
                Watch::Check(check) => format!("[ ] {}", linked("check", &plan.checks[*check].header)),
                Watch::Text(words) => format!("[ ] {}", text(words)),
            })
            .collect();
        page.list(&lines);
        book.remarks(&monitor.header.notes, &monitor.header.links, page);
    }
}

/// Writes what is to be done after a rollback.
pub fn posts(book: &Book, page: &mut Page) {
    for (_, post) in book.plan.posts.iter() {
        let by = linked("role", &book.plan.roles[post.by].header);
        page.block(&format!("### {}", text(&post.header.title)));
        page.block(&format!("**Who:** {by} · **Within:** {}", duration(post.within)));
        page.list(&boxes(book, &post.items));
        book.remarks(&post.header.notes, &post.header.links, page);
    }
}

fn boxes(book: &Book, items: &[Item]) -> Vec<String> {
    let plan = book.plan;
    items
        .iter()
        .map(|item| {
            let mut line = format!("[ ] {}", text(&item.text));
            if let Some(check) = item.check {
                line += &format!(" (answered by {})", linked("check", &plan.checks[check].header));
            }
            if let Some(by) = item.by {
                line += &format!(", {}", linked("role", &plan.roles[by].header));
            }
            line
        })
        .collect()
}
