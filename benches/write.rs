//! Writes the generated plans to disk, for measuring the whole process: `cargo bench --bench write -- DIRECTORY`.

#![allow(clippy::disallowed_methods, reason = "a bench touches the world")]

mod generator;

use std::io::Write as _;
use std::path::PathBuf;

/// Steps of the plans that are written.
const SIZES: [usize; 7] = [42, 100, 165, 1_000, 10_000, 30_000, 100_000];

fn main() -> std::io::Result<()> {
    let Some(place) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).map(PathBuf::from) else {
        return Ok(());
    };
    std::fs::create_dir_all(&place)?;
    let mut texts: Vec<(String, String)> = SIZES.map(|steps| (format!("p{steps}.rbk"), generator::plan(steps))).into();
    // 500 errors in 3.6 MB.
    texts.push(("broken.rbk".to_owned(), generator::broken(10_000, 19)));
    for (name, text) in texts {
        std::fs::write(place.join(&name), &text)?;
        writeln!(std::io::stdout(), "{name}: {} lines, {} bytes", text.lines().count(), text.len())?;
    }
    Ok(())
}
