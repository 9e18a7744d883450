//! Statements that are missing, said twice, or ask of a target what it can't do.

use insta::assert_snapshot;

use super::{SHOP, found, shop};

#[test]
fn what_is_said_once_is_not_said_twice() {
    let plan = shop(&[
        ("  rto 30m\n", "  rto 30m\n  rto 1h\n"),
        ("at T for 30m {\n", "at T for 30m {\n  summary \"One\"\n  summary \"Two\"\n"),
        ("    takes 1m\n    undo takes 1m\n", "    takes 1m\n    undo takes 1m\n    takes 2m\n"),
    ]);
    assert_snapshot!(found(&plan), @r##"
    form/repeated: `rto` stands here twice
      plan.rbk:4:3 rto | said again here
      plan.rbk:3:3 rto | said here first
      help: keep one of them
    form/repeated: `summary` stands here twice
      plan.rbk:27:3 summary | said again here
      plan.rbk:26:3 summary | said here first
      help: keep one of them
    form/repeated: `takes` stands here twice
      plan.rbk:37:5 takes | said again here
      plan.rbk:35:5 takes | said here first
      help: keep one of them
    "##);
}

#[test]
fn what_could_not_be_read_is_not_missing() {
    let plan = shop(&[("postgres { url $SHOP_URL }", "postgres { ulr $SHOP_URL }"), ("  get \"/health\"\n", "  gte \"/health\"\n")]);
    assert_snapshot!(found(&plan), @r##"
    syntax/unknown-keyword: unknown keyword `ulr`
      plan.rbk:6:46 ulr | not a keyword in a target
      help: did you mean `url`?
    syntax/unknown-keyword: unknown keyword `gte`
      plan.rbk:20:3 gte | not a keyword in a check
      help: did you mean `get`?
    "##);
}

#[test]
fn what_a_declaration_needs_is_asked_for() {
    let plan = format!(
        "{}target other \"Other\" postgres\ncheck nothing \"Nothing\" {{\n}}\ntrigger never \"Never\" high manual {{\n  run back\n}}\nbackup lost \"Lost\" of shop {{\n  keep 7d\n}}\nflag dark \"Dark\" on settings {{\n}}\n",
        shop(&[("    do ```sql\n      ALTER TABLE orders ADD COLUMN note text;\n    ```\n", "")])
    );
    assert_snapshot!(found(&plan), @r##"
    form/missing: `note-added` does nothing
      plan.rbk:25:10 note-added | has no `do`
      help: say what is done: `do ```sql …`; or that another tool does it: `carried out by "…"` in the phase
    form/missing: `other` has no `url`
      plan.rbk:39:8 other | `url` is missing
      help: say where it is reached: `url $DATABASE_URL`
    form/missing: `nothing` has no question
      plan.rbk:40:7 nothing | question is missing
      help: say how it asks: `query`, `run`, `get`, `post`, `compare` or `ask`
    form/missing: `never` has no `when`
      plan.rbk:42:9 never | `when` is missing
      help: say what it fires on: `when CHECK fails`, `when "METRIC" > 5% for 10m` or `when told "…"`
    form/missing: `lost` has no `method`
      plan.rbk:45:8 lost | `method` is missing
      help: choose a `method`, or write `take`, `verify` and `restore` yourself
    form/missing: `dark` has no `variable`
      plan.rbk:48:6 dark | `variable` is missing
      help: say which variable holds it: `variable "ENABLE_X"`
    "##);
}

#[test]
fn sql_runs_on_databases() {
    assert_snapshot!(found(&shop(&[("have a note\" on shop {", "have a note\" on workers {")])), @r##"
    form/wrong-target: a target of kind `host` can't run SQL
      plan.rbk:26:8 ```sql | SQL
      plan.rbk:8:30 host | `workers` is of this kind
      help: name a database behind `on`
    "##);
    assert_snapshot!(found(&shop(&[("have a note\" on shop {", "have a note\" {")])), @r##"
    form/wrong-target: `note-added` runs SQL and names no database
      plan.rbk:26:8 ```sql | on which database?
      plan.rbk:25:3 change note-added "Orders have a note" | declared without `on`
      help: name it: `on TARGET`
    "##);
}

#[test]
fn sql_does_not_run_via_a_host() {
    assert_snapshot!(found(&shop(&[("have a note\" on shop {", "have a note\" on shop via workers {")])), @r##"
    form/wrong-target: `note-added` runs only SQL, and SQL does not run via a host
      plan.rbk:25:54 workers | would change nothing
      help: leave `via` out: SQL runs from where the bundle runs; or run the client there yourself, with `sh`
    "##);
}

#[test]
fn shell_runs_via_hosts() {
    let plan = shop(&[("  verify api-answers\n", "  step tidy \"Tidy up\" via shop {\n    do ```sh\n      true\n    ```\n  }\n")]);
    assert_snapshot!(found(&plan), @r##"
    form/wrong-target: shell can't run on a target of kind `postgres`
      plan.rbk:40:27 shop | not a host
      plan.rbk:6:35 postgres | its kind
      help: name a target of kind `host` behind `via`, or leave `via` out to run where the bundle runs
    "##);
}

#[test]
fn checks_ask_what_can_answer() {
    let plan = format!(
        "{}check same \"The same\" {{\n  compare shop, api ```sql\n    SELECT 1\n  ```\n}}\ncheck count \"Count\" {{\n  query ```sql\n    SELECT 1\n  ```\n  expect 1\n}}\n",
        shop(&[("answers\" on api {", "answers\" on workers {")])
    );
    assert_snapshot!(found(&plan), @r##"
    form/wrong-target: a target of kind `host` can't be asked this way
      plan.rbk:19:40 workers | can't answer
      plan.rbk:8:30 host | its kind
      help: ask a target of kind `http`, or ask in another way
    form/wrong-target: a target of kind `http` can't be asked this way
      plan.rbk:43:17 api | can't answer
      plan.rbk:7:29 http | its kind
      help: ask two databases, or ask in another way
    form/missing: `count` does not say which database it asks
      plan.rbk:47:7 count | no `on`
      help: name the target: `check NAME "Title" on TARGET { … }`
    "##);
}

#[test]
fn expectations_fit_the_question() {
    let checks = "check a \"A\" on shop {\n  query ```sql\n    SELECT 1\n  ```\n  expect status 200\n}\ncheck b \"B\" {\n  ask \"Fine?\"\n  expect \"yes\"\n}\ncheck c \"C\" on api {\n  get \"/\"\n  expect exit 0\n}\ncheck d \"D\" on shop {\n  query ```sql\n    SELECT 1\n  ```\n}\n";
    assert_snapshot!(found(&format!("{SHOP}{checks}")), @r##"
    form/expectation: a query does not answer like this
      plan.rbk:46:3 expect status 200 | does not fit the question
      plan.rbk:43:3 query | `a` asks here
      help: it may expect a value, a comparison, `rows N`, `empty`, `baseline` or `within N% of baseline`
    form/expectation: a person who is asked does not answer like this
      plan.rbk:50:3 expect "yes" | does not fit the question
      plan.rbk:49:3 ask | `b` asks here
      help: remove `expect`: the answer has to be yes
    form/expectation: a request does not answer like this
      plan.rbk:54:3 expect exit 0 | does not fit the question
      plan.rbk:53:3 get | `c` asks here
      help: it may expect `status N`, `output "TEXT"`, a value, a comparison or `baseline`
    form/missing: `d` asks and expects nothing
      plan.rbk:56:7 d | any answer would do
      plan.rbk:57:3 query | asked here
      help: add `expect`: a value, `> N`, `rows N`, `empty`, `baseline` or `within N% of baseline`
    "##);
}

#[test]
fn a_baseline_is_captured_by_somebody() {
    let check = "check count \"As many orders as before\" on shop {\n  query ```sql\n    SELECT count(*) FROM orders\n  ```\n  expect baseline\n}\n";
    let plan = format!("{}{check}", shop(&[("  verify api-answers\n", "  verify api-answers, count\n")]));
    assert_snapshot!(found(&plan), @r##"
    form/missing: nothing captures `count`, so it has no baseline
      plan.rbk:46:3 expect baseline | compared with nothing
      help: write `capture count` in a phase, before anything changes
    "##);
    assert_eq!(found(&plan.replace("at T for 30m {\n", "at T for 30m {\n  capture count\n")), "");
}

#[test]
fn flags_live_where_they_can_be_set_and_have_their_values() {
    let flag = "flag dark \"Dark\" on settings, workers {\n  variable \"DARK\"\n  values \"on\", \"off\"\n  default \"maybe\"\n}\n";
    assert_snapshot!(found(&format!("{SHOP}{flag}")), @r##"
    value/flag: `dark` is never `maybe`
      plan.rbk:42:6 dark | its `default` is not one of its values
      plan.rbk:42:1 flag dark "Dark" on settings, workers | its values are `on`, `off`
      help: set one of them, or add this one to `values`
    form/wrong-target: a flag can't live on a target of kind `host`
      plan.rbk:42:31 workers | holds no flags
      plan.rbk:8:30 host | its kind
      help: put it on an `env-file`, or on a `manual` target where a person sets it
    "##);
    let sound = flag.replace(", workers", "").replace("maybe", "off");
    assert_snapshot!(found(&format!("{}{sound}", shop(&[("  verify api-answers\n", "  set dark to \"aus\"\n")]))), @r##"
    value/flag: `dark` is never `aus`
      plan.rbk:40:15 "aus" | this is not one of its values
      plan.rbk:42:1 flag dark "Dark" on settings | its values are `on`, `off`
      help: set one of them, or add this one to `values`
    "##);
}

#[test]
fn methods_save_what_they_can() {
    let backups = "backup a \"A\" of settings {\n  method pg_dump custom\n  file \"a\"\n}\nbackup b \"B\" of shop {\n  method table-copy\n}\nbackup c \"C\" of shop {\n  method sqlite\n  file \"c\"\n}\nbackup d \"D\" of shopp {\n  method sqlite\n  file \"d\"\n}\n";
    assert_snapshot!(found(&format!("{SHOP}{backups}")), @r##"
    form/wrong-target: `pg_dump custom` can't save a target of kind `env-file`
      plan.rbk:43:10 pg_dump custom | does not fit
      plan.rbk:9:38 env-file | `settings` is of this kind
      help: choose a method of that kind, or write `take`, `verify` and `restore` yourself
    form/missing: `b` copies no table
      plan.rbk:47:10 table-copy | a copy of which tables?
      help: name them behind the target: `of shop tables orders, order_lines`
    form/wrong-target: `sqlite` can't save a target of kind `postgres`
      plan.rbk:50:10 sqlite | does not fit
      plan.rbk:6:35 postgres | `shop` is of this kind
      help: choose a method of that kind, or write `take`, `verify` and `restore` yourself
    reference/unknown: there is no target called `shopp`
      plan.rbk:53:17 shopp | declared nowhere
      help: did you mean `shop`?
    "##);
}

#[test]
fn backups_run_shell() {
    let backup = "backup a \"A\" of shop {\n  file \"a\"\n  take ```sql\n    COPY orders TO STDOUT;\n  ```\n  verify ```python\n    pass\n  ```\n  restore ```sh\n    true\n  ```\n}\n";
    assert_snapshot!(found(&format!("{SHOP}{backup}")), @r##"
    form/wrong-language: this is `sql`, and shell runs here
      plan.rbk:44:8 ```sql | wrong language
      help: open the fence with ```sh; a database's client can be called from there
    form/wrong-language: this is `python`, and shell runs here
      plan.rbk:47:10 ```python | wrong language
      help: open the fence with ```sh; a database's client can be called from there
    "##);
}

#[test]
fn a_release_is_deployed_by_shell_or_people() {
    let releases = "release one \"One\" of api {\n  deploy ```sql\n    SELECT 1;\n  ```\n}\nrelease two \"Two\" of api {\n  deploy deploy one\n}\nrelease three \"Three\" of api {\n  running\n}\n";
    assert_snapshot!(found(&format!("{}{releases}", shop(&[("  verify api-answers\n", "  deploy three\n")]))), @r##"
    form/missing: nothing says how `three` is deployed
      plan.rbk:40:10 three | deployed here
      plan.rbk:50:1 release three "Three" of api | has no `deploy`
      help: add `deploy ```sh …` or `deploy manual "…"` to the release
    form/wrong-language: SQL can't deploy `one`
      plan.rbk:43:10 ```sql | a release runs on no database
      help: deploy it with `sh`, or make the SQL a change on its database
    form/wrong-target: `two` is deployed by deploying a release
      plan.rbk:48:10 deploy one | says nothing of how
      help: say how it is done: `deploy ```sh …` or `deploy manual "…"`
    "##);
}

#[test]
fn an_irreversible_change_has_no_undo() {
    assert_snapshot!(found(&shop(&[("  change note-added", "  irreversible change note-added")])), @r##"
    form/undo-of-irreversible: `note-added` is irreversible and has an undo
      plan.rbk:29:5 undo | takes it back
      plan.rbk:25:3 irreversible | declared irreversible here
      help: remove `irreversible`, or say with `recover` what helps in place of an undo
    "##);
    let undo = "    undo ```sql\n      ALTER TABLE orders DROP COLUMN note;\n    ```\n";
    assert_snapshot!(found(&shop(&[("  change note-added", "  irreversible change note-added"), (undo, "    recover forward \"Add it again\"\n")])), @r##"
    form/undo-of-irreversible: `note-added` is irreversible, so no undo takes time
      plan.rbk:31:16 1m | of no undo
      plan.rbk:25:3 irreversible | declared irreversible here
      help: remove it; what a recovery takes stands in the backup (`restore takes`) or in the scenario's steps
    "##);
}

#[test]
fn a_reversible_change_needs_no_recovery() {
    assert_snapshot!(found(&shop(&[("    takes 1m\n    undo takes 1m\n", "    recover forward \"Mend it\"\n")])), @r##"
    form/recover-of-reversible: `note-added` is not irreversible and says how to recover
      plan.rbk:32:5 recover forward "Mend it" | only of irreversible changes
      plan.rbk:25:3 change note-added "Orders have a note" on shop | declared without `irreversible`
      help: declare it `irreversible change`, or write how it is undone: `undo …`
    "##);
}

#[test]
fn a_change_with_neither_is_left_to_its_rule() {
    let undo = "    undo ```sql\n      ALTER TABLE orders DROP COLUMN note;\n    ```\n";
    assert_eq!(found(&shop(&[(undo, ""), ("    undo takes 1m\n", "")])), "");
}

#[test]
fn the_exact_inverse_may_be_asked_for() {
    let flag = "flag dark \"Dark\" on settings {\n  variable \"DARK\"\n}\n";
    let code = "    do ```sql\n      ALTER TABLE orders ADD COLUMN note text;\n    ```\n    undo ```sql\n      ALTER TABLE orders DROP COLUMN note;\n    ```\n";
    let on = ("have a note\" on shop {", "have a note\" on settings {");
    assert_eq!(found(&format!("{}{flag}", shop(&[(code, "    do set dark to \"on\"\n    undo auto\n"), on]))), "");
    assert_eq!(found(&shop(&[(code, "    do edit \"api.conf\" ```conf\n      workers = 4\n    ```\n    undo auto\n"), on])), "");
}

#[test]
fn a_manual_step_is_done_by_a_person() {
    let plan = shop(&[(
        "  verify api-answers\n",
        "  manual look \"Look\" by dba {\n    do ```sh\n      true\n    ```\n  }\n  undo note-added {\n    do manual \"Something else\"\n  }\n",
    )]);
    assert_snapshot!(found(&plan), @r##"
    form/wrong-target: a manual step is done by a person
      plan.rbk:41:8 ```sh | a machine would do this
      plan.rbk:40:3 manual look "Look" by dba | declared `manual` here
      help: write `do manual …`, or make it a `step`
    form/repeated: `undo` says already what is done
      plan.rbk:46:15 "Something else" | does something else
      plan.rbk:45:3 undo | done here
      help: make it a `step` of its own
    "##);
}

#[test]
fn a_drill_says_each_thing_once() {
    let drill = "drill {\n  schema shop \"a.sql\"\n  schema shop \"b.sql\"\n  data shop \"c.sql\"\n  answer note-added \"yes\"\n  answer note-added \"no\"\n}\n";
    assert_snapshot!(found(&format!("{SHOP}{drill}")), @r##"
    form/repeated: the drill has two such files for `shop`
      plan.rbk:44:15 "b.sql" | said again here
      plan.rbk:43:15 "a.sql" | said here first
      help: put both into one file
    form/repeated: `answer note-added` stands in the drill twice
      plan.rbk:47:10 note-added | said again here
      plan.rbk:46:10 note-added | said here first
      help: keep one of them
    "##);
}
