//! What is local to a scenario: steps, options, slots; and calls and waits that never end.

use insta::assert_snapshot;

use super::{SHOP, found, shop};

/// Returns the shop with other steps in its scenario.
fn steps(steps: &str) -> String {
    shop(&[("  undo note-added by dba\n  verify api-answers\n", steps)])
}

#[test]
fn a_step_declared_twice_shows_both_places() {
    let plan = steps("  manual look \"Look\" by dba\n  group later \"Later\" {\n    manual look \"Look again\" by dba\n  }\n");
    assert_snapshot!(found(&plan), @r##"
    reference/duplicate: `look` is a step of this scenario already
      plan.rbk:41:12 look | declared again here
      plan.rbk:39:10 look | declared first here
      help: give one of them another name
    "##);
}

#[test]
fn names_that_rbk_makes_up_stay_clear_of_those_that_people_give() {
    assert_eq!(found(&steps("  undo note-added\n  undo note-added\n  manual undo-note-added \"By hand\" by dba\n")), "");
}

#[test]
fn a_step_may_be_called_like_one_of_another_scenario() {
    let other = "scenario other \"Other\" {\n  applies from note-added\n  manual look \"Look\" by dba\n  undo note-added\n}\n";
    assert_eq!(found(&format!("{}{other}", steps("  manual look \"Look\" by dba\n  undo note-added\n"))), "");
}

#[test]
fn an_option_has_to_stand_in_a_choice_before() {
    let plan = steps(
        "  choose way \"Which way?\" {\n    option quick \"Quick\" {\n      undo note-added\n    }\n    option slow \"Slow\" {\n      undo note-added\n    }\n  }\n  manual look \"Look\" by dba {\n    only if chose quik\n  }\n",
    );
    assert_snapshot!(found(&plan), @r##"
    reference/unknown: no choice before this step has the option `quik`
      plan.rbk:48:19 quik | declared nowhere
      help: did you mean `quick`?
    "##);
}

#[test]
fn options_of_a_choice_that_did_not_parse_are_not_missing() {
    let plan = steps(
        "  choose way {\n    option quick \"Quick\" {\n      undo note-added\n    }\n    option slow \"Slow\" {\n      undo note-added\n    }\n  }\n  manual look \"Look\" by dba {\n    only if chose quick\n  }\n",
    );
    assert_snapshot!(found(&plan), @r##"
    syntax/unexpected: expected a string such as `"text"`
      plan.rbk:39:13  { | missing here
      help: the form is `choose NAME "Title" [several] { option … }`
    "##);
}

#[test]
fn one_choice_has_one_recommended_option() {
    let plan = steps(
        "  choose way \"Which way?\" {\n    option quick \"Quick\" recommended {\n      undo note-added\n    }\n    option slow \"Slow\" recommended {\n      undo note-added\n    }\n  }\n",
    );
    assert_snapshot!(found(&plan), @r##"
    form/repeated: one choice has two recommended options
      plan.rbk:43:12 slow | recommended as well
      plan.rbk:40:12 quick | recommended here
      help: recommend one; or let several be chosen: `choose NAME "Title" several`
    "##);
    assert_eq!(found(&plan.replace("way?\" {", "way?\" several {")), "");
}

#[test]
fn steps_that_wait_for_each_other_are_shown_as_a_circle() {
    let plan = steps(
        "  parallel {\n    manual first \"First\" by dba after third\n    manual second \"Second\" by dba after first\n    manual third \"Third\" by dba after second\n    manual last \"Last\" by dba after third\n  }\n",
    );
    assert_snapshot!(found(&plan), @r##"
    order/cycle: steps wait for each other: `first` → `third` → `second` → `first`
      plan.rbk:40:39 third | `first` waits for `third`
      plan.rbk:42:39 second | `third` waits for `second`
      plan.rbk:41:41 first | `second` waits for `first`
      help: remove one `after`
    "##);
}

#[test]
fn a_step_waits_for_one_beside_it() {
    let plan = steps(
        "  manual before \"Before\" by dba\n  parallel {\n    manual first \"First\" by dba\n    manual second \"Second\" by dba after frist\n    manual third \"Third\" by dba after before\n  }\n",
    );
    assert_snapshot!(found(&plan), @r##"
    reference/unknown: no step beside this one is called `frist`
      plan.rbk:42:41 frist | declared nowhere here
      help: did you mean `first`?
    reference/unknown: no step beside this one is called `before`
      plan.rbk:43:39 before | declared nowhere here
      help: `after` names a step of the same `parallel`
    "##);
}

#[test]
fn steps_one_after_another_do_not_wait() {
    let plan = steps("  manual first \"First\" by dba\n  manual second \"Second\" by dba after first\n");
    assert_snapshot!(found(&plan), @r##"
    form/after: `after` orders steps that run side by side
      plan.rbk:40:39 first | these run one after another as written
      help: move the step to its place, or put both into `parallel { … }`
    "##);
}

#[test]
fn scenarios_that_run_each_other_are_shown_as_a_circle() {
    let parts =
        "scenario part \"Part\" {\n  manual look \"Look\" by dba {\n    else run rest\n  }\n}\nscenario rest \"Rest\" {\n  run back\n}\n";
    assert_snapshot!(found(&format!("{}{parts}", steps("  run part\n"))), @r##"
    order/cycle: scenarios run each other without end: `back` → `part` → `rest` → `back`
      plan.rbk:39:7 part | `back` runs `part`
      plan.rbk:43:14 rest | `part` runs `rest`
      plan.rbk:47:7 back | `rest` runs `back`
      help: take what they share into a scenario that runs neither
    "##);
    assert_snapshot!(found(&steps("  run back\n")), @r##"
    order/cycle: scenarios run each other without end: `back` → `back`
      plan.rbk:39:7 back | `back` runs `back`
      help: take what they share into a scenario that runs neither
    "##);
}

#[test]
fn a_phase_without_changes_gives_nothing_to_undo() {
    let plan = format!(
        "{}phase look \"Look\" at T+1h {{\n  verify api-answers\n}}\n",
        shop(&[("undo note-added by", "undo note-added, look by")])
    );
    assert_snapshot!(found(&plan), @r##"
    form/missing: the phase `look` makes no change
      plan.rbk:39:20 look | nothing to undo
      help: name the changes that are to be undone, or take it out
    "##);
}

#[test]
fn a_condition_on_a_choice_asks_for_one_of_its_values() {
    let plan = format!(
        "{}param where-to \"Where\" choice \"production\", \"staging\"\n",
        steps(
            "  undo note-added by dba {\n    only if where-to is \"prod\"\n  }\n  manual tell \"Tell\" by dba {\n    unless where-to is \"staging\"\n  }\n"
        )
    );
    assert_snapshot!(found(&plan), @r##"
    value/choice: `where-to` is never `prod`
      plan.rbk:40:5 only if where-to is "prod" | compared here
      plan.rbk:46:1 param where-to "Where" choice "production", "staging" | its choices
      help: its choices are `production`, `staging`
    "##);
}

#[test]
fn slots_are_built_in_declared_or_recorded() {
    let message = "message going-back \"We go back\" to status-page {\n  subject \"Back at {{now}}\"\n  slot next-update \"When?\"\n  body ```md\n    Started {{started}}, empty at {{empty-at}}. Next: {{ next-updat }}, {{ next-update }}.\n  ```\n}\n";
    let plan = steps("  manual wait \"Wait\" by dba {\n    record \"When was it empty?\" as empty-at\n  }\n  send going-back\n");
    assert_snapshot!(found(&format!("{plan}{message}")), @r##"
    reference/unknown: nothing fills the slot `{{next-updat}}` of `going-back`
      plan.rbk:48:55 {{ next-updat }} | used here
      help: did you mean `{{next-update}}`?
    "##);
}

#[test]
fn slots_are_declared_once_and_not_over_those_of_rbk() {
    let message = "message going-back \"We go back\" to status-page {\n  body \"{{next}} {{now}}\"\n  slot next \"When?\"\n  slot next \"When, please?\"\n  slot now \"What time is it?\"\n}\n";
    assert_snapshot!(found(&format!("{SHOP}{message}")), @r##"
    reference/duplicate: the slot `next` is declared twice
      plan.rbk:45:8 next | declared again here
      plan.rbk:44:8 next | declared first here
      help: ask once; the answer fills every `{{…}}` of that name
    reference/reserved: rbk itself fills the slot `now`
      plan.rbk:46:8 now | reserved
      help: give it another name; built in are elapsed, finished, loss, now, operator, plan, scenario, started
    "##);
}
