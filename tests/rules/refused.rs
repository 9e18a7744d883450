//! Mistakes that no plan can have: the language refuses them. `src/rules/pages/refused.txt` lists them, one a line: the mistake, the
//! error that it is, the plan that makes it, and words of that error; docs/rules.md shows the list.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rbk::rules::{REFUSED, REGISTRY};

use super::check;
use crate::corpus::root;

#[test]
fn what_the_language_refuses_is_an_error_where_it_is_written() {
    let mut told: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut plans = BTreeSet::new();
    for line in REFUSED.lines() {
        let parts: Vec<&str> = line.split(" | ").collect();
        let [mistake, code, plan, words] = parts[..] else { panic!("four parts are expected in: {line}") };
        assert!(REGISTRY.iter().any(|rule| rule.name == code), "{code} has no page");
        plans.insert(plan);
        let text = fs::read_to_string(root().join(format!("tests/fixtures/refused/{plan}.rbk"))).expect("the plan is there");
        let found = told.entry(plan).or_insert_with(|| check(&text).1.iter().map(|it| format!("{}: {}", it.code, it.message)).collect());
        let hit = found.iter().any(|finding| finding.starts_with(&format!("{code}: ")) && finding.contains(words));
        assert!(hit, "“{mistake}” is not told: no {code} with {words:?} among\n{found:#?}");
    }
    let folder = fs::read_dir(root().join("tests/fixtures/refused")).expect("it is there");
    let there = folder.filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".rbk")?.to_owned()));
    assert_eq!(there.collect::<BTreeSet<_>>(), plans.into_iter().map(str::to_owned).collect(), "every plan there shows something");
}
