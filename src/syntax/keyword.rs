//! The one table of keywords: where each may stand, its form, the block it opens, and what it says.
//!
//! Syntax errors, the reference, completion and highlighting read this table; a test holds it against the grammar.

/// Where a statement stands: at the top of a file, or in the block of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Context {
    File,
    Plan,
    Target,
    Role,
    Backup,
    Flag,
    Release,
    Channel,
    Check,
    Phase,
    Change,
    Decision,
    Severity,
    Trigger,
    Scenario,
    Step,
    /// The block of `else`.
    Otherwise,
    Group,
    Choose,
    Message,
    Checklist,
    Monitor,
    Risk,
    Post,
    Drill,
}

impl Context {
    /// Every context, in the order of the reference.
    pub const ALL: [Context; 25] = [
        Context::File,
        Context::Plan,
        Context::Target,
        Context::Role,
        Context::Backup,
        Context::Flag,
        Context::Release,
        Context::Channel,
        Context::Check,
        Context::Phase,
        Context::Change,
        Context::Decision,
        Context::Severity,
        Context::Trigger,
        Context::Scenario,
        Context::Step,
        Context::Otherwise,
        Context::Group,
        Context::Choose,
        Context::Message,
        Context::Checklist,
        Context::Monitor,
        Context::Risk,
        Context::Post,
        Context::Drill,
    ];

    /// Returns how people call the place: "in a scenario".
    pub fn place(self) -> &'static str {
        match self {
            Context::File => "at the top of a plan",
            Context::Plan => "in `plan`",
            Context::Target => "in a target",
            Context::Role => "in a role",
            Context::Backup => "in a backup",
            Context::Flag => "in a flag",
            Context::Release => "in a release",
            Context::Channel => "in a channel",
            Context::Check => "in a check",
            Context::Phase => "in a phase",
            Context::Change => "in a change",
            Context::Decision => "in a decision",
            Context::Severity => "in a severity",
            Context::Trigger => "in a trigger",
            Context::Scenario => "in a scenario",
            Context::Step => "in a step",
            Context::Otherwise => "in the block of `else`",
            Context::Group => "in a group",
            Context::Choose => "in `choose`",
            Context::Message => "in a message",
            Context::Checklist => "in a checklist",
            Context::Monitor => "in a monitor",
            Context::Risk => "in a risk",
            Context::Post => "in a post action",
            Context::Drill => "in the drill",
        }
    }
}

/// One keyword in one or more contexts.
#[derive(Clone, Copy, Debug)]
pub struct Keyword {
    pub word: &'static str,
    pub contexts: &'static [Context],
    /// The form, in the reference's notation: `[…]` may be left out, `|` is a choice, capitals are values.
    pub form: &'static str,
    /// What its block holds, where it may have one.
    pub block: Option<Context>,
    /// What it says, in one line.
    pub says: &'static str,
}

const fn keyword(
    word: &'static str,
    contexts: &'static [Context],
    form: &'static str,
    block: Option<Context>,
    says: &'static str,
) -> Keyword {
    Keyword { word, contexts, form, block, says }
}

use Context::{
    Backup, Change, Channel, Check, Checklist, Choose, Decision, Drill, File, Flag, Group, Message, Monitor, Otherwise, Phase, Plan, Post,
    Release, Risk, Role, Scenario, Severity, Step, Target, Trigger,
};

/// Blocks that hold steps.
const STEPS: &[Context] = &[Scenario, Phase, Group, Otherwise];
/// Every block: `note`, `link` and `accept` may stand in each.
const BLOCKS: &[Context] = &[
    Plan, Target, Role, Backup, Flag, Release, Channel, Check, Phase, Change, Decision, Severity, Trigger, Scenario, Step, Group, Choose,
    Message, Checklist, Monitor, Risk, Post, Drill,
];
const ANYWHERE: &[Context] = &[
    File, Plan, Target, Role, Backup, Flag, Release, Channel, Check, Phase, Change, Decision, Severity, Trigger, Scenario, Step, Group,
    Choose, Message, Checklist, Monitor, Risk, Post, Drill,
];

/// The keywords, declarations first.
pub const KEYWORDS: &[Keyword] = &[
    keyword("plan", &[File], "plan NAME \"Title\" { … }", Some(Plan), "the plan itself, once in a root file"),
    keyword("use", &[File], "use \"FILE\"", None, "brings in a file of shared declarations"),
    keyword(
        "param",
        &[File],
        "param NAME [\"Title\"] text | int | duration | path | choice \"A\", \"B\" [= VALUE]",
        None,
        "a value that the operator gives",
    ),
    keyword("secret", &[File], "secret NAME [\"Title\"] $VARIABLE", None, "a value that is never shown"),
    keyword("target", &[File], "target NAME \"Title\" KIND [{ … }]", Some(Target), "a system that the plan changes or asks"),
    keyword("role", &[File], "role NAME \"Title\" { … }", Some(Role), "somebody who does or decides things"),
    keyword("writer", &[File], "writer NAME \"Title\" writes TARGET, …", None, "what writes to a target in normal operation"),
    keyword(
        "backup",
        &[File],
        "backup NAME \"Title\" of TARGET [tables OBJECT, …] { … }",
        Some(Backup),
        "what is saved, how, where and for how long",
    ),
    keyword("flag", &[File], "flag NAME \"Title\" on TARGET, … { … }", Some(Flag), "a feature flag or setting"),
    keyword("release", &[File], "release NAME \"Title\" of TARGET { … }", Some(Release), "a version of an application"),
    keyword("channel", &[File], "channel NAME \"Title\" [{ … }]", Some(Channel), "how messages leave"),
    keyword(
        "check",
        &[File],
        "check NAME \"Title\" [on TARGET] [via HOST] { … }",
        Some(Check),
        "a question with the answers yes, no, or could not be asked",
    ),
    keyword(
        "phase",
        &[File],
        "phase NAME \"Title\" [at INSTANT] [for DURATION] [after PHASE, …] { … }",
        Some(Phase),
        "a part of the forward run",
    ),
    keyword(
        "severity",
        &[File],
        "severity critical | high | medium | low { … }",
        Some(Severity),
        "defaults of the triggers of that severity",
    ),
    keyword(
        "trigger",
        &[File],
        "trigger NAME \"Title\" critical | high | medium | low automatic | manual { … }",
        Some(Trigger),
        "what calls for a rollback, or must not",
    ),
    keyword("scenario", &[File], "scenario NAME \"Title\" { … }", Some(Scenario), "what people then do"),
    keyword("message", &[File], "message NAME \"Title\" to CHANNEL { … }", Some(Message), "a text with slots, sent to a channel"),
    keyword(
        "checklist",
        &[File],
        "checklist NAME \"Title\" [before | during | after PHASE] { … }",
        Some(Checklist),
        "what people go through",
    ),
    keyword("monitor", &[File], "monitor NAME \"Title\" for DURATION { … }", Some(Monitor), "what is watched, and for how long"),
    keyword(
        "risk",
        &[File],
        "risk NAME \"Title\" critical | high | medium | low { … }",
        Some(Risk),
        "what may go wrong, and what answers it",
    ),
    keyword("post", &[File], "post NAME \"Title\" by ROLE within DURATION [{ … }]", Some(Post), "something to be done afterwards"),
    keyword("section", &[File], "section NAME \"Title\" FENCE", None, "text that the runbook carries as it is"),
    keyword("drill", &[File], "drill { … }", Some(Drill), "what a rehearsal needs"),
    // Changes and decisions.
    keyword("change", &[Phase], "change NAME \"Title\" [on TARGET] [via HOST] { … }", Some(Change), "something that the migration changes"),
    keyword(
        "irreversible",
        &[Phase],
        "irreversible change NAME \"Title\" [on TARGET] [via HOST] { … }",
        Some(Change),
        "a change that has no undo",
    ),
    keyword(
        "decision",
        &[Phase],
        "decision NAME \"Title\" [at INSTANT] by ROLE [{ … }]",
        Some(Decision),
        "the forward run stops and a person decides",
    ),
    keyword("carried", &[Phase], "carried out by \"TOOL\"", None, "another tool carries this phase out"),
    // Steps.
    keyword(
        "undo",
        STEPS,
        "undo CHANGE, … | PHASE | everything [by ROLE] [takes DURATION] [after STEP, …] [{ … }]",
        Some(Step),
        "takes changes back, in the derived order",
    ),
    keyword("restore", STEPS, "restore BACKUP, … [by ROLE] [takes DURATION] [after STEP, …] [{ … }]", Some(Step), "brings a backup back"),
    keyword("take", STEPS, "take BACKUP, … [by ROLE] [takes DURATION] [after STEP, …] [{ … }]", Some(Step), "takes and verifies a backup"),
    keyword(
        "capture",
        STEPS,
        "capture CHECK, … [by ROLE] [takes DURATION] [after STEP, …] [{ … }]",
        Some(Step),
        "stores the result of a check as its baseline",
    ),
    keyword(
        "verify",
        STEPS,
        "verify CHECK, … [by ROLE] [takes DURATION] [after STEP, …] [{ … }]",
        Some(Step),
        "asks a check; anything but yes is a failure",
    ),
    keyword("show", STEPS, "show CHECK, …", Some(Step), "prints a check's result and never fails"),
    keyword("deploy", STEPS, "deploy RELEASE, … [by ROLE] [takes DURATION] [after STEP, …] [{ … }]", Some(Step), "deploys a release"),
    keyword("send", STEPS, "send MESSAGE, … [by ROLE] [takes DURATION] [after STEP, …] [{ … }]", Some(Step), "sends a message"),
    keyword(
        "run",
        STEPS,
        "run SCENARIO, … [by ROLE] [takes DURATION] [after STEP, …] [{ … }]",
        Some(Step),
        "carries out another scenario's steps",
    ),
    keyword("set", STEPS, "set FLAG to \"VALUE\" [by ROLE] [takes DURATION] [after STEP, …] [{ … }]", Some(Step), "sets a flag"),
    keyword(
        "step",
        STEPS,
        "step NAME \"Title\" [on TARGET] [via HOST] [by ROLE] [takes DURATION] [after STEP, …] { … }",
        Some(Step),
        "something a machine does",
    ),
    keyword(
        "manual",
        STEPS,
        "manual NAME \"Title\" [by ROLE] [takes DURATION] [after STEP, …] [{ … }]",
        Some(Step),
        "something a person does",
    ),
    keyword("group", STEPS, "group NAME \"Title\" [rto DURATION] { … }", Some(Group), "steps with a title of their own"),
    keyword("parallel", STEPS, "parallel { … }", Some(Group), "steps that run side by side"),
    keyword("choose", STEPS, "choose NAME \"Title\" [several] { option … }", Some(Choose), "a person chooses one of several ways"),
    keyword("option", &[Choose], "option NAME \"Title\" [recommended] { … }", Some(Group), "one way of a choice"),
    // What statements say.
    keyword("version", &[Plan], "version \"VERSION\"", None, "the plan's own version"),
    keyword("owner", &[Plan], "owner ROLE", None, "who answers for the plan"),
    keyword("summary", &[Plan, Phase, Scenario], "summary \"TEXT\" | FENCE", None, "what it is about"),
    keyword("window", &[Plan], "window DATE | every DAY CLOCK to CLOCK ZONE", None, "the announced maintenance window"),
    keyword("rto", &[Plan, Scenario], "rto DURATION", None, "how long going back may take"),
    keyword("rpo", &[Plan], "rpo DURATION", None, "how much data, in time, may be lost"),
    keyword("retain", &[Plan], "retain DURATION", None, "how long after the last phase going back is promised"),
    keyword("history", &[Plan], "history \"VERSION\" DATE \"TEXT\"", None, "a line of the plan's history"),
    keyword("needs", &[Plan, Change, Decision, Scenario, Step, Group], "needs CHECK, … | \"Question?\"", None, "a precondition"),
    keyword("needs", &[Release], "needs OBJECT [TYPE], … | release RELEASE, …", None, "what the release can't run without"),
    keyword("note", BLOCKS, "note \"TEXT\" | FENCE", None, "a remark for people"),
    keyword("link", BLOCKS, "link \"Title\" \"URL\"", None, "a link for people"),
    keyword("accept", ANYWHERE, "accept GROUP/RULE because \"REASON\" [by ROLE] [until DATE]", None, "a finding that the team accepts"),
    keyword("url", &[Target], "url $VARIABLE | \"URL\"", None, "where the target is reached"),
    keyword("file", &[Target, Backup], "file $VARIABLE | \"PATH\"", None, "the file"),
    keyword("dir", &[Target, Check, Change, Step], "dir $VARIABLE | \"PATH\"", None, "the directory in which commands run"),
    keyword("ssh", &[Target], "ssh $VARIABLE | \"HOST\", …", None, "how a host is reached; several for a group"),
    keyword("server-version", &[Target], "server-version NUMBER", None, "the server's version"),
    keyword("schema", &[Target], "schema \"FILE\"", None, "SQL that makes the tables as they are before the plan"),
    keyword("ledger", &[Target], "ledger OBJECT", None, "the migration tool's version table"),
    keyword("person", &[Role], "person \"NAME\"", None, "who it is"),
    keyword("contact", &[Role], "contact \"ADDRESS\" | $VARIABLE", None, "how to reach them"),
    keyword("available", &[Role], "available \"WHEN\"", None, "when they can be reached"),
    keyword("deputy", &[Role], "deputy ROLE", None, "who stands in"),
    keyword("escalate", &[Role], "escalate ROLE after DURATION", None, "who is called when nobody answers"),
    keyword("duty", &[Role], "duty \"TEXT\"", None, "a responsibility that no step shows"),
    keyword(
        "method",
        &[Backup],
        "method pg_dump custom | pg_dump directory | pg_dump plain | mysqldump | mariadb-dump | sqlite | table-copy",
        None,
        "take, verify and restore, written by the compiler",
    ),
    keyword("take", &[Backup], "take FENCE | takes DURATION", None, "how it is taken, or how long that takes"),
    keyword("verify", &[Backup], "verify FENCE", None, "how it is verified"),
    keyword("restore", &[Backup], "restore FENCE | takes DURATION", None, "how it is restored, or how long that takes"),
    keyword("copy", &[Backup], "copy FENCE", None, "how it gets to another failure domain"),
    keyword("encrypt", &[Backup], "encrypt FENCE", None, "a filter from standard input to standard output"),
    keyword("decrypt", &[Backup], "decrypt FENCE", None, "the inverse filter"),
    keyword("keep", &[Backup], "keep DURATION", None, "how long it is kept"),
    keyword("variable", &[Flag], "variable \"NAME\"", None, "the variable that holds the flag"),
    keyword("default", &[Flag], "default \"VALUE\"", None, "its value in normal operation"),
    keyword("rollback", &[Flag], "rollback \"VALUE\"", None, "its value after a rollback"),
    keyword("values", &[Flag], "values \"VALUE\", …", None, "the values it can have"),
    keyword("takes", &[Flag], "takes effect after STEP | deploy", None, "when a new value is in force"),
    keyword("deploy", &[Release], "deploy ACTION", None, "how it is deployed"),
    keyword("running", &[Release], "running", None, "it is what runs before the plan begins"),
    keyword("send", &[Channel], "send FENCE", None, "the command that sends"),
    keyword("by", &[Channel, Change, Severity, Trigger, Message, Monitor], "by ROLE", None, "who does it"),
    keyword("audience", &[Channel], "audience \"WHO\"", None, "who reads it"),
    keyword("query", &[Check], "query FENCE", None, "asks the database"),
    keyword("run", &[Check], "run FENCE", None, "asks by a command"),
    keyword("get", &[Check], "get \"/PATH\"", None, "asks over HTTP"),
    keyword("post", &[Check], "post \"/PATH\"", None, "asks over HTTP"),
    keyword("header", &[Check], "header \"NAME\" $VARIABLE | \"VALUE\"", None, "a header of the request"),
    keyword("body", &[Check, Message], "body \"TEXT\" | FENCE", None, "the body"),
    keyword("compare", &[Check], "compare TARGET, TARGET FENCE", None, "asks two databases the same"),
    keyword("ask", &[Check], "ask \"Question?\"", None, "asks a person"),
    keyword(
        "expect",
        &[Check],
        "expect VALUE | > N | rows N | empty | exit N | output \"TEXT\" | status N | baseline | within N% of baseline",
        None,
        "what the answer has to be",
    ),
    keyword("timeout", &[Check, Change, Step], "timeout DURATION", None, "after which it has failed"),
    keyword("retry", &[Check, Change, Step], "retry N every DURATION", None, "how often it is tried again"),
    keyword(
        "do",
        &[Change, Step],
        "do FENCE | manual \"TEXT\" | edit \"FILE\" FENCE | restore BACKUP | set FLAG to \"VALUE\" | deploy RELEASE",
        None,
        "what is done",
    ),
    keyword(
        "undo",
        &[Change],
        "undo FENCE | auto | manual \"TEXT\" | edit \"FILE\" FENCE | restore BACKUP | set FLAG to \"VALUE\" | deploy RELEASE | takes DURATION",
        None,
        "how it is taken back, or how long that takes",
    ),
    keyword("recover", &[Change], "recover restore BACKUP | run SCENARIO | forward \"TEXT\"", None, "what helps when there is no undo"),
    keyword("impact", &[Change, Risk], "impact \"TEXT\" | FENCE", None, "what it means for users"),
    keyword("after", &[Change], "after CHANGE, …", None, "what has to be applied before"),
    keyword("takes", &[Change], "takes DURATION [to DURATION]", None, "how long it takes"),
    keyword("creates", &[Change, Step], "creates OBJECT, …", None, "what parsing can't see: objects it creates"),
    keyword("alters", &[Change, Step], "alters OBJECT, …", None, "what parsing can't see: objects it alters"),
    keyword("writes", &[Change, Step], "writes OBJECT, …", None, "what parsing can't see: objects it writes"),
    keyword("destroys", &[Change, Step], "destroys OBJECT, …", None, "what parsing can't see: objects whose data it destroys"),
    keyword("freezes", &[Change, Step], "freezes TARGET, …", None, "no writes reach the target from here on"),
    keyword("thaws", &[Change, Step], "thaws TARGET, …", None, "writes reach the target again"),
    keyword("stops", &[Change, Step], "stops WRITER, …", None, "the writer is stopped"),
    keyword("starts", &[Change, Step], "starts WRITER, …", None, "the writer runs again"),
    keyword("applied", &[Change], "applied CHECK", None, "says that the change is applied"),
    keyword("undone", &[Change], "undone CHECK", None, "says that the change is not applied"),
    keyword("verify", &[Change, Step], "verify CHECK, …", None, "asked afterwards; anything but yes is a failure"),
    keyword("confirm", &[Change, Step], "confirm \"TEXT\"", None, "a person has to type the step's name"),
    keyword("else", &[Decision], "else run SCENARIO | stop", None, "what is proposed when the answer is no"),
    keyword("show", &[Decision], "show CHECK, …", None, "what the person who decides gets to see"),
    keyword("respond", &[Severity, Trigger], "respond within DURATION", None, "how soon somebody acts"),
    keyword("run", &[Severity, Trigger, Risk], "run SCENARIO", None, "the scenario that answers it"),
    keyword("investigate", &[Severity, Trigger], "investigate \"TEXT\" | FENCE", None, "what is looked at before anything is rolled back"),
    keyword("continue", &[Severity, Trigger], "continue \"TEXT\" | FENCE", None, "why this must not cause a rollback"),
    keyword(
        "when",
        &[Trigger],
        "when CHECK fails [for DURATION] | \"METRIC\" > VALUE [over baseline] [for DURATION] | told \"TEXT\"",
        None,
        "what it fires on",
    ),
    keyword("source", &[Trigger], "source \"TEXT\" | FENCE", None, "where the number comes from"),
    keyword("active", &[Trigger], "active [from CHANGE | PHASE] [until CHANGE | PHASE]", None, "when it can fire"),
    keyword(
        "applies",
        &[Scenario],
        "applies [from CHANGE | PHASE] [until CHANGE | PHASE] [within DURATION of CHANGE | PHASE]",
        None,
        "when it can be used",
    ),
    keyword("approve", &[Scenario], "approve ROLE [by other]", None, "who has to approve it"),
    keyword("symptom", &[Scenario], "symptom \"TEXT\" | FENCE", None, "how people recognise it"),
    keyword("limits", &[Scenario], "limits \"TEXT\" | FENCE", None, "what it can't do"),
    keyword("never", &[Scenario], "never \"TEXT\" | FENCE", None, "what must not be done"),
    keyword("loses", &[Scenario], "loses at most DURATION", None, "how much data, in time, it may lose"),
    keyword("level", &[Scenario], "level N", None, "its level of escalation"),
    keyword("escalates", &[Scenario], "escalates to SCENARIO after DURATION | when CHECK", None, "what comes when it does not help"),
    keyword("goes", &[Scenario], "goes forward", None, "it leads forward, not back"),
    keyword("leaves", &[Scenario], "leaves TARGET frozen", None, "how it ends"),
    keyword(
        "only",
        &[Step, Group],
        "only if CHECK | BACKUP is available | CHANGE is applied | PARAM is \"VALUE\" | chose OPTION",
        None,
        "skipped unless",
    ),
    keyword(
        "unless",
        &[Step, Group],
        "unless CHECK | BACKUP is available | CHANGE is applied | PARAM is \"VALUE\" | chose OPTION",
        None,
        "skipped if",
    ),
    keyword("else", &[Step], "else run SCENARIO | stop | continue | { … }", Some(Otherwise), "what follows when it fails for good"),
    keyword("record", &[Step], "record \"Question?\" as SLOT", None, "an answer that fills a message's slot"),
    keyword("subject", &[Message], "subject \"TEXT\"", None, "the message's subject"),
    keyword("slot", &[Message], "slot NAME \"Question?\"", None, "a value asked for when it is sent"),
    keyword("at", &[Message], "at INSTANT", None, "when it is sent"),
    keyword("deadline", &[Message], "deadline DURATION", None, "how soon it has to be sent"),
    keyword("item", &[Checklist, Post], "item \"TEXT\" [check CHECK] [by ROLE]", None, "one line"),
    keyword("watch", &[Monitor], "watch TRIGGER | CHECK, … | \"TEXT\"", None, "what is watched"),
    keyword("mitigation", &[Risk], "mitigation \"TEXT\" | FENCE", None, "what makes it less likely or less bad"),
    keyword("schema", &[Drill], "schema TARGET \"FILE\"", None, "the target's schema before the plan"),
    keyword("data", &[Drill], "data TARGET \"FILE\"", None, "the target's data before the plan"),
    keyword("workload", &[Drill], "workload TARGET \"FILE\"", None, "what writes while the plan runs"),
    keyword("answer", &[Drill], "answer STEP \"TEXT\"", None, "what a person answers in the drill"),
    keyword("stand-in", &[Drill], "stand-in STEP FENCE", None, "what runs in place of a step's own code"),
];

/// Returns the entry of `word` in `context`.
pub fn find(context: Context, word: &str) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.word == word && keyword.contexts.contains(&context))
}

/// Returns the words that may begin a statement in `context`, in the table's order.
pub fn words_in(context: Context) -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().filter(move |keyword| keyword.contexts.contains(&context)).map(|keyword| keyword.word)
}

/// Returns the contexts in which `word` may begin a statement.
pub fn contexts_of(word: &str) -> impl Iterator<Item = Context> + '_ {
    KEYWORDS.iter().filter(move |keyword| keyword.word == word).flat_map(|keyword| keyword.contexts.iter().copied())
}

/// Words that can't be names, because they have a meaning where a name may stand.
pub const RESERVED: &[&str] = &[
    "auto",
    "baseline",
    "continue",
    "deploy",
    "empty",
    "everything",
    "fails",
    "forward",
    "manual",
    "restore",
    "run",
    "set",
    "stop",
    "takes",
];
