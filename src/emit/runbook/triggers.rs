//! Triggers in full: what they watch, when they count, and what answers them.

use crate::plan::scenario::{Source, Trigger};

use super::Book;
use super::markdown::{Page, Table, fence, place, text};
use super::words::{anchor, duration, level, linked};

/// Writes the table, then the queries behind the numbers.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut table = Table::new(&["Trigger", "Fires when", "Level", "Kind", "Counts", "Answer within", "Decides", "Then"]);
    for trigger in book.triggers() {
        let conditions: Vec<String> = trigger.when.iter().map(|when| book.condition(&when.value)).collect();
        table.row([
            format!("{}{}", place(&anchor("trigger", &trigger.header.name)), text(&trigger.header.title)),
            conditions.join("<br>or "),
            level(trigger.level),
            if trigger.automatic { "automatic: no approval" } else { "a person decides" }.to_owned(),
            active(book, trigger),
            trigger.respond.as_ref().map_or(String::new(), |respond| duration(respond.value)),
            trigger.by.as_ref().map_or(String::new(), |by| linked("role", &plan.roles[by.value].header)),
            book.answers(trigger),
        ]);
    }
    page.block(&table.finish());
    for trigger in book.triggers() {
        match &trigger.source {
            Some(Source::Query(query)) => {
                page.block(&format!("Where “{}” is read from:", text(&trigger.header.title)));
                page.block(&fence(query.language.word(), &query.text));
            }
            Some(Source::Text(source)) => {
                page.block(&format!("Where “{}” is read from: {}", text(&trigger.header.title), book.words(source)))
            }
            None => {}
        }
    }
    book.remarks_of(plan.triggers.iter().map(|(_, trigger)| &trigger.header), page);
}

fn active(book: &Book, trigger: &Trigger) -> String {
    match (&trigger.active_from, &trigger.active_until) {
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from the start of {}", book.moment(from.value)),
        (None, Some(until)) => format!("until the start of {}", book.moment(until.value)),
        (Some(from), Some(until)) => {
            format!("from the start of {} until the start of {}", book.moment(from.value), book.moment(until.value))
        }
    }
}
