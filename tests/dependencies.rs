//! What rbk is built from: licenses that allow it, and no crate that somebody has to explain twice.

use std::process::Command;

use crate::corpus;

/// Licenses that a dependency may be under; one of an `OR` is enough.
const ALLOWED: [&str; 11] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "CC0-1.0",
    "BSD-3-Clause",
    "ISC",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[test]
fn every_dependency_is_under_a_permissive_license() {
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&rustc.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(corpus::root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    for package in metadata["packages"].as_array().expect("there are packages") {
        let name = package["name"].as_str().expect("packages have names");
        let license = package["license"].as_str().unwrap_or("none").replace('/', " OR ");
        let fits = license.split(" OR ").any(|choice| {
            choice
                .trim_matches(|c| c == '(' || c == ')')
                .split(" AND ")
                .all(|one| ALLOWED.contains(&one.trim().trim_matches(|c| c == '(' || c == ')')))
        });
        assert!(fits, "{name} is under {license}");
    }
}
