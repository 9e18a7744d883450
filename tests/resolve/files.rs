//! Files that a plan uses.

use insta::assert_snapshot;

use super::{SHOP, found_in, shop};

const PEOPLE: &str = "role lead \"Migration lead\" {\n  contact \"lead@example.org\"\n}\n";

#[test]
fn what_a_used_file_declares_is_there() {
    let plan = format!("use \"shared/people.rbk\"\n{}", shop(&[("owner dba", "owner lead")]));
    assert_eq!(found_in(&plan, &[("shared/people.rbk", PEOPLE)]), "");
}

#[test]
fn a_file_that_two_files_use_is_read_once() {
    let plan = format!("use \"a.rbk\"\nuse \"b.rbk\"\n{}", shop(&[("owner dba", "owner lead")]));
    let files = [("a.rbk", "use \"people.rbk\"\n"), ("b.rbk", "use \"people.rbk\"\n"), ("people.rbk", PEOPLE)];
    assert_eq!(found_in(&plan, &files), "");
}

#[test]
fn names_of_a_file_that_is_missing_are_not_missing_beside_it() {
    let plan = format!("use \"people.rbk\"\n{}", shop(&[("owner dba", "owner lead"), ("by dba\n  verify", "by lead\n  verify")]));
    assert_snapshot!(found_in(&plan, &[]), @r##"
    reference/missing-file: can't use `people.rbk`: no such file
      plan.rbk:1:5 "people.rbk" | used here
      help: paths are relative to the file that says `use`, and stay below the root
    "##);
}

#[test]
fn files_that_use_each_other_are_shown_as_a_circle() {
    let plan = format!("use \"a.rbk\"\n{SHOP}");
    let files = [("a.rbk", "use \"b.rbk\"\n"), ("b.rbk", "use \"c.rbk\"\n"), ("c.rbk", "use \"a.rbk\"\n")];
    assert_snapshot!(found_in(&plan, &files), @r##"
    reference/cycle: files use each other: `a.rbk` → `b.rbk` → `c.rbk` → `a.rbk`
      c.rbk:1:5 "a.rbk" | uses `a.rbk` again
      a.rbk:1:5 "b.rbk" | used here
      b.rbk:1:5 "c.rbk" | used here
      help: move what both need into a third file
    "##);
}

#[test]
fn a_file_that_uses_itself_is_a_circle() {
    assert_snapshot!(found_in(&format!("use \"plan.rbk\"\n{SHOP}"), &[("plan.rbk", SHOP)]), @r##"
    reference/cycle: files use each other: `plan.rbk` → `plan.rbk`
      plan.rbk:1:5 "plan.rbk" | uses `plan.rbk` again
      help: move what both need into a third file
    "##);
}

#[test]
fn a_duplicate_in_another_file_shows_both() {
    let plan = format!("use \"people.rbk\"\n{SHOP}");
    assert_snapshot!(found_in(&plan, &[("people.rbk", "role dba \"Another\" {\n  contact \"x\"\n}\n")]), @r##"
    reference/duplicate: `dba` is declared twice
      plan.rbk:12:6 dba | declared again here
      people.rbk:1:6 dba | `dba` is a role already
      help: declarations and changes share one namespace: give one of them another name
    "##);
}

#[test]
fn a_used_file_declares_no_plan() {
    let plan = format!("use \"other.rbk\"\n{SHOP}");
    assert_snapshot!(found_in(&plan, &[("other.rbk", "plan other \"Other\" {\n  rto 5m\n}\n")]), @r##"
    form/used-plan: `other.rbk` is used by a plan and declares one itself
      other.rbk:1:1 plan | a plan of its own
      plan.rbk:1:5 "other.rbk" | used here
      help: move what both plans share into a file without `plan`, and `use` that one in both
    "##);
}

#[test]
fn a_second_plan_is_told_beside_the_first() {
    assert_snapshot!(found_in(&format!("{SHOP}plan other \"Other\" {{\n  rto 5m\n}}\n"), &[]), @r##"
    reference/duplicate: a second `plan`
      plan.rbk:42:1 plan | another plan begins here
      plan.rbk:1:1 plan | the plan
      help: one root file holds one plan; move the other into a file of its own
    "##);
}

#[test]
fn a_library_alone_is_no_plan() {
    assert_snapshot!(found_in(PEOPLE, &[]), @r##"
    form/missing: the file declares no `plan`
      plan.rbk:1:1  | a plan is missing
      help: begin with `plan NAME "Title" { … }`; a library of shared declarations is checked through the plans that `use` it
    "##);
    assert_eq!(found_in("", &[]).matches("form/missing").count(), 1);
}

#[test]
fn a_path_with_a_bad_escape_is_told() {
    assert_snapshot!(found_in(&format!("use \"a\\b.rbk\"\n{SHOP}"), &[]), @r##"
    value/escape: unknown escape `\b`
      plan.rbk:1:7 \b | here
      help: the escapes are `\"`, `\\`, `\n`, `\t` and `\u{…}`
    "##);
}
