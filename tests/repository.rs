//! Plans in real repositories: what git and the disk say, asked by the real command.

use std::path::Path;
use std::process::Command;

use crate::harness::{Ran, Rbk};
use crate::rules::near::{example, with};

/// Runs git as somebody, in a folder.
fn git(folder: &Path, arguments: &str) {
    let who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"];
    let mut command = Command::new("git");
    let output = command.args(who).args(arguments.split_whitespace()).current_dir(folder).env("HOME", "/nonexistent").output().unwrap();
    assert!(output.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

fn check(session: Rbk, arguments: &str) -> Ran {
    let path = std::env::var("PATH").unwrap();
    session.env("PATH", &path).env("HOME", "/nonexistent").args(arguments).run()
}

fn undone_by(script: &str) -> String {
    let plan = example("reference/not-in-repository", "Caught");
    with(&plan, "      sh deploy/back.sh \"$DATABASE_URL\"\n", &format!("      {}\n", script.replace('\n', "\n      ")))
}

/// Returns what of the repository is told, a line a finding.
fn told(ran: &Ran) -> Vec<String> {
    let rules = ["[reference/", "[reversal/", "[backup/"];
    let lines = ran.stdout.lines().filter(|line| rules.iter().any(|rule| line.contains(rule)));
    lines.map(|line| line.split_once(": ").unwrap().1.to_owned()).collect()
}

#[test]
fn a_file_is_looked_up_on_the_disk_and_in_gits_list() {
    let session = Rbk::new()
        .file("docs/plans/back.rbk", undone_by("sh deploy/back.sh\nsh deploy/new.sh\nsh tools/lint.sh\nsh dist/made.sh\nsh gone.sh"))
        .file("deploy/back.sh", "true\n")
        .file("services/api/tools/lint.sh", "true\n")
        .file(".gitignore", "dist\n")
        .args("--version")
        .run();
    let root = session.path().to_owned();
    git(&root, "init --quiet");
    git(&root, "add .");
    git(&root, "commit --quiet -m first");
    // Not committed yet, and there.
    let session = check(session.then().file("deploy/new.sh", "true\n"), "check --format concise docs");
    assert_eq!(
        told(&session),
        ["error[reference/not-in-repository]: `gone.sh` is nowhere in the repository, and no step writes it: the script would stop here"]
    );
    // Somewhere else there is no repository, and nothing is known.
    let alone = check(Rbk::new().file("back.rbk", undone_by("sh gone.sh")), "check --format concise back.rbk");
    assert_eq!(told(&alone), [""; 0]);
    // Below another root, other files are seen.
    let narrow = check(session.then(), "check --format concise --root docs docs");
    assert_eq!(told(&narrow).len(), 4, "{}", narrow.session());
}

#[test]
fn names_of_git_are_those_of_the_clone() {
    let plan = |name: &str| undone_by(&format!("git checkout {name}\nmake deploy"));
    let session = Rbk::new().file("origin/back.rbk", plan("v1.0.0")).args("--version").run();
    let (root, origin) = (session.path().to_owned(), session.path().join("origin"));
    for arguments in ["init --quiet", "add .", "commit --quiet -m first", "tag v1.0.0", "branch stable"] {
        git(&origin, arguments);
    }
    let told_of = |session: Ran, folder: &str, name: &str| {
        let ran =
            check(session.then().file(&format!("{folder}/back.rbk"), plan(name)), &format!("check --format concise {folder}/back.rbk"));
        (told(&ran).first().map(|line| line.split(':').next().unwrap().to_owned()).unwrap_or_default(), ran)
    };
    let (found, session) = told_of(session, "origin", "v1.0.0");
    assert_eq!(found, "");
    let (found, session) = told_of(session, "origin", "v1.0.1");
    assert_eq!(found, "warning[reference/undefined-ref]");
    let (found, session) = told_of(session, "origin", "stable");
    assert_eq!(found, "warning[reference/floating-ref]");
    git(&root, "clone --quiet origin whole");
    git(&root, &format!("clone --quiet --depth 1 file://{} shallow", origin.display()));
    git(&root, "clone --quiet --no-tags origin bare-of-tags");
    let (found, session) = told_of(session, "whole", "v1.0.1");
    assert_eq!(found, "warning[reference/undefined-ref]");
    // The remote's branch would be checked out under its name.
    let (found, session) = told_of(session, "whole", "stable");
    assert_eq!(found, "warning[reference/floating-ref]");
    // What a clone does not hold, it does not deny.
    let (found, session) = told_of(session, "shallow", "v1.0.1");
    assert_eq!(found, "");
    let (found, _) = told_of(session, "bare-of-tags", "v1.0.0");
    assert_eq!(found, "");
}

/// Carries alembic's commands out, one after another, in one process; prints of each whether it succeeded and the schema that it left.
const STEPS: &str = "import sqlite3, sys\nfrom alembic.config import main\n\nfor step in sys.argv[1:]:\n    try:\n        \
    main(argv=step.split())\n        done = True\n    except (SystemExit, Exception):\n        done = False\n    \
    rows = sqlite3.connect('shop.db').execute(\"SELECT sql FROM sqlite_master WHERE name NOT LIKE '%alembic%' ORDER BY name\")\n    \
    print(done, [row[0] for row in rows])\n";

/// Returns what came of each command: whether it succeeded, and the schema behind it.
fn alembic(folder: &Path, steps: [String; 3]) -> Vec<(bool, String)> {
    let python = crate::corpus::root().join("target/python/uuid-schema/bin/python");
    let output = Command::new(python).args(["-c", STEPS]).args(steps).current_dir(folder).output();
    let output = String::from_utf8(output.expect("tools/setup test has made the environment").stdout).unwrap();
    let lines = output.lines().filter_map(|line| line.split_once(" ["));
    lines.map(|(done, schema)| (done == "True", schema.to_owned())).collect()
}

const ENV: &str = "from alembic import context\nfrom sqlalchemy import create_engine\n\n\
    with create_engine('sqlite:///shop.db').connect() as connection:\n    context.configure(connection=connection)\n    \
    with context.begin_transaction():\n        context.run_migrations()\n";

/// A revision, and what it does in both directions.
fn revision(id: &str, before: &str, up: &str, down: &str) -> String {
    let before = if before.is_empty() { "None".to_owned() } else { format!("'{before}'") };
    format!(
        "from alembic import op\nimport sqlalchemy as sa\n\nrevision = '{id}'\ndown_revision = {before}\n\n\ndef upgrade():\n    {up}\n\n\ndef downgrade():\n    {down}\n"
    )
}

#[test]
fn what_is_said_of_alembic_is_what_alembic_does() {
    let revisions = [
        ("aa01", "", "op.create_table('orders', sa.Column('id', sa.Integer(), primary_key=True))", "op.drop_table('orders')"),
        ("bb02", "aa01", "op.add_column('orders', sa.Column('note', sa.Text()))", "op.drop_column('orders', 'note')"),
        ("cc03", "bb02", "op.create_index('orders_note', 'orders', ['note'])", "pass"),
        ("dd04", "cc03", "op.add_column('orders', sa.Column('fax', sa.Text()))", "raise NotImplementedError('no way back')"),
        ("ee05", "bb02", "op.add_column('orders', sa.Column('total', sa.Integer()))", "op.drop_column('orders', 'total')"),
    ];
    // Where it stands, where the change and its undo go, and what is said.
    let cases = [
        ("aa01", "bb02", "aa01", None),
        ("aa01", "bb", "aa", None),
        ("bb02", "ee05", "bb02", None),
        ("aa01", "ee05", "aa01", None),
        ("aa01", "bb02", "base", None),
        ("aa01", "bb02", "ff99", Some("reference/unknown-revision")),
        ("aa01", "bb02", "bb02", Some("reversal/wrong-revision")),
        ("bb02", "ee05", "cc03", Some("reversal/wrong-revision")),
        ("aa01", "bb02", "cc03", Some("reversal/wrong-revision")),
        ("bb02", "cc03", "bb02", Some("reversal/empty-downgrade")),
        ("cc03", "dd04", "cc03", Some("reversal/empty-downgrade")),
    ];
    for (from, to, back, said) in cases {
        let plan = with(
            &undone_by(&format!("alembic downgrade {back}")),
            "```sql\n      ALTER TABLE orders ADD COLUMN note text;",
            &format!("```sh\n      alembic upgrade {to}"),
        );
        let mut session = Rbk::new().file("back.rbk", plan).file("alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n");
        session = session.file("migrations/env.py", ENV);
        for (id, before, up, down) in revisions {
            session = session.file(&format!("migrations/versions/{id}.py"), revision(id, before, up, down));
        }
        let ran = check(session, "check --root . --format concise back.rbk");
        let rules = ["reference/unknown-revision", "reversal/wrong-revision", "reversal/empty-downgrade"];
        let found = rules.into_iter().find(|rule| ran.stdout.contains(rule));
        assert_eq!(found, said, "{from} {to} {back}\n{}", ran.session());

        let steps = alembic(ran.path(), [format!("upgrade {from}"), format!("upgrade {to}"), format!("downgrade {back}")]);
        let [(true, before), (true, after), (came_back, then)] = steps.as_slice() else { panic!("{from} {to} {back}: {steps:?}") };
        // Going back further than to where it stood is the plan's own business.
        let is_back = *came_back && (then == before || back == "base" && then == "]");
        assert_eq!(is_back, said.is_none(), "{from} {to} {back}: before\n{before}\nafter\n{after}\nthen\n{then}");
    }
}
