//! Profiles: the rules they name exist, their page is written, and what they say of a plan is reviewed.

use std::collections::BTreeSet;
use std::fs;

use rbk::profile::{PROFILES, catalogue};
use rbk::rules::{Finder, REGISTRY};

use crate::corpus;
use crate::harness::{Ran, Rbk};
use crate::schema::assert_valid;

const QUICKSTART: &str = "examples/quickstart/quickstart.rbk";

/// Runs a command at the root of the repository.
fn rbk(arguments: &str) -> Ran {
    Rbk::new().from(corpus::root().to_str().unwrap()).args(arguments).run()
}

fn chapter(plan: &str, profile: &str) -> String {
    let ran = rbk(&format!("docs --no-config --profile {profile} {plan}"));
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let (_, chapter) = ran.stdout.split_once("## Guidance\n").expect("a chapter");
    chapter.split("\n## ").next().unwrap().to_owned()
}

#[test]
fn what_a_profile_names_is_there() {
    for profile in PROFILES {
        let names: BTreeSet<&str> = profile.requirements.iter().map(|asked| asked.name).collect();
        assert_eq!(names.len(), profile.requirements.len(), "{}", profile.name);
        for rule in profile.requirements.iter().flat_map(|asked| asked.rules) {
            let known = REGISTRY.iter().find(|known| known.name == *rule);
            assert!(known.is_some_and(|known| !matches!(known.finder, Finder::Accept)), "{}: {rule}", profile.name);
        }
    }
}

#[test]
fn docs_hold_the_profiles() {
    let path = corpus::root().join("docs/profiles.md");
    let stands = fs::read_to_string(&path).unwrap();
    let (by_hand, _) = stands.split_once("\n## ").unwrap_or((stands.trim_end(), ""));
    let fresh = format!("{}\n{}", by_hand.trim_end(), catalogue());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == fresh, "docs/profiles.md is out of date: UPDATE_DOCS=1 cargo test writes it");
}

#[test]
fn a_plan_that_answers_says_where() {
    insta::assert_snapshot!("profile_answered", chapter("examples/cocoatrack/cocoatrack.rbk", "nist-800-34,aws-cutover"));
}

#[test]
fn a_plan_that_does_not_says_what_is_missing() {
    insta::assert_snapshot!("profile_missing", chapter(QUICKSTART, "itil,gitlab-change"));
    let told = rbk(&format!("check --no-config --profile itil {QUICKSTART}"));
    insta::assert_snapshot!("profile_told", told.stdout);
}

#[test]
fn programs_read_the_same() {
    let ran = rbk(&format!("check --no-config --profile itil --format json {QUICKSTART}"));
    let document = serde_json::from_str(&ran.stdout).unwrap();
    assert_valid("check", &document);
    insta::assert_snapshot!("profile_json", serde_json::to_string_pretty(&document["profiles"]).unwrap());
}

#[test]
fn without_a_profile_nobody_speaks_of_one() {
    let ran = rbk(&format!("docs --no-config {QUICKSTART}"));
    assert!(!ran.stdout.contains("Guidance"));
}
