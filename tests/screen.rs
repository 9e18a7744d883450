//! What an operator sees: a plan, a file of commands, and all that the screen says, at a terminal of 80 columns and without one.
//!
//! `screen/night.rbk` is built once a story; `screen/story.py` types what stands in `screen/stories/NAME.txt`. What differs from run
//! to run (ids, times of day, folders, seconds) is put in words.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::corpus;
use crate::operator::{Operator, Shell};

const DATABASE: &str = "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE cities (name TEXT);
CREATE TABLE orders (id INTEGER, waits INTEGER);
INSERT INTO customers VALUES (1, 'Ann', 'Oslo'), (2, 'Bob', 'Bergen');";

/// Carries a story out and returns what was seen.
fn story(name: &str) -> String {
    let operator = Operator::of("tests/screen/night.rbk", Shell("sh", &[]));
    let place = operator.place();
    fs::create_dir(place.join("app")).expect("the folder is made");
    fs::write(place.join("app/app.conf"), "name = shop\ncities = old\n").expect("the file is written");
    let made = Command::new("sqlite3").arg(place.join("shop.db")).arg(DATABASE).status().expect("sqlite3 is installed");
    assert!(made.success());
    let folder = corpus::root().join("tests/screen");
    let output = Command::new("python3")
        .arg(folder.join("story.py"))
        .arg(operator.bundle())
        .arg(folder.join("stories").join(format!("{name}.txt")))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", place)
        .env("NO_COLOR", "1")
        .env("SUDO_USER", "ops")
        .env("SHOP_DB", place.join("shop.db"))
        .env("APP_DIR", place.join("app"))
        .output()
        .expect("python3 is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    still(&String::from_utf8_lossy(&output.stdout), place)
}

/// The same words in every run and on every machine.
fn still(text: &str, place: &Path) -> String {
    let host = Command::new("uname").arg("-n").output().expect("uname is there");
    let host = format!(" on {}", String::from_utf8_lossy(&host.stdout).trim());
    // At a terminal a line is broken behind a path or an id sooner or later, as they are long or short.
    let text = text.replace(&*place.to_string_lossy(), "PLACE").replace(&host, " on HOST");
    let mut out = String::new();
    let mut word = String::new();
    for sign in text.chars().chain(['\n']) {
        if sign.is_ascii_alphanumeric() || matches!(sign, '-' | ':') {
            word.push(sign);
        } else {
            out += &known(&word);
            word.clear();
            out.push(sign);
        }
    }
    out.trim_end().to_owned() + "\n"
}

/// A word, or what kind of word it is, where that differs.
fn known(word: &str) -> String {
    if let Some(word) = word.strip_suffix(':') {
        return known(word) + ":";
    }
    let shape: String = word.chars().map(|sign| if sign.is_ascii_digit() { '9' } else { sign }).collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = shape.strip_prefix("99999999-999999-") {
        let behind = rest.trim_start_matches('9');
        return format!("RUN{behind}");
    }
    match shape.as_str() {
        "9999-99-99T99:99:99Z" => "TIME".to_owned(),
        _ if word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) => "SUM".to_owned(),
        _ if word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) && word.bytes().any(|byte| byte.is_ascii_digit()) => {
            "PLAN".to_owned()
        }
        _ if word.strip_suffix('s').is_some_and(|seconds| digits(seconds) && seconds.len() == 1) => "SECONDS".to_owned(),
        _ if digits(word) && word.len() == 5 && word.parse::<u32>().is_ok_and(|bytes| bytes % 4096 == 0) => "BYTES".to_owned(),
        _ => word.to_owned(),
    }
}

#[test]
fn from_a_fresh_bundle_to_the_end_of_the_run() {
    insta::assert_snapshot!(story("forward"));
}

#[test]
fn back_from_the_end_and_back_from_the_closed_shop() {
    insta::assert_snapshot!(story("back"));
}

#[test]
fn people_choose_fill_in_and_do_by_hand() {
    insta::assert_snapshot!(story("people"));
}

#[test]
fn what_a_scenario_takes_is_what_rbk_derived_once_everything_is_applied() {
    let mut compared = 0;
    for (path, _) in corpus::plans()
        .into_iter()
        .filter(|(path, text)| path.starts_with("examples/") && text.lines().any(|line| line.starts_with("plan ")))
    {
        let operator = Operator::of(&path, Shell("sh", &[]));
        let script = corpus::root().join("tests/screen/times.sh");
        let output = Command::new("sh").arg(script).arg(operator.bundle()).output().expect("sh runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && output.stderr.is_empty(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(words[1], words[2], "{path}: the scenario {}", words[0]);
            compared += 1;
        }
    }
    assert!(compared > 20, "only {compared} scenarios");
}

#[test]
fn what_fails_and_what_is_refused_says_what_to_type() {
    insta::assert_snapshot!(story("trouble"));
}
