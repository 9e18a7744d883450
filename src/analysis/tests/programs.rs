//! What scenarios come to.

use super::{BY_HAND, backup, change, program, who};

fn phase(items: &str) -> String {
    format!("phase a \"A\" at T {{\n{items}}}\n")
}

#[test]
fn undos_come_in_reverse_and_verbs_over_names_become_items() {
    let body = phase(&(change("x", BY_HAND, "undo takes 2m") + &change("y", BY_HAND, "") + &change("z", BY_HAND, "")))
        + "scenario s \"S\" {\n applies from x\n undo x, z {\n verify ok\n }\n undo y takes 9m\n verify ok\n show ok\n undo everything takes 1h\n}";
    assert_eq!(
        program(&body, "s"),
        "undo-z\nundo-x takes 2m verified\nundo-y takes 9m\nverify-ok\nshow-ok\nundo-z-2 takes 1h\nundo-y-2 takes 0m\nundo-x-2 takes 0m\n"
    );
}

#[test]
fn one_restore_stands_for_every_undo_that_it_makes_unnecessary() {
    let body = backup("b", "")
        + &phase(
            &(change("early", BY_HAND, "")
                + "take b\n"
                + &change("x", "undo restore b", "")
                + &change("y", BY_HAND, "")
                + &change("z", "undo restore b", "")
                + "change elsewhere \"E\" on other {\n do manual \"x\"\n undo manual \"y\"\n}\n"),
        )
        + "scenario s \"S\" {\n applies from early\n undo everything\n}\nscenario part \"P\" {\n applies from x\n undo x, elsewhere\n}";
    assert_eq!(program(&body, "s"), "undo-elsewhere\nundo-z restores b undoes x y takes 20m\nundo-early\n");
    assert_eq!(program(&body, "part"), "undo-elsewhere\nundo-x restores b undoes y z takes 20m\n");
}

#[test]
fn a_backup_of_tables_turns_back_what_is_known_to_touch_only_them() {
    let body = backup("b", "tables orders, lines")
        + &phase(
            &("take b\n".to_owned()
                + &change("inside", BY_HAND, "alters orders.total\n writes Public.Lines")
                + &change("outside", BY_HAND, "writes orders, users")
                + &change("silent", BY_HAND, "")
                + &change("own", "undo restore b", "")),
        )
        + "scenario s \"S\" {\n applies from inside\n undo everything\n}\nscenario r \"R\" {\n applies from inside\n restore b takes 3m\n}";
    assert_eq!(program(&body, "s"), "undo-own restores b undoes inside takes 20m\nundo-silent\nundo-outside\n");
    assert_eq!(program(&body, "r"), "restore-b restores b undoes inside takes 3m\n");
}

#[test]
fn two_changes_restored_from_one_backup_of_tables_are_both_undone_by_it() {
    let body = backup("b", "tables orders")
        + &phase(&("take b\n".to_owned() + &change("x", "undo restore b", "") + &change("y", "undo restore b", "")))
        + "scenario s \"S\" {\n applies from x\n undo x, y\n}";
    assert_eq!(program(&body, "s"), "undo-y restores b undoes x takes 20m\n");
}

#[test]
fn what_a_scenario_takes_itself_holds_every_change() {
    let body = backup("b", "")
        + &phase(&("take b\n".to_owned() + &change("x", BY_HAND, "")))
        + "scenario s \"S\" {\n applies from x\n take b\n restore b\n}\nscenario c \"C\" {\n applies from x\n choose w \"W\" {\n option one \"1\" {\n take b\n }\n option two \"2\" {\n restore b\n }\n }\n restore b\n}";
    assert_eq!(program(&body, "s"), "take-b takes 5m\nrestore-b restores b takes 20m\n");
    assert_eq!(
        program(&body, "c"),
        "choose w\n  option one\n    take-b takes 5m\n  option two\n    restore-b restores b undoes x takes 20m\nrestore-b-2 restores b undoes x takes 20m\n"
    );
}

#[test]
fn irreversible_members_are_restored_or_refused() {
    let body = backup("b", "")
        + &phase(
            &("take b\n".to_owned()
                + "irreversible change gone \"G\" on db {\n do manual \"x\"\n recover forward \"mend\"\n recover restore b\n}\n"
                + "irreversible change lost \"L\" on other {\n do manual \"x\"\n recover forward \"mend\"\n}\n"),
        )
        + "scenario s \"S\" {\n applies from gone\n undo gone\n undo lost\n}";
    assert_eq!(
        program(&body, "s"),
        "undo-gone restores b takes 20m\nundo-lost nothing\nreversal/irreversible: `lost` can't be undone: the rollback would stop here\n"
    );
}

#[test]
fn auto_is_derived_for_flags_files_and_releases_and_refused_for_code() {
    let body = "target api \"A\" http {\n url \"http://x\"\n}\nrelease r1 \"R1\" of api {\n running\n deploy manual \"back\"\n}\nrelease r2 \"R2\" of api {\n deploy manual \"on\"\n}\n"
        .to_owned()
        + &phase(
            "change flag \"F\" on env {\n do set f to \"on\"\n undo auto\n}\n\
             change file \"F\" on env {\n do edit \"x\" ```sh\n  a\n  ```\n undo auto\n}\n\
             change up \"U\" on api {\n do deploy r2\n undo auto\n}\n\
             change code \"C\" on db {\n do ```sql\n  SELECT 1\n  ```\n undo auto\n}\n",
        )
        + "scenario s \"S\" {\n applies from flag\n undo everything\n}";
    assert_eq!(
        program(&body, "s"),
        "undo-code \nundo-up\nundo-file unedit\nundo-flag unset\nreversal/no-inverse: rbk can't derive the inverse of `code`\n"
    );
}

#[test]
fn of_two_releases_that_run_auto_brings_none_back() {
    let release = |name: &str| format!("release {name} \"R\" of api {{\n running\n deploy manual \"x\"\n}}\n");
    let body = "target api \"A\" http {\n url \"http://x\"\n}\nrelease r3 \"R3\" of api {\n deploy manual \"on\"\n}\n".to_owned()
        + &release("r1")
        + &release("r2")
        + &phase("change up \"U\" on api {\n do deploy r3\n undo auto\n}\nchange up-again \"U\" on api {\n do deploy r1\n undo auto\n}\n")
        + "scenario s \"S\" {\n applies from up\n undo everything\n}";
    assert_eq!(program(&body, "s"), "undo-up-again\nundo-up nothing\nreversal/no-inverse: rbk can't derive the inverse of `up`\n");
}

#[test]
fn who_runs_a_part_does_what_is_left_open_at_any_depth() {
    let body = phase(&change("x", BY_HAND, ""))
        + "scenario part \"P\" {\n group g \"G\" {\n manual m \"M\"\n parallel {\n manual a \"A\"\n manual b \"B\" by dba\n }\n }\n}\n\
           scenario s \"S\" {\n applies from x\n undo x\n run part by lead\n}";
    let lead = "role lead \"L\" { contact \"l\" }\n";
    assert_eq!(who(&(lead.to_owned() + &body), "s"), "undo-x nobody\nrun-part.m lead\nrun-part.a lead\nrun-part.b dba\n");
}

#[test]
fn a_set_has_frozen_what_it_says_when_its_last_undo_is_done() {
    let body = phase(&(change("x", BY_HAND, "") + &change("y", BY_HAND, "")))
        + "scenario s \"S\" {\n applies from x\n undo x, y {\n freezes db\n }\n}";
    assert_eq!(who(&body, "s"), "undo-y nobody\nundo-x nobody freezes\n");
}

#[test]
fn what_guards_several_is_asked_once() {
    let body = phase(&(change("x", BY_HAND, "") + &change("y", BY_HAND, "")))
        + "scenario s \"S\" {\n applies from x\n undo x, y {\n only if ok\n }\n undo x {\n only if ok\n }\n}";
    assert_eq!(program(&body, "s"), "group undo-x-y guarded\n  undo-y\n  undo-x\nundo-x-2 guarded\n");
}

#[test]
fn what_stays_in_turn_side_by_side_is_one_group_that_siblings_can_name() {
    let body = phase(&(change("x", BY_HAND, "") + &change("y", BY_HAND, "")))
        + "scenario part \"P\" {\n manual m \"M\"\n}\n\
           scenario s \"S\" {\n applies from x\n parallel {\n undo a\n manual first \"F\" after undo-a\n run part after first\n undo y after run-part {\n verify ok\n }\n }\n}";
    assert_eq!(
        program(&body, "s"),
        "parallel parallel\n  group undo-a\n    undo-y-2\n    undo-x\n  first after undo-a\n  call run-part after first\n    run-part.m\n  undo-y verified after run-part\n"
    );
}

#[test]
fn calls_are_inlined_and_what_they_verify_is_asked_behind() {
    let body = phase(&change("x", BY_HAND, ""))
        + "scenario part \"P\" {\n manual m \"M\"\n run inner\n}\nscenario inner \"I\" {\n undo x\n}\n\
           scenario s \"S\" {\n applies from x\n run part {\n only if ok\n verify ok\n }\n run part takes 5m\n}";
    assert_eq!(
        program(&body, "s"),
        "group run-part guarded\n  call run-part-2\n    run-part-2.m\n    call run-part-2.run-inner\n      run-part-2.run-inner.undo-x\n  verify-ok\n\
         call run-part-3\n  run-part-3.m\n  call run-part-3.run-inner\n    run-part-3.run-inner.undo-x\n"
    );
}

#[test]
fn each_item_has_its_own_fallback() {
    let body = phase(&(change("x", BY_HAND, "") + &change("y", BY_HAND, "")))
        + "scenario s \"S\" {\n applies from x\n undo x, y {\n else {\n manual help \"Help\" takes 1m\n }\n }\n}";
    assert_eq!(program(&body, "s"), "undo-y\n  else\n    help takes 1m\nundo-x\n  else\n    help-2 takes 1m\n");
}

#[test]
fn calls_that_multiply_are_cut_with_a_finding() {
    let mut body = phase(&change("x", BY_HAND, "")) + "scenario s0 \"S\" {\n manual m \"M\"\n}\n";
    for level in 1..21 {
        body += &format!("scenario s{level} \"S\" {{\n applies from x\n run s{}\n run s{}\n}}\n", level - 1, level - 1);
    }
    let told = program(&body, "s2");
    assert_eq!(told.lines().filter(|line| line.contains(".m")).count(), 4);
    assert!(told.contains("form/too-long: `s17` comes to more than 100000 steps\n"), "{}", told.lines().last().unwrap_or_default());
    assert!(told.contains("the scenarios come to more than 500000 steps together"));
}
