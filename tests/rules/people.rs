//! Checks that are asked, decisions that can be made, times that fit, people who are named: what is caught, and near misses.

use super::near::{catches, example, silent, with};

#[test]
fn somebody_asks_whether_it_worked() {
    let rule = "check/missing";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  undo add-note\n", "  undo add-note {\n    needs orders-answer\n  }\n"));
    silent(rule, &with(&plan, "  undo add-note\n", "  undo add-note {\n    verify orders-answer\n  }\n"));
    catches(rule, &with(&plan, "  undo add-note\n", "  undo add-note\n  show orders-answer\n"));
    let mended = example(rule, "Mended");
    let frozen = with(
        &mended,
        "  change add-note \"Orders have a note\" on db {\n",
        "  change add-note \"Orders have a note\" on db {\n    freezes db\n",
    );
    catches(rule, &frozen);
    silent(rule, &with(&frozen, "    undo takes 1m\n", "    undo takes 1m\n    verify orders-answer\n"));
    silent(rule, &with(&frozen, "    undo takes 1m\n  }\n", "    undo takes 1m\n  }\n  verify orders-answer\n"));
}

#[test]
fn one_check_on_what_was_changed_is_enough() {
    let rule = "check/wrong-target";
    let plan = example(rule, "Caught");
    let command = "check site \"The site answers\" {\n  run ```sh\n    ./ask\n  ```\n}\n\nphase migrate";
    silent(rule, &with(&plan, "phase migrate", command).replace("  verify orders-answer\n", "  verify orders-answer, site\n"));
    let second = "check notes \"Notes\" on db {\n  query ```sql\n    SELECT 1\n  ```\n  expect 1\n}\n\nphase migrate";
    silent(rule, &with(&plan, "phase migrate", second).replace("  verify orders-answer\n", "  verify orders-answer, notes\n"));
}

#[test]
fn two_triggers_may_fire_apart() {
    let rule = "decision/conflict";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "high manual", "high automatic"));
    let odd = "  when orders-answer fails for 10m\n";
    silent(rule, &with(&plan, odd, "  when told \"somebody shows a wrong row\"\n"));
    catches(
        rule,
        &with(&plan, odd, &format!("{odd}  continue \"It mends itself.\"\n"))
            .replace("for 10m\n  continue \"It mends itself.\"\n  run back", "for 10m\n  continue \"It mends itself.\""),
    );
}

#[test]
fn a_number_is_a_measure() {
    let rule = "decision/unmeasurable";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "a significant increase in support tickets", "a customer shows an order that is not hers"));
    catches(rule, &with(&plan, "told \"a significant increase in support tickets\"", "\"server errors\" > 2%"));
    silent(
        rule,
        &with(&plan, "told \"a significant increase in support tickets\"", "\"server errors\" > 2%\n  source \"the shop's dashboard\""),
    );
}

#[test]
fn the_highest_level_leads_nowhere() {
    let rule = "decision/escalation-undefined";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  level 2\n", ""));
    silent(rule, &with(&plan, "  level 1\n", "  level 1\n  escalates to rebuild when orders-answer\n"));
}

#[test]
fn what_is_asked_beforehand_may_be_asked_again() {
    let rule = "decision/contradictory-precondition";
    let plan = example(rule, "Mended");
    catches(rule, &with(&plan, "    applied orders-answer\n", "    applied orders-answer\n    undone orders-answer\n"));
    let needs = with(&plan, "  applies from add-note\n", "  applies from add-note\n  needs orders-answer\n");
    silent(rule, &needs);
    let step = "  step install \"Put the old packages back\" on db {\n    do ```sh\n      ./install\n    ```\n    verify orders-answer\n  }\n  undo add-note\n";
    catches(rule, &with(&needs, "  undo add-note\n", step));
    catches(rule, &with(&needs, "    applied orders-answer\n", "    undone orders-answer\n"));
}

#[test]
fn answers_meet() {
    let rule = "decision/criteria-gap";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "\"rows that differ\" = 0%", "\"rows that are missing\" = 0%"));
    silent(rule, &with(&plan, "\"rows that differ\" = 0%", "\"rows that differ\" <= 1%"));
    let between = "\ntrigger some \"Some\" low manual {\n  when \"rows that differ\" > 0%\n  source \"the report\"\n  investigate \"Which?\"\n  respond within 1h\n  by dba\n}\n";
    silent(rule, &format!("{plan}{between}"));
}

#[test]
fn the_window_holds_what_people_notice() {
    let rule = "time/outside-window";
    let plan = example(rule, "Mended");
    silent(rule, &with(&plan, "at T for 3h", "at T for 4h"));
    let later = |at: &str, freezes: &str| {
        let phase = format!(
            "phase later \"Later\" at {at} for 1h {{\n  change settled \"Settled\" on db {{\n{freezes}    do manual \"Settle it.\"\n    undo manual \"Unsettle it.\"\n    undo takes 1m\n    verify orders-answer\n  }}\n}}\n\nscenario back"
        );
        with(&plan, "scenario back", &phase).replace("  undo add-note\n", "  undo everything\n")
    };
    silent(rule, &later("T+7d", ""));
    catches(rule, &later("T+3h30m", ""));
    silent(rule, &later("T-1h", ""));
    catches(rule, &later("T-1h", "    freezes db\n"));
}

#[test]
fn a_decision_leaves_time() {
    let rule = "time/decision-too-late";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "T+3h30m", "T+3h14m"));
    silent(rule, &with(&plan, "T+3h30m", "T+7d"));
    silent(rule, &with(&plan, "    else run back\n", ""));
}

#[test]
fn what_has_to_last_has_time() {
    let rule = "time/criterion-does-not-fit";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "until close", ""));
    silent(rule, &with(&plan, "for 3h", "for 2h"));
}

#[test]
fn an_estimate_may_cover_what_is_in_it() {
    let rule = "time/no-estimate";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  undo add-note\n", "  undo add-note takes 1m\n"));
    silent(rule, &with(&plan, "  rto 1h\n", ""));
}

#[test]
fn an_end_may_be_a_time_or_an_event() {
    let rule = "time/open-ended";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  applies from load-orders\n", "  applies from load-orders within 24h of load-orders\n"));
    silent(rule, &with(&plan, "undo restore before", "undo manual \"Take them out.\""));
}

#[test]
fn brackets_are_not_always_open() {
    let rule = "people/placeholder";
    let plan = example(rule, "Caught");
    for open in ["TBD", "+49 XXXX", "[Emergency contact]", "<your number>", "TODO", "since 20XX-XX-XX"] {
        catches(rule, &with(&plan, "[email]", open));
    }
    for fine in ["todo@example.org", "[#1234]", "<dba@example.org>", "TBDC", "[see the wiki](https://example.org)", "a[email]"] {
        silent(rule, &with(&plan, "[email]", fine));
    }
    silent(rule, &format!("# TODO: say more\n{}", with(&plan, "[email]", "dba@example.org")));
}

#[test]
fn people_are_named_and_reached() {
    let plan = example("people/no-contact", "Caught");
    silent("people/no-contact", &with(&plan, "  owner dba\n", ""));
    silent("people/no-contact", &with(&plan, "{ person \"Ada Okafor\" }", "{ contact $DBA_PHONE }"));
    let rule = "people/no-owner";
    let plan = example(rule, "Mended");
    catches(rule, &with(&plan, " by dba takes", " takes"));
    silent(
        rule,
        &with(&example(rule, "Caught"), "role dba \"Database administrator\" { contact \"dba@example.org\" }\n", "").replace(" by dba", ""),
    );
}

#[test]
fn a_step_by_hand_says_how_or_is_asked() {
    let rule = "people/action-without-means";
    let plan = example(rule, "Caught");
    let sync = "  manual sync \"Migrate critical changes back\" takes 30m\n";
    silent(rule, &with(&plan, sync, &format!("{sync}  verify orders-answer\n")));
    silent(rule, &with(&plan, sync, "  manual sync \"Migrate critical changes back\" takes 30m {\n    verify orders-answer\n  }\n"));
    silent(rule, &with(&plan, sync, "  manual sync \"Migrate critical changes back\" takes 30m {\n    note \"Ada has the list.\"\n  }\n"));
}

#[test]
fn a_plan_without_messages_tells_nobody() {
    let rule = "people/unannounced";
    let plan = example(rule, "Caught");
    let quiet = with(&with(&plan, "    freezes db\n", ""), "    thaws db\n", "");
    silent(rule, &quiet);
}

#[test]
fn a_line_to_tick_is_somebodys_or_a_checks() {
    let rule = "decision/gate-without-probe";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "before migrate", "after migrate"));
    let role = "role dba \"Database administrator\" { contact \"dba@example.org\" }\n\nphase migrate";
    silent(rule, &with(&with(&plan, "phase migrate", role), "still accessible\"", "still accessible\" by dba"));
}
