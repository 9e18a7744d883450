//! Which database the SQL in a script goes to: what its client is told to connect to decides, where that is another target's address
//! or file.

use crate::effect::sh::Sql;
use crate::effect::sql::Dialect;
use crate::plan::Plan;
use crate::plan::id::Id;
use crate::plan::target::Target;
use crate::plan::value::Place;

/// Returns the target that SQL is sent to; what its script is about, unless it says another.
pub fn target(plan: &Plan, on: Option<Id<Target>>, sql: &Sql) -> Option<Id<Target>> {
    let Some(to) = &sql.to else { return on };
    let is = |id: Id<Target>| {
        let target = &plan.targets[id];
        let place = target.url.as_ref().or(target.file.as_ref()).map(|place| &place.value);
        let same = match place {
            Some(Place::Literal(place)) => place == to,
            Some(Place::Variable(name)) => {
                to.strip_prefix('$').map(|variable| variable.trim_matches(['{', '}'])) == Some(name.trim_start_matches('$'))
            }
            None => false,
        };
        same && Dialect::of(target.kind.value) == Some(sql.dialect)
    };
    if on.is_some_and(is) {
        return on;
    }
    plan.targets.ids().find(|id| is(*id)).or(on)
}
