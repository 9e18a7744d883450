//! What people type who know other languages: each finding says what to type in this one, and nothing else follows from it.

use insta::assert_snapshot;

use super::{found, shop};

#[test]
fn punctuation_quotes_and_units_of_other_languages() {
    let plan = shop(&[
        ("  rto 30m\n", "  rto: 30 minutes\n"),
        ("  owner dba\n", "  owner = dba\n"),
        ("role dba \"Database administrator\" {", "role dba 'Database administrator' {"),
        ("at T for 30m {\n", "at T for 30 min {\n"),
    ]);
    assert_snapshot!(found(&plan), @r##"
    syntax/unexpected: between `owner` and its value stands nothing
      plan.rbk:2:9 = | found `=`
      help: the form is `owner ROLE`
    syntax/unexpected: between `rto` and its value stands nothing
      plan.rbk:3:3 rto: | found `rto:`
      help: the form is `rto DURATION`
    syntax/unexpected: expected a string such as `"text"`
      plan.rbk:11:10 'Database | found `'Database`
      help: text stands in double quotes: `"…"`
    syntax/unexpected: expected a duration such as `15m`
      plan.rbk:24:34 30 | found `30`
      help: a duration is a number and its unit without a blank: `90s`, `15m`, `2h`, `1h30m`, `7d`, `2w`
    "##);
}

#[test]
fn names_are_bare_and_in_lower_case() {
    let plan = shop(&[("scenario back ", "scenario Back "), ("  undo note-added by dba\n", "  undo \"note-added\"\n")]);
    assert_snapshot!(found(&plan), @r##"
    syntax/unexpected: expected a name such as `drop-legacy-columns`
      plan.rbk:37:10 Back | found `Back`
      help: names are written in lower case: `back`
    syntax/unexpected: expected a name such as `drop-legacy-columns`
      plan.rbk:39:8 "note-added" | found `"note-added"`
      help: a name stands without quotes: `note-added`
    "##);
}

#[test]
fn a_fence_names_its_language_and_is_closed_as_it_was_opened() {
    let plan = shop(&[("    do ```sql\n", "    do ```\n")]);
    assert_snapshot!(found(&plan), @r##"
    syntax/unexpected: expected a fence: three backticks and a language
      plan.rbk:26:8 ``` | found ```
      help: write the language behind the backticks: sql, sh, bash, md, diff or promql
    "##);
    let plan = shop(&[("COLUMN note;\n    ```\n", "COLUMN note;\n    ``` # done\n")]);
    assert_snapshot!(found(&plan), @r##"
    syntax/unclosed: a fence is never closed
      plan.rbk:29:10 ``` | opened here
      help: close it with three backticks, alone on a line
    "##);
}

#[test]
fn what_almost_closes_a_fence_is_not_swallowed_as_its_code() {
    let plan = shop(&[("note text;\n    ```\n", "note text;\n    ``` # done\n")]);
    assert_snapshot!(found(&plan), @r##"
    syntax/unexpected: this line does not close the fence that it lies in
      plan.rbk:28:5 ``` # done | a line of the fence's text
      plan.rbk:26:8 ``` | opened here
      help: close it with three backticks, alone on a line; or open it with more of them, if this is its text
    "##);
    let text =
        |ticks: &str| shop(&[("channel", &format!("section background \"Background\" {ticks}md\n  ```sh\n  ls\n{ticks}\n\nchannel"))]);
    assert_eq!(found(&text("````")), "");
    assert_snapshot!(found(&text("```")), @r##"
    syntax/unexpected: this line does not close the fence that it lies in
      plan.rbk:16:3 ```sh | a line of the fence's text
      plan.rbk:15:33 ``` | opened here
      help: close it with three backticks, alone on a line; or open it with more of them, if this is its text
    "##);
}

#[test]
fn a_tab_is_not_a_narrow_indentation() {
    let plan = shop(&[("      ALTER TABLE orders ADD", "\tALTER TABLE orders ADD")]);
    assert_snapshot!(found(&plan), @r##"
    value/indentation: this line is indented with other blanks than the fence's closing line
      plan.rbk:27:1 	ALTER TABLE orders ADD COLUMN note text; | here
      help: indent every line of a fence with the same tabs or spaces as the backticks that close it
    "##);
}

#[test]
fn a_keyword_of_another_place_is_sent_there() {
    let plan = shop(&[("  applies from note-added\n", "  applies from note-added\n  rpo 5m\n")]);
    assert_snapshot!(found(&plan), @r##"
    syntax/unknown-keyword: `rpo` can't stand in a scenario
      plan.rbk:39:3 rpo | it stands in `plan`
      help: move it there; in a scenario these begin a statement: `undo`, `restore`, `take`, `capture`, `verify`, `show`, `deploy`, `send`, `run`, `set`, `step`, `manual`, `group`, `parallel`, `choose`, `summary`, `rto`, `needs`, `note`, `link`, `accept`, `applies`, `approve`, `symptom`, `limits`, `never`, `loses`, `level`, `escalates`, `goes`, `leaves`
    "##);
}

#[test]
fn a_choice_that_could_not_be_read_has_its_options() {
    let options = "  choose how \"How?\" {\n    option fast \"Fast\" {\n      step go \"Go\" {\n        do ```sh\n          go\n    }\n    option slow \"Slow\" {\n      manual wait \"Wait\"\n    }\n  }\n";
    let plan = shop(&[("  verify api-answers\n", &format!("  verify api-answers\n{options}"))]);
    assert_snapshot!(found(&plan), @r##"
    syntax/unclosed: a fence is never closed
      plan.rbk:44:12 ``` | opened here
      help: close it with three backticks, alone on a line
    "##);
}

#[test]
fn what_is_a_step_is_not_declared_nowhere() {
    let plan = shop(&[
        ("  change note-added", "  manual look \"Look around\"\n  change note-added"),
        ("  applies from note-added\n", "  applies from look\n"),
        ("  undo note-added by dba\n", "  undo all by dba\n"),
    ]);
    assert_snapshot!(found(&plan), @r##"
    reference/unknown: there is no change or phase called `look`: that is a step
      plan.rbk:39:16 look | a step of the forward run
      help: the plan declares `migrate`, `note-added`
    reference/unknown: there is no change or phase called `all`
      plan.rbk:40:8 all | declared nowhere
      help: write `everything` for every change
    "##);
}

#[test]
fn what_has_no_undo_is_declared_so() {
    let plan = shop(&[("    undo takes 1m\n", "    undo takes 1m\n    irreversible\n    undo none\n")]);
    assert_snapshot!(found(&plan), @r##"
    syntax/unknown-keyword: `irreversible` can't stand in a change
      plan.rbk:34:5 irreversible | it stands in a phase
      help: a change that can't be undone begins with `irreversible change NAME`
    syntax/unexpected: expected `auto`, `deploy`, `edit`, `manual`, `restore`, `set`, `takes` or a fence: three backticks and a language
      plan.rbk:35:10 none | found `none`
      help: a change that can't be undone begins with `irreversible change NAME`, and needs no `undo`
    "##);
}
