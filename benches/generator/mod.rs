//! Large plans that compile: the same number of steps gives the same bytes, on any machine. Knows the language, not the compiler.
//!
//! A plan of N steps holds N/50 scenarios, each of which takes back the five changes of its own; a phase of twenty changes for every
//! four scenarios; a check for each change; a backup and a trigger for each scenario. Of its 365 bytes a step some 40 % stand in
//! fences, a quarter of them SQL.

#![allow(dead_code, reason = "each bench uses its part")]

use std::fmt::Write as _;

/// Steps in a scenario.
const SCENARIO: usize = 50;
/// Changes that a scenario takes back.
const UNDONE: usize = 5;
/// Changes in a phase.
const PHASE: usize = 20;
/// Databases; a scenario and its changes stay with one.
const DATABASES: usize = 4;

const NOUNS: [&str; 16] = [
    "orders",
    "invoices",
    "customers",
    "payments",
    "parcels",
    "returns",
    "carts",
    "prices",
    "stocks",
    "coupons",
    "ratings",
    "sessions",
    "accounts",
    "ledgers",
    "tickets",
    "reports",
];
const VERBS: [&str; 12] =
    ["Drain", "Stop", "Copy", "Compare", "Repoint", "Restart", "Trim", "Refill", "Unlock", "Rebuild", "Archive", "Reload"];
const ADJECTIVES: [&str; 8] = ["pending", "late", "open", "daily", "stale", "mirrored", "regional", "last"];
const ROLES: [&str; 3] = ["lead", "dba", "operator"];

/// SplitMix64: small, seeded, the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.roll() % end as u64) as usize
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

/// Returns a plan of `steps` steps that compiles without a finding.
pub fn plan(steps: usize) -> String {
    let mut writer = Writer { out: String::with_capacity(steps * 380 + 4096), dice: Dice(42) };
    let scenarios = steps.div_ceil(SCENARIO).max(1);
    let changes = scenarios * UNDONE;
    writer.header(steps, scenarios);
    for scenario in 0..scenarios {
        writer.backup(scenario);
    }
    for change in 0..changes {
        writer.check(change);
    }
    for phase in 0..changes.div_ceil(PHASE) {
        writer.phase(phase, changes.min((phase + 1) * PHASE), changes);
    }
    for scenario in 0..scenarios {
        let last = scenario + 1 == scenarios;
        writer.trigger(scenario, last);
        writer.message(scenario);
        writer.scenario(scenario, last, (steps - scenario * SCENARIO).clamp(UNDONE, SCENARIO));
    }
    writer.out
}

/// Returns the plan of `steps` steps with a name that nothing declares in every `every`th step: one error each.
pub fn broken(steps: usize, every: usize) -> String {
    let sound = plan(steps);
    let mut out = String::with_capacity(sound.len() + sound.len() / 64);
    let mut seen = 0;
    for line in sound.split_inclusive('\n') {
        if line.trim_start().starts_with("timeout ") {
            seen += 1;
            if seen % every == 0 {
                out.push_str("      freezes nowhere-at-all\n");
            }
        }
        out.push_str(line);
    }
    out
}

struct Writer {
    out: String,
    dice: Dice,
}

/// Appends a formatted line.
macro_rules! line {
    ($writer:expr, $($words:tt)*) => {
        // INVARIANT: writing to a String can't fail.
        writeln!($writer.out, $($words)*).expect("a String takes everything")
    };
}

impl Writer {
    fn header(&mut self, steps: usize, scenarios: usize) {
        line!(self, "# {steps} steps, written by benches/generator; nobody has to understand it.");
        line!(self, "plan large \"A plan of {steps} steps\" {{");
        self.out.push_str("  version \"1.0\"\n  owner lead\n  summary ```md\n    Nothing that anybody would carry out, in the shape of what people do.\n  ```\n");
        self.out.push_str("  retain 7d\n}\n\n");
        self.out.push_str("param batch \"Rows copied at a time\" int = 5000\n\n");
        for database in 0..DATABASES.min(scenarios) {
            line!(self, "target db{database} \"Database {database}\" postgres {{ url $DB{database}_URL }}");
        }
        self.out.push_str("target workers \"The workers\" host {\n  dir \"/srv/workers\"\n  ssh \"worker-1\", \"worker-2\"\n}\n\n");
        self.out.push_str("role lead \"Migration lead\" { contact \"lead@example.org\" }\n");
        self.out.push_str("role dba \"Database administrator\" { contact \"dba@example.org\" }\n");
        self.out.push_str("role operator \"On-call engineer\" { contact \"oncall@example.org\" }\n\n");
        self.out.push_str("channel status-page \"The status page\" {\n  send ```sh\n    ./post-status \"$RBK_MESSAGE_SUBJECT\" <\"$RBK_MESSAGE_FILE\"\n  ```\n}\n\n");
    }

    fn backup(&mut self, scenario: usize) {
        let database = scenario % DATABASES;
        line!(self, "backup saved-{scenario} \"The tables of part {scenario}\" of db{database} tables kept_{scenario} {{");
        self.out.push_str("  method table-copy\n  keep 14d\n  note \"For questions.\"\n}\n");
    }

    fn check(&mut self, change: usize) {
        let database = (change / UNDONE) % DATABASES;
        let noun = self.dice.of(&NOUNS);
        line!(self, "check c{change} \"No {noun} without a copy\" on db{database} {{");
        line!(self, "  query ```sql");
        line!(self, "    SELECT s.id FROM {noun} s LEFT JOIN {noun}_{change} c ON c.id = s.id WHERE c.id IS NULL");
        self.out.push_str("  ```\n  expect empty\n  timeout 5s\n}\n");
    }

    /// A phase of the changes up to `end`, of `all` in the plan.
    fn phase(&mut self, phase: usize, end: usize, all: usize) {
        let first = phase * PHASE;
        line!(self, "\nphase p{phase} \"Part {phase} of the move\" at T+{}m for 30m {{", phase * 30);
        for change in first..end {
            if change % UNDONE == 0 {
                line!(self, "  take saved-{} by dba takes 1m", change / UNDONE);
            }
            self.change(change, change % UNDONE != 0 && change < all);
        }
        line!(self, "  verify c{first} by lead takes 1m\n}}");
    }

    fn change(&mut self, change: usize, after: bool) {
        let database = (change / UNDONE) % DATABASES;
        let noun = self.dice.of(&NOUNS);
        line!(self, "  # Readers of {noun} find the rows in both places from here on.");
        if change % 3 == 2 {
            line!(self, "  change x{change} \"Rows of {noun} are copied\" on db{database} via workers {{");
            line!(
                self,
                "    do ```sh\n      ./copy --table {noun}_{change} --batch \"$RBK_PARAM_BATCH\" --to \"$RBK_TARGET_URL\"\n    ```"
            );
            line!(self, "    undo ```sh\n      ./copy --table {noun}_{change} --remove\n    ```");
            line!(self, "    creates {noun}_{change}\n    dir \"/srv/workers\"");
        } else {
            line!(self, "  change x{change} \"A second table of {noun}\" on db{database} {{");
            line!(self, "    do ```sql\n      CREATE TABLE {noun}_{change} (id bigint PRIMARY KEY, total numeric(12, 2) NOT NULL);");
            line!(self, "      CREATE INDEX {noun}_{change}_total ON {noun}_{change} (total);\n    ```");
            line!(self, "    undo ```sql\n      DROP TABLE {noun}_{change};\n    ```");
        }
        if after {
            line!(self, "    after x{}", change - 1);
        }
        line!(self, "    takes 1m\n    undo takes {}m\n    by dba\n    verify c{change}\n  }}", 1 + change % 2);
    }

    fn trigger(&mut self, scenario: usize, last: bool) {
        let noun = self.dice.of(&NOUNS);
        let first = scenario * UNDONE;
        line!(self, "\ntrigger t{scenario} \"Copies of {noun} differ\" high manual {{");
        let until = if last { String::new() } else { format!(" until x{}", first + UNDONE) };
        line!(self, "  when c{first} fails for 5m\n  active from x{first}{until}");
        line!(self, "  respond within 15m\n  by lead\n  run back-{scenario}\n}}");
    }

    fn message(&mut self, scenario: usize) {
        line!(self, "message m{scenario} \"Part {scenario} goes back\" to status-page {{");
        line!(self, "  subject \"Maintenance of part {scenario}\"");
        self.out.push_str("  body \"We are going back to the previous version. Nothing is lost.\"\n}\n");
    }

    fn scenario(&mut self, scenario: usize, last: bool, steps: usize) {
        let first = scenario * UNDONE;
        line!(self, "scenario back-{scenario} \"Part {scenario} goes back\" {{");
        match last {
            true => line!(self, "  applies from x{first}"),
            false => line!(self, "  applies from x{first} until x{}", first + UNDONE),
        }
        line!(self, "  rto 8h\n  symptom \"The copies of part {scenario} differ from what was written.\"\n  approve lead");
        let mut step = 0;
        while step < steps {
            let left = steps - step;
            step += match step % 25 {
                0 => self.send(scenario),
                6 if left >= 8 + UNDONE => self.group(scenario, step),
                16 if left >= 3 + UNDONE => self.parallel(scenario, step),
                21 if left >= 3 + UNDONE => self.choice(scenario, step),
                _ if left <= UNDONE => self.undo(first + left - 1),
                _ => self.step(scenario, step, "  ", &[]),
            };
        }
        line!(self, "}}");
    }

    fn send(&mut self, scenario: usize) -> usize {
        line!(self, "  send m{scenario} by operator takes 1m");
        1
    }

    fn undo(&mut self, change: usize) -> usize {
        line!(self, "  undo x{change} by dba");
        1
    }

    fn group(&mut self, scenario: usize, step: usize) -> usize {
        let noun = self.dice.of(&NOUNS);
        line!(self, "  group g{scenario}-{step} \"What waits for {noun}\" {{");
        self.step(scenario, step, "    ", &[]);
        line!(self, "    parallel {{");
        self.step(scenario, step + 1, "      ", &[]);
        self.step(scenario, step + 2, "      ", &[]);
        for inner in step + 3..step + 7 {
            self.step(scenario, inner, "      ", &[inner - 2, inner - 1]);
        }
        line!(self, "    }}");
        self.step(scenario, step + 7, "    ", &[]);
        line!(self, "  }}");
        8
    }

    fn parallel(&mut self, scenario: usize, step: usize) -> usize {
        line!(self, "  parallel {{");
        self.step(scenario, step, "    ", &[]);
        self.step(scenario, step + 1, "    ", &[step]);
        self.manual(scenario, step + 2, "    ");
        line!(self, "  }}");
        3
    }

    fn choice(&mut self, scenario: usize, step: usize) -> usize {
        line!(self, "  choose w{scenario}-{step} \"How do the rows come back?\" {{");
        line!(self, "    option by-script-{scenario}-{step} \"The script copies them\" recommended {{");
        self.step(scenario, step, "      ", &[]);
        self.step(scenario, step + 1, "      ", &[]);
        line!(self, "    }}\n    option by-hand-{scenario}-{step} \"A person enters them\" {{");
        self.manual(scenario, step + 2, "      ");
        line!(self, "    }}\n  }}");
        3
    }

    fn manual(&mut self, scenario: usize, step: usize, indent: &str) -> usize {
        let (adjective, noun) = (self.dice.of(&ADJECTIVES), self.dice.of(&NOUNS));
        line!(self, "{indent}manual s{scenario}-{step} \"See that the {adjective} {noun} are there\" by operator takes 5m {{");
        line!(self, "{indent}  do manual \"Open the page of {noun} and wait: done when none is {adjective}.\"");
        line!(self, "{indent}}}");
        1
    }

    fn step(&mut self, scenario: usize, step: usize, indent: &str, after: &[usize]) -> usize {
        let database = scenario % DATABASES;
        let (verb, adjective, noun) = (self.dice.of(&VERBS), self.dice.of(&ADJECTIVES), self.dice.of(&NOUNS));
        let (role, minutes) = (self.dice.of(&ROLES), 1 + self.dice.below(4));
        let sql = step % 8 == 3;
        let place = if sql { format!("on db{database}") } else { "via workers".to_owned() };
        write!(self.out, "{indent}step s{scenario}-{step} \"{verb} the {adjective} {noun}\" {place} by {role} takes {minutes}m")
            .expect("a String takes everything");
        for (index, before) in after.iter().enumerate() {
            let between = if index == 0 { " after" } else { "," };
            write!(self.out, "{between} s{scenario}-{before}").expect("a String takes everything");
        }
        line!(self, " {{");
        if sql {
            line!(self, "{indent}  do ```sql");
            line!(self, "{indent}    UPDATE {noun} SET state = '{adjective}', version = version + 1 WHERE part = {scenario};");
            line!(self, "{indent}    INSERT INTO audit (part, step, what) VALUES ({scenario}, {step}, '{adjective} {noun}');");
            line!(self, "{indent}  ```\n{indent}  writes {noun}");
        } else {
            let word = verb.to_lowercase();
            line!(self, "{indent}  do ```sh");
            line!(self, "{indent}    if ./queue --of {noun} --is {adjective}; then");
            line!(self, "{indent}      ./{word} --part {scenario} --batch \"$RBK_PARAM_BATCH\" {noun}");
            line!(self, "{indent}    fi\n{indent}  ```");
            line!(self, "{indent}  dir \"/srv/workers\"");
            line!(self, "{indent}  note \"The dashboard of {noun} shows it.\"");
        }
        line!(self, "{indent}  timeout {minutes}0m");
        match step % 12 {
            1 => line!(self, "{indent}  retry 2 every 30s"),
            3 => line!(self, "{indent}  verify c{}", scenario * UNDONE),
            5 => line!(self, "{indent}  else continue"),
            7 => {
                line!(self, "{indent}  else {{");
                line!(
                    self,
                    "{indent}    manual e{scenario}-{step} \"Write down what is {adjective}\" by {role} takes 3m {{ note \"In the log.\" }}\n{indent}  }}"
                );
            }
            9 => line!(self, "{indent}  confirm \"{verb} them now?\""),
            _ => {}
        }
        line!(self, "{indent}}}");
        1
    }
}
