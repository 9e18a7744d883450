//! What the SQL of a program has put aside: tables to which every row of another one was copied. Columns that are dropped
//! afterwards are not gone for good, as long as such a table is there.

use crate::effect::act::{Act, Copied, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sql::{self, Dialect, Statement};
use crate::plan::Plan;
use crate::plan::id::Id;
use crate::plan::target::Target;

use super::program::{Item, Work};

/// The copies that are there, by the target that holds both tables.
#[derive(Default)]
pub struct Aside {
    copies: Vec<(Id<Target>, Copied)>,
}

impl Aside {
    /// Follows an item, and returns whether every object that its SQL surely destroys was put aside before.
    pub fn follow(&mut self, plan: &Plan, item: &Item<'_>) -> bool {
        let (Work::Sql(code), Some(on)) = (item.work, item.on) else { return false };
        let Some(dialect) = Dialect::of(plan.targets[on].kind.value) else { return false };
        let mut destroyed = 0;
        let mut held = 0;
        for statement in sql::of(code, dialect).iter() {
            for effect in statement.destroys() {
                destroyed += 1;
                held += usize::from(self.holds(on, effect, dialect));
            }
            // What a condition may pass over is not sure to be there.
            if item.guards.is_empty() {
                self.add(on, statement, dialect);
            }
        }
        destroyed > 0 && held == destroyed
    }

    fn add(&mut self, on: Id<Target>, statement: &Statement, dialect: Dialect) {
        let reading = &statement.reading;
        let passing = |effect: &&Effect| match &effect.act {
            Act::Drop { .. } => effect.object.kind == ObjectKind::Table,
            Act::Create(create) => create.temporary,
            Act::Truncate { .. } | Act::Delete { .. } => true,
            _ => false,
        };
        self.copies.extend(reading.copies.iter().map(|copy| (on, copy.clone())));
        for effect in reading.effects.iter().filter(passing) {
            let parts = sql::unqualified(&effect.object.parts, dialect);
            self.copies.retain(|(target, copy)| *target != on || sql::unqualified(&copy.to, dialect) != parts);
        }
    }

    fn holds(&self, on: Id<Target>, effect: &Effect, dialect: Dialect) -> bool {
        let parts = sql::unqualified(&effect.object.parts, dialect);
        let held = |table: &[String], all_of: &dyn Fn(&Copied) -> bool| {
            self.copies.iter().any(|(target, copy)| *target == on && sql::unqualified(&copy.from, dialect) == table && all_of(copy))
        };
        if effect.object.kind == ObjectKind::Column
            && let [table @ .., column] = parts
        {
            return held(table, &|copy| copy.columns.as_ref().is_none_or(|columns| columns.contains(column)));
        }
        held(parts, &|copy| copy.columns.is_none())
    }
}
