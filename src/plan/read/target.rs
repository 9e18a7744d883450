//! Reads the systems: targets, writers, backups, flags, releases.

use crate::diagnostic::Diagnostic;
use crate::plan::id::Id;
use crate::plan::target::{Backup, Flag, Method, Release, SchemaFile, Target, TargetKind, Writer};
use crate::plan::value::Place;
use crate::source::Spanned;
use crate::syntax::tree::{PartKind, Statement};

use super::{Parts, Reader};

impl Reader<'_> {
    /// Reports an address that would carry a password into the plan, the bundle and the runbook.
    fn no_password(&mut self, url: Option<&Spanned<Place>>) {
        if let Some(url) = url
            && matches!(&url.value, Place::Literal(text) if holds_password(text))
        {
            self.findings.push(
                Diagnostic::error(
                    "value/password",
                    url.span,
                    "this address holds a password: it would stand in the bundle and in the runbook",
                    "a password for everybody who reads the plan",
                )
                .help("write a variable, `url $DATABASE_URL`, and give the address in the operator's environment"),
            );
        }
    }

    /// Reads `target NAME TITLE KIND [{ … }]`.
    pub fn target(&mut self, statement: &Statement) -> Target {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let kind = parts.take(PartKind::Choice);
        let kind =
            Spanned::new(kind.map_or(TargetKind::Manual, |part| kind_of(self.text(part.span))), kind.map_or(header.span, |part| part.span));
        let mut target =
            Target { header, kind, url: None, file: None, dir: None, ssh: Vec::new(), server_version: None, schema: None, ledger: None };
        for inner in self.block(statement, &[]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "url" => {
                    target.url = self.place(&mut parts);
                    self.no_password(target.url.as_ref());
                }
                "file" => target.file = self.place(&mut parts),
                "dir" => target.dir = self.place(&mut parts),
                "ssh" => {
                    while let Some(place) = self.place(&mut parts) {
                        target.ssh.push(place);
                        parts.take(PartKind::Comma);
                    }
                }
                "server-version" => target.server_version = self.plain_number(&mut parts, "a version has no unit: `server-version 15.4`"),
                "schema" => target.schema = self.spanned_string(&mut parts).map(SchemaFile::named),
                "ledger" => target.ledger = parts.next().map(|part| Spanned::new(self.text(part.span).to_owned(), part.span)),
                _ => continue,
            }
            self.stands_in_target(&target, inner);
        }
        match target.kind.value {
            TargetKind::Postgres | TargetKind::Mysql | TargetKind::Mariadb | TargetKind::Http if target.url.is_none() => {
                self.missing(&target.header, "`url`", "say where it is reached: `url $DATABASE_URL`");
            }
            TargetKind::Sqlite | TargetKind::EnvFile if target.file.is_none() => {
                self.missing(&target.header, "`file`", "say which file it is: `file $SHOP_DB`");
            }
            _ => {}
        }
        target
    }

    fn stands_in_target(&mut self, target: &Target, statement: &Statement) {
        let word = self.keyword(statement);
        let kind = target.kind.value;
        let fits = match word {
            "url" => kind != TargetKind::Sqlite && kind != TargetKind::EnvFile && kind != TargetKind::Host,
            "file" => matches!(kind, TargetKind::Sqlite | TargetKind::EnvFile),
            "dir" | "ssh" => kind == TargetKind::Host,
            "server-version" | "schema" | "ledger" => kind.is_database(),
            _ => true,
        };
        if !fits {
            self.findings.push(
                Diagnostic::error(
                    "form/wrong-target",
                    statement.keyword,
                    format!("a target of kind `{}` has no `{word}`", kind.word()),
                    "does not belong here",
                )
                .because(target.kind.span, "its kind")
                .help("remove it, or give the target another kind"),
            );
        }
    }

    /// Reads `writer NAME TITLE writes TARGETS`.
    pub fn writer(&mut self, statement: &Statement) -> Writer {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        self.word(&mut parts, "writes");
        let targets = self.names(&mut parts);
        Writer { header, targets }
    }

    /// Reads `backup NAME TITLE of TARGET [tables OBJECTS] { … }`.
    pub fn backup(&mut self, statement: &Statement) -> Backup {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        self.word(&mut parts, "of");
        let of = self.name(&mut parts).unwrap_or(Spanned::new(Id::new(0), header.span));
        let tables = if self.word(&mut parts, "tables") { self.objects(&mut parts) } else { Vec::new() };
        let mut backup = Backup {
            header,
            of,
            tables,
            method: None,
            take: None,
            verify: None,
            restore: None,
            copy: None,
            encrypt: None,
            decrypt: None,
            file: None,
            keep: None,
            take_takes: None,
            restore_takes: None,
        };
        for inner in self.block(statement, &[]) {
            let mut parts = Parts::of(inner);
            let word = self.keyword(inner);
            match word {
                "method" => {
                    let words: Vec<&str> = inner.parts.iter().map(|part| self.text(part.span)).collect();
                    let span = inner.parts.first().map_or(inner.span, |part| part.span.to(inner.parts[inner.parts.len() - 1].span));
                    backup.method = method(&words).map(|method| Spanned::new(method, span));
                }
                "take" | "restore" if self.word(&mut parts, "takes") => {
                    let takes = self.positive_duration(&mut parts);
                    *(if word == "take" { &mut backup.take_takes } else { &mut backup.restore_takes }) = takes;
                }
                "take" | "verify" | "restore" | "copy" | "encrypt" | "decrypt" => {
                    let code = parts.take(PartKind::Fence).map(|part| self.shell(part));
                    let place = match word {
                        "take" => &mut backup.take,
                        "verify" => &mut backup.verify,
                        "restore" => &mut backup.restore,
                        "copy" => &mut backup.copy,
                        "encrypt" => &mut backup.encrypt,
                        _ => &mut backup.decrypt,
                    };
                    *place = code;
                }
                "file" => backup.file = self.place(&mut parts),
                "keep" => backup.keep = self.positive_duration(&mut parts),
                _ => {}
            }
        }
        self.complete_backup(&backup);
        backup
    }

    fn complete_backup(&mut self, backup: &Backup) {
        match (&backup.method, &backup.take, &backup.verify, &backup.restore) {
            (None, None, ..) => {
                self.missing(&backup.header, "`method`", "choose a `method`, or write `take`, `verify` and `restore` yourself")
            }
            (None, Some(_), None, _) => self.missing(&backup.header, "`verify`", "say how to find out that the backup can be restored"),
            (None, Some(_), _, None) => self.missing(&backup.header, "`restore`", "say how the backup is brought back"),
            (Some(method), Some(code), ..) | (Some(method), _, Some(code), _) | (Some(method), _, _, Some(code)) => self.findings.push(
                Diagnostic::error("form/repeated", code.span, "the method says this already", "written by hand here")
                    .because(method.span, "the compiler writes take, verify and restore for this method")
                    .help("keep the method, or write all of `take`, `verify` and `restore` yourself"),
            ),
            _ => {}
        }
        if backup.encrypt.is_some() != backup.decrypt.is_some() {
            let (there, lacking) = if backup.encrypt.is_some() { ("encrypt", "decrypt") } else { ("decrypt", "encrypt") };
            self.missing(&backup.header, &format!("`{lacking}`"), &format!("it has `{there}`: the other filter is needed as well"));
        }
        // Whether a file is needed depends on the method.
        let has_file = match &backup.method {
            Some(method) => method.value != Method::TableCopy,
            None => backup.take.is_some(),
        };
        if backup.file.is_none() && has_file {
            self.missing(&backup.header, "`file`", "say where the backup lies: `file \"backups/before.dump\"`");
        }
    }

    /// Reads `flag NAME TITLE on TARGETS { … }`.
    pub fn flag(&mut self, statement: &Statement) -> Flag {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        self.word(&mut parts, "on");
        let targets = self.names(&mut parts);
        let mut flag =
            Flag { header, targets, variable: None, default: None, rollback: None, values: Vec::new(), takes_effect_after: None };
        for inner in self.block(statement, &[]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "variable" => {
                    flag.variable = self.spanned_string(&mut parts);
                    self.variable_name(&flag);
                }
                "default" => flag.default = self.spanned_string(&mut parts).map(|value| value.value),
                "rollback" => flag.rollback = self.spanned_string(&mut parts).map(|value| value.value),
                "values" => flag.values = parts.list(PartKind::String).into_iter().map(|part| self.string(part)).collect(),
                "takes" => {
                    self.word(&mut parts, "effect");
                    self.word(&mut parts, "after");
                    flag.takes_effect_after =
                        parts.take(PartKind::Name).map(|part| Spanned::new(self.text(part.span).to_owned(), part.span))
                }
                _ => {}
            }
        }
        if flag.variable.is_none() {
            self.missing(&flag.header, "`variable`", "say which variable holds it: `variable \"ENABLE_X\"`");
        }
        flag
    }

    fn variable_name(&mut self, flag: &Flag) {
        let Some(variable) = &flag.variable else { return };
        let mut characters = variable.value.chars();
        let sound = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && characters.all(|next| next.is_ascii_alphanumeric() || next == '_');
        if !sound {
            self.fault(
                "value/variable",
                variable.span,
                ("this is not a variable's name".to_owned(), "use letters, digits and `_`: `ENABLE_X`"),
            );
        }
    }

    /// Reads `release NAME TITLE of TARGET { … }`.
    pub fn release(&mut self, statement: &Statement) -> Release {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        self.word(&mut parts, "of");
        let of = self.name(&mut parts).unwrap_or(Spanned::new(Id::new(0), header.span));
        let mut release = Release { header, of, needs_objects: Vec::new(), needs_releases: Vec::new(), deploy: None, running: None };
        for inner in self.block(statement, &["needs"]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "running" => release.running = Some(inner.span),
                "deploy" => release.deploy = self.action(&mut parts),
                "needs" if self.word(&mut parts, "release") => release.needs_releases.extend(self.names(&mut parts)),
                "needs" => {
                    while let Some(object) = parts.take(PartKind::Object) {
                        let kind = parts.take(PartKind::SqlType).map(|part| self.text(part.span).to_owned());
                        release.needs_objects.push((Spanned::new(self.text(object.span).to_owned(), object.span), kind));
                        parts.take(PartKind::Comma);
                    }
                }
                _ => {}
            }
        }
        release
    }

    /// Reads a list of SQL objects.
    pub fn objects(&mut self, parts: &mut Parts<'_>) -> Vec<Spanned<String>> {
        parts.list(PartKind::Object).into_iter().map(|part| Spanned::new(self.text(part.span).to_owned(), part.span)).collect()
    }
}

fn kind_of(word: &str) -> TargetKind {
    match word {
        "postgres" => TargetKind::Postgres,
        "mysql" => TargetKind::Mysql,
        "mariadb" => TargetKind::Mariadb,
        "sqlite" => TargetKind::Sqlite,
        "http" => TargetKind::Http,
        "host" => TargetKind::Host,
        "env-file" => TargetKind::EnvFile,
        _ => TargetKind::Manual,
    }
}

fn method(words: &[&str]) -> Option<Method> {
    match words {
        ["pg_dump", "custom"] => Some(Method::PgDumpCustom),
        ["pg_dump", "directory"] => Some(Method::PgDumpDirectory),
        ["pg_dump", "plain"] => Some(Method::PgDumpPlain),
        ["mysqldump"] => Some(Method::Mysqldump),
        ["mariadb-dump"] => Some(Method::MariadbDump),
        ["sqlite"] => Some(Method::Sqlite),
        ["table-copy"] => Some(Method::TableCopy),
        _ => None,
    }
}

/// Returns whether an address carries a password: `scheme://user:password@host`, or a `password` among its options.
fn holds_password(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = place.split('/').next().unwrap_or_default();
    let login = authority.rsplit_once('@').and_then(|(login, _)| login.split_once(':')).is_some_and(|(_, password)| !password.is_empty());
    login || options.split('&').any(|option| option.strip_prefix("password=").is_some_and(|password| !password.is_empty()))
}
