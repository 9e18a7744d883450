//! `accept`: findings that a team has looked at. One silences its rule's findings in the declaration that holds it, the
//! plan's own everywhere, until its date; and it is a finding itself when it does nothing.

pub mod expired;
pub mod no_reason;
pub mod unknown_rule;
pub mod unused;

use crate::diagnostic::Diagnostic;
use crate::plan::value::Date;
use crate::plan::{Accept, Plan};
use crate::source::Span;

use super::Context;
use super::sh::shellcheck;

/// Returns the findings that the plan does not accept today, and what is wrong with its acceptances.
pub fn apply(context: &Context<'_>, findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let (plan, today) = (context.plan, context.today);
    let accepts = plan.all_accepts();
    let mut used = vec![false; accepts.len()];
    let mut left = Vec::new();
    for finding in findings {
        let mut silenced = false;
        for (accept, used) in accepts.iter().zip(&mut used) {
            if in_force(accept, today) && silences(plan, accept, &finding) {
                *used = true;
                silenced = true;
            }
        }
        if !silenced {
            left.push(finding);
        }
    }
    for (accept, used) in accepts.into_iter().zip(used) {
        // What was not looked for may be there.
        let used = used || context.remarks.is_none() && accept.rule.value == shellcheck::RULE.name;
        left.extend(unknown_rule::find(accept).or_else(|| expired::find(accept, today)).or_else(|| unused::find(accept, used)));
        left.extend(no_reason::find(accept));
    }
    left
}

/// Returns whether an acceptance still holds on the day `today`; it holds on its last day.
fn in_force(accept: &Accept, today: Date) -> bool {
    accept.until.is_none_or(|until| today <= until.value)
}

/// Returns whether `accept` is about `finding`: its rule, and where the finding is.
fn silences(plan: &Plan, accept: &Accept, finding: &Diagnostic) -> bool {
    let everywhere = plan.accepts.iter().chain(&plan.header.accepts).any(|own| own.span == accept.span);
    accept.rule.value == finding.code && (everywhere || holds(accept.scope, finding.span()))
}

fn holds(scope: Span, span: Span) -> bool {
    scope.file == span.file && scope.start <= span.start && span.end <= scope.end
}
