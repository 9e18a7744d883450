//! Types as statements write them, and whether a value survives the way from one to another.
//!
//! Sources: the manuals' pages on types and on assignment casts; what was tried on PostgreSQL 15, MariaDB 10.11.

use super::Dialect;

/// What becomes of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Every value is kept, or the statement fails as a whole.
    Kept,
    /// Some values are rounded, cut, shifted or refused.
    Narrow,
    /// Only the old type tells, and it is not known.
    Unsure,
    /// The same, and nearly always it was narrower: numbers that become the widest of their kind.
    Seldom,
}

/// A type, as far as its range matters.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    Bool,
    /// The smallest and the largest value as powers of two.
    Integer {
        bits: u32,
        unsigned: bool,
    },
    /// Digits before and behind the point; `None`: as many as one likes.
    Decimal(Option<(u32, u32)>),
    Float {
        bits: u32,
    },
    /// The length in characters; `None`: as long as one likes.
    Text(Option<u64>),
    /// The length in bytes.
    Bytes(Option<u64>),
    Date,
    /// Digits of a second.
    Time {
        digits: u32,
    },
    Moment {
        digits: u32,
        zoned: bool,
    },
    Year,
    /// The values that it lists.
    Listed(Vec<String>),
    /// By its name: two are the same or they are not.
    Named(String),
}

/// Returns what becomes of the values of a column; `from` is `None` where nobody knows the old type.
pub fn way(from: Option<&str>, to: &str, dialect: Dialect) -> Way {
    let new = shape(to, dialect);
    let Some(from) = from else { return unknown(&new) };
    if dialect == Dialect::Sqlite {
        return Way::Kept;
    }
    let old = shape(from, dialect);
    if old == new || fits(&old, &new) { Way::Kept } else { Way::Narrow }
}

/// Returns whether two types are the same, in whatever words. In doubt they are.
pub fn same(one: &str, other: &str, dialect: Dialect) -> bool {
    let (one, other) = (shape(one, dialect), shape(other, dialect));
    match (&one, &other) {
        // A type may be written with its schema.
        (Shape::Named(one), Shape::Named(other)) => {
            let last = |name: &str| name.rsplit('.').next().unwrap_or(name).trim_matches('"').to_owned();
            last(one) == last(other)
        }
        _ => dialect == Dialect::Sqlite || one == other,
    }
}

/// Returns whether PostgreSQL leaves the rows alone, as the new type only allows for more of the same.
pub fn stays_as_written(from: &str, to: &str, dialect: Dialect) -> bool {
    let is_fixed = |written: &str| {
        let name = written.trim_start_matches("pg_catalog.").to_ascii_lowercase();
        name.starts_with("char") && !name.contains("varying") || name.starts_with("bpchar")
    };
    let (old, new) = (shape(from, dialect), shape(to, dialect));
    let plain = dialect == Dialect::Postgres && !is_fixed(from) && !is_fixed(to);
    plain
        && match (&old, &new) {
            (Shape::Text(_), Shape::Text(None)) => {
                !from.to_ascii_lowercase().contains("citext") && !to.to_ascii_lowercase().contains("citext")
            }
            (Shape::Text(Some(old)), Shape::Text(Some(new))) => old <= new,
            (Shape::Decimal(Some(_)), Shape::Decimal(None)) => true,
            (Shape::Decimal(Some((old, places))), Shape::Decimal(Some((new, others)))) => places == others && old <= new,
            _ => false,
        }
}

/// What holds nearly everything keeps whatever comes.
fn unknown(new: &Shape) -> Way {
    match new {
        Shape::Text(None) | Shape::Bytes(None) | Shape::Decimal(None) | Shape::Named(_) | Shape::Listed(_) => Way::Kept,
        Shape::Moment { zoned: true, .. } => Way::Kept,
        Shape::Integer { bits: 64, .. } | Shape::Float { bits: 64 } => Way::Seldom,
        _ => Way::Unsure,
    }
}

fn fits(old: &Shape, new: &Shape) -> bool {
    use Shape::{Bool, Bytes, Date, Decimal, Float, Integer, Listed, Moment, Named, Text, Time, Year};
    match (old, new) {
        (_, Text(None)) => true,
        (Text(Some(old)), Text(Some(new))) | (Bytes(Some(old)), Bytes(Some(new))) => old <= new,
        (Bytes(_), Bytes(None)) | (Bool, Integer { .. }) | (Integer { .. } | Decimal(_), Decimal(None)) => true,
        (Integer { bits: old, unsigned: from }, Integer { bits: new, unsigned: to }) => match (from, to) {
            (true, false) => old < new,
            (false, true) => false,
            _ => old <= new,
        },
        (Integer { bits, .. }, Decimal(Some((whole, _)))) => digits(*bits) <= *whole,
        (Integer { bits: old, .. }, Float { bits: new }) => old < new && (*old < 32 || *new == 64),
        (Integer { bits, .. }, Text(Some(length))) => u64::from(digits(*bits)) < *length,
        (Decimal(Some((whole, places))), Decimal(Some((new, others)))) => whole <= new && places <= others,
        (Decimal(Some((whole, 0))), Integer { bits, unsigned: false }) => *whole < digits(*bits),
        (Float { bits: old }, Float { bits: new }) => old <= new,
        (Date, Moment { .. }) => true,
        (Time { digits: old }, Time { digits: new }) => old <= new,
        (Moment { digits: old, zoned: from }, Moment { digits: new, zoned: to }) => old <= new && (!from || *to),
        (Listed(old), Listed(new)) => old.iter().all(|value| new.contains(value)),
        (Listed(old), Text(Some(length))) => old.iter().all(|value| value.chars().count() as u64 <= *length),
        (Year, Integer { bits, .. }) => *bits >= 16,
        // What is none of the new type is refused, and nothing is changed.
        (_, Listed(_) | Named(_)) => true,
        _ => false,
    }
}

/// Returns how many digits an integer may have.
fn digits(bits: u32) -> u32 {
    match bits {
        8 => 3,
        16 => 5,
        24 => 8,
        32 => 10,
        _ => 20,
    }
}

fn shape(written: &str, dialect: Dialect) -> Shape {
    let lower = written.to_ascii_lowercase();
    let name_end = lower.find(['(', '[']).unwrap_or(lower.len());
    let name = lower[..name_end].split_whitespace().collect::<Vec<_>>();
    let first = name.first().copied().unwrap_or_default().trim_start_matches("pg_catalog.");
    if lower.contains('[') || name.contains(&"array") {
        return Shape::Named(lower);
    }
    let arguments = arguments(&lower);
    let number = |index: usize| arguments.get(index).and_then(|text| text.parse::<u64>().ok());
    let unsigned = lower.contains("unsigned") || lower.contains("zerofill");
    let mysql = dialect == Dialect::Mysql;
    let places = |none: u32| number(0).map_or(none, |places| places.min(9) as u32);
    let integer = |bits: u32| Shape::Integer { bits, unsigned };
    let seconds = if mysql { 0 } else { 6 };
    match first {
        "bool" | "boolean" if mysql => Shape::Integer { bits: 8, unsigned: false },
        "bool" | "boolean" => Shape::Bool,
        "tinyint" | "int1" => integer(8),
        "smallint" | "int2" | "smallserial" | "serial2" => integer(16),
        "mediumint" | "int3" => integer(24),
        "int" | "integer" | "int4" | "serial4" => integer(32),
        "serial" if mysql => Shape::Integer { bits: 64, unsigned: true },
        "serial" => integer(32),
        "bigint" | "int8" | "bigserial" | "serial8" => integer(64),
        "decimal" | "numeric" | "dec" | "fixed" => match (number(0), number(1)) {
            (None, _) if mysql => Shape::Decimal(Some((10, 0))),
            (None, _) => Shape::Decimal(None),
            (Some(all), places) => {
                let places = places.unwrap_or(0).min(all);
                Shape::Decimal(Some(((all - places) as u32, places as u32)))
            }
        },
        "float4" => Shape::Float { bits: 32 },
        "real" if !mysql => Shape::Float { bits: 32 },
        "float" if mysql && number(0).is_none_or(|digits| digits < 25) => Shape::Float { bits: 32 },
        "float" if number(0).is_some_and(|digits| digits < 25) => Shape::Float { bits: 32 },
        "float" | "float8" | "real" | "double" => Shape::Float { bits: 64 },
        "varchar" | "nvarchar" | "varchar2" => Shape::Text(number(0)),
        "character" | "char" | "nchar" | "national" | "bpchar" => match name.contains(&"varying") || first == "bpchar" {
            true => Shape::Text(number(0)),
            false => Shape::Text(Some(number(0).unwrap_or(1))),
        },
        "tinytext" => Shape::Text(Some(255)),
        "text" if mysql => Shape::Text(Some(65_535)),
        "mediumtext" => Shape::Text(Some(16_777_215)),
        "text" | "longtext" | "citext" | "clob" | "json" if mysql || first != "json" => Shape::Text(None),
        "binary" | "varbinary" => Shape::Bytes(Some(number(0).unwrap_or(1))),
        "tinyblob" => Shape::Bytes(Some(255)),
        "blob" if mysql => Shape::Bytes(Some(65_535)),
        "mediumblob" => Shape::Bytes(Some(16_777_215)),
        "bytea" | "blob" | "longblob" => Shape::Bytes(None),
        "date" => Shape::Date,
        "time" | "timetz" => Shape::Time { digits: places(seconds) },
        "timestamptz" => Shape::Moment { digits: places(seconds), zoned: true },
        "timestamp" => Shape::Moment { digits: places(seconds), zoned: lower.contains("with time zone") && !lower.contains("without") },
        "datetime" => Shape::Moment { digits: places(seconds), zoned: false },
        "year" => Shape::Year,
        "enum" | "set" if mysql => Shape::Listed(values(written)),
        _ => Shape::Named(lower.trim_matches(['"', '`']).to_owned()),
    }
}

/// Returns what stands in the brackets, between commas.
fn arguments(lower: &str) -> Vec<&str> {
    let Some(open) = lower.find('(') else { return Vec::new() };
    let inner = &lower[open + 1..];
    inner[..inner.find(')').unwrap_or(inner.len())].split(',').map(str::trim).collect()
}

/// Returns the strings that an `ENUM` lists.
fn values(written: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = written;
    while let Some(open) = rest.find(['\'', '"']) {
        let quote = &rest[open..=open];
        let inner = &rest[open + 1..];
        let Some(close) = inner.find(quote) else { break };
        values.push(inner[..close].to_owned());
        rest = &inner[close + 1..];
    }
    values
}

#[cfg(test)]
mod tests {
    use super::{Way, way};
    use crate::effect::sql::Dialect::{Mysql, Postgres};

    #[test]
    fn what_holds_less_narrows() {
        for (from, to) in [
            ("bigint", "integer"),
            ("text", "varchar(20)"),
            ("varchar(40)", "character varying(20)"),
            ("varchar", "varchar(9)"),
            ("numeric(10, 2)", "numeric(10, 1)"),
            ("numeric(10, 2)", "numeric(10, 4)"),
            ("double precision", "real"),
            ("numeric", "integer"),
            ("timestamp", "date"),
            ("timestamp with time zone", "timestamp"),
            ("timestamp(6)", "timestamp(3)"),
            ("bigint", "double precision"),
            ("integer", "numeric(8)"),
            ("text", "integer"),
        ] {
            assert_eq!(way(Some(from), to, Postgres), Way::Narrow, "{from} to {to}");
        }
        for (from, to) in [
            ("int", "int unsigned"),
            ("int unsigned", "int"),
            ("text", "varchar(255)"),
            ("longtext", "text"),
            ("enum('a','b')", "enum('a')"),
            ("datetime(6)", "datetime"),
            ("varchar(10)", "char(5)"),
            ("double", "float"),
        ] {
            assert_eq!(way(Some(from), to, Mysql), Way::Narrow, "{from} to {to}");
        }
    }

    #[test]
    fn what_holds_as_much_keeps() {
        for (from, to) in [
            ("integer", "bigint"),
            ("serial", "bigint"),
            ("varchar(20)", "varchar(40)"),
            ("varchar(20)", "text"),
            ("bigint", "text"),
            ("numeric(10, 2)", "numeric(12, 2)"),
            ("integer", "numeric"),
            ("integer", "double precision"),
            ("real", "float8"),
            ("date", "timestamp"),
            ("timestamp", "timestamptz"),
            ("text", "uuid"),
            ("\"Role\"", "\"Role_new\""),
            ("json", "jsonb"),
            ("integer", "varchar(20)"),
        ] {
            assert_eq!(way(Some(from), to, Postgres), Way::Kept, "{from} to {to}");
        }
        for (from, to) in
            [("int", "bigint"), ("tinyint(1)", "boolean"), ("enum('a')", "enum('a','b')"), ("text", "mediumtext"), ("json", "longtext")]
        {
            assert_eq!(way(Some(from), to, Mysql), Way::Kept, "{from} to {to}");
        }
    }

    #[test]
    fn without_the_old_type_only_what_holds_everything_is_sure() {
        for to in ["text", "jsonb", "uuid", "\"Role_new\"", "timestamptz", "int[]"] {
            assert_eq!(way(None, to, Postgres), Way::Kept, "{to}");
        }
        for to in ["bigint", "double precision"] {
            assert_eq!(way(None, to, Postgres), Way::Seldom, "{to}");
        }
        for to in ["varchar(9)", "integer", "real", "date", "numeric(4, 2)", "timestamp(3)", "boolean"] {
            assert_eq!(way(None, to, Postgres), Way::Unsure, "{to}");
        }
    }
}
