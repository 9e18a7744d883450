//! What is ticked off and watched: checklists, monitors, and what is to be done afterwards.

use crate::plan::change::{Decision, PhaseItem};
use crate::plan::people::{Checklist, ChecklistTime, Item, Watch};
use crate::plan::scenario::{Condition, Trigger};
use crate::plan::value::Level;

use super::Book;
use super::markdown::{Page, text};
use super::words::{anchor, and, duration, level, linked};

/// Writes what has to be ticked off before, during and after the migration: what follows from the plan, then what its author
/// adds.
pub fn checklists(book: &Book, page: &mut Page) {
    let derived = [before(book), during(book), after(book)];
    let times = [Some(ChecklistTime::Before), Some(ChecklistTime::During), Some(ChecklistTime::After), None];
    let titles = ["Before the migration starts", "While it runs", "When it is done", "At any time"];
    for (place, (time, title)) in times.into_iter().zip(titles).enumerate() {
        let authored: Vec<&Checklist> =
            book.plan.checklists.iter().map(|(_, list)| list).filter(|list| list.when.as_ref().map(|(time, _)| *time) == time).collect();
        let lines = derived.get(place).map_or(&[][..], Vec::as_slice);
        if lines.is_empty() && authored.is_empty() {
            continue;
        }
        page.plain_heading(3, title);
        page.list(lines);
        for list in authored {
            let when = list.when.as_ref().map_or(String::new(), |(time, moment)| {
                let word = match time {
                    ChecklistTime::Before => "before",
                    ChecklistTime::During => "during",
                    ChecklistTime::After => "after",
                };
                format!(", {word} {}", book.moment(moment.value))
            });
            page.heading(4, &format!("{}{when}", text(&list.header.title)), &anchor("checklist", &list.header.name));
            page.list(&boxes(book, &list.items));
            book.remarks(&list.header.notes, &list.header.links, page);
        }
    }
}

/// What has to be so before T.
fn before(book: &Book) -> Vec<String> {
    let plan = book.plan;
    let mut lines = Vec::new();
    if plan.phases.is_empty() {
        return lines;
    }
    lines.push("[ ] `./rollback check` finds nothing missing: tools, connections, variables, parameters".to_owned());
    for phase in &book.facts.preparation {
        let phase_header = &plan.phases[*phase].header;
        let at = book.facts.schedule.starts[phase.index()].map_or(String::new(), |at| format!(" ({})", text(&book.clock.when(at))));
        lines.push(format!("[ ] Phase {} is done{at}", linked("phase", phase_header)));
    }
    let reached: Vec<String> =
        plan.roles.iter().filter(|(_, role)| !role.contacts.is_empty()).map(|(_, role)| linked("role", &role.header)).collect();
    if !reached.is_empty() {
        lines.push(format!("[ ] These can be reached: {}", and(&reached)));
    }
    lines
}

/// What has to be ticked off from T on.
fn during(book: &Book) -> Vec<String> {
    let plan = book.plan;
    let mut lines = Vec::new();
    for phase in book.graph.phases().iter().filter(|phase| !book.facts.preparation.contains(phase)) {
        let at = book.facts.schedule.starts[phase.index()].map_or(String::new(), |at| format!(" ({})", text(&book.clock.when(at))));
        let items = &plan.phases[*phase].items;
        let decisions = |items: &[PhaseItem]| -> Vec<String> {
            let one = |item: &PhaseItem| {
                if let PhaseItem::Decision(decision) = item { Some(decided(book, &plan.decisions[*decision])) } else { None }
            };
            items.iter().filter_map(one).collect()
        };
        // A phase is not done before what stands behind its decisions.
        let end = items.iter().rposition(|item| !matches!(item, PhaseItem::Decision(_))).map_or(0, |last| last + 1);
        lines.extend(decisions(&items[..end]));
        lines.push(format!("[ ] Phase {} is done, and its checks say yes{at}", linked("phase", &plan.phases[*phase].header)));
        lines.extend(decisions(&items[end..]));
    }
    lines
}

fn decided(book: &Book, decision: &Decision) -> String {
    let at = decision.at.as_ref().map_or(String::new(), |at| format!(" ({})", text(&book.clock.when(at.value))));
    let by = linked("role", &book.plan.roles[decision.by.value].header);
    format!("[ ] Decided: {}, {by}{at}", linked("decision", &decision.header))
}

/// What has to be ticked off after the last phase.
fn after(book: &Book) -> Vec<String> {
    let plan = book.plan;
    let mut lines = Vec::new();
    for (_, monitor) in plan.monitors.iter() {
        lines.push(format!("[ ] Watched for {}: {}", duration(monitor.duration.value), linked("monitor", &monitor.header)));
    }
    if let Some(at) = book.end_of_retention() {
        lines.push(format!("[ ] The way back is kept open until {}: nothing that it needs is removed", text(&book.clock.when(at))));
    }
    let kept: Vec<String> = plan
        .backups
        .iter()
        .filter_map(|(_, backup)| Some(format!("{} for {}", linked("backup", &backup.header), duration(backup.keep.as_ref()?.value))))
        .collect();
    if !kept.is_empty() && !plan.phases.is_empty() {
        lines.push(format!("[ ] Kept: {}", and(&kept)));
    }
    lines
}

/// Writes what is watched and for how long; without a monitor, every trigger that a machine can watch.
pub fn monitors(book: &Book, page: &mut Page) {
    let plan = book.plan;
    for (_, monitor) in plan.monitors.iter() {
        let title = format!("{}, for {}", text(&monitor.header.title), duration(monitor.duration.value));
        page.heading(3, &title, &anchor("monitor", &monitor.header.name));
        if let Some(by) = monitor.by {
            page.block(&format!("**Watches:** {}", linked("role", &plan.roles[by].header)));
        }
        let mut watches: Vec<&Watch> = monitor.watches.iter().collect();
        // Triggers first, worst first.
        watches.sort_by_key(|watch| match watch {
            Watch::Trigger(trigger) => plan.triggers[*trigger].level as u8,
            Watch::Check(_) | Watch::Text(_) => Level::Low as u8 + 1,
        });
        let lines: Vec<String> = watches
            .into_iter()
            .map(|watch| match watch {
                Watch::Trigger(trigger) => watched(book, &plan.triggers[*trigger]),
                Watch::Check(check) => format!("[ ] {}", linked("check", &plan.checks[*check].header)),
                Watch::Text(words) => format!("[ ] {}", book.words(words)),
            })
            .collect();
        page.list(&lines);
        book.remarks(&monitor.header.notes, &monitor.header.links, page);
    }
    if plan.monitors.is_empty() {
        let told = |trigger: &&Trigger| trigger.when.iter().all(|when| matches!(when.value, Condition::Told(_)));
        let lines: Vec<String> = book.triggers().into_iter().filter(|it| !told(it)).map(|it| watched(book, it)).collect();
        if !lines.is_empty() {
            page.block("What calls for a rollback and can be measured:");
            page.list(&lines);
        }
    }
}

/// A trigger, how bad it is, and what it fires on.
fn watched(book: &Book, trigger: &Trigger) -> String {
    let conditions: Vec<String> = trigger.when.iter().map(|when| book.condition(&when.value)).collect();
    format!("[ ] {} ({}): {}", linked("trigger", &trigger.header), level(trigger.level), conditions.join(", or "))
}

/// Writes what is to be done after a rollback.
pub fn posts(book: &Book, page: &mut Page) {
    for (_, post) in book.plan.posts.iter() {
        let by = linked("role", &book.plan.roles[post.by].header);
        page.heading(3, &text(&post.header.title), &anchor("post", &post.header.name));
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
            let mut line = format!("[ ] {}", book.words(&item.text));
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
