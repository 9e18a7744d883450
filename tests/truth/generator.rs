//! Schemas with rows, and statements on them, from thrown dice.

use rbk::effect::sql::Dialect;

use super::features;

/// Bytes as choices; behind the end it is always the first.
pub struct Dice<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Dice<'_> {
    pub fn new(bytes: &[u8]) -> Dice<'_> {
        Dice { bytes, at: 0 }
    }

    pub fn below(&mut self, count: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % count.max(1)
    }

    pub fn one<'c, T>(&mut self, of: &'c [T]) -> &'c T {
        &of[self.below(of.len())]
    }
}

/// A schema with rows, and a text that runs on it.
pub struct Made {
    pub setup: String,
    pub statements: Vec<String>,
    /// The text makes a table anew from the rows of the old one.
    pub rebuilds: bool,
    /// A statement that begins well and fails.
    pub fails: String,
}

struct Table {
    name: &'static str,
    columns: Vec<Column>,
    index: bool,
    check: bool,
}

struct Column {
    name: &'static str,
    of: &'static str,
}

const TABLES: [[&str; 3]; 2] = [["users", "\"Odd Name\"", "notes"], ["users", "`Odd Name`", "notes"]];
const COLUMNS: [[&str; 4]; 2] = [["name", "\"a b\"", "age", "total"], ["name", "`a b`", "age", "total"]];

/// Makes a schema and a text; a wide one holds more than tables.
pub fn make(dice: &mut Dice<'_>, dialect: Dialect, wide: bool) -> Made {
    let quotes = usize::from(dialect == Dialect::Mysql);
    let types: &[&'static str] = match dialect {
        Dialect::Postgres => &["text", "integer", "bigint", "varchar(40)", "numeric(10,2)", "timestamp"],
        Dialect::Mysql => &["varchar(60)", "int", "bigint", "text", "decimal(10,2)", "datetime"],
        Dialect::Sqlite => &["TEXT", "INTEGER", "REAL", "VARCHAR(40)"],
    };
    let mut tables = Vec::new();
    let count = 1 + dice.below(2);
    for table in TABLES[quotes].into_iter().take(count) {
        let mut columns = Vec::new();
        for name in COLUMNS[quotes].into_iter().take(1 + dice.below(4)) {
            columns.push(Column { name, of: dice.one::<&'static str>(types) });
        }
        tables.push(Table { name: table, columns, index: dice.below(3) == 0, check: dice.below(3) == 0 });
    }
    let has_view = dice.below(4) == 0;
    let mut setup = String::new();
    for (at, table) in tables.iter().enumerate() {
        setup += &table.definition(dice, dialect);
        for row in 1..=3 {
            let values: Vec<String> =
                table.columns.iter().enumerate().map(|(column, own)| value(own.of, at * 1000 + column * 100 + row)).collect();
            setup += &format!("INSERT INTO {} VALUES ({}, {});\n", table.name, at * 1000 + row + 90, values.join(", "));
        }
    }
    if has_view {
        setup += &format!("CREATE VIEW seen AS SELECT id FROM {};\n", tables[0].name);
    }
    let features = if wide { features::choose(dice, dialect) } else { Vec::new() };
    for feature in &features {
        setup += &feature.setup(dice);
    }
    let mut statements = Vec::new();
    let rebuilds = dice.below(6) == 5;
    let plain = |dice: &mut Dice<'_>| features.is_empty() || dice.below(3) == 2;
    if rebuilds {
        rebuild(&mut statements, &tables[0], dice);
    } else {
        for _ in 0..=dice.below(2) {
            match plain(dice) {
                true => statements.push(statement(dice, &tables, types, dialect)),
                false => statements.extend(dice.one(&features).change(dice)),
            }
        }
    }
    let fails = if plain(dice) { failing(dice, &tables, dialect) } else { dice.one(&features).failing(dice) };
    Made { setup, statements, rebuilds, fails }
}

impl Table {
    fn definition(&self, dice: &mut Dice<'_>, dialect: Dialect) -> String {
        let mut parts = vec!["id integer PRIMARY KEY".to_owned()];
        for column in &self.columns {
            let extra = ["", "", " NOT NULL", " DEFAULT 7", " UNIQUE", " DEFAULT 7 NOT NULL"];
            let extra =
                if matches!(column.of, "text" | "timestamp" | "datetime") { *dice.one(&["", " NOT NULL"]) } else { *dice.one(&extra) };
            parts.push(format!("{} {}{extra}", column.name, column.of));
        }
        if self.check {
            parts.push("CONSTRAINT id_ok CHECK (id > 0)".to_owned());
        }
        let mut text = format!("CREATE TABLE {} ({});\n", self.name, parts.join(", "));
        // Long text takes no index in MySQL.
        if self.index && !(dialect == Dialect::Mysql && self.columns[0].of == "text") {
            text += &format!("CREATE INDEX by_first ON {} ({});\n", self.name, self.columns[0].name);
        }
        // A second table has no second constraint of the name in MySQL's eyes, and no second index in the others'.
        if self.name != "users" {
            text = text.replace("by_first", "by_second").replace("id_ok", "id_fine");
        }
        text
    }

    fn column(&self, dice: &mut Dice<'_>) -> &Column {
        dice.one(&self.columns)
    }
}

/// Returns a value that no other column has.
fn value(of: &str, number: usize) -> String {
    match of {
        "timestamp" | "datetime" => format!("'20{:02}-01-{:02} 10:{:02}:30'", 10 + number / 100 % 80, 1 + number % 28, number / 1000 % 60),
        of if of.to_lowercase().contains("char") || of.eq_ignore_ascii_case("text") => format!("'a long value {number}'"),
        of if of.contains(',') || of == "REAL" => format!("{number}.75"),
        _ => number.to_string(),
    }
}

fn statement(dice: &mut Dice<'_>, tables: &[Table], types: &[&'static str], dialect: Dialect) -> String {
    let table = dice.one(tables);
    let (t, column) = (table.name, table.column(dice));
    let (c, of) = (column.name, *dice.one(types));
    let common = 21;
    let form = dice.below(if dialect == Dialect::Sqlite { common } else { common + 16 });
    let postgres = dialect == Dialect::Postgres;
    match form {
        0 => format!("ALTER TABLE {t} ADD COLUMN fresh {of};"),
        1 => format!("ALTER TABLE {t} ADD COLUMN fresh varchar(9) DEFAULT 'x' NOT NULL;"),
        2 | 3 => format!("ALTER TABLE {t} DROP COLUMN {c};"),
        4 => format!("ALTER TABLE {t} RENAME COLUMN {c} TO other;"),
        5 => format!("ALTER TABLE {t} RENAME TO people;"),
        6 => format!("DROP TABLE {t};"),
        7 => "DROP TABLE IF EXISTS nothing;".to_owned(),
        8 => "CREATE TABLE fresh (id integer PRIMARY KEY, v varchar(9) DEFAULT 'x');".to_owned(),
        9 => format!("CREATE INDEX fresh_index ON {t} (id, {});", table.columns[0].name),
        10 => format!("CREATE UNIQUE INDEX fresh_index ON {t} (id);"),
        11 if dialect == Dialect::Mysql => format!("DROP INDEX by_first ON {t};"),
        11 => "DROP INDEX by_first;".to_owned(),
        12 => format!("CREATE VIEW fresh AS SELECT id FROM {t};"),
        13 => "DROP VIEW seen;".to_owned(),
        14 => format!("INSERT INTO {t} (id, {c}) VALUES (5, {});", value(column.of, 5005)),
        15 => format!("UPDATE {t} SET {c} = {};", value(column.of, 6006)),
        16 => format!("UPDATE {t} SET {c} = {} WHERE id < 92;", value(column.of, 6006)),
        17 => format!("UPDATE {t} SET {c} = {} WHERE {c} IS NULL;", value(column.of, 6006)),
        18 => format!("DELETE FROM {t};"),
        19 => format!("DELETE FROM {t} WHERE id = 91;"),
        20 => format!("CREATE TABLE fresh AS SELECT id, {c} FROM {t};"),
        21 => format!("TRUNCATE TABLE {t};"),
        22 => format!("ALTER TABLE {t} ADD CONSTRAINT fresh CHECK (id > 1);"),
        23 => format!("ALTER TABLE {t} ADD CONSTRAINT fresh UNIQUE (id, {});", table.columns[0].name),
        24 => format!("ALTER TABLE {t} DROP CONSTRAINT id_ok;"),
        25 => format!("ALTER TABLE {t} ALTER COLUMN {c} SET DEFAULT {};", value(column.of, 1)),
        26 => format!("ALTER TABLE {t} ALTER COLUMN {c} DROP DEFAULT;"),
        27 | 28 if postgres => format!("ALTER TABLE {t} ALTER COLUMN {c} TYPE {of};"),
        27 | 28 => format!("ALTER TABLE {t} MODIFY COLUMN {c} {of};"),
        29 if postgres => format!("ALTER TABLE {t} ALTER COLUMN {c} TYPE text USING {c}::text;"),
        29 => format!("ALTER TABLE {t} CHANGE COLUMN {c} other {};", column.of),
        30 if postgres => format!("ALTER TABLE {t} ALTER COLUMN {c} SET NOT NULL;"),
        30 => format!("ALTER TABLE {t} MODIFY {c} {} NOT NULL;", column.of),
        31 if postgres => format!("ALTER TABLE {t} ALTER COLUMN {c} DROP NOT NULL;"),
        31 => format!("RENAME TABLE {t} TO people;"),
        32 if postgres => format!("ALTER TABLE {t} DROP COLUMN {c}, ADD COLUMN fresh {of};"),
        32 => format!("ALTER TABLE {t} DROP COLUMN {c}, ADD INDEX fresh (id);"),
        33 if postgres => format!("ALTER TABLE {t} ALTER COLUMN {c} TYPE numeric(8,0);"),
        33 => format!("ALTER TABLE {t} DROP PRIMARY KEY;"),
        34 if postgres => format!("COMMENT ON COLUMN {t}.{c} IS 'x';"),
        34 => format!("ALTER TABLE {t} COMMENT = 'x';"),
        35 if postgres => "CREATE TYPE mood AS ENUM ('sad', 'ok');".to_owned(),
        35 => format!("REPLACE INTO {t} (id, {c}) VALUES (91, {});", value(column.of, 7007)),
        _ if postgres => format!("DROP TABLE {t} CASCADE;"),
        _ => format!("CREATE OR REPLACE TABLE {t} (id int);"),
    }
}

/// A statement of which a part could be done before the rest fails.
fn failing(dice: &mut Dice<'_>, tables: &[Table], dialect: Dialect) -> String {
    let table = dice.one(tables);
    let (t, column) = (table.name, table.column(dice));
    let c = column.name;
    match dice.below(if dialect == Dialect::Sqlite { 5 } else { 10 }) {
        0 => format!("UPDATE {t} SET id = 95;"),
        1 => format!("INSERT INTO {t} (id, {c}) SELECT id - 1, {c} FROM {t};"),
        2 => format!("CREATE UNIQUE INDEX fresh_index ON {t} (missing);"),
        3 => format!("CREATE TABLE fresh AS SELECT id, missing FROM {t};"),
        4 => format!("INSERT INTO {t} (id, {c}) VALUES (201, {}), (91, {});", value(column.of, 5005), value(column.of, 5006)),
        5 => format!("ALTER TABLE {t} DROP COLUMN {c}, ADD COLUMN id integer;"),
        6 => format!("ALTER TABLE {t} ADD COLUMN fresh integer, ADD CONSTRAINT fresh_check CHECK (id > 1000000);"),
        7 => format!("DROP TABLE {t}, missing;"),
        8 => format!("DROP TABLE missing, {t};"),
        _ => format!("ALTER TABLE {t} ADD COLUMN fresh integer, RENAME COLUMN missing TO other;"),
    }
}

/// The table made anew with all of its columns, or without the last one.
fn rebuild(statements: &mut Vec<String>, table: &Table, dice: &mut Dice<'_>) {
    let kept = &table.columns[..table.columns.len() - dice.below(2)];
    let definitions: String = kept.iter().map(|column| format!(", {} {}", column.name, column.of)).collect();
    let names: String = kept.iter().map(|column| format!(", {}", column.name)).collect();
    let t = table.name;
    statements.push(format!("CREATE TABLE new_one (id integer PRIMARY KEY{definitions});"));
    statements.push(format!("INSERT INTO new_one (id{names}) SELECT id{names} FROM {t};"));
    statements.push(format!("DROP TABLE {t};"));
    statements.push(format!("ALTER TABLE new_one RENAME TO {t};"));
}
