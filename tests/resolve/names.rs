//! Names: unknown, of another kind, declared twice, reserved; and what follows from a declaration that did not parse.

use insta::assert_snapshot;

use super::{found, shop};

#[test]
fn a_slip_of_the_finger_is_recognised() {
    let plan = shop(&[("verify api-answers", "verify api-answrs")]);
    assert_snapshot!(found(&plan), @r##"
    reference/unknown: there is no check called `api-answrs`
      plan.rbk:40:10 api-answrs | declared nowhere
      help: did you mean `api-answers`?
    "##);
}

#[test]
fn a_name_of_another_kind_is_told_as_what_it_is() {
    let plan = shop(&[("verify api-answers", "verify shop")]);
    assert_snapshot!(found(&plan), @r##"
    reference/unknown: `shop` is a target, and a check is needed here
      plan.rbk:40:10 shop | not a check
      plan.rbk:6:8 shop | `shop` is declared here
      help: the plan declares `api-answers`
    "##);
}

#[test]
fn a_near_name_of_another_kind_comes_after_those_of_the_right_one() {
    let plan = shop(&[("check api-answers \"The API answers\" on api", "check api-answers \"The API answers\" on api-answer")]);
    assert_snapshot!(found(&plan), @r##"
    reference/unknown: there is no target called `api-answer`
      plan.rbk:19:40 api-answer | declared nowhere
      help: `api-answers` comes near, but is a check
    "##);
}

#[test]
fn an_undeclared_name_is_one_finding_however_often_it_is_used() {
    let plan = shop(&[("  owner dba\n", "  owner lead\n"), ("by dba\n  verify", "by lead\n  verify"), ("  by dba\n}", "  by lead\n}")]);
    assert_snapshot!(found(&plan), @r##"
    reference/unknown: there is no role called `lead`
      plan.rbk:2:9 lead | declared nowhere
      plan.rbk:16:6 lead | used here too
      plan.rbk:39:22 lead | used here too
      help: the plan declares `dba`
    "##);
}

#[test]
fn a_kind_that_the_plan_has_none_of_is_said() {
    let plan = shop(&[("  verify api-answers\n", "  send all-clear\n")]);
    assert_snapshot!(found(&plan), @r##"
    reference/unknown: there is no message called `all-clear`
      plan.rbk:40:8 all-clear | declared nowhere
      help: the plan declares no message
    "##);
}

#[test]
fn a_name_declared_twice_shows_both_places() {
    let plan = format!("{}role shop \"Shopkeeper\" {{\n  contact \"shop@example.org\"\n}}\n", shop(&[]));
    assert_snapshot!(found(&plan), @r##"
    reference/duplicate: `shop` is declared twice
      plan.rbk:42:6 shop | declared again here
      plan.rbk:6:8 shop | `shop` is a target already
      help: declarations and changes share one namespace: give one of them another name
    "##);
}

#[test]
fn words_with_a_meaning_of_their_own_are_no_names() {
    let plan = format!(
        "{}scenario everything \"All of it\" {{\n  undo note-added\n}}\nscenario back- \"Back\" {{\n  undo note-added\n}}\n",
        shop(&[])
    );
    assert_snapshot!(found(&plan), @r##"
    reference/reserved: `everything` has a meaning of its own and can't be a name
      plan.rbk:42:10 everything | reserved
      help: make it longer, such as `everything-it`; reserved are: auto baseline continue deploy empty everything fails forward manual restore run set stop takes
    reference/reserved: `back-` is not a name
      plan.rbk:45:10 back- | a `-` stands between letters or digits
      help: names are lower-case words joined by single `-`: `drop-legacy-columns`
    "##);
}

#[test]
fn what_a_broken_declaration_would_have_declared_is_not_missing() {
    let plan = shop(&[("role dba \"Database administrator\" {", "role dba Database administrator {")]);
    assert_snapshot!(found(&plan), @r##"
    syntax/unexpected: expected a string such as `"text"`
      plan.rbk:11:10 Database | found `Database`
      help: the form is `role NAME "Title" { … }`
    "##);
}

#[test]
fn what_a_misspelt_keyword_would_have_declared_is_not_missing() {
    let plan = shop(&[
        ("target shop \"The shop's", "tagret shop \"The shop's"),
        ("change note-added \"Orders have a note\"", "chnage note-added \"Orders have a note\""),
    ]);
    assert_snapshot!(found(&plan), @r##"
    syntax/unknown-keyword: unknown keyword `tagret`
      plan.rbk:6:1 tagret | not a keyword at the top of a plan
      help: did you mean `target`?
    syntax/unknown-keyword: unknown keyword `chnage`
      plan.rbk:25:3 chnage | not a keyword in a phase
      help: did you mean `change`?
    "##);
}

#[test]
fn a_broken_head_is_cut_between_characters() {
    for length in 0..4 {
        let plan = format!("{}target x{}{}\n", shop(&[]), "y".repeat(length), "é".repeat(300));
        assert_eq!(found(&plan).matches("syntax/").count(), 1, "{length}");
    }
}

#[test]
fn one_typo_does_not_hide_what_is_wrong_elsewhere() {
    let plan = shop(&[("  owner dba\n", "  owner dbb\n"), ("on api {\n  get", "on shop {\n  get")]);
    assert_snapshot!(found(&plan), @r##"
    reference/unknown: there is no role called `dbb`
      plan.rbk:2:9 dbb | declared nowhere
      help: did you mean `dba`?
    form/wrong-target: a target of kind `postgres` can't be asked this way
      plan.rbk:19:40 shop | can't answer
      plan.rbk:6:35 postgres | its kind
      help: ask a target of kind `http`, or ask in another way
    "##);
}

#[test]
fn names_of_the_drill_are_looked_up() {
    let drill = "drill {\n  answer nobody \"yes\"\n  answer note-added \"yes\"\n  stand-in note-aded ```sh\n    true\n  ```\n  stand-in shop ```sh\n    true\n  ```\n}\n";
    assert_snapshot!(found(&format!("{}{drill}", shop(&[]))), @r##"
    reference/unknown: there is no step, change, check or decision called `nobody`
      plan.rbk:43:10 nobody | declared nowhere
      help: name a step, change, check or decision
    reference/unknown: there is no step, change, check, backup, release or channel called `note-aded`
      plan.rbk:45:12 note-aded | declared nowhere
      help: did you mean `note-added`?
    reference/unknown: `shop` is a target, and a step, change, check, backup, release or channel is needed here
      plan.rbk:48:12 shop | not a step, change, check, backup, release or channel
      plan.rbk:6:8 shop | `shop` is declared here
      help: name a step, change, check, backup, release or channel
    "##);
}

#[test]
fn a_flag_takes_effect_after_something_that_is_there() {
    let flag = "flag note-shown \"The note is shown\" on settings {\n  variable \"SHOW_NOTE\"\n  takes effect after restart\n}\n";
    assert_snapshot!(found(&format!("{}{flag}", shop(&[]))), @r"
    reference/unknown: there is no step, change or release called `restart`
      plan.rbk:44:22 restart | declared nowhere
      help: name a step, change or release
    ");
    assert_eq!(found(&format!("{}{}", shop(&[]), flag.replace("restart", "deploy"))), "");
    assert_eq!(found(&format!("{}{}", shop(&[]), flag.replace("restart", "note-added"))), "");
}
