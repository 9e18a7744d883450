//! The arguments, as clap reads them and as `--help` explains them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::config::Selector;
use crate::diagnostic::{Severity, nearest};
use crate::plan::value::Date;
use crate::profile::{self, Profile};

/// Proves that a migration can be taken back, before it has to be.
#[derive(Debug, Parser)]
#[command(name = "rbk", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Exit status: 0 all is well, 1 there are findings that count, 2 wrong usage or a file that can't be read or written.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find what would go wrong in the incident
    Check(CheckArgs),
    /// Write the bundle that carries the plan out: scripts, runbook, journal
    Build(BuildArgs),
    /// Carry a bundle out, or build a plan and carry it out
    Run(RunArgs),
    /// Lay plans out the one way
    Fmt(FmtArgs),
    /// Tell what a change of a plan does to its safety
    Diff(DiffArgs),
    /// Draw the plan
    Graph(GraphArgs),
    /// Derive the inverse of SQL, or say what stands in its way
    Undo(UndoArgs),
    /// Write the runbook alone, or tell whether a written one is out of date
    Docs(DocsArgs),
    /// Print the page of a rule: what it finds, why it matters, an example mended
    Explain(ExplainArgs),
    /// List every rule
    Rules(RulesArgs),
    /// Print what holds here, and whether rbk.toml, an option or nobody says so
    Config(ConfigArgs),
}

#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Plans to check, or directories, for every .rbk file below them that git does not ignore; `-` reads a plan from stdin. Without any:
    /// the current directory
    pub files: Vec<PathBuf>,
    /// How findings are written to stdout
    #[arg(long, value_enum, default_value = "human", help_heading = "Output")]
    pub format: ReportFormat,
    /// Write findings to a file too, in a form of `--format`; may be given several times
    #[arg(long = "report", value_name = "FORM=FILE", value_parser = report_file, help_heading = "Output")]
    pub reports: Vec<ReportFile>,
    /// Say of each change whether its schema and its data come back, and whether the old application works beside it; in `human`,
    /// `json` and `json-lines`
    #[arg(long, help_heading = "Output")]
    pub verdicts: bool,
    /// Check again whenever a plan, what it uses or rbk.toml changes, until the command is ended
    #[arg(long, conflicts_with_all = ["write_baseline", "fix", "fix_suggested"])]
    pub watch: bool,
    /// Ask ShellCheck, which has to be installed, about every script of the plans
    #[arg(long, help_heading = "Rules")]
    pub shellcheck: bool,
    /// Mend what can be mended without changing what the plan says, in place, then check
    #[arg(long, help_heading = "Mending")]
    pub fix: bool,
    /// Mend with suggestions too, which say something else than before: what was most likely meant. Read the change
    #[arg(long, help_heading = "Mending")]
    pub fix_suggested: bool,
    /// Write every finding that there is to the baseline, instead of telling it
    #[arg(long, help_heading = "Rules")]
    pub write_baseline: bool,
    #[command(flatten)]
    pub choice: ChoiceArgs,
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub input: InputArgs,
    /// The name of what `-` reads, for messages and for paths in it
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub stdin_filename: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct BuildArgs {
    /// The plan
    pub file: PathBuf,
    /// The directory to write; without it, the plan's name in the current directory
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Sign the bundle with a key of ssh: the file of a private key, or of a public one whose private half an agent holds
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub input: InputArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "The exit status is that of the bundle's `./rollback`, which does all the work.")]
pub struct RunArgs {
    /// A bundle's directory; or a plan, which is built first. Options of `rbk run` stand before it
    #[arg(value_name = "BUNDLE|PLAN")]
    pub bundle: PathBuf,
    /// What its `./rollback` is given: `forward`, `run SCENARIO --dry-run`, `help`; without any, it says where things stand
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    pub words: Vec<OsString>,
    /// Where a plan is built; without it, the plan's name in the current directory
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub input: InputArgs,
}

#[derive(Debug, clap::Args)]
pub struct FmtArgs {
    /// Plans to lay out in place, or directories, for every .rbk file below them that git does not ignore; `-` reads stdin and writes
    /// stdout. Without any: the current directory
    pub files: Vec<PathBuf>,
    /// Write nothing; name the files that would change, and exit with 1 when there are any
    #[arg(long)]
    pub check: bool,
    /// Write nothing; print what would change, and exit with 1 when anything would
    #[arg(long)]
    pub diff: bool,
    /// The name of what `-` reads, for messages
    #[arg(long, value_name = "FILE")]
    pub stdin_filename: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// The plan as it was: a file, or REVISION:FILE in git. With one argument: that file as it is in HEAD
    #[arg(value_name = "OLD")]
    pub first: PathBuf,
    /// The plan as it is to be: a file, or REVISION:FILE in git
    #[arg(value_name = "NEW")]
    pub second: Option<PathBuf>,
    /// How the differences are written
    #[arg(long, value_enum, default_value = "human")]
    pub format: DiffFormat,
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub input: InputArgs,
}

#[derive(Debug, clap::Args)]
pub struct GraphArgs {
    /// The plan
    pub file: PathBuf,
    /// How the graph is written
    #[arg(long, value_enum, default_value = "mermaid")]
    pub format: GraphFormat,
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub input: InputArgs,
}

#[derive(Debug, clap::Args)]
pub struct UndoArgs {
    /// The SQL to take back; `-` reads stdin
    pub file: PathBuf,
    /// Whose SQL it is
    #[arg(long, value_enum)]
    pub dialect: SqlDialect,
    /// The schema as it was before: a dump of it, without rows. It says how to make again what is dropped or altered
    #[arg(long, value_name = "FILE")]
    pub schema: Option<PathBuf>,
    #[command(flatten)]
    pub look: LookArgs,
}

#[derive(Debug, clap::Args)]
pub struct DocsArgs {
    /// The plan
    pub file: PathBuf,
    /// The file to write; without it, the runbook goes to stdout
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write nothing; print what would change in that file, and exit with 1 when anything would
    #[arg(long, requires = "output")]
    pub check: bool,
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub input: InputArgs,
}

#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// Rules or other codes that findings carry, such as backup/missing
    #[arg(required = true, value_name = "RULE")]
    pub rules: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub struct RulesArgs {
    /// How the list is written
    #[arg(long, value_enum, default_value = "human")]
    pub format: ListFormat,
}

#[derive(Debug, clap::Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    pub command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Every value, with where it comes from
    Show(Box<ShowArgs>),
    /// The JSON schema of rbk.toml, for editors
    Schema,
}

#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// A plan: of what holds for some paths only, show what holds for it
    pub file: Option<PathBuf>,
    /// How the list is written
    #[arg(long, value_enum, default_value = "human")]
    pub format: ListFormat,
    #[command(flatten)]
    pub choice: ChoiceArgs,
    #[command(flatten)]
    pub input: InputArgs,
}

/// Which findings count.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ChoiceArgs {
    /// Tell findings of these rules only, in place of those that rbk.toml selects: names, groups, `all`
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = selector, help_heading = "Rules")]
    pub select: Vec<Selector>,
    /// Tell no findings of these rules, besides those that rbk.toml ignores
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = selector, help_heading = "Rules")]
    pub ignore: Vec<Selector>,
    /// Tell only what is not in this file: the findings of before
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub baseline: Option<PathBuf>,
    /// The mildest severity that makes the exit status 1 [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Rules")]
    pub fail_on: Option<FailOn>,
    /// Where the pages of rules are published, for links to them: `{rule}` stands for the rule's name, without it an anchor is added
    #[arg(long, value_name = "URL", help_heading = "Output")]
    pub rules_url: Option<String>,
}

/// How findings look.
#[derive(Clone, Debug, clap::Args)]
pub struct LookArgs {
    /// Columns of the page; without it, the terminal's, at most 120
    #[arg(long, value_name = "COLUMNS", help_heading = "Output", value_parser = clap::value_parser!(u16).range(40..))]
    pub width: Option<u16>,
    /// When to colour; `auto` heeds NO_COLOR, CLICOLOR_FORCE and TERM
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN", help_heading = "Output")]
    pub color: ColorWhen,
    /// Draw with ASCII characters only
    #[arg(long, help_heading = "Output")]
    pub ascii: bool,
}

/// Where a plan may read from, and the day it is judged on.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct InputArgs {
    /// The directory that plans may read files from; without it, that of rbk.toml, else the repository that holds the
    /// plan, else the plan's own directory
    #[arg(long, value_name = "DIR", help_heading = "Input")]
    pub root: Option<PathBuf>,
    /// Judge dates as of this day, such as 2026-03-07, instead of today
    #[arg(long, value_name = "DATE", help_heading = "Input", value_parser = date)]
    pub today: Option<Date>,
    /// Hold the plan to published guidance: aws-cutover, gitlab-change, itil, nist-800-34; in place of what rbk.toml says
    #[arg(long = "profile", value_name = "NAMES", value_delimiter = ',', value_parser = profile, help_heading = "Input")]
    pub profiles: Vec<&'static Profile>,
    /// The file to read in place of the nearest rbk.toml upwards
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub config: Option<PathBuf>,
    /// Read no rbk.toml
    #[arg(long, conflicts_with = "config", help_heading = "Input")]
    pub no_config: bool,
    /// Whether ShellCheck is asked: what `check` says, not an option of every command.
    #[arg(skip)]
    pub shellcheck: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people: the lines that take part, and what to type
    Human,
    /// One line a finding: path:line:column: severity[group/rule]: message
    Concise,
    /// For programs: one document, versioned
    Json,
    /// For programs that read a line at a time
    JsonLines,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands, which become annotations
    Github,
    /// A code quality report
    Gitlab,
    /// A suite a plan, a case a finding
    Junit,
    /// XML that many services read
    Checkstyle,
    /// The comment under a change
    Markdown,
}

/// A report that goes to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFile {
    pub format: ReportFormat,
    pub path: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Error,
    Warning,
    Info,
}

impl FailOn {
    /// Returns the mildest severity that counts.
    pub fn severity(self) -> Severity {
        match self {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Info => Severity::Info,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people: what is worse, what is better, what is only otherwise
    Human,
    /// For programs: one document, versioned
    Json,
    /// The comment under a change
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    Mermaid,
    Dot,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SqlDialect {
    Postgres,
    Mysql,
    Mariadb,
    Sqlite,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    Human,
    Json,
}

fn selector(text: &str) -> Result<Selector, String> {
    Selector::parse(text).map_err(|(message, help)| format!("{message}; {help}"))
}

fn profile(text: &str) -> Result<&'static Profile, String> {
    profile::find(text).map_err(|(message, help)| format!("{message}; {help}"))
}

fn report_file(text: &str) -> Result<ReportFile, String> {
    let Some((form, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
        return Err("a report is written FORM=FILE, such as sarif=rbk.sarif".to_owned());
    };
    match ReportFormat::from_str(form, false) {
        Ok(format) => Ok(ReportFile { format, path: PathBuf::from(path) }),
        Err(_) => {
            let known = ReportFormat::value_variants().iter().filter_map(ReportFormat::to_possible_value);
            let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
            let near = nearest(form, known.iter().map(String::as_str)).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            Err(format!("no form is called `{form}`{near} [forms: {}]", known.join(", ")))
        }
    }
}

fn date(text: &str) -> Result<Date, String> {
    let date: jiff::civil::Date = text.parse().map_err(|_| "a date is written 2026-03-07".to_owned())?;
    Ok(super::terminal::date(date))
}
