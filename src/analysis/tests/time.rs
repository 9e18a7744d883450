//! Positions, instants, critical paths, and the point of no return.

use super::{BY_HAND, backup, change, duration_text, position, with_facts};
use crate::plan::lexeme::instant_text;

fn path(steps: &str) -> String {
    let body = format!("phase a \"A\" at T {{\n{}}}\nscenario s \"S\" {{\n applies from x\n{steps}\n}}", change("x", BY_HAND, ""));
    with_facts("", &body, |plan, _, facts, _| {
        let path = facts.time(plan.scenarios.ids().next().expect("one"));
        let low = path.total.low.map_or(String::new(), |low| format!("{} to ", duration_text(low)));
        let steps: Vec<&str> = path.steps.iter().map(|(step, _)| step.as_str()).collect();
        format!("{low}{} by {} unknown {}", duration_text(path.total.seconds), steps.join(" "), path.unknown.join(" "))
    })
}

#[test]
fn what_comes_in_turn_adds_up() {
    assert_eq!(
        path("manual m \"M\" takes 10m\nmanual n \"N\" takes 1h to 2h\nmanual o \"O\"\nverify ok"),
        "1h10m to 2h10m by m n unknown o"
    );
}

#[test]
fn side_by_side_the_longest_chain_counts() {
    let steps = "parallel {\nmanual a-1 \"A\" takes 10m\nmanual b-1 \"B\" takes 3m after c-1\nmanual c-1 \"C\" takes 9m after d-1\nmanual d-1 \"D\" takes 1m\nmanual e-1 \"E\"\n}";
    assert_eq!(path(steps), "13m by d-1 c-1 b-1 unknown e-1");
}

#[test]
fn the_worst_option_and_the_fallback_count() {
    let steps = "choose w \"W\" {\noption one \"1\" {\nmanual m \"M\" takes 5m\n}\noption two \"2\" {\nstep n \"N\" takes 4m {\ndo manual \"x\"\nelse {\nmanual o \"O\" takes 2m\n}\n}\n}\n}";
    assert_eq!(path(steps), "6m by n o unknown ");
}

/// The phases with their instants, and which are preparation.
fn schedule(body: &str) -> String {
    with_facts("", body, |plan, graph, facts, _| {
        let told = graph.phases().iter().map(|phase| {
            let instant = |at: &Vec<Option<crate::plan::value::Instant>>| at[phase.index()].map_or("?".to_owned(), instant_text);
            let prepares = if facts.preparation.contains(phase) { " before T" } else { "" };
            format!(
                "{} {} to {}{prepares}",
                plan.phases[*phase].header.name,
                instant(&facts.schedule.starts),
                instant(&facts.schedule.ends)
            )
        });
        told.collect::<Vec<_>>().join("\n")
    })
}

#[test]
fn phases_follow_each_other_on_the_clock() {
    let body = format!(
        "phase early \"E\" at T-24h {{\n}}\nphase later \"L\" {{\n}}\nphase a \"A\" at T {{\n{}}}\nphase b \"B\" for 1h {{\n}}\nphase c \"C\" {{\n manual m \"M\"\n}}\nphase d \"D\" {{\n}}",
        change("x", BY_HAND, "takes 30m")
    );
    assert_eq!(
        schedule(&body),
        "early T-1d to T-1d before T\nlater T-1d to T-1d before T\na T to T+30m\nb T+30m to T+1h30m\nc T+1h30m to ?\nd ? to ?"
    );
}

#[test]
fn t_is_the_first_phase_that_does_not_stand_before_it() {
    assert_eq!(schedule("phase p \"P\" at T-1h {\n}\nphase a \"A\" {\n}"), "p T-1h to T-1h before T\na T to T");
    assert_eq!(schedule("phase a \"A\" for 1h {\n}\nphase b \"B\" {\n}"), "a T to T+1h\nb T+1h to T+1h");
}

#[test]
fn what_comes_behind_a_decision_waits_for_it() {
    let body =
        format!("phase a \"A\" at T {{\n{}decision d \"D\" at T+2h by dba\nmanual m \"M\" takes 1m\n}}", change("x", BY_HAND, "takes 30m"));
    with_facts("", &body, |_, _, facts, _| {
        assert_eq!(facts.schedule.ended("x").map(instant_text).as_deref(), Some("T+30m"));
        assert_eq!(facts.schedule.begins("m").map(instant_text).as_deref(), Some("T+2h"));
    });
}

/// Where each scenario applies, where none does, and where the way back ends.
fn positions(body: &str) -> String {
    with_facts("", body, |plan, graph, facts, _| {
        let words = |index| position(plan, graph, index);
        let mut told = String::new();
        for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !facts.is_part(*id)) {
            let range = facts.applies(id);
            told += &format!("{}: {} until {}\n", scenario.header.name, words(range.start), words(range.end));
        }
        for range in &facts.uncovered {
            told += &format!("uncovered: {} until {}\n", words(range.start), words(range.end));
        }
        let back = |index: Option<usize>| index.map_or("never".to_owned(), words);
        told + &format!("no way back without loss: {}\nno way back: {}\n", back(facts.no_return.without_loss), back(facts.no_return.at_all))
    })
}

fn three(extra: &str) -> String {
    let phase = |name: &str, body: &str| format!("phase in-{name} \"P\" {{\n{body}}}\n");
    let changes = ["x", "y", "z"].map(|name| phase(name, &change(name, BY_HAND, "")));
    changes.concat() + extra
}

#[test]
fn applies_is_half_open_and_begins_with_the_earliest_change_undone() {
    assert_eq!(
        positions(&three("scenario s \"S\" {\n applies until in-z\n undo y\n}\n")),
        "s: during y until during z\nuncovered: during x until during y\nuncovered: during z until the end\n\
         no way back without loss: during z\nno way back: during z\n"
    );
    assert_eq!(
        positions(&three("scenario s \"S\" {\n applies from x within 2h of x\n undo x, y, z\n}\n")),
        "s: during x until the end\nno way back without loss: never\nno way back: never\n"
    );
}

#[test]
fn clauses_intersect() {
    assert_eq!(
        positions(&three("scenario s \"S\" {\n applies from x until z\n applies from in-y\n undo everything\n}\n")),
        "s: during y until during z\nuncovered: during x until during y\nuncovered: during z until the end\n\
         no way back without loss: during z\nno way back: during z\n"
    );
}

#[test]
fn scenarios_that_lead_back_step_by_step_lead_back() {
    let body =
        three("scenario last \"L\" {\n applies from z\n undo z\n}\nscenario first \"F\" {\n applies from x until z\n undo x, y\n}\n");
    assert!(positions(&body).ends_with("no way back without loss: never\nno way back: never\n"));
    // What stays in the middle is no place where the forward run has been.
    let body =
        three("scenario last \"L\" {\n applies from z\n undo x, z\n}\nscenario first \"F\" {\n applies from x until z\n undo x, y\n}\n");
    assert!(positions(&body).ends_with("no way back without loss: during z\nno way back: during z\n"));
}

#[test]
fn what_goes_forward_leads_nowhere_back() {
    let body = three(
        "scenario back \"B\" {\n applies from x until z\n undo x, y\n}\nscenario on \"O\" {\n applies from z\n goes forward\n manual mend \"M\"\n}\n",
    );
    assert_eq!(
        positions(&body),
        "back: during x until during z\non: during z until the end\nno way back without loss: during z\nno way back: during z\n"
    );
}

#[test]
fn preparation_is_not_taken_back() {
    let body = format!(
        "phase p \"P\" at T-1h {{\n{}}}\nphase a \"A\" at T {{\n{}}}\nscenario s \"S\" {{\n applies from x\n undo x\n}}\nscenario r \"R\" {{\n applies from prepared until x\n undo prepared\n}}",
        change("prepared", BY_HAND, ""),
        change("x", BY_HAND, "")
    );
    assert!(positions(&body).ends_with("no way back without loss: never\nno way back: never\n"));
}

#[test]
fn loss_ends_the_way_back_without_loss_where_writers_come_in() {
    let body = backup("b", "")
        + &format!(
            "writer w \"Writer\" writes db\nphase a \"A\" at T {{\n{}take b\n{}{}}}\nscenario s \"S\" {{\n applies from freeze\n undo everything\n}}",
            change("freeze", BY_HAND, "freezes db"),
            change("x", "undo restore b", ""),
            change("thaw", BY_HAND, "thaws db"),
        );
    assert_eq!(positions(&body), "s: during freeze until the end\nno way back without loss: during thaw\nno way back: never\n");
}

#[test]
fn an_irreversible_change_without_a_way_ends_it() {
    let body = format!(
        "phase a \"A\" at T {{\n{}irreversible change gone \"G\" on db {{\n do manual \"x\"\n recover run r\n}}\nirreversible change lost \"L\" on db {{\n do manual \"x\"\n recover forward \"mend\"\n}}\n}}\n\
         scenario r \"R\" {{\n applies from x\n undo x\n}}",
        change("x", BY_HAND, ""),
    );
    assert_eq!(positions(&body), "r: during x until the end\nno way back without loss: during lost\nno way back: during lost\n");
}
