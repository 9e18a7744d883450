//! What statements of SQL do that the plan does not reckon with. What they destroy is the matter of `backup/missing` and of
//! `reversal/undeclared`.

pub mod blocks_writers;
pub mod breaks_old_release;
pub mod drop_connected_database;
pub mod enum_value_added;
pub mod fails_on_data;
pub mod in_place_transform;
pub mod invalid_index_hidden;
pub mod modify_drops_attributes;
pub mod multi_object_drop;
pub mod not_in_version;
pub mod opaque;
pub mod unvalidated_constraint;
pub mod wrong_language;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::analysis::program::{Direction, Item, Work};
use crate::analysis::writes::{Turn, Writes};
use crate::effect::object::Object;
use crate::effect::sql::{self, Dialect, Fact, Server, Statement};
use crate::plan::action::{Code, Language};
use crate::plan::check::Probe;
use crate::plan::id::Id;
use crate::plan::target::Target;
use crate::source::Span;

use super::Context;

/// A statement where a program carries it out.
pub struct Said<'a, 'p> {
    pub item: &'a Item<'p>,
    pub on: Id<Target>,
    pub code: &'p Code,
    pub dialect: Dialect,
    pub statement: &'a Statement,
    /// In the forward run, the item's place in it stands behind these writes.
    pub forward: Option<&'a Writes>,
}

impl Said<'_, '_> {
    /// Returns where an object of the statement stands.
    pub fn place(&self, context: &Context<'_>, object: &Object) -> Span {
        self.code.place(&context.sources.file(self.code.span.file).text, &object.range)
    }

    /// Returns where the statement stands.
    pub fn span(&self, context: &Context<'_>) -> Span {
        self.code.place(&context.sources.file(self.code.span.file).text, &self.statement.range)
    }
}

/// Visits every statement that the forward run and the scenarios carry out, each where it stands once.
pub fn each_statement(context: &Context<'_>, visit: &mut dyn FnMut(&Said<'_, '_>)) {
    let plan = context.plan;
    let mut seen: BTreeSet<Span> = BTreeSet::new();
    let mut writes = Writes::default();
    context.facts.forward.each(&mut |item, sure| {
        statements(context, item, Some(&writes), &mut seen, visit);
        if let Some(turn) = Turn::of(plan, item) {
            writes.turn(&turn, sure);
        }
    });
    for item in context.facts.scenarios.iter().flat_map(|program| program.items()) {
        statements(context, item, None, &mut seen, visit);
    }
}

/// Takes what a server does not know: the target, the code, the bytes of the statement, the fact.
type Unfit<'v> = dyn FnMut(Id<Target>, &Code, &Range<usize>, &'static Fact) + 'v;

/// Visits every statement, those of checks too, with the bytes of what its server does not know.
pub fn each_unfit(context: &Context<'_>, visit: &mut Unfit<'_>) {
    each_statement(context, &mut |said| {
        if let Some((range, fact)) = &said.statement.reading.unfit {
            visit(said.on, said.code, range, fact);
        }
    });
    for (_, check) in context.plan.checks.iter() {
        let (Some(Probe::Query(code)), Some(on)) = (&check.probe, check.on) else { continue };
        let Some(server) = Server::of(&context.plan.targets[on.value]) else { continue };
        for (range, fact) in sql::of_server(code, &server).iter().filter_map(|statement| statement.reading.unfit.as_ref()) {
            visit(on.value, code, range, fact);
        }
    }
}

fn statements(
    context: &Context<'_>,
    item: &Item<'_>,
    forward: Option<&Writes>,
    seen: &mut BTreeSet<Span>,
    visit: &mut dyn FnMut(&Said<'_, '_>),
) {
    let (Work::Sql(code) | Work::Shell(code), Some(on)) = (&item.work, item.on) else { return };
    let Some(dialect) = Dialect::of(context.plan.targets[on].kind.value) else { return };
    if seen.insert(code.span) {
        for statement in statements_of(context, item, code, dialect).iter() {
            visit(&Said { item, on, code, dialect, statement, forward });
        }
    }
}

/// Returns the statements of an item's SQL; those of a change's `do` have been read. Of a script, those of a change that does nothing
/// else to its target.
pub fn statements_of(context: &Context<'_>, item: &Item<'_>, code: &Code, dialect: Dialect) -> Arc<Vec<Statement>> {
    let applied = item.change.filter(|(_, direction)| *direction == Direction::Apply).map(|(change, _)| change);
    let own = applied.filter(|change| context.plan.changes[*change].forward.as_ref().is_some_and(|action| action.span() == code.span));
    match own.and_then(|change| context.graph.touched(change).statements.clone()) {
        Some(read) => read,
        None if code.language == Language::Sql => {
            let server = item.on.and_then(|on| Server::of(&context.plan.targets[on])).filter(|server| server.dialect == dialect);
            server.map_or_else(|| sql::of(code, dialect), |server| sql::of_server(code, &server))
        }
        None => Arc::default(),
    }
}
