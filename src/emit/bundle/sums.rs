//! `SHA256SUMS`, and the identity of the compiled plan.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::File;

/// Returns the sums of all files as coreutils writes and checks them, by path.
pub(super) fn list(files: &BTreeMap<String, File>) -> String {
    files.iter().map(|(path, file)| format!("{}  {path}\n", hex(&file.bytes))).collect()
}

/// Adds `plan_id` to `plan.conf` and returns it. `files` holds the plan's own files and nothing else.
pub(super) fn seal(files: &mut BTreeMap<String, File>) -> String {
    let plan_id = hex(list(files).as_bytes());
    if let Some(file) = files.get_mut("plan.conf") {
        file.bytes.extend_from_slice(format!("fact plan_id '{plan_id}'\n").as_bytes());
    }
    plan_id
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
