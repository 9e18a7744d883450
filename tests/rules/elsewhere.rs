//! Names that people look for are found: by a rule of that name, or as `docs/rules.md` says, each shown by a plan; and what other
//! linters of migrations find is found, or the table says why not.

use std::fmt::Write as _;
use std::fs;

use rbk::rules::{REGISTRY, elsewhere};

use super::{codes, shown};
use crate::corpus::root;

/// Every name of the catalogue, by group.
const WANTED: [(&str, &str); 12] = [
    (
        "backup",
        "never-taken never-used format-mismatch scope-too-narrow missing unverified before-freeze expires-early same-failure-domain \
         name-not-bound relative-path during-ddl",
    ),
    (
        "reversal",
        "undeclared hollow-undo not-exact destroys-new-data may-fail lossy-conversion not-ours keeps-new-objects incomplete cascade \
         ledger-not-rewound relative undeclared-loss reads-destroyed release-needs-dropped burns-bridge not-atomic unpaired \
         claim-contradicted",
    ),
    (
        "order",
        "cycle violation undo-leaves-dependant unchecked-predecessor writers-not-frozen unsafe-fallback unpaired-checkpoint unreachable",
    ),
    (
        "time",
        "rto-exceeded rpo-exceeded outside-window decision-too-late decision-too-early criterion-does-not-fit gap overlap open-ended \
         no-estimate",
    ),
    (
        "decision",
        "trigger-unmapped trigger-after-return unmeasurable conflict criteria-gap escalation-undefined no-way-forward \
         contradictory-precondition gate-without-probe no-scenario",
    ),
    ("check", "missing no-expectation vacuous exit-status-lies no-baseline partial has-side-effects never-ends wrong-target"),
    (
        "reference",
        "unknown unused duplicate missing-file undeclared-variable target-mismatch dead-flag contradictory-settings undefined-ref \
         floating-ref unknown-object",
    ),
    ("people", "no-owner no-contact placeholder unsent-message unannounced action-without-means post-unowned"),
    (
        "sql",
        "drop-table drop-column drop-schema drop-database drop-partition truncate unbounded-delete unbounded-update drop-cascade \
         narrowing enum-value-removed enum-value-added in-place-transform needs-own-transaction implicit-commit multi-object-drop \
         invalid-index-hidden set-not-null-on-data unique-on-data drop-connected-database wrong-language removed-in-version \
         modify-drops-attributes rename new-write-restriction type-change no-lock-timeout non-concurrent-index table-rewrite \
         unvalidated-constraint opaque",
    ),
    ("sh", "destructive sql-inside no-fail-fast cd-drift not-exported runs-forever unpinned deprecated secret-on-command-line shellcheck"),
    ("accept", "unused expired unknown-rule no-reason"),
    ("form", "own-transaction wrong-language"),
];

/// A plan with SQL or shell that shows a name: its dialect, the code, and what takes it back.
const CODE: &[(&str, &str, &str, &str)] = &[
    ("sql/drop-table", "postgres", "DROP TABLE t;", BACK),
    ("sql/drop-column", "postgres", "ALTER TABLE t DROP COLUMN a;", BACK),
    ("sql/drop-schema", "postgres", "DROP SCHEMA app;", BACK),
    ("sql/drop-database", "postgres", "DROP DATABASE d;", BACK),
    ("sql/drop-partition", "mysql", "ALTER TABLE t DROP PARTITION p1;", BACK),
    ("sql/truncate", "postgres", "TRUNCATE t;", BACK),
    ("sql/unbounded-delete", "postgres", "DELETE FROM t;", BACK),
    ("sql/unbounded-update", "postgres", "UPDATE t SET a = md5(a);", BACK),
    ("sql/drop-cascade", "postgres", "DROP TABLE t CASCADE;", BACK),
    ("sql/narrowing", "postgres", "ALTER TABLE t ALTER COLUMN a TYPE int USING a::int;", "ALTER TABLE t ALTER COLUMN a TYPE text;"),
    ("sql/enum-value-removed", "postgres", "ALTER TABLE t ALTER COLUMN m TYPE mood USING m::text::mood;", BACK),
    ("sql/implicit-commit", "mysql", "START TRANSACTION; ALTER TABLE t ADD COLUMN a int; COMMIT;", BACK),
    ("sql/set-not-null-on-data", "postgres", "ALTER TABLE t ALTER COLUMN a SET NOT NULL;", BACK),
    ("sql/unique-on-data", "postgres", "CREATE UNIQUE INDEX i ON t (a);", BACK),
    ("sql/rename", "postgres", "ALTER TABLE t RENAME TO u;", BACK),
    ("sql/new-write-restriction", "postgres", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;", BACK),
    ("sql/type-change", "postgres", "ALTER TABLE t ALTER COLUMN a TYPE bigint;", BACK),
    ("sql/no-lock-timeout", "postgres", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);", BACK),
    ("sql/non-concurrent-index", "postgres", "CREATE INDEX i ON t (a);", BACK),
    ("sql/table-rewrite", "postgres", "ALTER TABLE t ALTER COLUMN a TYPE bigint;", BACK),
    ("decision/no-way-forward", "postgres", "DROP TABLE t;", BACK),
    ("order/unpaired-checkpoint", "postgres", "ALTER TABLE t RENAME TO u;", BACK),
    ("sh/sql-inside", "sh", "psql -v ON_ERROR_STOP=1 -c 'DROP TABLE t CASCADE'", BACK),
    ("sh/no-fail-fast", "sh", "psql -f change.sql", BACK),
    ("sh/not-exported", "sh", "./migrate \"$UUID_ENABLED\"", BACK),
    ("sh/runs-forever", "sh", "tail -f /var/log/shop.log", BACK),
    ("sh/unpinned", "sh", "npx prisma migrate deploy", BACK),
];

const BACK: &str = "SELECT take_back();";

/// Declarations behind a sound plan that show a name.
const BEHIND: &[(&str, &str)] = &[
    ("order/unreachable", "scenario part \"Part\" {\n  manual wait \"Wait\"\n}\n"),
    ("check/no-expectation", "check c \"C\" on db {\n  query ```sql\n    SELECT 1\n  ```\n}\n"),
    ("check/no-baseline", "check c \"C\" on db {\n  query ```sql\n    SELECT 1\n  ```\n  expect baseline\n}\n"),
    (
        "reference/dead-flag",
        "target e \"E\" env-file { file \"/etc/e\" }\nflag f \"F\" on e {\n  variable \"F\"\n  default \"a\"\n  values \"a\", \"b\"\n}\n",
    ),
    ("people/unsent-message", "channel c \"C\" {\n  send ```sh\n    cat\n  ```\n}\nmessage m2 \"M\" to c { body \"x\" }\n"),
    ("people/post-unowned", "post review \"Review\" {\n  item \"What happened?\"\n}\n"),
];

/// Names that the example on another rule's page shows.
const PAGES: &[(&str, &str)] = &[
    ("backup/relative-path", "backup/name-not-bound"),
    ("time/gap", "decision/no-scenario"),
    ("sql/removed-in-version", "sql/not-in-version"),
    ("reference/contradictory-settings", "reversal/unpaired"),
];

fn plan(kind: &str, code: &str, undo: &str) -> String {
    let (target, fence) = match kind {
        "sh" => ("postgres", "sh"),
        "mysql" => ("mariadb", "sql"),
        kind => (kind, "sql"),
    };
    let (back, undone) = match undo {
        "none" => (String::new(), "deployed"),
        undo => (format!("    undo ```sql\n      {undo}\n    ```\n    undo takes 1m\n"), "x, deployed"),
    };
    format!(
        "plan p \"P\" {{\n  rto 1h\n}}\n\ntarget db \"D\" {target} {{ url $DATABASE_URL }}\ntarget api \"A\" host {{ dir $API_DIR }}\n\
         writer app \"W\" writes db\n\nrelease one \"1\" of api {{\n  running\n  deploy ```sh\n    ./deploy one\n  ```\n}}\n\
         release two \"2\" of api {{\n  deploy ```sh\n    ./deploy two\n  ```\n}}\n\nphase m \"M\" at T {{\n  change x \"X\" on db {{\n    \
         do ```{fence}\n      {code}\n    ```\n{back}  }}\n  change deployed \"C\" on api {{\n    do deploy two\n    undo deploy one\n    \
         undo takes 1m\n  }}\n}}\n\nscenario code \"C\" {{\n  applies from deployed\n  undo deployed\n}}\n\n\
         scenario back \"B\" {{\n  applies from x\n  undo {undone}\n}}\n"
    )
}

#[test]
fn every_name_of_the_catalogue_is_a_rule_or_says_where_it_is_found() {
    let known = elsewhere();
    for (group, names) in WANTED {
        for name in names.split_whitespace().map(|name| format!("{group}/{name}")) {
            let is_rule = REGISTRY.iter().any(|rule| rule.name == name);
            assert!(is_rule || known.iter().any(|one| one.name == name), "nobody says where `{name}` is found");
        }
    }
    for one in &known {
        for code in &one.found_by {
            assert!(REGISTRY.iter().any(|rule| rule.name == *code), "{}: no rule is called {code}", one.name);
        }
    }
}

#[test]
fn what_is_found_elsewhere_is_shown() {
    for one in elsewhere().iter().filter(|one| !one.found_by.is_empty()) {
        let found = |text: &str| {
            let codes = codes(text);
            assert!(
                one.found_by.iter().any(|code| codes.contains(code)),
                "{} is not found by {:?} in\n{text}\n{}",
                one.name,
                one.found_by,
                shown(text)
            );
        };
        if let Some((_, kind, code, undo)) = CODE.iter().find(|(name, ..)| *name == one.name) {
            found(&plan(kind, code, undo));
        } else if let Some((_, behind)) = BEHIND.iter().find(|(name, _)| *name == one.name) {
            let sound = plan("postgres", "ALTER TABLE t ADD COLUMN a int;", "ALTER TABLE t DROP COLUMN a;");
            found(&format!("{}\n{behind}", sound.replace("  undo x, deployed\n", &asks(behind))));
        } else {
            let (_, page) = PAGES.iter().find(|(name, _)| *name == one.name).unwrap_or_else(|| panic!("nothing shows {}", one.name));
            assert!(one.found_by.contains(page), "{}", one.name);
        }
    }
}

/// The steps of a scenario that asks what it is given.
fn asks(behind: &str) -> String {
    format!("  undo x, deployed\n{}", if behind.starts_with("check") { "  verify c\n" } else { "" })
}

#[test]
fn what_other_linters_find_is_found() {
    let mut page = String::from(
        "# What other linters of migrations find\n\nGenerated by the tests; `UPDATE_DOCS=1 cargo test elsewhere` writes it anew. Each \
         statement stands in a plan with a writer and\nan application that can go back alone; the rule named behind it tells it there.\n",
    );
    let rows = fs::read_to_string(root().join("tests/rules/peers.txt")).unwrap();
    let mut tool = "";
    let mut missed = Vec::new();
    for line in rows.lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split(" | ").collect();
        let [own, name, kind, sql, answer] = parts[..] else { panic!("{line}") };
        if own != tool {
            tool = own;
            let _ = write!(page, "\n## {tool}\n\n| it finds | in | found by |\n|---|---|---|\n");
        }
        let (sql, undo) = sql.split_once(" <- ").unwrap_or((sql, BACK));
        let shown = match answer.strip_prefix("- ") {
            Some(why) => why.to_owned(),
            None => {
                if !codes(&plan(kind, sql, undo)).contains(&answer) {
                    missed.push(line);
                }
                format!("[`{answer}`](rules.md#{})", answer.replace('/', ""))
            }
        };
        let _ = writeln!(page, "| {name} | `{sql}` | {shown} |");
    }
    assert!(missed.is_empty(), "not found:\n{}", missed.join("\n"));
    let path = root().join("docs/linters.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == page,
        "docs/linters.md is out of date: UPDATE_DOCS=1 cargo test elsewhere writes it"
    );
}
