//! Reading code apart: what a thousand statements of SQL and a thousand commands of shell do, from the corpus of the tests.
//! `cargo bench --bench reading`.

use divan::Bencher;
use divan::counter::ItemsCount;
use rbk::effect::sh;
use rbk::effect::sql::{self, Dialect};

/// How many statements, or commands, are read at least.
const MANY: usize = 1_000;

const POSTGRES: [&str; 3] = [
    include_str!("../tests/effects/postgres-tables.sql"),
    include_str!("../tests/effects/postgres-objects.sql"),
    include_str!("../tests/effects/postgres-rows.sql"),
];
const MYSQL: [&str; 3] = [
    include_str!("../tests/effects/mysql-tables.sql"),
    include_str!("../tests/effects/mysql-objects.sql"),
    include_str!("../tests/effects/mysql-rows.sql"),
];
const SHELL: [&str; 3] = [
    include_str!("../tests/effects/sh-database.sh"),
    include_str!("../tests/effects/sh-systems.sh"),
    include_str!("../tests/effects/sh-wrapped.sh"),
];

pub fn main() {
    divan::main();
}

/// Returns the files as one text, as often as there are enough lines.
fn pieces(files: &[&str]) -> Vec<String> {
    let lines: Vec<&str> = files.iter().flat_map(|file| file.lines()).filter(|line| !line.trim().is_empty()).collect();
    let whole = lines.join("\n");
    vec![whole; MANY.div_ceil(lines.len())]
}

fn statements(bencher: Bencher, files: &[&str], dialect: Dialect) {
    let pieces = pieces(files);
    let count: usize = pieces.iter().map(|piece| sql::split(piece, dialect).len()).sum();
    bencher
        .counter(ItemsCount::new(count))
        .bench(|| pieces.iter().map(|piece| sql::split(divan::black_box(piece), dialect).len()).sum::<usize>());
}

#[divan::bench]
fn postgres(bencher: Bencher) {
    statements(bencher, &POSTGRES, Dialect::Postgres);
}

#[divan::bench]
fn mysql(bencher: Bencher) {
    statements(bencher, &MYSQL, Dialect::Mysql);
}

#[divan::bench]
fn commands(bencher: Bencher) {
    let pieces = pieces(&SHELL);
    let count: usize = pieces.iter().map(|piece| sh::read(piece).commands.len()).sum();
    bencher
        .counter(ItemsCount::new(count))
        .bench(|| pieces.iter().map(|piece| sh::read(divan::black_box(piece)).commands.len()).sum::<usize>());
}
