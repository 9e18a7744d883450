//! What is saved, for how long, and what going back loses: variations that are caught, and near misses.

use rbk::diagnostic::Severity;

use super::near::{catches, example, silent, with};

#[test]
fn a_loss_is_held_against_its_promise() {
    let rule = "time/rpo-exceeded";
    let plan = example(rule, "Caught");
    catches(rule, &with(&plan, "  applies from load-orders-v2\n", "  applies from load-orders-v2\n  loses at most 3h\n"));
    let bounded = with(&plan, "phase load \"Load\" at T {", "phase load \"Load\" at T for 1h {");
    let within = |most: &str| {
        let said = format!("  applies from load-orders-v2 within 1h of load-orders-v2\n  loses at most {most}\n");
        with(&bounded, "  applies from load-orders-v2\n", &said)
    };
    silent(rule, &within("3h"));
    catches(rule, &within("2h"));
    silent(rule, &with(&plan, "  rpo 5m\n", ""));
    // Nothing that is declared writes to it.
    let other = with(&plan, "writer shop \"The shop\" writes db", "target cache \"Cache\" manual\n\nwriter shop \"The shop\" writes cache");
    silent(rule, &other);
    // What the scenario saves before it restores is not lost.
    let second = "backup as-found \"As the rollback found them\" of db {\n  method pg_dump custom\n  file \"backups/found.dump\"\n  note \"For disputes.\"\n}\n\nphase load";
    let kept = with(&with(&plan, "phase load", second), "  undo load-orders-v2\n", "  take as-found\n  undo load-orders-v2\n");
    silent(rule, &kept);
}

#[test]
fn a_loss_that_is_written_down_is_declared() {
    let rule = "reversal/undeclared-loss";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  retain 7d\n", "  retain 7d\n  rpo 1h\n"));
    silent(rule, &with(&plan, "  applies from load-orders-v2\n", "  applies from load-orders-v2\n  loses at most 1h\n"));
    silent(rule, &with(&plan, "writer shop \"The shop\" writes db\n", ""));
}

#[test]
fn a_take_before_the_freeze_is_made_up_for_by_one_behind_it() {
    let rule = "backup/before-freeze";
    let plan = example(rule, "Caught");
    let both = with(&plan, "  change load-orders-v2", "  take before-load\n  change load-orders-v2");
    silent(rule, &both);
    silent(rule, &with(&plan, "  retain 7d\n", "  retain 7d\n  rpo 2d\n"));
    silent(rule, &with(&plan, "writer shop \"The shop\" writes db\n", ""));
    silent(rule, &with(&plan, "    freezes db\n", ""));
    // Some tables behind the freeze do not make up for all before it.
    let some =
        "backup staged \"Staged orders\" of db tables staging {\n  method table-copy\n  note \"To look things up.\"\n}\n\nphase save";
    catches(rule, &with(&with(&plan, "phase save", some), "  change load-orders-v2", "  take staged\n  change load-orders-v2"));
    // Where nothing restores it, another way may lead back.
    let severity = |plan: &str| super::check(plan).1.into_iter().find(|finding| finding.code == rule).map(|finding| finding.severity);
    let by_hand = with(&plan, "undo restore before-load", "undo manual \"Take them out one by one\"");
    assert_eq!((severity(&plan), severity(&by_hand)), (Some(Severity::Error), Some(Severity::Warning)));
}

#[test]
fn a_backup_may_be_kept_for_people() {
    let rule = "backup/never-used";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  keep 14d\n", "  keep 14d\n  note \"For disputes about a single order.\"\n"));
    silent(
        rule,
        &with(&plan, "  undo load-orders-v2\n", "  undo load-orders-v2\n  manual look \"Look single orders up in before-load.\"\n"),
    );
    catches(rule, &with(&plan, "phase load", "# before-load is for disputes.\nphase load"));
    silent(rule, &with(&plan, "  undo load-orders-v2\n", "  undo load-orders-v2\n  restore before-load\n"));
}

#[test]
fn a_backup_is_kept_until_nobody_needs_it() {
    let rule = "backup/expires-early";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  retain 7d\n", "  retain 2d\n"));
    silent(rule, &with(&plan, "  retain 7d\n", ""));
    silent(rule, &with(&plan, "  keep 3d\n", ""));
    silent(rule, &with(&plan, "  applies from load-orders-v2\n", "  applies from load-orders-v2 within 24h of load-orders-v2\n"));
    // What the scenario takes itself is young.
    silent(
        rule,
        &with(&plan, "  undo load-orders-v2\n", "  take before-load\n  restore before-load\n")
            .replace("undo restore before-load", "undo manual \"Take them out\""),
    );
}

#[test]
fn what_was_written_elsewhere_comes_back_by_a_step_or_is_given_up_by_word() {
    let rule = "reversal/leaves-writes-behind";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "  applies from v1-closed\n", "  applies from v1-closed until v2-open\n").replace("  undo v2-open\n", ""));
    silent(rule, &with(&plan, "  applies from v1-closed\n", "  applies from v1-closed\n  loses at most 1h\n"));
    silent(rule, &with(&plan, "    thaws v2\n", ""));
    // Nobody is let in again.
    silent(rule, &with(&plan, "  undo v1-closed\n", "").replace("applies from v1-closed", "applies from v2-open"));
    let by_hand = "  manual enter \"Enter them by hand\" takes 1h {\n    writes orders\n    do manual \"Enter every order of the new shop into the old one.\"\n  }\n  undo v1-closed\n";
    silent(rule, &with(&plan, "  undo v1-closed\n", by_hand));
    // Both were closed for a while, and both are open again.
    let again = "  change v1-open \"And the old one\" on v1 {\n    thaws v1\n    do manual \"Open it\"\n    undo manual \"Close it\"\n  }\n}\n\nscenario back";
    silent(rule, &with(&plan, "}\n\nscenario back", again));
}

#[test]
fn what_waits_for_a_backup_does_not_meet_it() {
    let rule = "backup/during-ddl";
    let plan = example(rule, "Caught");
    silent(rule, &with(&plan, "    take before\n", "    take before after index-gone\n"));
    for (sql, is_told) in [
        ("ALTER TABLE orders ADD COLUMN state text;", true),
        ("TRUNCATE staging;", true),
        ("INSERT INTO orders DEFAULT VALUES;", false),
        ("CREATE INDEX CONCURRENTLY i ON orders (state);", false),
        ("ALTER TABLE orders VALIDATE CONSTRAINT positive;", false),
    ] {
        let other = with(&plan, "DROP INDEX orders_by_state;", sql);
        if is_told { catches(rule, &other) } else { silent(rule, &other) }
    }
    let apart = "target archive \"Archive\" postgres { url $ARCHIVE_URL }\n\nphase migrate";
    let elsewhere = with(&with(&plan, "phase migrate", apart), "is gone\" on db {", "is gone\" on archive {");
    silent(rule, &elsewhere);
}

#[test]
fn two_names_of_one_system_are_told() {
    let rule = "reference/target-mismatch";
    let plan = example(rule, "Caught");
    catches(rule, &with(&plan, "url $DATABASE_URL", "url \"postgresql://db/shop\""));
    silent(rule, &with(&plan, "archive\" postgres { url $DATABASE_URL }", "archive\" postgres { url $ARCHIVE_URL }"));
    silent(rule, &with(&plan, "UPDATE orders SET", "UPDATE lists SET"));
    let host = |name: &str| format!("target {name} \"An app\" host {{\n  ssh \"deploy@web\"\n  dir \"/srv/{name}\"\n}}\n");
    let apps = &format!("{}{}\nphase migrate", host("one"), host("two"));
    silent(rule, &with(&example(rule, "Mended"), "phase migrate", apps));
}

#[test]
fn a_client_goes_where_the_plan_looks() {
    let rule = "reference/target-mismatch";
    let plan = |url: &str, script: &str| {
        format!(
            "plan p \"P\" {{\n  rto 1h\n}}\ntarget db \"D\" postgres {{ url {url} }}\nphase m \"M\" at T {{\n  change c \"C\" on db {{\n    do ```sql\n      \
             ALTER TABLE orders ADD COLUMN note text;\n    ```\n    undo auto\n  }}\n  step s \"S\" on db {{\n    do ```sh\n      {}\n    ```\n  \
             }}\n}}\nscenario back \"B\" {{\n  applies from c\n  undo c\n}}\n",
            script.replace('\n', "\n      ")
        )
    };
    let shop = "\"postgresql://db.example/shop\"";
    for script in
        ["psql -d shop_stage -c 'UPDATE orders SET note = 1'", "psql postgresql://db.example/other -c 'DELETE FROM orders WHERE id = 1'"]
    {
        catches(rule, &plan(shop, script));
        silent(rule, &plan("$DATABASE_URL", script));
    }
    for script in [
        "psql -d shop -c 'UPDATE orders SET note = 1'",
        "psql postgresql://other.example/shop -c 'UPDATE orders SET note = 1'",
        "psql -c 'UPDATE orders SET note = 1'",
        "psql \"$OTHER\" -c 'UPDATE orders SET note = 1'",
        "psql -d stats -c 'SELECT 1'",
        "psql -d postgres -c 'ALTER ROLE app NOLOGIN'",
        "createdb scratch\npsql -d scratch -c 'CREATE TABLE t (id int)'\ndropdb scratch",
    ] {
        silent(rule, &plan(shop, script));
    }
}
