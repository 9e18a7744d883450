//! Variations of the pages' examples: what a rule must catch as well, and near misses on which it must stay silent.

use super::{codes, shown};
use rbk::rules::REGISTRY;

/// Returns the first example under a heading of a rule's page.
pub fn example(rule: &str, heading: &str) -> String {
    let rule = REGISTRY.iter().find(|known| known.name == rule).unwrap();
    rule.examples().into_iter().find(|example| example.heading == heading).unwrap().plan
}

/// Replaces `from`, which must be there.
pub fn with(plan: &str, from: &str, to: &str) -> String {
    assert!(plan.contains(from), "no {from:?} in\n{plan}");
    plan.replace(from, to)
}

pub fn catches(rule: &str, plan: &str) {
    let found = codes(plan).into_iter().filter(|code| *code == rule).count();
    assert_eq!(found, 1, "{rule} in\n{plan}\n{}", shown(plan));
}

/// Also that the plan is understood: a near miss that does not parse proves nothing.
pub fn silent(rule: &str, plan: &str) {
    let codes = codes(plan);
    let understood = !codes.iter().any(|code| ["syntax/", "value/", "form/", "order/cycle"].iter().any(|group| code.starts_with(group)));
    assert!(understood && !codes.contains(&rule), "{rule} in\n{plan}\n{}", shown(plan));
}

#[test]
fn a_take_counts_only_when_every_path_passes_it() {
    let rule = "backup/never-taken";
    let plan = example(rule, "Mended");
    let late = with(&plan, "  take before-load\n", "");
    let late = with(&late, "    undo restore before-load\n  }\n", "    undo restore before-load\n  }\n  take before-load\n");
    catches(rule, &late);
    let option = |other: &str| {
        let choose = format!(
            "  choose how \"How?\" {{\n    option safe \"Safely\" {{\n      take before-load\n    }}\n    option fast \"Fast\" {{\n      \
             {other}\n    }}\n  }}\n"
        );
        with(&plan, "  take before-load\n", &choose)
    };
    catches(rule, &option("manual hope \"Hope for the best\""));
    silent(rule, &option("take before-load"));
    catches(
        rule,
        &with(&plan, "  take before-load\n", "  take before-load {\n    only if orders-answer\n  }\n").replace("phase load", CHECK),
    );
    silent(rule, &with(&plan, "  take before-load\n", "  group safety \"Safety first\" {\n    take before-load\n  }\n"));
    silent(rule, &with(&plan, "  take before-load\n", "  parallel {\n    take before-load\n    manual tea \"Make tea\"\n  }\n"));
    let earlier = with(
        &plan,
        "phase load \"Load\" at T {\n  take before-load\n",
        "phase save \"Save\" at T-1h {\n  take before-load\n}\n\nphase load \"Load\" at T {\n",
    );
    silent(rule, &earlier);
}

const CHECK: &str = "check orders-answer \"Orders can be read\" on db {\n  query ```sql\n    SELECT count(*) FROM orders\n  ```\n  expect > 0\n}\n\nphase load";

#[test]
fn a_restore_in_a_scenario_needs_its_take_wherever_the_scenario_applies() {
    let rule = "backup/never-taken";
    let plan = example(rule, "Mended");
    let plan = with(&plan, "    undo restore before-load\n", "    undo ```sql\n      DELETE FROM orders;\n    ```\n");
    let restore = |before: &str, tail: &str| {
        with(&plan, "  undo load-orders-v2\n", &format!("  undo load-orders-v2\n{before}  restore before-load{tail}\n"))
    };
    silent(rule, &restore("", ""));
    let untaken = |before: &str, tail: &str| {
        with(&restore(before, tail), "phase load \"Load\" at T {\n  take before-load\n", "phase load \"Load\" at T {\n")
    };
    catches(rule, &untaken("", ""));
    silent(rule, &untaken("  take before-load\n", ""));
    silent(rule, &untaken("", " {\n    only if before-load is available\n  }"));
    catches(rule, &untaken("", " {\n    unless before-load is available\n  }"));
}

#[test]
fn what_is_destroyed_must_have_been_saved() {
    let rule = "backup/missing";
    let plan = example(rule, "Mended");
    silent(rule, &with(&plan, " tables orders ", " "));
    silent(rule, &with(&plan, " tables orders ", " tables public.orders "));
    catches(rule, &with(&plan, " tables orders ", " tables customers "));
    catches(rule, &with(&plan, "destroys orders.legacy_note", "destroys orders.legacy_note, customers.note"));
    catches(rule, &with(&plan, "    destroys orders.legacy_note\n", "").replace("  take legacy-notes\n", ""));
    // What has an undo and destroys nothing is not gone for good.
    let plan = example(rule, "Caught");
    let undone = with(&plan, "    recover forward \"Fill the new note from the dump by hand\"\n", "    undo manual \"Put it back\"\n");
    let undone = with(&undone, "irreversible change", "change");
    catches(rule, &undone);
    let undeclared = with(&undone, "    destroys orders.legacy_note\n", "");
    catches(rule, &undeclared);
    silent(rule, &with(&undeclared, "DROP COLUMN legacy_note", "ALTER COLUMN legacy_note DROP NOT NULL"));
    // Nor is what no backup of rbk could hold.
    let console = with(&plan, "postgres { url $DATABASE_URL }", "manual").replace("    destroys orders.legacy_note\n", "");
    let console = with(
        &console,
        "    do ```sql\n      ALTER TABLE orders DROP COLUMN legacy_note;\n    ```\n",
        "    do manual \"Send the letters\"\n",
    );
    silent(rule, &console);
}

#[test]
fn what_was_copied_to_another_table_is_not_gone() {
    let rule = "backup/missing";
    let plan = with(&example(rule, "Caught"), "    destroys orders.legacy_note\n", "");
    let kept = |sql: &str| {
        let change = format!("  change kept \"Kept\" on db {{\n    do ```sql\n      {sql}\n    ```\n    undo manual \"Drop it\"\n  }}\n");
        with(&plan, "  irreversible change drop", &format!("{change}  irreversible change drop"))
    };
    silent(rule, &kept("CREATE TABLE kept_notes AS SELECT id, legacy_note FROM orders;"));
    silent(rule, &kept("CREATE TABLE kept_orders AS SELECT * FROM orders;"));
    silent(rule, &kept("INSERT INTO kept_notes SELECT id, legacy_note FROM public.orders;"));
    catches(rule, &kept("CREATE TABLE kept_notes AS SELECT id, note FROM orders;"));
    catches(rule, &kept("CREATE TABLE kept_notes AS SELECT id, legacy_note FROM orders WHERE id < 9;"));
    catches(rule, &kept("CREATE TEMPORARY TABLE kept_notes AS SELECT id, legacy_note FROM orders;"));
    catches(rule, &kept("CREATE TABLE kept_notes AS SELECT id, legacy_note FROM orders; DROP TABLE kept_notes;"));
    catches(rule, &kept("CREATE TABLE kept_notes AS SELECT id, legacy_note FROM customers;"));
}

#[test]
fn a_step_of_a_scenario_destroys_what_that_scenario_saved() {
    let rule = "backup/missing";
    let plan = example(rule, "Mended");
    let wipe = "  step wipe \"Wipe the notes\" on db {\n    destroys orders.note\n    do ```sql\n      UPDATE orders SET note = NULL;\n    ```\n  }\n";
    let wiped = with(&plan, "  manual fill-notes", &format!("{wipe}  manual fill-notes"));
    catches(rule, &wiped);
    silent(rule, &with(&wiped, "  step wipe", "  take legacy-notes\n  step wipe"));
}

#[test]
fn an_undo_that_does_something_is_not_hollow() {
    let rule = "reversal/hollow-undo";
    let plan = example(rule, "Mended");
    let undo = |code: &str| with(&plan, "      ALTER TABLE orders DROP COLUMN note;\n    ```", code);
    catches(rule, &undo("    ```"));
    catches(rule, &undo("      SELECT 1;\n    ```"));
    catches(rule, &undo("      ALTER TABLE orders ADD COLUMN note text;\n    ```"));
    silent(rule, &undo("      SELECT drop_note();\n    ```"));
    silent(rule, &undo("      -- gone\n      ALTER TABLE orders DROP COLUMN note;\n    ```"));
    let manual =
        |text: &str| with(&plan, "undo ```sql\n      ALTER TABLE orders DROP COLUMN note;\n    ```", &format!("undo manual \"{text}\""));
    catches(rule, &manual(" "));
    silent(rule, &manual("Drop the column"));
}

#[test]
fn irreversible_is_an_answer() {
    let rule = "reversal/undeclared";
    let plan = example(rule, "Caught");
    silent(
        rule,
        &with(&plan, "  change move-notes", "  irreversible change move-notes").replace(
            "      INSERT INTO notes SELECT id, note FROM orders;\n    ```\n",
            "      INSERT INTO notes SELECT id, note FROM orders;\n    ```\n    recover forward \"Leave them\"\n",
        ),
    );
    catches(rule, &with(&plan, "    do ```sql\n      INSERT", "    destroys notes\n    do ```sql\n      INSERT"));
}

#[test]
fn what_depends_on_nothing_may_stay() {
    let rule = "order/undo-leaves-dependant";
    let plan = example(rule, "Caught");
    // Where the dependant can't be in place, it can't be left.
    silent(rule, &with(&plan, "  applies from new-app\n  undo add-note\n", "  applies from new-app\n  undo new-app\n"));
    silent(rule, &with(&plan, "  applies from new-app\n  undo add-note\n", "  applies from new-app\n  undo everything\n"));
    silent(rule, &with(&plan, "  applies from new-app\n  undo add-note\n", "  applies from new-app\n  undo migrate\n"));
    // Rows that are gone need nothing.
    let gone = |code: &str| {
        let change = format!("irreversible change new-app \"Old orders go\" on db {{\n    do ```sql\n      {code};\n    ```\n");
        with(&plan, "change new-app \"The application writes notes\" on db {\n    do manual \"Deploy release 2\"\n", &change)
            .replace("    undo manual \"Deploy release 1\"\n    undo takes 3m\n", "    recover forward \"Nobody needs them\"\n")
    };
    silent(rule, &gone("DELETE FROM orders WHERE note = 'test'"));
    catches(rule, &gone("DROP INDEX orders_note"));
}

#[test]
fn every_position_behind_the_first_wants_a_scenario() {
    let rule = "decision/no-scenario";
    let plan = example(rule, "Mended");
    catches(rule, &with(&plan, "  applies until new-app\n", "  applies from new-app\n"));
    catches(rule, &with(&plan, "  applies from new-app\n", ""));
    silent(rule, &with(&plan, "  applies until new-app\n", "  applies until new-app\n  goes forward\n"));
    let end = plan.find("scenario back ").unwrap();
    catches(rule, &plan[..end]);
}

#[test]
fn a_trigger_must_find_its_scenario() {
    let rule = "decision/trigger-after-return";
    let plan = example(rule, "Caught");
    // It may fire before and after: what remains open is a warning still.
    catches(rule, &with(&plan, "  active from new-app\n", ""));
    silent(rule, &with(&plan, "  active from new-app\n", "  active until new-app\n"));
    silent(rule, &with(&plan, "  run back\n", "  run back\n  run back-with-app\n"));
    silent(rule, &with(&plan, "  run back\n", "  run back\n  investigate \"Ask the team\"\n"));
}

#[test]
fn a_trigger_may_lead_to_people() {
    let rule = "decision/trigger-unmapped";
    let plan = example(rule, "Caught");
    let answer =
        |line: &str| with(&plan, "  when \"p95 of orders\" > 2s for 5m\n", &format!("  when \"p95 of orders\" > 2s for 5m\n  {line}\n"));
    silent(rule, &answer("investigate \"Look at the slow log\""));
    silent(rule, &answer("continue \"Slow is not wrong\""));
    silent(rule, &with(&plan, "trigger slow-orders", "severity high {\n  run back\n}\n\ntrigger slow-orders"));
}

#[test]
fn the_promise_is_the_scenarios_own_where_it_has_one() {
    let rule = "time/rto-exceeded";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  applies from add-note\n", "  applies from add-note\n  rto 13m\n"));
    silent(rule, &with(&plan, "  rto 10m\n", ""));
    silent(rule, &with(&plan, "  rto 10m\n", "  rto 13m\n"));
    catches(rule, &with(&plan, "  rto 10m\n", "  rto 12m59s\n"));
    catches(rule, &with(&plan, "takes 8m", "takes 1m to 8m"));
    let parallel = "  parallel {\n    manual drain \"Wait\" takes 8m\n    manual tell \"Tell the customers\" takes 5m\n  }\n";
    let side = with(&plan, "  manual drain \"Wait until the queue is empty\" takes 8m\n", parallel);
    silent(rule, &with(&side, "  undo add-note takes 5m\n", "  undo add-note takes 2m\n"));
    catches(rule, &side);
}

#[test]
fn what_is_used_anywhere_is_used() {
    let rule = "reference/unused";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  undo add-note\n", "  undo add-note\n  verify orders-answer\n"));
    let param = |code: &str| {
        with(&example(rule, "Mended"), "phase migrate", "param batch \"Rows a batch\" int = 100\n\nphase migrate")
            .replace("ADD COLUMN note text;", code)
    };
    catches(rule, &param("ADD COLUMN note text;"));
    silent(rule, &param("ADD COLUMN note text; -- $RBK_PARAM_BATCH"));
    silent(rule, &param("ADD COLUMN note text DEFAULT :'rbk_param_batch';"));
}

#[test]
fn an_acceptance_holds_where_it_stands_and_until_its_date() {
    let plan = example("accept/no-reason", "Mended");
    // What else could be said of so short a plan is none of this test's business.
    let codes =
        |plan: &str| codes(plan).into_iter().filter(|code| code.starts_with("accept/") || *code == "time/rto-exceeded").collect::<Vec<_>>();
    let line = "  accept time/rto-exceeded because \"the flag hides an unfinished page; nobody waits for it\"";
    let until = |date: &str| with(&plan, line, &format!("{line} until {date}"));
    assert_eq!(codes(&plan), [""; 0]);
    assert_eq!(codes(&until("2026-03-07")), [""; 0], "the tests' today is its last day");
    assert_eq!(codes(&until("2026-03-06")), ["time/rto-exceeded", "accept/expired"]);
    // At top level it holds for the whole plan; in another declaration it does not.
    let without = with(&plan, &format!("{line}\n"), "");
    assert_eq!(codes(&without), ["time/rto-exceeded"]);
    assert_eq!(codes(&format!("{}\n\n{without}", line.trim_start())), [""; 0]);
    let elsewhere = with(&without, "    do manual \"Rename the flag\"\n", &format!("    do manual \"Rename the flag\"\n  {line}\n"));
    assert_eq!(codes(&elsewhere), ["accept/unused", "time/rto-exceeded"]);
    // What says what the plan means can't be lived with.
    assert_eq!(codes(&format!("accept order/cycle because \"it works\"\n\n{without}")), ["accept/unknown-rule", "time/rto-exceeded"]);
}

#[test]
fn sql_that_no_bundle_can_carry_out_is_told_by_check_once() {
    let rule = "form/own-transaction";
    let plan = example("reversal/hollow-undo", "Mended");
    let column = "      ALTER TABLE orders ADD COLUMN note text;\n";
    catches(rule, &with(&plan, column, &format!("      BEGIN;\n{column}      COMMIT;\n")));
    silent(rule, &with(&plan, column, &format!("      SAVEPOINT a;\n{column}      RELEASE a;\n")));
    // An undo that only rolls back is hollow; that is said, and enough.
    let hollow = with(&plan, "ALTER TABLE orders DROP COLUMN note;", "ROLLBACK;");
    catches("reversal/hollow-undo", &hollow);
    silent(rule, &hollow);
}

#[test]
fn the_release_that_runs_is_used_by_undo_auto() {
    let rule = "reference/unused";
    let plan = r#"
plan promote "Promote" {
  rto 10m
}
target app "The app" manual
release one "Release 1" of app {
  running
  deploy manual "Promote release 1"
}
release two "Release 2" of app {
  deploy manual "Promote release 2"
}
phase switch "Switch" at T {
  change promoted "Release 2 runs" on app {
    do deploy two
    undo auto
  }
}
scenario back "Back" {
  applies from promoted
  undo promoted
}
"#;
    silent(rule, plan);
    catches(rule, &with(plan, "phase switch", "release none \"No release\" of app {\n  deploy manual \"Stop the app\"\n}\nphase switch"));
}

#[test]
fn an_undo_takes_away_what_the_plan_has_brought() {
    let rule = "reversal/not-ours";
    let plan = |forward: &str, back: &str| {
        format!(
            "plan p \"P\" {{\n  rto 1h\n}}\ntarget db \"D\" postgres {{ url $DATABASE_URL }}\nphase m \"M\" at T {{\n  change first \"F\" on db {{\n    \
             do ```sql\n      ALTER TABLE orders ADD COLUMN mark text;\n    ```\n    undo auto\n  }}\n  change second \"S\" on db {{\n    do \
             ```sql\n      {forward}\n    ```\n    undo ```sql\n      {back}\n    ```\n  }}\n}}\nscenario back \"B\" {{\n  applies from first\n  undo \
             everything\n}}\n"
        )
    };
    let index = "CREATE INDEX i ON orders (mark);";
    for (forward, back) in [
        ("CREATE TABLE orders_v2 (id int);", "DROP TABLE orders;"),
        ("CREATE TABLE orders_v2 (id int);", "DROP TABLE IF EXISTS orders;"),
        (index, "DROP INDEX i; TRUNCATE orders;"),
        (index, "DROP INDEX i; DELETE FROM orders;"),
        ("ALTER TABLE orders ADD COLUMN note text;", "ALTER TABLE orders DROP COLUMN notes;"),
        (index, "DROP SCHEMA shop CASCADE;"),
    ] {
        catches(rule, &plan(forward, back));
    }
    for (forward, back) in [
        ("CREATE TABLE orders_v2 (id int);", "DROP TABLE orders_v2;"),
        ("CREATE TABLE orders_v2 (id int);", "DROP TABLE IF EXISTS left_over;"),
        (index, "DROP INDEX i; ALTER TABLE orders DROP COLUMN mark;"),
        (index, "DELETE FROM orders WHERE mark = 'x';"),
        (index, "DELETE FROM orders; INSERT INTO orders SELECT * FROM kept;"),
        ("INSERT INTO orders SELECT * FROM staging;", "DELETE FROM orders;"),
        ("ALTER TABLE orders RENAME TO old; ALTER TABLE fresh RENAME TO orders;", "DROP TABLE orders; ALTER TABLE old RENAME TO orders;"),
        ("SELECT widen();", "DROP TABLE kept;"),
    ] {
        silent(rule, &plan(forward, back));
    }
    let step = "  step keep \"K\" on db {\n    do ```sql\n      CREATE TABLE kept AS SELECT * FROM orders;\n    ```\n  }\n  change second";
    catches(rule, &plan(index, "DROP TABLE kept;"));
    silent(rule, &with(&plan(index, "DROP TABLE kept;"), "  change second", step));
    let shell = |forward: &str, back: &str| {
        with(&plan(index, "X"), "target db", "target kafka \"K\" host { dir \"/opt/kafka\" }\ntarget db").replace(
            &format!("change second \"S\" on db {{\n    do ```sql\n      {index}\n    ```\n    undo ```sql\n      X\n"),
            &format!("change second \"S\" on kafka {{\n    do ```sh\n      {forward}\n    ```\n    undo ```sh\n      {back}\n"),
        )
    };
    let topics = |deed: &str, name: &str| format!("kafka-topics.sh --bootstrap-server k:9092 --{deed} --topic {name}");
    catches(rule, &shell(&topics("create", "orders-v2"), &topics("delete", "orders")));
    silent(rule, &shell(&topics("create", "orders-v2"), &topics("delete", "orders-v2")));
    silent(rule, &shell(&format!("./prepare; {}", topics("create", "orders-v2")), &topics("delete", "orders")));
}
