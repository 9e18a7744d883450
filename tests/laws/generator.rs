//! Makes plans that parse, from every form of the grammar, written as untidily as the grammar allows: blanks and tabs,
//! blank lines, comments wherever one may stand, lists over several lines, fences at any indentation, LF or CR LF.
//!
//! Choices are drawn from bytes, so that proptest shrinks a failure to few choices; without bytes the first one is taken.

/// Where choices come from.
pub struct Entropy<'b> {
    bytes: &'b [u8],
}

impl<'b> Entropy<'b> {
    /// Returns choices that `bytes` decide.
    pub fn new(bytes: &'b [u8]) -> Entropy<'b> {
        Entropy { bytes }
    }

    /// Returns a number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first) % count
    }

    /// Returns one of them.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Tells whether there is anything left to decide.
    pub fn is_spent(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// A form: its tokens, separated by blanks. `NAME` and its like stand for lexemes, `NAMES`, `STRINGS` and `OBJECTS` for
/// lists, `{block}` for a block of that kind, `(a|b)` for alternatives, `[a b]` for what may be left out. `_` stands
/// for a blank inside those.
type Form = &'static str;

/// Every block kind of the grammar with the forms of its statements; `file` is the top level.
const FORMS: &[(&str, &[Form])] = &[
    (
        "file",
        &[
            "plan NAME STRING {plan}",
            "use STRING",
            "param NAME [STRING] (text|int|duration|path) [=_STRING]",
            "param NAME choice STRINGS",
            "secret NAME [STRING] ENV",
            "target NAME STRING (postgres|mysql|mariadb|sqlite|http|host|env-file|manual) [{target}]",
            "role NAME STRING {role}",
            "writer NAME STRING writes NAMES",
            "backup NAME STRING of NAME [tables_OBJECTS] {backup}",
            "flag NAME STRING on NAMES {flag}",
            "release NAME STRING of NAME {release}",
            "channel NAME STRING [{channel}]",
            "check NAME STRING [on_NAME] [via_NAME] {check}",
            "phase NAME STRING [at_INSTANT] [for_DURATION] [after_NAMES] {phase}",
            "severity LEVEL {severity}",
            "trigger NAME STRING LEVEL (automatic|manual) {trigger}",
            "scenario NAME STRING {scenario}",
            "message NAME STRING to NAME {message}",
            "checklist NAME STRING [(before|during|after)_NAME] {checklist}",
            "monitor NAME STRING for DURATION {monitor}",
            "risk NAME STRING LEVEL {risk}",
            "post NAME STRING by NAME within DURATION [{post}]",
            "section NAME STRING FENCE",
            "accept RULE because STRING [by_NAME] [until_DATE]",
            "drill {drill}",
        ],
    ),
    ("common", &["note TEXT", "link STRING STRING", "accept RULE because STRING [by_NAME] [until_DATE]"]),
    (
        "plan",
        &[
            "version STRING",
            "owner NAME",
            "summary TEXT",
            "window (DATE|every_saturday) CLOCK to CLOCK ZONE",
            "rto DURATION",
            "rpo DURATION",
            "retain DURATION",
            "needs (STRING|NAMES)",
            "history STRING DATE STRING",
        ],
    ),
    ("target", &["url PLACE", "file PLACE", "dir PLACE", "ssh PLACES", "server-version NUMBER", "schema STRING", "ledger OBJECT"]),
    ("role", &["person STRING", "contact PLACE", "available STRING", "deputy NAME", "escalate NAME after DURATION", "duty STRING"]),
    (
        "backup",
        &[
            "method (pg_dump_custom|pg_dump_directory|pg_dump_plain|mysqldump|mariadb-dump|sqlite|table-copy)",
            "(take|restore) takes RANGE",
            "(take|verify|restore|copy|encrypt|decrypt) FENCE",
            "file PLACE",
            "keep DURATION",
        ],
    ),
    ("flag", &["variable STRING", "default STRING", "rollback STRING", "values STRINGS", "takes effect after NAME"]),
    ("release", &["needs release NAMES", "needs TYPED", "deploy ACTION", "running"]),
    ("channel", &["send FENCE", "by NAME", "audience STRING"]),
    (
        "check",
        &[
            "query FENCE",
            "run FENCE",
            "(get|post) STRING",
            "header STRING PLACE",
            "body TEXT",
            "compare NAME COMMA NAME FENCE",
            "ask STRING",
            "expect (rows_3|empty|exit_0|output_STRING|status_200|baseline|STRING|0.5|5%)",
            "expect within 1.5% of baseline",
            "expect COMPARISON NUMBER",
            "timeout DURATION",
            "retry 3 every DURATION",
            "dir PLACE",
        ],
    ),
    (
        "phase",
        &[
            "change NAME STRING [on_NAME] [via_NAME] {change}",
            "irreversible change NAME STRING [on_NAME] [via_NAME] {change}",
            "decision NAME STRING [at_INSTANT] by NAME [{decision}]",
            "carried out by STRING",
            "summary TEXT",
            "STEP",
        ],
    ),
    (
        "change",
        &[
            "do ACTION",
            "undo takes RANGE",
            "undo (auto|ACTION)",
            "recover (restore_NAME|run_NAME|forward_TEXT)",
            "impact TEXT",
            "after NAMES",
            "takes RANGE",
            "by NAME",
            "(creates|alters|writes|destroys) OBJECTS",
            "(freezes|thaws|stops|starts) NAMES",
            "(applied|undone) NAME",
            "verify NAMES",
            "needs (STRING|NAMES)",
            "confirm STRING",
            "dir PLACE",
            "timeout DURATION",
            "retry 2 every DURATION",
        ],
    ),
    ("decision", &["needs (STRING|NAMES)", "else (run_NAME|stop)", "show NAMES"]),
    ("severity", &["respond within DURATION", "by NAME", "run NAME", "(investigate|continue) TEXT"]),
    (
        "trigger",
        &[
            "when told STRING",
            "when NAME fails [for_DURATION]",
            "when STRING COMPARISON (DURATION|NUMBER) [over_baseline] [for_DURATION]",
            "source TEXT",
            "active [from_NAME] until NAME",
            "respond within DURATION",
            "by NAME",
            "run NAME",
            "(investigate|continue) TEXT",
        ],
    ),
    (
        "scenario",
        &[
            "applies [from_NAME] [until_NAME] [within_DURATION_of_NAME]",
            "rto DURATION",
            "approve NAME [by_other]",
            "needs (STRING|NAMES)",
            "(symptom|limits|never|summary) TEXT",
            "loses at most DURATION",
            "level 2",
            "escalates to NAME (after_DURATION|when_NAME)",
            "goes forward",
            "leaves NAME frozen",
            "STEP",
        ],
    ),
    (
        "STEP",
        &[
            "(undo|restore|take|capture|verify|deploy|send|run|show) NAMES [by_NAME] [takes_RANGE] [after_NAMES] [{step}]",
            "set NAME to STRING [by_NAME] [takes_RANGE] [{step}]",
            "step NAME STRING [on_NAME] [via_NAME] [by_NAME] [takes_RANGE] [after_NAMES] [{step}]",
            "manual NAME STRING [by_NAME] [takes_RANGE] [after_NAMES] [{step}]",
            "group NAME STRING [rto_DURATION] {group}",
            "parallel {group}",
            "choose NAME STRING [several] {choose}",
        ],
    ),
    (
        "step",
        &[
            "(only_if|unless) (chose_NAME|NAME_is_available|NAME_is_STRING|NAME)",
            "needs (STRING|NAMES)",
            "confirm STRING",
            "do ACTION",
            "dir PLACE",
            "timeout DURATION",
            "retry 3 every DURATION",
            "verify NAMES",
            "else (run_NAME|stop|continue|{else})",
            "record STRING as NAME",
            "(stops|starts|freezes|thaws) NAMES",
            "(creates|alters|writes|destroys) OBJECTS",
        ],
    ),
    ("else", &["STEP"]),
    ("group", &["(only_if|unless) NAME", "needs (STRING|NAMES)", "STEP"]),
    ("choose", &["option NAME STRING [recommended] {group}"]),
    ("message", &["subject STRING", "body TEXT", "slot NAME STRING", "at INSTANT", "deadline DURATION", "by NAME"]),
    ("checklist", &["item STRING [check_NAME] [by_NAME]"]),
    ("monitor", &["watch (STRING|NAMES)", "by NAME"]),
    ("risk", &["impact TEXT", "mitigation TEXT", "run NAME"]),
    ("post", &["item STRING [check_NAME] [by_NAME]"]),
    ("drill", &["(schema|data|workload) NAME STRING", "answer NAME STRING", "stand-in NAME FENCE"]),
];

/// Block kinds that take no `note`, `link` and `accept`.
const BARE: [&str; 3] = ["file", "STEP", "else"];

/// Deepest nesting of blocks.
const DEEPEST: usize = 5;

/// Returns the text of a plan.
pub fn plan(entropy: &mut Entropy) -> String {
    let mut maker = Maker { newline: entropy.one(&["\n", "\r\n"]), out: String::new(), entropy };
    if maker.entropy.below(16) == 1 {
        maker.out.push('\u{FEFF}');
    }
    maker.lines();
    while !maker.entropy.is_spent() {
        maker.statement("file", 0);
        maker.line_end();
        maker.lines();
    }
    maker.out
}

struct Maker<'e, 'b> {
    newline: &'static str,
    out: String,
    entropy: &'e mut Entropy<'b>,
}

impl Maker<'_, '_> {
    fn statement(&mut self, kind: &str, depth: usize) {
        let forms = forms(kind);
        let form = if !BARE.contains(&kind) && self.entropy.below(8) == 1 {
            self.entropy.one(forms_of("common"))
        } else {
            self.entropy.one(forms)
        };
        for (index, token) in form.split(' ').enumerate() {
            self.token(token, index > 0, depth);
        }
    }

    /// Writes a token, with a blank before it where it is not the first; what is left out leaves out its blank.
    fn token(&mut self, token: &str, spaced: bool, depth: usize) {
        if let Some(inner) = token.strip_prefix('[').and_then(|token| token.strip_suffix(']')) {
            if self.entropy.below(3) == 1 {
                self.token(inner, spaced, depth);
            }
            return;
        }
        if !token.starts_with('{') && token.contains('_') && !token.starts_with('(') && token != "pg_dump" {
            return self.words(token, spaced, depth);
        }
        if let Some((alternatives, rest)) = token.strip_prefix('(').and_then(|token| token.rsplit_once(')')) {
            let alternatives: Vec<&str> = alternatives.split('|').collect();
            let chosen = self.entropy.one(&alternatives);
            self.token(chosen, spaced, depth);
            if !rest.is_empty() {
                self.token(&rest[1..], true, depth);
            }
            return;
        }
        match token {
            "STEP" => return self.statement(if depth < DEEPEST { "STEP" } else { "leaf" }, depth),
            "ACTION" => {
                let form =
                    self.entropy.one(&["FENCE", "manual TEXT", "edit STRING FENCE", "restore NAME", "set NAME to STRING", "deploy NAME"]);
                for (index, token) in form.split(' ').enumerate() {
                    self.token(token, spaced || index > 0, depth);
                }
                return;
            }
            "TEXT" => {
                let token = self.entropy.one(&["STRING", "FENCE"]);
                return self.token(token, spaced, depth);
            }
            "PLACE" => {
                let token = self.entropy.one(&["STRING", "ENV"]);
                return self.token(token, spaced, depth);
            }
            "COMMA" => return self.comma(),
            _ => {}
        }
        if let Some(kind) = token.strip_prefix('{').and_then(|token| token.strip_suffix('}')) {
            return self.block(kind, depth);
        }
        if spaced {
            self.blank();
        }
        match token {
            "NAMES" => self.list(&["NAME"]),
            "STRINGS" => self.list(&["STRING"]),
            "OBJECTS" => self.list(&["OBJECT"]),
            "PLACES" => self.list(&["STRING", "ENV"]),
            "TYPED" => self.list(&["OBJECT", "OBJECT TYPE"]),
            "FENCE" => self.fence(),
            "RANGE" => {
                let range = self.entropy.one(&["15m", "1h to 2h", "90s", "1h30m"]);
                self.out.push_str(range);
            }
            word => {
                let text = self.lexeme(word);
                self.out.push_str(text);
            }
        }
    }

    fn words(&mut self, token: &str, spaced: bool, depth: usize) {
        let token = token.replace("pg_dump", "PGDUMP");
        for (index, word) in token.split('_').enumerate() {
            let word = if word == "PGDUMP" { "pg_dump" } else { word };
            self.token(word, spaced || index > 0, depth);
        }
    }

    fn lexeme<'w>(&mut self, word: &'w str) -> &'w str {
        let of: &[&'static str] = match word {
            "NAME" => &["a", "load-v2", "phase-4", "drop_legacy-columns", "after", "x1", "a-name-that-is-rather-long-so-that-lists-break"],
            "STRING" => &[
                "\"\"",
                "\"Load V2\"",
                "\"a # b { } ` \\\" \\\\ \\n\"",
                "\"é → 漢字\"",
                "\"A title that is long enough to make a line pass its width when it stands in a list of several\"",
            ],
            "DURATION" => &["15m", "90s", "1h30m", "7d"],
            "INSTANT" => &["T", "T-24h", "T+2h30m"],
            "ENV" => &["$URL", "$_a1"],
            "DATE" => &["2026-03-07"],
            "CLOCK" => &["02:00", "23:59"],
            "ZONE" => &["UTC", "Europe/Berlin"],
            "LEVEL" => &["critical", "high", "medium", "low"],
            "RULE" => &["time/rto", "undo/hollow-undo"],
            "OBJECT" => &[
                "users",
                "users.id",
                "\"WaitlistEntry\".\"contactId\"",
                "public.\"A b\"",
                "a_rather_long_schema_name.a_rather_long_table_name",
            ],
            "TYPE" => &["text", "numeric(10)", "int[]"],
            "COMPARISON" => &[">", ">=", "<", "<=", "=", "!="],
            "NUMBER" => &["10", "0.5", "5%", "500MB"],
            other => return other,
        };
        self.entropy.one(of)
    }

    fn list(&mut self, elements: &[&str]) {
        let count = self.entropy.one(&[1, 1, 2, 3, 8]);
        for index in 0..count {
            if index > 0 {
                self.comma();
            }
            let element = self.entropy.one(elements);
            for (index, token) in element.split(' ').enumerate() {
                if index > 0 {
                    self.blank();
                }
                let text = self.lexeme(token);
                self.out.push_str(text);
            }
        }
    }

    fn comma(&mut self) {
        let before = self.entropy.one(&["", "", " "]);
        let after = self.entropy.one(&[" ", "", "\t "]);
        self.out.push_str(before);
        self.out.push(',');
        self.out.push_str(after);
        if self.entropy.below(4) == 1 {
            self.line_end();
            self.lines();
        }
    }

    fn block(&mut self, kind: &str, depth: usize) {
        let before = self.entropy.one(&[" ", "", "\t", "  "]);
        self.out.push_str(before);
        self.out.push('{');
        let count = if depth < DEEPEST { self.entropy.one(&[1, 0, 1, 2, 3]) } else { 0 };
        if self.entropy.below(3) == 1 && count < 2 {
            self.blank();
            for _ in 0..count {
                self.statement(kind, depth + 1);
                if self.out.ends_with('`') { self.line_end() } else { self.blank() }
            }
        } else {
            if count == 0 || self.entropy.below(4) > 0 {
                self.line_end();
                self.lines();
            } else {
                self.blank();
            }
            for _ in 0..count {
                self.statement(kind, depth + 1);
                self.line_end();
                self.lines();
            }
        }
        self.out.push('}');
    }

    fn fence(&mut self) {
        let backticks = self.entropy.one(&["```", "````", "`````"]);
        let language = self.entropy.one(&["sql", "sh", "md"]);
        let indent = self.entropy.one(&["    ", "", "  ", "\t", "\t  "]);
        self.out.push_str(backticks);
        self.out.push_str(language);
        self.out.push_str(self.newline);
        for _ in 0..self.entropy.below(4) {
            let line = self.entropy.one(&["SELECT 1; -- # {", "  deeper }", "", " ", "`` \"", "\ttab", "# no comment", "trailing  "]);
            if !line.trim().is_empty() || self.entropy.below(2) == 1 {
                self.out.push_str(indent);
            }
            self.out.push_str(line);
            self.out.push_str(self.newline);
        }
        self.out.push_str(indent);
        self.out.push_str(backticks);
    }

    fn blank(&mut self) {
        let blank = self.entropy.one(&[" ", "  ", "\t"]);
        self.out.push_str(blank);
    }

    /// Ends a line, perhaps behind a comment; nothing may follow a fence on its line.
    fn line_end(&mut self) {
        if !self.out.ends_with('`') && self.entropy.below(4) == 1 {
            let comment = self.entropy.one(&[" # behind", "\t# behind { \" ``` ", "#tight", " #"]);
            self.out.push_str(comment);
        }
        self.out.push_str(self.newline);
    }

    /// Writes blank lines and comments of their own lines, and the indentation of what follows.
    fn lines(&mut self) {
        for _ in 0..self.entropy.one(&[0, 0, 1, 2, 3]) {
            let line = self.entropy.one(&["", "  ", "# alone", "    # indented  ", "#", "# ```sh"]);
            self.out.push_str(line);
            self.out.push_str(self.newline);
        }
        let indent = self.entropy.one(&["", "  ", "\t", "      "]);
        self.out.push_str(indent);
    }
}

fn forms_of(kind: &str) -> &'static [Form] {
    FORMS.iter().find(|(name, _)| *name == kind).map_or(&[], |(_, forms)| forms)
}

/// Returns a kind's forms; where blocks are deep enough, steps without any.
fn forms(kind: &str) -> &'static [Form] {
    if kind == "leaf" { &["verify NAMES", "undo NAMES"] } else { forms_of(kind) }
}
