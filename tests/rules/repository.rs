//! What is found with the repository around a plan: what has to be told, and near misses on which nothing may be.

use std::collections::BTreeMap;

use rbk::report::{Checked, Look, human};
use rbk::source::{MemoryLoader, MemoryRepository};

use super::near::{example, with};
use super::{Light, check_in};

/// Returns the plan of a page with another undo, and `dir` where it says so.
fn undone_by(script: &str) -> String {
    let plan = example("reference/not-in-repository", "Caught");
    with(&plan, "      sh deploy/back.sh \"$DATABASE_URL\"\n", &format!("      {}\n", script.replace('\n', "\n      ")))
}

/// A repository of these files, each empty.
fn holding(files: &[&str]) -> MemoryRepository {
    MemoryRepository::new(files.iter().map(|path| ((*path).to_owned(), String::new())).collect())
}

fn codes(plan: &str, around: &MemoryRepository) -> Vec<String> {
    let (_, findings) = check_in(plan, &MemoryLoader::default(), Light { around: Some(around), ..Light::default() });
    let shown = |finding: &rbk::diagnostic::Diagnostic| format!("{} {}", finding.severity.word(), finding.code);
    let rules = ["reference/not-in-repository", "reference/undefined-ref", "reference/floating-ref"];
    findings.iter().filter(|finding| rules.contains(&finding.code)).map(shown).collect()
}

const GONE: &str = "error reference/not-in-repository";

#[test]
fn files_that_nobody_has_are_told() {
    let around = holding(&["deploy/forward.sh", "sql/other.sql"]);
    for script in [
        "sh deploy/back.sh",
        "./deploy/back.sh --now",
        ". ./deploy/settings.sh",
        "python3 -u tools/back.py --yes",
        "psql \"$DATABASE_URL\" -f sql/back.sql",
        "psql \"$DATABASE_URL\" <sql/back.sql",
        "cd deploy && sh back.sh",
        "sudo -u postgres sh deploy/back.sh",
        "timeout 60 bash deploy/back.sh",
        "kubectl apply -f k8s/old.yaml",
    ] {
        assert_eq!(codes(&undone_by(script), &around), [GONE], "{script}");
    }
}

#[test]
fn files_that_may_be_there_are_not() {
    let around = holding(&["deploy/back.sh", "services/orders/sql/back.sql", "services/orders/run.py"]);
    let around = MemoryRepository { home: "services/orders/plans".to_owned(), ignored: vec!["dist".to_owned()], ..around };
    for script in [
        "sh deploy/back.sh",
        "sh ./deploy/../deploy/back.sh",
        "cd deploy && ./back.sh",
        "psql -f sql/back.sql",
        "python run.py",
        "psql -f \"$DIR/back.sql\"",
        "psql -f /srv/back.sql",
        "sh ~/back.sh",
        "ssh web 'sh back.sh'",
        "docker compose exec api python back.py",
        "cd /srv/app && sh back.sh",
        "cd \"$APP\" && ./back",
        "git checkout v1\nsh old.sh",
        "curl -O https://example.org/back.sh\nsh back.sh",
        "echo 'true' >back.sh\nsh back.sh",
        "test -f extra.sh && sh extra.sh",
        "node dist/back.js",
        "pg_restore -d shop shop.dump",
        "cat orders.csv | psql -c 'COPY orders FROM STDIN'",
        "sh -c 'true'",
        "python -m tools.back",
        "./rollback status",
    ] {
        assert_eq!(codes(&undone_by(script), &around), [""; 0], "{script}");
    }
}

#[test]
fn a_folder_that_a_variable_holds_counts_when_it_is_this_repository() {
    let here = |script: &str| with(&undone_by(script), "    undo ```sh", "    dir $APP\n    undo ```sh");
    let around = holding(&["deploy/forward.sh"]);
    assert_eq!(codes(&here("sh deploy/back.sh"), &around), ["warning reference/not-in-repository"]);
    assert_eq!(codes(&here("sh deploy/forward.sh\nsh other.sh"), &around), ["warning reference/not-in-repository"]);
    assert_eq!(codes(&here("sh other/back.sh"), &around), [""; 0]);
    assert_eq!(codes(&here("sh back.sh"), &around), [""; 0]);
    assert_eq!(codes(&here("./deploy/back"), &around), [""; 0]);
}

#[test]
fn one_file_is_told_once_with_all_its_places_and_what_was_meant() {
    let plan = undone_by("sh deploy/bakc.sh\ntrue\nsh deploy/bakc.sh");
    let (sources, findings) =
        check_in(&plan, &MemoryLoader::default(), Light { around: Some(&holding(&["deploy/back.sh"])), ..Light::default() });
    insta::assert_snapshot!("rules_repository_file", human::render(&[Checked { sources: &sources, findings: &findings }], Look::default()));
}

/// A repository with one branch, one tag, and one commit.
fn git() -> MemoryRepository {
    let refs = "8b1f0c9a3d5e7f2b4c6d8e0f1a3b5c7d9e1f2a4b refs/heads/main\n2c4e6a8b0d1f3e5a7c9b1d3f5e7a9c0b2d4f6e8a refs/tags/v2.3.0\n";
    let files = [(".git/packed-refs", refs), ("src/app.py", ""), ("README", "")];
    MemoryRepository::new(files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>())
}

#[test]
fn names_that_git_does_not_have_are_told() {
    for script in [
        "git checkout v2.3",
        "git checkout v2.3 -- src",
        "git switch --detach release-2",
        "git reset --hard 9f8e7d6c5b4a39281706f5e4d3c2b1a098765432",
        "git restore --source=v2 README\ngit restore --source v2 README",
        "git revert --no-edit v2.3.0..v2.4.0",
        "git worktree add ../old v2.2.0",
    ] {
        assert_eq!(codes(&undone_by(script), &git()), ["warning reference/undefined-ref"], "{script}");
    }
}

#[test]
fn names_that_git_has_or_may_have_are_not() {
    for script in [
        "git checkout v2.3.0",
        "git checkout 2c4e6a8b0d1f3e5a7c9b1d3f5e7a9c0b2d4f6e8a~1",
        "git checkout main && git revert --no-edit 2c4e6a8b0d1f3e5a7c9b1d3f5e7a9c0b2d4f6e8a && git push",
        "git checkout src/app.py",
        "git checkout README",
        "git checkout -- gone",
        "git checkout -b back",
        "git tag before\ngit checkout before",
        "git fetch origin v9\ngit checkout v9",
        "git checkout \"$RELEASE\"",
        "git reset --hard HEAD~1",
        "git checkout -",
        "git -C /srv/app checkout v9",
        "cd /srv/app\ngit checkout v9",
        "ssh web 'git checkout v9'",
        "git push origin v9",
        "git log v9",
    ] {
        assert_eq!(codes(&undone_by(script), &git()), [""; 0], "{script}");
    }
    // A clone that does not know any name says nothing.
    assert_eq!(codes(&undone_by("git checkout v9"), &holding(&["README"])), [""; 0]);
}

#[test]
fn a_branch_moves_on_the_way_back() {
    for script in ["git checkout main\nmake deploy", "git reset --hard main", "git switch main && docker build ."] {
        assert_eq!(codes(&undone_by(script), &git()), ["warning reference/floating-ref"], "{script}");
    }
}

#[test]
fn what_a_client_is_handed_in_a_file_counts_as_if_it_stood_in_the_plan() {
    let files = [
        ("sql/drop.sql", "BEGIN;\nALTER TABLE orders DROP COLUMN note;\nCOMMIT;\n"),
        ("sql/add.sql", "ALTER TABLE orders ADD COLUMN note text;\n"),
        ("sql/back.sql", "ALTER TABLE orders DROP COLUMN note;\n"),
    ];
    let around = MemoryRepository::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect());
    let loses = |script: &str| {
        let plan = undone_by("psql \"$DATABASE_URL\" -f sql/back.sql");
        let sql = "```sql\n      ALTER TABLE orders ADD COLUMN note text;\n";
        let plan = with(&plan, sql, &format!("```sh\n      {}\n", script.replace('\n', "\n      ")));
        let (_, findings) = check_in(&plan, &MemoryLoader::default(), Light { around: Some(&around), ..Light::default() });
        let form = findings.iter().find(|finding| ["syntax/", "form/", "value/"].iter().any(|group| finding.code.starts_with(group)));
        assert!(form.is_none(), "{form:?}");
        findings.iter().any(|finding| finding.code == "backup/missing" && finding.message.contains("sql/drop.sql"))
    };
    assert!(loses("psql \"$DATABASE_URL\" -v ON_ERROR_STOP=1 -f sql/drop.sql"));
    assert!(loses("psql \"$DATABASE_URL\" <sql/drop.sql"));
    assert!(loses("cd sql && psql \"$DATABASE_URL\" -f add.sql -f drop.sql"));
    assert!(!loses("psql \"$DATABASE_URL\" -f sql/add.sql"));
    assert!(!loses("psql \"$DATABASE_URL\" -f /srv/sql/drop.sql"));
    assert!(!loses("ssh db 'psql shop -f sql/drop.sql'"));
    assert!(!loses("git checkout v1\npsql \"$DATABASE_URL\" -f sql/drop.sql"));
}
