//! `steps.sh`: a program as calls that read as the runbook, and a file for the code of each step.
//!
//! Owns the numbering (`010-`, `020-`, in the order in which steps are carried out) and what each kind of work becomes in
//! the runtime's words.

mod item;

use crate::analysis::program::{Choice, Failure, Node};
use crate::emit::quote;
use crate::plan::Plan;
use crate::plan::change::Decision;
use crate::plan::check::Check;
use crate::plan::id::Id;
use crate::plan::scenario::{Guard, Need, Scenario, Test};
use crate::source::Span;

use super::draft::{Call, Draft, indentation};

/// A program that is being written into its directory.
pub(super) struct Steps<'d, 'p> {
    plan: &'p Plan,
    draft: &'d mut Draft,
    /// `forward`, `scenarios/before-dns`.
    directory: String,
    /// `the forward run of cocoatrack-v2`, for headings.
    of: String,
    /// How many digits the numbers of files have.
    digits: usize,
    number: usize,
    depth: usize,
    text: String,
    /// Options that were offered so far, each with the id of its `choose`.
    offered: Vec<(&'p str, String)>,
}

impl<'d, 'p> Steps<'d, 'p> {
    /// Begins `steps.sh` in `directory`. `count` is how many items the program has, `of` what people call it.
    pub(super) fn new(plan: &'p Plan, draft: &'d mut Draft, directory: &str, of: String, count: usize) -> Steps<'d, 'p> {
        let digits = (count * 10).to_string().len().max(3);
        let text = format!("# What is done, in this order: {}. Read by ./rollback.\n", quote::comment(&of));
        Steps { plan, draft, directory: directory.to_owned(), of, digits, number: 0, depth: 0, text, offered: Vec::new() }
    }

    /// Writes the file.
    pub(super) fn end(self) {
        self.draft.file(format!("{}/steps.sh", self.directory), self.text);
    }

    /// Writes a call, with an empty line before it.
    pub(super) fn call(&mut self, call: &Call) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        self.text.push_str(&call.lines(self.depth));
    }

    /// Writes nodes in order.
    pub(super) fn nodes(&mut self, nodes: &[Node<'p>]) {
        for node in nodes {
            self.node(node);
        }
    }

    pub(super) fn begin(&mut self, word: &str, name: &str, title: &str, span: Span) -> Call {
        Call::new(self.draft, word, name, title, span)
    }

    pub(super) fn field(&mut self, call: &mut Call, key: &str, value: &str) {
        call.field(self.draft, key, value);
    }

    fn node(&mut self, node: &Node<'p>) {
        match node {
            // INVARIANT: phases are the outermost nodes, and `phases` writes them.
            Node::Phase { nodes, .. } => self.nodes(nodes),
            Node::Item(item) => self.item(item),
            Node::Group { id, title, span, guards, needs, after, nodes, .. } => {
                let mut call = self.begin("begin group", id, title, *span);
                self.waits(&mut call, after);
                self.conditions(&mut call, guards, needs);
                self.block(&call, id, nodes);
            }
            Node::Call { id, title, span, scenario, guards, needs, after, takes, nodes } => {
                let called = &self.plan.scenarios[*scenario];
                let mut call = self.begin("begin call", id, title, *span);
                self.field(&mut call, "scenario", &called.header.name);
                self.waits(&mut call, after);
                if let Some(takes) = takes {
                    self.field(&mut call, "takes", &takes.seconds.to_string());
                }
                self.conditions(&mut call, guards, needs);
                self.needs(&mut call, &called.needs);
                self.approval(&mut call, called);
                // Options that the called scenario offers mean nothing outside it.
                let offered = self.offered.len();
                self.block(&call, id, nodes);
                self.offered.truncate(offered);
            }
            Node::Parallel { id, span, nodes } => {
                let call = self.begin("begin parallel", id, "Side by side", *span);
                self.block(&call, id, nodes);
            }
            Node::Choose { id, title, span, several, options } => self.choose(id, title, *span, *several, options),
            Node::Decision(decision) => self.decision(&self.plan.decisions[*decision]),
        }
    }

    fn block(&mut self, call: &Call, id: &str, nodes: &[Node<'p>]) {
        self.call(call);
        self.depth += 1;
        self.nodes(nodes);
        self.depth -= 1;
        self.end_block(id);
    }

    /// The siblings in a `parallel` that have to be done before.
    fn waits(&mut self, call: &mut Call, after: &[String]) {
        for sibling in after {
            self.field(call, "after", sibling);
        }
    }

    fn end_block(&mut self, id: &str) {
        // INVARIANT: ids are words of the language joined by dots; the call that begins the block has quoted this one.
        let id = quote::word(id).unwrap_or_default();
        self.text.push_str(&format!("{}end {id}\n", indentation(self.depth)));
    }

    fn approval(&mut self, call: &mut Call, scenario: &Scenario) {
        if let Some(approval) = &scenario.approve {
            self.field(call, "approve", &self.plan.roles[approval.by.value].header.name);
            if approval.other {
                self.field(call, "other", "yes");
            }
        }
    }

    fn choose(&mut self, id: &str, title: &str, span: Span, several: bool, options: &[Choice<'p>]) {
        let mut call = self.begin("choose", id, title, span);
        if several {
            self.field(&mut call, "several", "yes");
        }
        self.offered.extend(options.iter().map(|option| (option.name, id.to_owned())));
        for option in options {
            call.text(self.draft, "option", &format!("{}:{}", option.name, option.title));
            self.conditions(&mut call, option.guards, option.needs);
        }
        if let Some(option) = options.iter().find(|option| option.recommended) {
            self.field(&mut call, "recommended", option.name);
        }
        self.call(&call);
        for option in options {
            self.option(id, option, span);
        }
    }

    /// What an option needs stands behind it in the call of the choice, which says what can be taken, and on a block inside it: the
    /// runtime asks it once more when the option is begun, maybe a resume later.
    fn option(&mut self, choose: &str, option: &Choice<'p>, span: Span) {
        let id = format!("{choose}.{}", option.name);
        let mut call = self.begin("begin option", &id, option.title, span);
        self.field(&mut call, "choose", choose);
        self.field(&mut call, "option", option.name);
        if option.guards.is_empty() && option.needs.is_empty() {
            self.block(&call, &id, &option.nodes);
            return;
        }
        self.call(&call);
        self.depth += 1;
        let inner = format!("{id}.if");
        let mut call = self.begin("begin group", &inner, option.title, span);
        self.conditions(&mut call, option.guards, option.needs);
        self.block(&call, &inner, &option.nodes);
        self.depth -= 1;
        self.end_block(&id);
    }

    fn decision(&mut self, decision: &Decision) {
        let header = &decision.header;
        for check in &decision.show {
            let check_header = &self.plan.checks[check.value].header;
            let id = format!("{}.show-{}", header.name, check_header.name);
            self.number += 1;
            let mut call = self.begin("step", &id, &check_header.title, check.span);
            self.field(&mut call, "kind", "show");
            self.field(&mut call, "check", &check_header.name);
            self.call(&call);
        }
        let mut call = self.begin("decision", &header.name, &header.title, header.span);
        if let Some(at) = &decision.at {
            self.field(&mut call, "at", &at.value.0.to_string());
        }
        self.field(&mut call, "by", &self.plan.roles[decision.by.value].header.name);
        self.needs(&mut call, &decision.needs);
        match &decision.else_run {
            Some(scenario) => self.field(&mut call, "else", &format!("run:{}", self.plan.scenarios[scenario.value].header.name)),
            None => self.field(&mut call, "else", "stop"),
        }
        self.call(&call);
    }

    fn conditions(&mut self, call: &mut Call, guards: &[Guard], needs: &[Need]) {
        for guard in guards {
            let condition = match &guard.test {
                Test::Check(check) => format!("check:{}", self.check(*check)),
                Test::Available(backup) => format!("backup:{}", self.plan.backups[*backup].header.name),
                Test::Applied(change) => format!("change:{}", self.plan.changes[*change].header.name),
                Test::Param(param, value) => format!("param:{}={value}", self.plan.params[*param].header.name),
                Test::Chose(option) => format!("chose:{}={}", self.choose_of(&option.value), option.value),
            };
            self.field(call, if guard.negated { "unless" } else { "only-if" }, &condition);
        }
        self.needs(call, needs);
    }

    /// Returns the `choose` that has offered the option last.
    fn choose_of(&self, option: &str) -> String {
        self.offered.iter().rev().find(|(name, _)| *name == option).map(|(_, id)| id.clone()).unwrap_or_default()
    }

    fn needs(&mut self, call: &mut Call, needs: &[Need]) {
        for need in needs {
            match need {
                Need::Check(check) => self.field(call, "needs", &format!("check:{}", self.check(check.value))),
                Need::Question(question) => call.text(self.draft, "needs", &format!("ask:{}", question.value)),
            }
        }
    }

    fn check(&self, check: Id<Check>) -> &'p str {
        &self.plan.checks[check].header.name
    }
}

/// Returns how many steps the nodes hold, with those of fallbacks and of what decisions show.
pub(super) fn count(plan: &Plan, nodes: &[Node<'_>]) -> usize {
    let each = |node: &Node<'_>| match node {
        Node::Item(item) => match &item.otherwise {
            Failure::Fallback(nodes) => 1 + count(plan, nodes),
            _ => 1,
        },
        Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } | Node::Parallel { nodes, .. } => {
            count(plan, nodes)
        }
        Node::Choose { options, .. } => options.iter().map(|option| count(plan, &option.nodes)).sum(),
        Node::Decision(decision) => plan.decisions[*decision].show.len(),
    };
    nodes.iter().map(each).sum()
}
