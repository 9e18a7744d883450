//! A plan in, a directory out: every byte of small bundles, and every script read by shellcheck.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::plan::compile;
use crate::source::{MemoryLoader, Sources};

use super::*;

/// Compiles a plan and writes its bundle; findings are printed as `code: message`.
fn bundle(text: &str) -> Result<Bundle, String> {
    let mut sources = Sources::default();
    let root = sources.add("plan.rbk", text).expect("it fits");
    let compiled = compile(&mut sources, root, &MemoryLoader::default());
    let words = |findings: &[Diagnostic]| {
        findings.iter().map(|it| format!("{}: {} [{}]\n", it.code, it.message, sources.text(it.span()))).collect::<String>()
    };
    let Some(plan) = compiled.plan else { panic!("{}", words(&compiled.findings)) };
    let (graph, found) = Graph::build(&plan);
    assert!(found.is_empty(), "{}", words(&found));
    let (facts, found) = Facts::new(&plan, &graph);
    assert!(found.is_empty(), "{}", words(&found));
    let context = Context { plan: &plan, graph: &graph, facts: &facts, runbook: "# Runbook\n" };
    write(&context).map_err(|findings| words(&findings))
}

/// Whether a file is constant text of ours.
fn is_constant(bundle: &Bundle, path: &str) -> bool {
    let method = |name: &str| {
        bundle.files.get(&format!("backups/{name}.conf")).is_some_and(|file| String::from_utf8_lossy(&file.bytes).contains("backup_method"))
    };
    let of_method = match path.split('/').collect::<Vec<_>>()[..] {
        ["backups", name, part] => method(name) && ["take.sh", "verify.sh", "restore.sh"].contains(&part),
        _ => false,
    };
    of_method || path.starts_with("lib/") || path == "rollback"
}

/// Shows the plan's own files, one after another.
fn shown(bundle: &Bundle) -> String {
    let mut out = String::new();
    for (path, file) in &bundle.files {
        if is_constant(bundle, path) || path == "SHA256SUMS" {
            continue;
        }
        let text = String::from_utf8_lossy(&file.bytes);
        let _ = write!(out, "=== {path}\n{text}");
    }
    out
}

fn unpack(bundle: &Bundle, folder: &Path) {
    for (path, file) in &bundle.files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder is made");
        std::fs::write(&path, &file.bytes).expect("the file is written");
        if file.executable {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is made executable");
        }
    }
}

const SMALL: &str = include_str!("tests/small.rbk");
const EVERYTHING: &str = include_str!("tests/everything.rbk");

#[test]
fn a_small_plan() {
    insta::assert_snapshot!(shown(&bundle(SMALL).expect("a bundle")));
}

#[test]
fn a_plan_with_every_form() {
    insta::assert_snapshot!(shown(&bundle(EVERYTHING).expect("a bundle")));
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert_eq!(bundle(EVERYTHING).expect("a bundle"), bundle(EVERYTHING).expect("a bundle"));
}

#[test]
fn every_file_has_a_tame_name_and_plain_text() {
    for (path, file) in &bundle(EVERYTHING).expect("a bundle").files {
        for name in path.split('/') {
            assert!(name.len() <= 100 && !name.starts_with('.'), "{path}");
            let tame = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
            assert!(name.bytes().all(tame) || matches!(name, "RUNBOOK.md" | "SHA256SUMS"), "{path}");
        }
        assert!(!file.bytes.contains(&b'\r') && !file.bytes.contains(&0), "{path}");
    }
}

#[test]
fn shellcheck_is_silent_about_all_that_is_generated() {
    let bundle = bundle(EVERYTHING).expect("a bundle");
    let folder = tempfile::tempdir().expect("a temporary directory");
    unpack(&bundle, folder.path());
    let scripts = bundle.files.keys().filter(|path| path.ends_with(".sh") || path.ends_with(".conf"));
    let scripts = scripts.filter(|path| !path.starts_with("lib/")).collect::<Vec<_>>();
    let output =
        Command::new("shellcheck").args(["-s", "sh"]).args(scripts).current_dir(folder.path()).output().expect("shellcheck is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_sums_are_those_of_coreutils_and_cover_every_file() {
    let bundle = bundle(EVERYTHING).expect("a bundle");
    let folder = tempfile::tempdir().expect("a temporary directory");
    unpack(&bundle, folder.path());
    let output =
        Command::new("sha256sum").args(["-c", "--strict", "SHA256SUMS"]).current_dir(folder.path()).output().expect("sha256sum runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), bundle.files.len() - 1);
}

#[test]
fn the_identity_is_that_of_the_plan_and_not_of_the_runtime() {
    let bundle = bundle(SMALL).expect("a bundle");
    let own = |path: &str| !is_constant(&bundle, path) && !["RUNBOOK.md", "manifest.json", "SHA256SUMS"].contains(&path);
    let mut files =
        bundle.files.iter().filter(|(path, _)| own(path)).map(|(path, file)| (path.clone(), file.clone())).collect::<BTreeMap<_, _>>();
    let settings = files.get_mut("plan.conf").expect("there is a plan.conf");
    let text = String::from_utf8(settings.bytes.clone()).expect("it is text");
    let (rest, plan_id) = text.split_once("fact plan_id '").expect("it has an identity");
    settings.bytes = rest.into();
    let sealed = sums::seal(&mut files);
    assert_eq!(plan_id.trim_end(), format!("{sealed}'"));
}

/// The plan with `text` wherever a plan can say something.
fn said_everywhere(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            _ if character.is_control() => escaped.push_str(&format!("\\u{{{:x}}}", u32::from(character))),
            _ => escaped.push(character),
        }
    }
    include_str!("tests/hostile.rbk").replace("TEXT", &escaped)
}

/// Reads every file of data with functions that print what they were given.
fn sourced(folder: &Path, shell: &[&str]) -> String {
    let script = "set -eu\nfact() { printf '%s\\0' \"$2\"; }\nphase() { printf '%s\\0' \"$@\"; }\nstep() { phase \"$@\"; }\n\
        choose() { phase \"$@\"; }\ndecision() { phase \"$@\"; }\nbegin() { phase \"$@\"; }\nend() { phase \"$@\"; }\n\
        for file in */*.conf */*/*.conf */steps.sh */*/steps.sh plan.conf; do [ ! -e \"$file\" ] || . \"./$file\"; done\n";
    let output = Command::new(shell[0]).args(&shell[1..]).args(["-c", script]).current_dir(folder).output().expect("the shell runs");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn what_a_plan_says_is_never_carried_out() {
    let texts = [
        "$(touch made)",
        "`touch made`",
        "'; touch made; '",
        "\"; touch made; \"",
        "it's “so”, isn’t it? $HOME",
        "\\",
        "a\nb\ttouch made",
        "!!",
        "-n",
        "\u{1b}[31m",
        "\u{202e}gnol",
        "${made:-x}",
        "* ~ {a,b} [z]",
        "'",
        "\"",
        "# no",
        "a\\\nb",
        "EOF",
        "shellcheck disable=all",
    ];
    for text in texts {
        let bundle = bundle(&said_everywhere(text)).expect("a bundle");
        let folder = tempfile::tempdir().expect("a temporary directory");
        unpack(&bundle, folder.path());
        for shell in [&["sh"] as &[&str], &["busybox", "sh"]] {
            let seen = sourced(folder.path(), shell);
            let said = |wanted: &str| seen.split('\0').filter(|word| *word == wanted).count();
            let line = crate::emit::quote::line(text);
            // What people read is on one line; a parameter's default and a flag's value are kept as they are.
            assert_eq!((said(text), said(&line)), if text == line { (19, 19) } else { (1, 18) }, "{text:?}: {seen:?}");
            assert_eq!(said(&format!("value={text}")), 1, "{text:?}: {seen:?}");
            assert!(!folder.path().join("made").exists(), "{text:?} was carried out");
        }
        let scripts = bundle.files.keys().filter(|path| path.ends_with(".sh") || path.ends_with(".conf"));
        let scripts = scripts.filter(|path| !path.starts_with("lib/")).collect::<Vec<_>>();
        let output = Command::new("shellcheck")
            .args(["-s", "sh"])
            .args(scripts)
            .current_dir(folder.path())
            .output()
            .expect("shellcheck is installed");
        assert!(output.status.success(), "{text:?}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

/// What `rbk build` says about a plan of which the bundle can't carry out something.
fn refused(statements: &str) -> String {
    bundle(&format!("plan p \"P\" {{\n  window every saturday 01:00 to 02:00 UTC\n}}\n{statements}\nphase one \"One\" {{\n  verify agreed\n}}\ncheck agreed \"Agreed\" {{ ask \"Agreed?\" }}\n"))
        .expect_err("a refusal")
}

#[test]
fn names_that_are_one_variable_are_refused() {
    assert_eq!(
        refused("param a-b \"1\" text\nparam a_b \"2\" text"),
        "form/same-variable: `a-b` and `a_b` are one variable in a shell [a_b]\n"
    );
}

#[test]
fn names_that_no_file_can_have_are_refused() {
    let name = "a".repeat(81);
    assert_eq!(refused(&format!("role {name} \"A\" {{ contact \"x\" }}")), format!("form/long-name: the name is 81 bytes long [{name}]\n"));
}

#[test]
fn choices_that_no_command_line_can_name_are_refused() {
    assert_eq!(
        refused("param where \"Where\" choice \"here\", \"over there\""),
        "form/choice: `over there` can't be chosen on a command line [param where \"Where\" choice \"here\", \"over there\"]\n"
    );
}

#[test]
fn a_directory_that_is_to_be_encrypted_is_refused() {
    let text = "target a \"A\" postgres { url $A }\nbackup b \"B\" of a {\n  method pg_dump directory\n  file \"b\"\n  keep 1d\n  encrypt ```sh\n    gpg -e\n  ```\n  decrypt ```sh\n    gpg -d\n  ```\n}";
    assert!(refused(text).starts_with("form/encrypt-directory: a directory can't be encrypted ["));
}

#[test]
fn sql_with_its_own_transaction_is_refused_and_nothing_is_written() {
    let text = SMALL.replace("ALTER TABLE notes DROP COLUMN colour;", "BEGIN; ALTER TABLE notes DROP COLUMN colour; COMMIT;");
    let said = bundle(&text).expect_err("a refusal");
    assert!(said.starts_with("form/own-transaction: this SQL handles its transaction by itself: `BEGIN` ["), "{said}");
}
