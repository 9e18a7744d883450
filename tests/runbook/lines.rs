//! Single lines of the runbook that somebody has to be able to rely on, each of the smallest plan that has them.

use super::page_of;

/// Returns the lines between two texts of the page, without the anchors.
fn between(page: &str, from: &str, to: &str) -> String {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("no {from} in:\n{page}"));
    let (part, _) = rest.split_once(to).unwrap_or_else(|| panic!("no {to} behind it in:\n{rest}"));
    let mut out = String::new();
    for (number, piece) in part.split("<a name=").enumerate() {
        out += if number == 0 { piece } else { piece.split_once("</a>").map_or("", |(_, rest)| rest) };
    }
    out.trim().to_owned()
}

const DECISION: &str = include_str!("../fixtures/runbook/decision.rbk");

#[test]
fn what_stands_behind_a_decision_stands_behind_it_on_the_clock_and_in_the_checklist() {
    let page = page_of(DECISION);
    assert_eq!(
        between(&page, "| When | What | Who |", "\n\n"),
        "| --- | --- | --- |\n\
         | T | **Split**<br>☐ Look | |\n\
         | then | **Decision: Drop the old columns?**<br>if not: stop | [Lead](#role-lead) |\n\
         | then | **Split**, continued<br>☐ The old columns are gone (**irreversible**) | |\n\
         | then | **Decision: Go on?**<br>if not: stop | [Lead](#role-lead) |"
    );
    assert_eq!(
        between(&page, "### While it runs", "\n\n<"),
        "- [ ] Decided: [Drop the old columns?](#decision-drop-old), [Lead](#role-lead)\n\
         - [ ] Phase [Split](#phase-split) is done, and its checks say yes (T)\n\
         - [ ] Decided: [Go on?](#decision-go-on), [Lead](#role-lead)"
    );
}

const RESTORE: &str = include_str!("../fixtures/runbook/restore.rbk");

#[test]
fn who_goes_back_by_hand_learns_which_steps_are_not_for_them_and_finds_every_undo() {
    let page = page_of(RESTORE);
    insta::assert_snapshot!(between(&page, "### 1. ", "\n## "));
    insta::assert_snapshot!(between(&page, "### Undos that a restore stands for", "\n## "));
}

#[test]
fn an_artifact_an_approval_a_parameter_and_a_loss_beyond_the_promise_are_told_as_they_are() {
    let page = page_of(RESTORE);
    let rows =
        |starts: &[&str]| page.lines().filter(|line| starts.iter().any(|start| line.starts_with(start))).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(rows(&["| <a name=\"backup-before\"", "*RUN*", "| Approval |", "| `batch`", "| Loses |", "- `$LEAD_PHONE`"]));
}

#[test]
fn a_message_of_a_channel_is_sent_by_whom_the_channel_names_and_told_once() {
    let page = page_of(RESTORE);
    insta::assert_snapshot!(between(&page, "### Who does what", "\n\n<"));
    assert_eq!(page.matches("[News](#message-news)").count(), 2, "on the clock and with who sends it:\n{page}");
}
