//! A loss in one plain sentence, with the plan's own names and clock.

use crate::plan::Plan;
use crate::plan::lexeme::instant_text;
use crate::plan::value::said;

use super::{Edge, Loss, Occasion};

/// How many windows are told; more are summed up.
const TOLD: usize = 3;

/// Returns the sentence, without a final period.
pub fn sentence(plan: &Plan, loss: &Loss) -> String {
    let (target, saved) = (&plan.targets[loss.target].header, &plan.backups[loss.backup]);
    let backup = &saved.header.name;
    let open = loss.windows.iter().any(|window| window.until.event == Occasion::Restore);
    let what = if open { "everything written" } else { "what is written" };
    let mut windows: Vec<String> = loss
        .windows
        .iter()
        .take(TOLD)
        .map(|window| format!("from {} until {}", edge(&window.from, backup, "not before"), edge(&window.until, backup, "by")))
        .collect();
    if loss.windows.len() > TOLD {
        windows.push(format!("{} times more", loss.windows.len() - TOLD));
    }
    let windows = windows.join(", and ");
    let length = loss.seconds.map_or(String::new(), |seconds| format!(": {} of writes at most", said(seconds)));
    let kept = loss.kept.map_or(String::new(), |kept| format!("; `{}` keeps a copy of it", plan.backups[kept].header.name));
    // A backup of some tables throws away what was written to these, and leaves the others alone.
    let tables: Vec<String> = saved.tables.iter().map(|table| format!("`{}`", table.value)).collect();
    let of = if tables.is_empty() { String::new() } else { format!("{} in ", tables.join(", ")) };
    format!("{what} to {of}{} (`{}`) {windows} is lost{length}{kept}", target.title, target.name)
}

fn edge(edge: &Edge, backup: &str, bound: &str) -> String {
    let words = match &edge.event {
        Occasion::Take => format!("the take of `{backup}`"),
        Occasion::OwnTake => return format!("the take of `{backup}` in the rollback"),
        Occasion::Forward(title) => format!("“{title}”"),
        Occasion::Scenario(title) => return format!("“{title}” in the rollback"),
        Occasion::Restore => "its restore".to_owned(),
    };
    match edge.at {
        None => words,
        Some(at) if edge.exact => format!("{words} ({})", instant_text(at)),
        Some(at) => format!("{words} ({bound} {})", instant_text(at)),
    }
}
