//! Alembic, alone and behind Flask: revisions in Python that name the ones before them.

use super::{Order, To, Tool, Way, fill, folder, located, quoted};
use crate::effect::sql::{self, Dialect};
use crate::repository::history::{Body, History};
use crate::repository::python::{self, Call as PyCall, Line, Value};
use crate::repository::scripts::Working;
use crate::repository::words::Call;
use crate::source::{Repository, beside};

/// Reads `alembic upgrade`, `downgrade` and `stamp`, and `flask db` with the same.
pub fn order(call: &Call<'_>, working: &Working, repository: &dyn Repository) -> Option<Order> {
    let is_flask = call.program == "flask";
    let operands = call.operands(&["-c", "--config", "-n", "--name", "-x", "--tag", "--app", "-A", "-d", "--directory"]);
    let rest = match operands.first()?.0 {
        Some("db") if is_flask => &operands[1..],
        _ if is_flask => return None,
        _ => &operands[..],
    };
    let way = match rest.first()?.0? {
        "upgrade" => Way::Up,
        "downgrade" => Way::Down,
        "stamp" => Way::Mark,
        _ => return None,
    };
    // It only prints.
    if call.has("--sql") || call.value(&["-n", "--name"]).is_some() && !is_flask {
        return None;
    }
    let place = match is_flask {
        true => {
            let directory = call.value(&["-d", "--directory"]).unwrap_or(Some("migrations"))?;
            let env = located(working, repository, &format!("{}/alembic.ini", directory.trim_end_matches('/')))?;
            format!("{}/versions", folder(&env))
        }
        false => {
            let ini = located(working, repository, call.value(&["-c", "--config"]).unwrap_or(Some("alembic.ini"))?)?;
            versions(&ini, &repository.text(&ini)?)?
        }
    };
    let named = rest.get(1);
    let range = named.map_or(call.range.clone(), |(_, range)| range.clone());
    let to = match (named.map(|(text, _)| *text), way) {
        (None, Way::Up) if is_flask => To::Head,
        (Some(Some("head" | "heads")), _) => To::Head,
        (Some(Some("base")), _) => To::Base,
        (Some(Some(name)), _) if name.contains(['@', '+', ':']) || name.starts_with('-') => To::Unknown,
        (Some(Some(name)), _) => match name.rsplit_once('-') {
            Some((_, count)) if count.bytes().all(|byte| byte.is_ascii_digit()) => To::Unknown,
            _ => To::Named(name.to_owned()),
        },
        _ => To::Unknown,
    };
    Some(Order { tool: Tool::Alembic, place, way, to, range })
}

/// Returns the folder of the revisions, by the settings in `ini`; `None` for several.
fn versions(ini: &str, text: &str) -> Option<String> {
    let section = text.lines().map(str::trim).skip_while(|line| *line != "[alembic]").skip(1).take_while(|line| !line.starts_with('['));
    let section: Vec<&str> = section.filter(|line| !line.starts_with(['#', ';'])).collect();
    let setting = |name: &str| {
        section
            .iter()
            .find_map(|line| Some(line.strip_prefix(name)?.trim_start().strip_prefix('=')?.trim()))
            .filter(|value| !value.is_empty())
    };
    if setting("recursive_version_locations").is_some() {
        return None;
    }
    let here = |path: &str| {
        let path = path.strip_prefix("%(here)s/").unwrap_or(path);
        // A package's own folder, or a path that is whole.
        (!path.contains([':', ' ', ',', ';', '%', '$']) && !path.starts_with('/')).then(|| beside(folder(ini), path)).flatten()
    };
    match setting("version_locations") {
        Some(location) => here(location),
        None => Some(format!("{}/versions", here(setting("script_location")?)?)),
    }
}

/// Returns the revisions; `None` when one of them can't be read or follows one that is not there.
pub fn history(place: &str, repository: &dyn Repository) -> Option<History> {
    let mut found: Vec<(String, Vec<String>, String)> = Vec::new();
    for name in repository.names(place)?.into_iter().filter(|name| name.ends_with(".py") && !name.starts_with(['_', '.'])) {
        let path = format!("{place}/{name}");
        let text = repository.text(&path)?;
        let lines = python::lines(&text);
        let Some(Value::Text(id)) = python::assigned(&lines, "revision") else { continue };
        let parents = match python::assigned(&lines, "down_revision")? {
            Value::Word(none) if none == "None" => Vec::new(),
            Value::Text(parent) => vec![parent],
            Value::List(parents) => parents.iter().map(|parent| parent.text().map(str::to_owned)).collect::<Option<_>>()?,
            _ => return None,
        };
        found.push((id, parents, path));
    }
    History::of_code(found, true)
}

/// Operations whose effect follows from their words: what they are called, their parameters, and the SQL that they stand for. From
/// Alembic's reference of operations.
const OPERATIONS: [(&str, &[&str], &str); 12] = [
    ("drop_table", &["table_name"], "DROP TABLE {table_name};"),
    ("create_table", &["table_name"], "CREATE TABLE {table_name} ();"),
    ("rename_table", &["old_table_name", "new_table_name"], "ALTER TABLE {old_table_name} RENAME TO {new_table_name};"),
    ("drop_column", &["table_name", "column_name"], "ALTER TABLE {table_name} DROP COLUMN {column_name};"),
    ("add_column", &["table_name", "column"], "ALTER TABLE {table_name} ADD COLUMN {column};"),
    ("create_index", &["index_name", "table_name", "columns"], "CREATE INDEX {index_name} ON {table_name} ({columns});"),
    ("drop_index", &["index_name", "table_name"], "DROP INDEX {index_name};"),
    ("drop_constraint", &["constraint_name", "table_name"], "ALTER TABLE {table_name} DROP CONSTRAINT {constraint_name};"),
    (
        "create_unique_constraint",
        &["constraint_name", "table_name", "columns"],
        "ALTER TABLE {table_name} ADD CONSTRAINT {constraint_name} UNIQUE ({columns});",
    ),
    (
        "create_check_constraint",
        &["constraint_name", "table_name", "condition"],
        "ALTER TABLE {table_name} ADD CONSTRAINT {constraint_name} CHECK ({condition});",
    ),
    ("drop_table_comment", &["table_name"], "COMMENT ON TABLE {table_name} IS NULL;"),
    ("execute", &["sqltext"], "{sqltext};"),
];

/// Returns what `upgrade()` or `downgrade()` does.
pub fn body(text: &str, up: bool, dialect: Dialect) -> Body {
    let lines = python::lines(text);
    let Some(body) = python::body(&lines, if up { "def upgrade" } else { "def downgrade" }) else {
        return Body::hollow(if up { "it has no `upgrade`" } else { "it has no `downgrade`" });
    };
    let own = body.iter().map(|line| line.indent).min().unwrap_or_default();
    let real: Vec<&Line<'_>> = body.iter().filter(|line| !is_idle(line.text)).collect();
    match real.first() {
        None => return Body::hollow(if up { "its `upgrade` is empty" } else { "its `downgrade` is empty" }),
        Some(line) if line.text.starts_with("raise ") || line.text == "raise" => return Body::hollow("it refuses"),
        Some(_) => {}
    }
    let mut done = Body { is_whole: true, ..Body::default() };
    let mut batch: Option<(&str, String, usize)> = None;
    for line in real {
        if batch.as_ref().is_some_and(|(_, _, indent)| line.indent <= *indent) {
            batch = None;
        }
        if let Some(opened) = batch_of(line) {
            batch = Some(opened);
            continue;
        }
        // What stands deeper may be done, or not, or often.
        let inside = batch.as_ref().map(|(name, table, _)| (*name, table.as_str()));
        let is_sure = line.indent == own || inside.is_some();
        let sql = match python::value(line.text) {
            Value::Call(call) if is_sure => operation(&call, inside, dialect),
            _ => None,
        };
        match sql {
            Some(sql) => {
                done.sql.push_str(&sql);
                done.sql.push('\n');
            }
            None => done.is_whole = false,
        }
    }
    if done.is_whole && sql::is_hollow(&done.sql, dialect) {
        done.hollow = Some("it does nothing");
    }
    done
}

/// Returns whether a line does nothing: `pass`, `...`, a text that describes, `return`.
fn is_idle(text: &str) -> bool {
    matches!(text, "pass" | "..." | "return" | "return None" | "bind = op.get_bind()")
        || text.starts_with(['"', '\'']) && matches!(python::value(text), Value::Text(_))
        || text.split_whitespace().next() == Some("pass")
}

/// Reads `with op.batch_alter_table("users") as batch_op:`; returns the name, the table and how far the line is indented.
fn batch_of<'t>(line: &Line<'t>) -> Option<(&'t str, String, usize)> {
    let (call, name) = line.text.strip_prefix("with ")?.rsplit_once(" as ")?;
    let Value::Call(call) = python::value(call.trim()) else { return None };
    let table = call.arg(0, "table_name")?.text()?.to_owned();
    let fits = call.name == "op.batch_alter_table" && call.keyword("schema").is_none_or(is_none);
    fits.then_some((name.trim_end_matches(':').trim(), table, line.indent))
}

fn is_none(value: &Value) -> bool {
    matches!(value, Value::Word(word) if word == "None")
}

/// Returns the SQL that an operation stands for; `None` when it is not known.
fn operation(call: &PyCall, batch: Option<(&str, &str)>, dialect: Dialect) -> Option<String> {
    let (of, verb) = call.name.split_once('.')?;
    let table = batch.filter(|(name, _)| *name == of).map(|(_, table)| table);
    if of != "op" && table.is_none() {
        return None;
    }
    let schema = match call.keyword("schema") {
        None => None,
        Some(value) if is_none(value) => None,
        Some(value) => Some(value.text()?),
    };
    if verb == "alter_column" {
        return alter_column(call, table, schema, dialect);
    }
    let (_, parameters, template) = OPERATIONS.iter().find(|(name, _, _)| *name == verb)?;
    let mut template = (*template).to_owned();
    match verb {
        "create_index" if is_true(call.keyword("unique")) => template = template.replace("CREATE INDEX", "CREATE UNIQUE INDEX"),
        "create_index" | "drop_index" if is_true(call.keyword("postgresql_concurrently")) => {
            template = template.replace("INDEX", "INDEX CONCURRENTLY");
        }
        "drop_index" if dialect == Dialect::Mysql => template = "DROP INDEX {index_name} ON {table_name};".to_owned(),
        _ => {}
    }
    // In a batch, the table is said already.
    let given: Vec<&str> = parameters.iter().copied().filter(|name| table.is_none() || *name != "table_name").collect();
    fill(&template, |name| {
        if let ("table_name", Some(table)) = (name, table) {
            return Some(quoted(table, dialect));
        }
        let value = call.arg(given.iter().position(|known| *known == name)?, name)?;
        match (name, value) {
            ("sqltext" | "condition", value) => text_of(value).map(|text| text.trim_end().trim_end_matches(';').to_owned()),
            ("columns", Value::List(columns)) => {
                let names: Option<Vec<String>> = columns.iter().map(|column| Some(quoted(name_of(column)?, dialect))).collect();
                names.map(|names| names.join(", "))
            }
            ("column", Value::Call(column)) => self::column(column, dialect),
            (name, value) => {
                let own = quoted(name_of(value)?, dialect);
                let is_in_schema = matches!(name, "table_name" | "old_table_name") || name == "index_name" && verb == "drop_index";
                Some(schema.filter(|_| is_in_schema).map_or(own.clone(), |schema| format!("{}.{own}", quoted(schema, dialect))))
            }
        }
    })
}

fn is_true(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Word(word)) if word == "True")
}

/// Returns a name: `"users"`, or `op.f("ix_users_fax")`.
fn name_of(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Call(call) if call.name.ends_with(".f") => call.arg(0, "name")?.text(),
        _ => None,
    }
}

/// Returns SQL: a text, or `sa.text("…")`.
fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Call(call) if matches!(call.name.as_str(), "sa.text" | "text" | "sqlalchemy.text") => call.arg(0, "text")?.text(),
        _ => None,
    }
}

/// Returns a column as SQL defines it.
fn column(call: &PyCall, dialect: Dialect) -> Option<String> {
    if !call.name.ends_with("Column") {
        return None;
    }
    let name = quoted(call.arg(0, "name")?.text()?, dialect);
    let of = type_of(call.arg(1, "type_")?)?;
    let required = matches!(call.keyword("nullable"), Some(Value::Word(word)) if word == "False");
    let default = call.keyword("server_default").is_some_and(|value| !is_none(value));
    Some(format!("{name} {of}{}{}", if default { " DEFAULT 0" } else { "" }, if required { " NOT NULL" } else { "" }))
}

/// Returns a type as SQL names it: `sa.String(50)`, `sa.Integer()`, `postgresql.UUID`.
fn type_of(value: &Value) -> Option<String> {
    let (name, length) = match value {
        Value::Word(word) => (word.as_str(), None),
        Value::Call(call) => (call.name.as_str(), call.arg(0, "length")),
        _ => return None,
    };
    let length = match length {
        Some(Value::Word(length)) if length.bytes().all(|byte| byte.is_ascii_digit()) => Some(length.as_str()),
        _ => None,
    };
    let plain = match name.rsplit('.').next()? {
        "String" | "Unicode" | "VARCHAR" => return Some(length.map_or("varchar(255)".to_owned(), |length| format!("varchar({length})"))),
        "Integer" | "INTEGER" => "integer",
        "BigInteger" | "BIGINT" => "bigint",
        "SmallInteger" | "SMALLINT" => "smallint",
        "Boolean" | "BOOLEAN" => "boolean",
        "Text" | "UnicodeText" | "TEXT" => "text",
        "DateTime" | "TIMESTAMP" => "timestamp",
        "Date" | "DATE" => "date",
        "Float" | "FLOAT" => "float",
        "UUID" | "Uuid" => "uuid",
        "JSON" => "json",
        "JSONB" => "jsonb",
        _ => return None,
    };
    Some(plain.to_owned())
}

/// Returns the SQL of `alter_column`: a new name, a new type, whether a value has to be there.
fn alter_column(call: &PyCall, table: Option<&str>, schema: Option<&str>, dialect: Dialect) -> Option<String> {
    let shift = usize::from(table.is_none());
    let table = quoted(table.or_else(|| call.arg(0, "table_name")?.text())?, dialect);
    let table = schema.map_or(table.clone(), |schema| format!("{}.{table}", quoted(schema, dialect)));
    let name = quoted(call.arg(shift, "column_name")?.text()?, dialect);
    let mut sql = String::new();
    for (keyword, value) in &call.args {
        let action = match (keyword.as_deref(), value) {
            (Some("new_column_name"), value) => format!("RENAME COLUMN {name} TO {}", quoted(value.text()?, dialect)),
            (Some("type_"), value) => format!("ALTER COLUMN {name} TYPE {}", type_of(value)?),
            (Some("nullable"), Value::Word(word)) if word == "True" => format!("ALTER COLUMN {name} DROP NOT NULL"),
            (Some("nullable"), Value::Word(word)) if word == "False" => format!("ALTER COLUMN {name} SET NOT NULL"),
            (Some("server_default"), value) if is_none(value) => format!("ALTER COLUMN {name} DROP DEFAULT"),
            (Some(existing), _) if existing.starts_with("existing_") || existing == "schema" => continue,
            (None, _) => continue,
            _ => return None,
        };
        // MySQL states the whole definition, which is not written here.
        if dialect == Dialect::Mysql && !action.starts_with("RENAME") {
            return None;
        }
        sql.push_str(&format!("ALTER TABLE {table} {action};"));
    }
    Some(sql)
}
