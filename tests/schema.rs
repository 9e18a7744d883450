//! The schemas that are published below `docs/schema`, and documents held to them: strictly, so that no field is written that no
//! schema tells of.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::{bundle, corpus};

/// Fails unless `document` is what the schema of that name says, with no field that it does not name.
pub fn assert_valid(name: &str, document: &Value) {
    let folder = corpus::root().join("docs/schema");
    let mut compiler = boon::Compiler::new();
    let mut main = None;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let mut schema: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        close(&mut schema);
        let url = format!("https://rbk.invalid/{}", path.file_name().unwrap().to_str().unwrap());
        compiler.add_resource(&url, schema).unwrap();
        if path.ends_with(format!("{name}.schema.json")) {
            main = Some(url);
        }
    }
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile(&main.expect("a schema of that name"), &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
    if let Err(error) = schemas.validate(document, index) {
        panic!("{name}: {error:#}\n{document:#}");
    }
}

/// Refuses fields that a schema does not name, which its readers must not do. A definition is closed where it is referred to, a choice
/// around its alternatives: what they name together is what may stand there.
fn close(schema: &mut Value) {
    let Value::Object(map) = schema else { return };
    for (key, inner) in map.iter_mut() {
        match inner {
            Value::Object(many) if key == "$defs" => many.values_mut().for_each(close_inside),
            Value::Object(many) if key == "properties" => many.values_mut().for_each(close),
            Value::Array(many) if key == "oneOf" => many.iter_mut().for_each(close_inside),
            inner => close(inner),
        }
    }
    if ["properties", "oneOf", "$ref"].iter().any(|key| map.contains_key(*key)) && !map.contains_key("additionalProperties") {
        map.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
    }
}

fn close_inside(schema: &mut Value) {
    close(schema);
    if let Value::Object(map) = schema {
        map.remove("unevaluatedProperties");
    }
}

#[test]
fn a_field_that_no_schema_names_is_refused() {
    let sound = serde_json::json!({ "schema_version": 1, "rules": [] });
    assert_valid("rules", &sound);
    let more = serde_json::json!({ "schema_version": 1, "rules": [], "more": 1 });
    assert!(std::panic::catch_unwind(|| assert_valid("rules", &more)).is_err());
}

#[test]
fn the_manifest_of_every_plan_is_what_its_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut held = 0;
    for (path, text) in corpus::plans() {
        if !text.lines().any(|line| line.starts_with("plan ")) {
            continue;
        }
        let place = folder.path().join(held.to_string());
        let output =
            Command::new(env!("CARGO_BIN_EXE_rbk")).args(["build", &path, "-o"]).arg(&place).current_dir(corpus::root()).output().unwrap();
        // Rules find something in a fixture: then there is no bundle.
        let Ok(manifest) = fs::read_to_string(place.join("manifest.json")) else {
            assert!(!path.starts_with("examples"), "{path}: {}", String::from_utf8_lossy(&output.stderr));
            continue;
        };
        assert_valid("manifest", &serde_json::from_str(&manifest).unwrap());
        held += 1;
    }
    // And one with every form there is.
    let files = bundle::files(include_str!("../src/emit/bundle/tests/everything.rbk"));
    let (_, manifest) = files.iter().find(|(path, _)| path == "manifest.json").unwrap();
    assert_valid("manifest", &serde_json::from_slice(manifest).unwrap());
    assert!(held > 12, "only {held} manifests were held to the schema");
}
