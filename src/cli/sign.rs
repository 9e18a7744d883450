//! The signature of a bundle: that of `SHA256SUMS`, made by the stock `ssh-keygen`, which alone sees the key.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::files;
use super::output::Stop;

/// The file that holds it, beside what it signs.
pub const SIGNATURE: &str = "SHA256SUMS.sig";

/// What the signature is for: one that was made for something else is none.
const NAMESPACE: &str = "rbk-bundle";

/// Returns the signature of `sums` with the key in the file `key`: a private one, or a public one whose other half an agent holds. A passphrase is
/// asked for at the terminal.
pub fn sign(key: &Path, sums: &[u8]) -> Result<Vec<u8>, Stop> {
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "sign", "-q", "-n", NAMESPACE, "-f"]).arg(key);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let trouble = |why: String| Stop::advised(format!("nothing was written: {why}"), "`--sign` takes a key as ssh-keygen makes it");
    let mut child = command.spawn().map_err(|error| trouble(format!("ssh-keygen can't be run: {error}")))?;
    if let Some(mut input) = child.stdin.take() {
        // Whoever ended before it has read all says why.
        let _ = input.write_all(sums);
    }
    let output = child.wait_with_output().map_err(|error| trouble(format!("ssh-keygen: {error}")))?;
    if output.status.success() && output.stdout.starts_with(b"-----BEGIN SSH SIGNATURE-----") {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let why = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it made no signature");
    Err(trouble(format!("ssh-keygen can't sign with {}: {why}", files::shown(key))))
}
