//! What calls for a rollback and what people then do, as data: triggers, scenarios, and the steps of any program.

use serde::Serialize;

use crate::analysis::program::{Direction, Failure, Item, Node, Work};
use crate::plan::Plan;
use crate::plan::scenario::{self, Answer, Condition, EscalateWhen, Guard, Test};
use crate::source::Spanned;

use super::super::scenarios::Derived;
use super::{Context, NeedData, StepFiles, check_names, moment, needs, role, seconds, spanned_seconds};
use crate::plan::id::Id;

#[derive(Serialize)]
pub(super) struct Trigger<'p> {
    name: &'p str,
    title: &'p str,
    level: &'static str,
    automatic: bool,
    when: Vec<ConditionData<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    active_from: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    active_until: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    respond: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'p str>,
    answers: Vec<AnswerData<'p>>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum ConditionData<'p> {
    Told(&'p str),
    Fails {
        check: &'p str,
        #[serde(skip_serializing_if = "Option::is_none")]
        lasting: Option<u64>,
    },
    Measured {
        metric: &'p str,
        comparison: &'static str,
        value: &'p str,
        over_baseline: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        lasting: Option<u64>,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum AnswerData<'p> {
    Run(&'p str),
    Investigate(&'p str),
    Continue(&'p str),
}

pub(super) fn triggers(plan: &Plan) -> Vec<Trigger<'_>> {
    let of = plan.triggers.iter().map(|(_, it)| Trigger {
        name: &it.header.name,
        title: &it.header.title,
        level: it.level.word(),
        automatic: it.automatic,
        when: it.when.iter().map(|when| condition(plan, when)).collect(),
        active_from: it.active_from.as_ref().map(|from| moment(plan, from.value)),
        active_until: it.active_until.as_ref().map(|until| moment(plan, until.value)),
        respond: spanned_seconds(&it.respond),
        by: role(plan, it.by.as_ref().map(|by| by.value)),
        answers: it.answers.iter().map(|answer| self::answer(plan, answer)).collect(),
    });
    of.collect()
}

fn condition<'p>(plan: &'p Plan, condition: &'p Spanned<Condition>) -> ConditionData<'p> {
    match &condition.value {
        Condition::Told(text) => ConditionData::Told(text),
        Condition::Fails { check, lasting } => ConditionData::Fails { check: &plan.checks[*check].header.name, lasting: seconds(*lasting) },
        Condition::Measured { metric, comparison, value, over_baseline, lasting } => ConditionData::Measured {
            metric,
            comparison: comparison.sign(),
            value,
            over_baseline: *over_baseline,
            lasting: seconds(*lasting),
        },
    }
}

fn answer<'p>(plan: &'p Plan, answer: &'p Spanned<Answer>) -> AnswerData<'p> {
    match &answer.value {
        Answer::Run(scenario) => AnswerData::Run(&plan.scenarios[*scenario].header.name),
        Answer::Investigate(text) => AnswerData::Investigate(text),
        Answer::Continue(text) => AnswerData::Continue(text),
    }
}

#[derive(Serialize)]
pub(super) struct Scenario<'p> {
    name: &'p str,
    title: &'p str,
    /// Whether only other scenarios run it.
    part: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approve: Option<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<NeedData<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rto: Option<u64>,
    /// The estimate of its critical path.
    #[serde(skip_serializing_if = "Option::is_none")]
    takes: Option<u64>,
    /// What is lost; absent when nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    loss: Option<String>,
    goes_forward: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    escalates: Vec<Escalation<'p>>,
    steps: Vec<StepData<'p>>,
}

#[derive(Serialize)]
struct Escalation<'p> {
    to: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'p str>,
}

pub(super) fn scenarios<'p>(context: &Context<'p>, files: &StepFiles) -> Vec<Scenario<'p>> {
    context.plan.scenarios.ids().map(|id| scenario(context, id, files)).collect()
}

fn scenario<'p>(context: &Context<'p>, id: Id<scenario::Scenario>, files: &StepFiles) -> Scenario<'p> {
    let plan = context.plan;
    let it = &plan.scenarios[id];
    let derived = Derived::of(context, id);
    let change = |id| plan.changes[id].header.name.as_str();
    let escalation = |it: &scenario::Escalation| Escalation {
        to: &plan.scenarios[it.to.value].header.name,
        after: if let EscalateWhen::After(after) = &it.when { Some(after.seconds) } else { None },
        check: if let EscalateWhen::Check(check) = &it.when { Some(plan.checks[*check].header.name.as_str()) } else { None },
    };
    Scenario {
        name: &it.header.name,
        title: &it.header.title,
        part: it.applies.is_empty(),
        from: derived.from.map(change),
        until: derived.until.map(change),
        approve: role(plan, it.approve.as_ref().map(|approval| approval.by.value)),
        needs: needs(plan, &plan.needs).into_iter().chain(needs(plan, &it.needs)).collect(),
        rto: spanned_seconds(&it.rto),
        takes: derived.takes,
        loss: derived.loss,
        goes_forward: it.goes_forward.is_some(),
        level: it.level.as_ref().map(|level| level.value),
        escalates: it.escalates.iter().map(escalation).collect(),
        steps: steps(plan, &context.facts.scenarios[id.index()].nodes, &format!("scenarios/{}", it.header.name), files),
    }
}

/// A node of a program. `kind` says what: a kind of step, or `group`, `call`, `parallel`, `choose`, `option`, `fallback`,
/// `decision`.
#[derive(Serialize)]
pub(super) struct StepData<'p> {
    id: String,
    title: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    undoes: Vec<&'p str>,
    /// The backup, check, flag, message or scenario that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    takes: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<NeedData<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    verify: Vec<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    after: Vec<String>,
    /// What follows when it fails for good; absent for `stop`.
    #[serde(rename = "else", skip_serializing_if = "Option::is_none")]
    otherwise: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<StepData<'p>>,
}

impl<'p> StepData<'p> {
    fn block(id: &str, title: &str, kind: &'static str, steps: Vec<StepData<'p>>) -> StepData<'p> {
        StepData {
            id: id.to_owned(),
            title: title.to_owned(),
            kind,
            change: None,
            effect: None,
            undoes: Vec::new(),
            of: None,
            target: None,
            via: None,
            by: None,
            takes: None,
            conditions: Vec::new(),
            needs: Vec::new(),
            verify: Vec::new(),
            after: Vec::new(),
            otherwise: None,
            files: Vec::new(),
            steps,
        }
    }
}

/// Returns the nodes of the program in `directory`.
pub(super) fn steps<'p>(plan: &'p Plan, nodes: &[Node<'p>], directory: &str, files: &StepFiles) -> Vec<StepData<'p>> {
    nodes.iter().flat_map(|node| step(plan, node, directory, files)).collect()
}

fn step<'p>(plan: &'p Plan, node: &Node<'p>, directory: &str, files: &StepFiles) -> Vec<StepData<'p>> {
    let inner = |nodes: &[Node<'p>]| steps(plan, nodes, directory, files);
    match node {
        Node::Phase { nodes, .. } => inner(nodes),
        Node::Item(item) => vec![self::item(plan, item, directory, files)],
        Node::Group { id, title, guards, needs, nodes, .. } => vec![StepData {
            conditions: conditions(plan, guards),
            needs: self::needs(plan, needs),
            ..StepData::block(id, title, "group", inner(nodes))
        }],
        Node::Call { id, title, scenario, guards, needs, nodes, .. } => vec![StepData {
            of: Some(&plan.scenarios[*scenario].header.name),
            conditions: conditions(plan, guards),
            needs: self::needs(plan, needs),
            ..StepData::block(id, title, "call", inner(nodes))
        }],
        Node::Parallel { id, nodes, .. } => vec![StepData::block(id, "", "parallel", inner(nodes))],
        Node::Choose { id, title, options, .. } => {
            let option = |option: &crate::analysis::program::Choice<'p>| StepData {
                conditions: conditions(plan, option.guards),
                needs: self::needs(plan, option.needs),
                ..StepData::block(option.name, option.title, "option", inner(&option.nodes))
            };
            vec![StepData::block(id, title, "choose", options.iter().map(option).collect())]
        }
        Node::Decision(decision) => {
            let header = &plan.decisions[*decision].header;
            vec![StepData::block(&header.name, &header.title, "decision", Vec::new())]
        }
    }
}

fn item<'p>(plan: &'p Plan, item: &Item<'p>, directory: &str, files: &StepFiles) -> StepData<'p> {
    let target = |id| plan.targets[id].header.name.as_str();
    let (kind, of) = work(plan, item.work);
    let (otherwise, fallback) = match &item.otherwise {
        Failure::Stop => (None, Vec::new()),
        Failure::Continue => (Some("continue".to_owned()), Vec::new()),
        Failure::Run(scenario) => (Some(format!("run {}", plan.scenarios[*scenario].header.name)), Vec::new()),
        Failure::Fallback(nodes) => (Some("fallback".to_owned()), steps(plan, nodes, directory, files)),
    };
    StepData {
        change: item.change.map(|(change, _)| plan.changes[change].header.name.as_str()),
        effect: item.change.map(|(_, direction)| if direction == Direction::Apply { "apply" } else { "undo" }),
        undoes: item.undoes.iter().map(|change| plan.changes[*change].header.name.as_str()).collect(),
        of,
        target: item.on.map(target),
        via: item.via.map(target),
        by: role(plan, item.by),
        takes: seconds(item.takes),
        conditions: conditions(plan, item.guards),
        needs: needs(plan, item.needs),
        verify: check_names(plan, item.verify.iter().copied()),
        after: item.after.clone(),
        otherwise,
        files: files.get(&(directory.to_owned(), item.id.clone())).cloned().unwrap_or_default(),
        ..StepData::block(&item.id, &item.title, kind, fallback)
    }
}

fn work<'p>(plan: &'p Plan, work: Work<'p>) -> (&'static str, Option<&'p str>) {
    let check = |id| Some(plan.checks[id].header.name.as_str());
    let backup = |id| Some(plan.backups[id].header.name.as_str());
    let flag = |id| Some(plan.flags[id].header.name.as_str());
    match work {
        Work::Sql(_) | Work::Inverse => ("sql", None),
        Work::Shell(_) => ("shell", None),
        Work::Manual(_) | Work::Nothing => ("manual", None),
        Work::Edit { path, .. } | Work::Unedit { path, .. } => ("edit", Some(path)),
        Work::Restore(id) => ("restore", backup(id)),
        Work::Take(id) => ("take", backup(id)),
        Work::Capture(id) => ("capture", check(id)),
        Work::Verify(id) => ("verify", check(id)),
        Work::Show(id) => ("show", check(id)),
        Work::Set { flag: id, .. } | Work::Unset { flag: id } => ("set", flag(id)),
        Work::Send(id) => ("send", Some(&plan.messages[id].header.name)),
    }
}

/// Returns guards as the plan writes them.
fn conditions(plan: &Plan, guards: &[Guard]) -> Vec<String> {
    let words = |guard: &Guard| {
        let test = match &guard.test {
            Test::Check(check) => plan.checks[*check].header.name.clone(),
            Test::Available(backup) => format!("{} is available", plan.backups[*backup].header.name),
            Test::Applied(change) => format!("{} is applied", plan.changes[*change].header.name),
            Test::Param(param, value) => format!("{} is \"{value}\"", plan.params[*param].header.name),
            Test::Chose(option) => format!("chose {}", option.value),
        };
        format!("{} {test}", if guard.negated { "unless" } else { "only if" })
    };
    guards.iter().map(words).collect()
}
