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
