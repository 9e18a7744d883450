//! Backups, what they cover, what restores lose, and verdicts.

use super::{BY_HAND, backup, change, with_facts};
use crate::analysis::coverage::{Artifact, Cover};

const WRITER: &str = "writer w \"Writer\" writes db\n";

/// What the scenario `s` loses.
fn losses(settings: &str, body: &str) -> String {
    with_facts(settings, body, |plan, _, facts, findings| {
        assert_eq!(findings, []);
        let (id, _) = plan.scenarios.iter().find(|(_, scenario)| scenario.header.name == "s").expect("s");
        facts.loss(id).iter().map(|loss| loss.sentence.as_str()).collect::<Vec<_>>().join("\n")
    })
}

/// A plan that freezes, saves, changes, and thaws an hour later.
fn frozen(between: &str, scenario: &str) -> String {
    WRITER.to_owned()
        + &backup("b", "")
        + &format!(
            "phase p \"P\" at T-1h {{\n{}}}\nphase a \"A\" at T for 1h {{\n{}{between}{}}}\nphase on \"O\" at T+1h for 10m {{\n{}}}\nscenario s \"S\" {{\n{scenario}\n}}",
            if between.is_empty() { "take b\n" } else { "" },
            change("freeze", BY_HAND, "freezes db\n takes 1m\n undo takes 1m"),
            change("x", "undo restore b", "takes 30m"),
            change("thaw", BY_HAND, "thaws db\n undo takes 2m"),
        )
}

#[test]
fn writes_between_the_take_and_the_freeze_are_lost() {
    assert_eq!(
        losses("", &frozen("", "applies until thaw\n undo x")),
        "what is written to The database (`db`) from the take of `b` (T-1h) until “Do freeze” (T+1m) is lost: 1 h 1 min of writes at most"
    );
}

#[test]
fn a_take_while_frozen_loses_nothing_until_the_thaw() {
    assert_eq!(losses("", &frozen("take b\n", "applies until thaw\n undo x")), "");
    assert_eq!(
        losses("", &frozen("take b\n", "applies within 24h of on\n undo x")),
        "everything written to The database (`db`) from “Do thaw” (T+1h) until its restore (by T+25h30m) is lost: 1 day 30 min of writes at most"
            .replace("24h30m", "1d30m")
            .replace("T+25h30m", "T+1d1h30m")
    );
}

#[test]
fn a_freeze_of_the_scenario_ends_the_window() {
    let scenario =
        "applies within 1h of thaw\n step stop-writes \"Stop writes\" on db takes 1m {\n do manual \"x\"\n freezes db\n }\n undo x";
    assert_eq!(
        losses("", &frozen("take b\n", scenario)),
        "what is written to The database (`db`) from “Do thaw” (T+1h) until “Stop writes” in the rollback is lost: 1 h 11 min of writes at most"
    );
}

#[test]
fn undoing_the_freeze_before_the_restore_lets_writers_in() {
    assert_eq!(
        losses("", &frozen("take b\n", "applies until thaw\n undo freeze\n undo x")),
        "everything written to The database (`db`) from “Undo: Do freeze” in the rollback until its restore (by T+1h21m) is lost: \
         21 min of writes at most"
    );
}

#[test]
fn the_end_of_retention_bounds_what_nothing_else_does() {
    let body = WRITER.to_owned()
        + &backup("b", "")
        + &format!(
            "phase a \"A\" at T for 1h {{\ntake b\n{}}}\nscenario s \"S\" {{\n applies from x\n undo x\n}}",
            change("x", "undo restore b", "")
        );
    assert_eq!(
        losses("retain 7d", &body),
        "everything written to The database (`db`) from the take of `b` (T) until its restore (by T+7d1h20m) is lost: 7 days 1 h 20 min of writes at most"
    );
    assert_eq!(losses("", &body), "everything written to The database (`db`) from the take of `b` (T) until its restore is lost");
}

#[test]
fn where_nobody_writes_nothing_is_lost() {
    let body = frozen("take b\n", "applies from freeze\n undo x").replace("writes db", "writes other");
    assert_eq!(losses("", &body), "");
    let stopped = frozen("", "applies until thaw\n undo x").replace("freezes db", "stops w").replace("thaws db", "starts w");
    assert!(losses("", &stopped).contains("until “Do freeze” (T+1m) is lost: 1 h 1 min"));
}

#[test]
fn a_backup_of_some_tables_loses_what_was_written_to_these() {
    let body = frozen("", "applies until thaw\n undo x").replace("of db  {", "of db tables a, \"B\" {");
    assert!(
        losses("", &body).starts_with("what is written to `a`, `\"B\"` in The database (`db`) from the take of `b`"),
        "{}",
        losses("", &body)
    );
}

#[test]
fn what_the_scenario_keeps_aside_is_said() {
    let body = backup("aside", "") + &frozen("", "applies until thaw\n take aside\n undo x");
    assert!(losses("", &body).ends_with("1 h 1 min of writes at most; `aside` keeps a copy of it"));
}

#[test]
fn of_two_takes_each_is_the_last_for_a_while() {
    let body = WRITER.to_owned()
        + &backup("b", "")
        + &format!(
            "phase a \"A\" at T for 1h {{\ntake b\n{}}}\nphase c \"C\" at T+5h for 1h {{\n{}take b\n{}}}\nscenario s \"S\" {{\n applies from x within 6h of y\n restore b\n}}",
            change("x", BY_HAND, ""),
            change("freeze", BY_HAND, "freezes db\n takes 1m"),
            change("y", BY_HAND, ""),
        );
    // After the second take nothing is lost; before it, what came since the first.
    assert!(losses("", &body).starts_with("everything written to The database (`db`) from the take of `b` (T) until its restore"));
}

#[test]
fn covers_says_why_not() {
    let body = backup("whole", "")
        + &backup("some", "tables orders")
        + &backup("never", "")
        + &backup("late", "")
        + &format!(
            "phase a \"A\" at T {{\ntake whole, some\n{}{}take late\nchange z \"Z\" on other {{\n do manual \"x\"\n undo manual \"y\"\n}}\n}}",
            change("x", BY_HAND, "writes orders"),
            change("y", BY_HAND, "writes orders, users"),
        );
    with_facts("", &body, |plan, graph, facts, _| {
        let backup = |name: &str| plan.backups.iter().find(|(_, backup)| backup.header.name == name).expect("it is there").0;
        let change = |name: &str| plan.changes.iter().find(|(_, change)| change.header.name == name).expect("it is there").0;
        let covers = |of: &str, what: &str| facts.coverage.covers(plan, graph, backup(of), change(what));
        assert_eq!(covers("whole", "y"), Cover::Yes);
        assert_eq!(covers("some", "x"), Cover::Yes);
        assert_eq!(covers("some", "y"), Cover::NotHeld("users".to_owned()));
        assert_eq!(covers("never", "x"), Cover::NeverTaken);
        assert_eq!(covers("late", "x"), Cover::TakenLater);
        assert_eq!(covers("whole", "z"), Cover::OtherTarget);
    });
}

#[test]
fn what_code_touches_is_read_in_it() {
    let sql = |name: &str, code: &str| change(name, BY_HAND, "").replace("manual \"x\"", &format!("```sql\n  {code}\n ```"));
    let body = backup("dump", "tables orders")
        + &backup("copy", "tables orders").replace("pg_dump custom\n file \"copy.dump\"", "table-copy")
        + &format!(
            "phase a \"A\" at T {{\ntake dump, copy\n{}{}{}{}{}}}",
            sql("rows", "UPDATE Orders SET total = 1;"),
            sql("column", "ALTER TABLE public.orders DROP COLUMN note;"),
            sql("trigger", "CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION f();"),
            sql("function", "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"),
            sql("dynamic", "DO $$ BEGIN EXECUTE 'DROP TABLE ' || current_setting('app.old'); END $$;"),
        );
    with_facts("", &body, |plan, graph, facts, _| {
        let backup = |name: &str| plan.backups.iter().find(|(_, backup)| backup.header.name == name).expect("it is there").0;
        let change = |name: &str| plan.changes.iter().find(|(_, change)| change.header.name == name).expect("it is there").0;
        let covers = |of: &str, what: &str| facts.coverage.covers(plan, graph, backup(of), change(what));
        assert_eq!((covers("dump", "rows"), covers("copy", "rows")), (Cover::Yes, Cover::Yes));
        assert_eq!((covers("dump", "column"), covers("copy", "column")), (Cover::Yes, Cover::RowsOnly("public.orders.note".to_owned())));
        assert_eq!((covers("dump", "trigger"), covers("copy", "trigger")), (Cover::Yes, Cover::RowsOnly("orders.t".to_owned())));
        assert_eq!(covers("dump", "function"), Cover::NotHeld("f".to_owned()));
        assert_eq!(covers("dump", "dynamic"), Cover::Unknown);
    });
}

#[test]
fn restores_say_what_they_read() {
    let body = backup("b", "")
        + &backup("never", "")
        + &format!(
            "phase a \"A\" at T {{\n{}take b\n{}}}\nscenario s \"S\" {{\n applies from x\n restore b\n undo y\n restore b {{\n only if b is available\n }}\n restore never\n take b\n restore b\n}}",
            change("x", BY_HAND, ""),
            change("y", "undo restore b", ""),
        );
    with_facts("", &body, |plan, _, facts, _| {
        let restores: Vec<Artifact> =
            facts.restores(plan.scenarios.ids().next().expect("s")).iter().map(|restore| restore.artifact.clone()).collect();
        assert_eq!(
            restores,
            [Artifact::Missing(1..3), Artifact::Forward(0), Artifact::Asked, Artifact::None, Artifact::Own("take-b".to_owned())]
        );
    });
}

#[test]
fn verdicts_give_their_reason() {
    let sql = |name: &str, forward: &str, undo: &str| {
        format!("change {name} \"C\" on db {{\n do ```sql\n  {forward}\n  ```\n undo ```sql\n  {undo}\n  ```\n}}\n")
    };
    let body = backup("b", "")
        + "phase a \"A\" at T {\n"
        + &sql("plain", "CREATE TABLE t (a int);", "DROP TABLE t;")
        + &sql("adds", "ALTER TABLE t ADD COLUMN b int;", "ALTER TABLE t DROP COLUMN b;")
        + &sql("fills", "UPDATE t SET b = a;", "UPDATE t SET b = NULL;")
        + &sql("sets", "UPDATE t SET a = b;", "UPDATE t SET a = NULL;")
        + &sql("drops", "ALTER TABLE t DROP COLUMN a;", "ALTER TABLE t ADD COLUMN a int;")
        + &sql("hollow", "CREATE TABLE u (a int);", "-- nothing")
        + &sql("opaque", "DO $$ BEGIN END $$;", "SELECT undo();")
        + "change flag \"F\" on env {\n do set f to \"on\"\n undo auto\n}\n"
        + &change("early", "undo restore b", "")
        + "take b\n"
        + &change("saved", "undo restore b", "")
        + &change("hand", BY_HAND, "")
        + "change none \"N\" on db {\n do manual \"x\"\n}\n"
        + "irreversible change on \"O\" on db {\n do manual \"x\"\n recover forward \"Mend it\"\n}\n}\n";
    with_facts("", &body, |plan, _, facts, _| {
        let told: Vec<String> =
            plan.changes.iter().map(|(id, change)| format!("{}: {}", change.header.name, facts.verdict(id).reason)).collect();
        assert_eq!(
            told,
            [
                "plain: its author says how; rbk has not proved it; what was written to `t` meanwhile goes with it",
                "adds: its author says how; rbk has not proved it; what was written to `t.b` meanwhile goes with it",
                "fills: its author says how; rbk has not proved it",
                "sets: its author's undo can't bring back the data of `t`",
                "drops: its author's undo can't bring back the data of `t.a`",
                "hollow: its undo does nothing that rbk can see",
                "opaque: its author says how; what it does can't be read in it",
                "flag: “Flag” goes back to the value that was read when it was set",
                "early: by restoring “Backup b”, which is taken only after `early`",
                "saved: by restoring “Backup b”; what is written after it was taken is lost",
                "hand: a person takes it back; its author says how",
                "none: nothing says how it is taken back",
                "on: it can't be undone; one goes forward: Mend it",
            ]
        );
    });
}

#[test]
fn verdicts_on_shell_follow_what_it_does() {
    let sh = |name: &str, forward: &str, undo: &str| {
        format!("change {name} \"C\" on db {{\n do ```sh\n  {forward}\n  ```\n undo ```sh\n  {undo}\n  ```\n}}\n")
    };
    let body = "phase a \"A\" at T {\n".to_owned()
        + &sh("adds", "psql x -c 'CREATE TABLE t (a int)'", "psql x -c 'DROP TABLE t'")
        + &sh("drops", "ssh h \"psql x -c 'DROP TABLE old'\"", "psql x -c 'CREATE TABLE old (a int)'")
        + &sh("saved", "pg_dump -Fc -t old x > old.dump && psql x -c 'DROP TABLE old'", "pg_restore -d x old.dump")
        + &sh("fills", "psql x -c 'UPDATE t SET a = 1'", "true; systemctl start web")
        + &sh("file", "rm /etc/app.conf", "cp app.conf.bak /etc/app.conf")
        + &sh("files", "rm -rf /srv/data", "systemctl restart web")
        + &sh("scratch", "createdb s; psql s -c 'CREATE TABLE t (a int)'; dropdb s; touch done", "rm done")
        + &sh("looks", "systemctl stop web", "psql x -c 'SELECT 1'")
        + &sh("script", "./migrate.sh", "./migrate.sh back")
        + "}\n";
    with_facts("", &body, |plan, _, facts, _| {
        let told: Vec<String> =
            plan.changes.iter().map(|(id, change)| format!("{}: {}", change.header.name, facts.verdict(id).reason)).collect();
        assert_eq!(
            told,
            [
                "adds: its author says how; rbk has not proved it; what was written to `t` meanwhile goes with it",
                "drops: its author's undo can't bring back the data of `old`",
                "saved: its author says how; rbk has not proved it",
                "fills: its author's undo can't bring back the data of `t`",
                "file: its author says how; rbk has not proved it",
                "files: its author's undo can't bring back the data of `/srv/data`",
                "scratch: its author says how; rbk has not proved it",
                "looks: its undo does nothing that rbk can see",
                "script: its author says how; what it does can't be read in it",
            ]
        );
    });
}

#[test]
fn shell_that_only_hands_sql_on_says_what_it_touches() {
    let body = backup("b", "tables t")
        + "phase a \"A\" at T {\ntake b\n"
        + "change x \"X\" on db {\n do ```sh\n  docker exec -i db psql shop <<'SQL'\n  ALTER TABLE t ADD COLUMN b int;\n  SQL\n  ```\n undo restore b\n}\n"
        + "change y \"Y\" on db {\n do ```sh\n  ./other.sh\n  ```\n undo restore b\n}\n}\n";
    with_facts("", &body, |plan, graph, facts, _| {
        let (backup, _) = plan.backups.iter().next().expect("b");
        let covers: Vec<Cover> = plan.changes.iter().map(|(id, _)| facts.coverage.covers(plan, graph, backup, id)).collect();
        assert_eq!(covers, [Cover::Yes, Cover::Unknown]);
    });
}
