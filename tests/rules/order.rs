//! What comes before what, and what one step leaves to another: variations that are caught, and near misses.

use super::near::{catches, example, silent, with};

#[test]
fn a_copy_wants_its_writers_stopped_before_and_not_behind() {
    let rule = "order/writers-not-frozen";
    let plan = example(rule, "Caught");
    catches(rule, &with(&plan, "    stops shop\n", "").replace("    starts shop\n", ""));
    catches(rule, &with(&plan, "    writes orders\n", "    destroys orders.note\n"));
    silent(rule, &with(&plan, "writer shop \"The shop\" writes db\n", "").replace("    stops shop\n", "").replace("    starts shop\n", ""));
    // A statement of SQL sees one moment.
    silent(
        rule,
        &with(
            &plan,
            "    do ```sh\n      ./copy-notes-back\n    ```\n",
            "    do ```sql\n      UPDATE orders SET remark = note;\n    ```\n",
        ),
    );
    // Let in again too early.
    let mended = example(rule, "Mended");
    let start = &mended[mended.find("  step start-shop").unwrap()..mended.rfind("}\n").unwrap()];
    catches(rule, &with(&mended, start, "").replace("  step copy-back", &format!("{start}  step copy-back")));
    // Frozen by the migration, wherever the scenario applies.
    let frozen = with(
        &plan,
        "  change add-note \"Orders have a note\" on db {\n",
        "  change add-note \"Orders have a note\" on db {\n    freezes db\n",
    );
    silent(rule, &frozen);
}

#[test]
fn people_come_when_one_of_their_systems_takes_writes() {
    let rule = "order/violation";
    let plan = example(rule, "Caught");
    let second =
        with(&plan, "writes db\n", "writes db, other\n").replace("writer shop", "target other \"Another store\" manual\n\nwriter shop");
    silent(rule, &second);
    silent(rule, &with(&plan, "  undo shop-closed\n", "").replace("from shop-closed", "from shop-down"));
    catches(
        rule,
        &with(
            &plan,
            "  undo shop-down\n",
            "  manual open \"Open the shop\" {\n    do manual \"Point the load balancer to the shop.\"\n    starts shop\n  }\n",
        )
        .replace("applies from", "limits \"None.\"\n  applies from"),
    );
}

#[test]
fn what_is_asked_in_between_is_no_blind_step() {
    let rule = "order/unchecked-predecessor";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "    else continue\n", ""));
    silent(rule, &with(&plan, "    do ```sql\n      TRUNCATE", "    confirm \"Empty them?\"\n    do ```sql\n      TRUNCATE"));
    silent(rule, &with(&plan, "    do ```sql\n      TRUNCATE", "    needs orders-answer\n    do ```sql\n      TRUNCATE"));
    silent(rule, &with(&plan, "TRUNCATE new_orders", "ALTER TABLE new_orders ADD COLUMN done boolean"));
    catches(rule, &with(&plan, "    writes orders\n", "    writes orders\n    verify orders-answer\n"));
}

#[test]
fn a_fallback_may_be_careful() {
    let rule = "order/unsafe-fallback";
    let plan = example(rule, "Caught");
    let restore = "      restore before-load\n";
    silent(rule, &with(&plan, restore, "      restore before-load {\n        only if before-load is available\n      }\n"));
    silent(rule, &with(&plan, restore, "      verify orders-answer\n      restore before-load\n"));
    silent(rule, &with(&plan, restore, "      manual look \"Look at the log\"\n      restore before-load\n"));
    let elsewhere = "scenario wipe \"Start over\" {\n  restore before-load\n}\n";
    let run = with(&plan, "    else {\n      restore before-load\n    }\n", "    else run wipe\n");
    catches(rule, &format!("{run}\n{elsewhere}"));
    let approved = with(elsewhere, "{\n", "{\n  approve lead\n");
    silent(rule, &format!("{run}\nrole lead \"Lead\" {{ contact \"lead@example.org\" }}\n\n{approved}"));
    // What was saved on the way may be thrown away.
    let saved = "backup as-found \"As found\" of db {\n  method pg_dump custom\n  file \"backups/as-found.dump\"\n  note \"For disputes.\"\n}\n\nphase migrate";
    silent(rule, &with(&with(&plan, "phase migrate", saved), "  step migrate-back", "  take as-found\n  step migrate-back"));
}

#[test]
fn what_is_closed_is_opened_or_left_so_by_word() {
    let rule = "reversal/unpaired";
    let plan = example(rule, "Caught");
    let frozen = with(&plan, "    stops shop\n", "    freezes db\n");
    catches(rule, &frozen);
    silent(rule, &with(&frozen, "  applies from add-note\n", "  applies from add-note\n  leaves db frozen\n"));
    let mended = example(rule, "Mended");
    catches(rule, &with(&mended, "    starts shop\n", "    only if orders-answer\n    starts shop\n"));
    // What the migration had frozen, and keeps so.
    let before = with(
        &frozen,
        "  change add-note \"Orders have a note\" on db {\n",
        "  change add-note \"Orders have a note\" on db {\n    freezes db\n",
    );
    silent(rule, &before);
}

#[test]
fn what_was_opened_again_is_closed_without_it() {
    let rule = "reversal/unpaired";
    let plan = "plan p \"P\" {\n  rto 1h\n}\ntarget db \"D\" postgres { url $DATABASE_URL }\ntarget page \"P\" manual\nwriter shop \"S\" writes \
                db\nphase m \"M\" at T {\n  change closed \"C\" on page {\n    do manual \"Close it\"\n    undo manual \"Open it\"\n    stops shop\n    \
                freezes db\n  }\n  change opened \"O\" on page {\n    do manual \"Open it\"\n    undo manual \"Close it\"\n    starts shop\n    thaws \
                db\n  }\n}\nscenario back \"B\" {\n  applies from opened\n  undo opened, closed\n}\n";
    silent(rule, plan);
    let half = with(plan, "undo opened, closed", "undo opened");
    catches(rule, &half);
    catches(rule, &with(&half, "    freezes db\n", ""));
    catches(rule, &with(&half, "  undo opened\n", "  undo opened\n  manual start \"S\" {\n    starts shop\n  }\n"));
    silent(rule, &with(&half, "  undo opened\n", "  leaves db frozen\n  undo opened\n"));
    let opens = "undo opened\n  manual open \"Open it\" {\n    starts shop\n    thaws db\n  }";
    silent(rule, &with(&half, "undo opened", opens));
    // What was never closed is not closed by going back.
    silent(rule, &with(&half, "    stops shop\n    freezes db\n", ""));
}

#[test]
fn what_is_run_after_a_failure_opens_what_was_closed() {
    let rule = "reversal/unpaired";
    let plan = example(rule, "Mended");
    let fails = with(&plan, "  undo add-note\n", "  undo add-note {\n    else run by-hand\n  }\n");
    let other = |steps: &str| format!("{fails}\nscenario by-hand \"By hand\" {{\n  applies from add-note\n{steps}  undo add-note\n}}\n");
    catches(rule, &other(""));
    silent(rule, &other("  leaves db frozen\n"));
    silent(rule, &other("  manual open \"Open\" {\n    starts shop\n  }\n"));
    catches(rule, &other("  manual open \"Open\" {\n    only if orders-answer\n    starts shop\n  }\n"));
    // Before it was stopped, nothing has to be started.
    let early = with(
        &plan,
        "  step stop-shop",
        "  step look \"Look\" on db {\n    do ```sql\n      SELECT 1;\n    ```\n    else run by-hand\n  }\n  step stop-shop",
    );
    silent(rule, &format!("{early}\nscenario by-hand \"By hand\" {{\n  applies from add-note\n  undo add-note\n}}\n"));
}

#[test]
fn a_mirror_matters_to_whoever_goes_back_to_it() {
    let rule = "reversal/burns-bridge";
    let plan = example(rule, "Caught");
    silent("reversal/unpaired", &plan);
    catches(rule, &with(&plan, "  escalates to back after 30m\n", ""));
    silent(rule, &with(&plan, "writer shop \"The shop\" writes new", "writer shop \"The shop\" writes new, old"));
    silent(rule, &with(&plan, "  escalates to back after 30m\n", "").replace("  level 2\n", ""));
    let brings =
        "  undo shop-on-new\n  step level \"Copy what it lacks\" on old {\n    writes orders\n    do ```sh\n      ./level\n    ```\n  }\n";
    silent(rule, &with(&plan, "  undo shop-on-new\n", brings));
}

#[test]
fn a_release_runs_where_what_it_needs_is_there() {
    let rule = "reversal/release-needs-dropped";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "DROP TABLE legacy_orders", "DROP TABLE other_orders"));
    silent(
        rule,
        &with(&plan, "  needs legacy_orders\n", "")
            .replace("  deploy manual \"Promote version 1.\"", "  deploy manual \"Promote version 1.\"\n  running"),
    );
    silent(rule, &with(&plan, "  deploy shop-1 takes 5m\n", "  restore before-load\n  deploy shop-1 takes 5m\n"));
}

#[test]
fn a_flag_counts_only_when_something_puts_it_into_force() {
    let rule = "order/not-in-effect";
    let plan = example(rule, "Caught");
    catches(rule, &with(&plan, "  undo switched\n", "  set new-orders to \"off\"\n"));
    silent(rule, &with(&plan, "  undo switched\n", "  undo everything\n  manual restart-back \"Restart the API\"\n"));
    silent(
        rule,
        &with(
            &plan,
            "  undo switched\n",
            "  parallel {\n    manual restart-back \"Restart the API\"\n    set new-orders to \"off\"\n  }\n",
        ),
    );
    let only_before = with(&plan, "  undo switched\n", "  manual restart-back \"Restart the API\"\n  undo switched\n");
    catches(rule, &only_before);
    silent(rule, &with(&plan, "  takes effect after restart\n", ""));
    // Before the API was restarted with it, the new value is not in force.
    let later = "}\n\nphase later \"Later\" at T+1h {\n  change noted \"N\" on api {\n    do manual \"Write it down\"\n    undo manual \"Strike it out\"\n  }\n  step restart";
    let split = with(&plan, "  step restart", later);
    catches(rule, &split);
    silent(rule, &with(&split, "applies from switched\n", "applies from switched until later\n"));
    // The other way round in the migration, nothing is ever in force.
    let (head, tail) = (plan.find("  change switched").unwrap(), plan.find("  step restart").unwrap());
    let end = plan.find("}\n\nscenario").unwrap();
    let turned = format!("{}{}{}{}", &plan[..head], &plan[tail..end], &plan[head..tail], &plan[end..]);
    catches(rule, &turned);
}

#[test]
fn what_a_release_needs_stays_while_it_runs() {
    let rule = "order/release-still-needs";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  undo added\n  undo switched\n", "  undo switched\n  undo added\n"));
    // Where it is never replaced, that is another finding.
    silent(rule, &with(&plan, "  undo added\n  undo switched\n", "  undo added\n"));
    let closed =
        "  manual close \"Close\" {\n    stops web\n  }\n  undo added\n  undo switched\n  manual open \"Open\" {\n    starts web\n  }\n";
    silent(rule, &with(&plan, "  undo added\n  undo switched\n", closed));
    silent(rule, &with(&plan, "      ALTER TABLE customers DROP COLUMN number;\n", "      UPDATE customers SET number = NULL;\n"));
    let mended = example(rule, "Mended");
    let renamed = with(
        &mended,
        "ALTER TABLE customers ADD COLUMN number text;\n      UPDATE customers SET number = phone;",
        "ALTER TABLE customers RENAME phone TO number;",
    );
    let renamed = with(&renamed, "ALTER TABLE customers DROP COLUMN number;", "ALTER TABLE customers RENAME number TO phone;");
    catches(rule, &renamed);
    silent(rule, &with(&renamed, "  change added", "  manual close \"Close\" {\n    stops web\n  }\n  change added"));
    let nobody = with(&renamed, "writer web \"The application\" writes db\n", "");
    catches(rule, &nobody);
    silent(rule, &with(&nobody, "  change added", "  manual close \"Stop the application\"\n  change added"));
}

#[test]
fn undos_that_are_written_apart_stand_in_their_order() {
    let rule = "order/undo-out-of-order";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  undo notes\n  undo authors\n", "  undo authors\n  undo notes\n"));
    catches(rule, &with(&plan, "undo ```sql\n      DROP TABLE notes;\n    ```", "undo auto"));
    // The column may be gone, its table may not.
    catches(rule, &with(&plan, "DROP COLUMN author;", "DROP COLUMN IF EXISTS author;"));
    silent(rule, &with(&plan, "ALTER TABLE notes DROP COLUMN author;", "DROP TABLE IF EXISTS notes;"));
    // What does not meet may go in any order.
    silent(rule, &with(&plan, "ALTER TABLE notes", "ALTER TABLE orders"));
    let after = with(&plan, "ALTER TABLE notes", "ALTER TABLE orders");
    let after = with(
        &after,
        "change authors \"Notes have an author\" on db {\n",
        "change authors \"Notes have an author\" on db {\n    after notes\n",
    );
    catches(rule, &after);
    silent(rule, &with(&after, "  undo notes\n  undo authors\n", "  undo authors\n  undo notes\n"));
    let guarded = with(&plan, "  undo notes\n", "  undo notes {\n    only if authors is applied\n  }\n");
    silent(rule, &guarded);
}
