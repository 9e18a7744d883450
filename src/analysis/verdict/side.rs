//! A change seen from three sides: whether its schema comes back, whether its data does, and whether the old application
//! works on the changed database, so that the code can be rolled back alone. And from when on each gets worse.

use serde::Serialize;

use crate::effect::act::Class;
use crate::effect::sql::{Dialect, Sight};
use crate::graph::Graph;
use crate::plan::Plan;
use crate::plan::change::{Change, Undo};
use crate::plan::id::Id;

use super::{Answer, Made, is_backfill};

/// What becomes of one side when the change is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The change leaves it alone.
    Untouched,
    /// It is again what it was.
    Returns,
    /// Its author says so; rbk has not proved it.
    Claimed,
    /// Some of it does not come back.
    Lost,
    /// What the change does can't be read.
    Unknown,
}

/// One side of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    pub standing: Standing,
    /// Each for people, without a final period.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// What makes it worse with time, each for people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decays: Vec<String>,
}

/// Whether the old application works on the changed database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// As far as the code of the change tells.
    Works,
    Breaks,
    /// What the change does can't be read.
    Unknown,
    /// The change is none of a database.
    NoDatabase,
}

/// The old application on the changed database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alone {
    pub standing: Fit,
    /// What it breaks on, each for people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

impl From<Fit> for Alone {
    fn from(standing: Fit) -> Alone {
        Alone { standing, reasons: Vec::new() }
    }
}

/// The three sides of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sides {
    pub schema: Side,
    pub data: Side,
    #[serde(rename = "application_alone")]
    pub alone: Alone,
}

/// What the statements of a change say of it.
#[derive(Default)]
struct Said {
    /// Definitions are touched.
    structure: bool,
    /// Every statement can be read.
    is_read: bool,
    /// rbk derives the inverse, and its author does not have to be believed.
    derived: bool,
    lost: Reasons,
    /// Lost if something that is not known is so.
    may_lose: Reasons,
    new_lost: Reasons,
    may_fail: Reasons,
    left_out: Reasons,
    breaks: Reasons,
}

/// Reasons, each with the objects that it holds for.
#[derive(Default)]
struct Reasons(Vec<(String, Vec<String>)>);

impl Reasons {
    fn add(&mut self, object: String, why: &str) {
        match self.0.iter_mut().find(|(known, _)| known == why) {
            Some((_, objects)) if objects.contains(&object) => {}
            Some((_, objects)) => objects.push(object),
            None => self.0.push((why.to_owned(), vec![object])),
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each as a line: the objects, and why.
    fn lines(&self) -> Vec<String> {
        let named = |objects: &[String]| objects.iter().map(|object| format!("`{object}`")).collect::<Vec<_>>().join(", ");
        self.0.iter().map(|(why, objects)| format!("{}: {why}", named(objects))).collect()
    }
}

/// Returns the sides of a change that is taken back in a way.
pub fn sides(plan: &Plan, graph: &Graph, id: Id<Change>, answer: &Answer, made: &Made) -> Sides {
    let change = &plan.changes[id];
    let is_database = change.on.is_some_and(|on| Dialect::of(plan.targets[on.value].kind.value).is_some());
    let untouched = || Side { standing: Standing::Untouched, reasons: Vec::new(), decays: Vec::new() };
    if !is_database {
        return Sides { schema: untouched(), data: untouched(), alone: Fit::NoDatabase.into() };
    }
    let touched = graph.touched(id);
    if touched.opaque {
        let unknown = || Side {
            standing: Standing::Unknown,
            reasons: vec!["what it does can't be read, and the plan does not say it".to_owned()],
            decays: Vec::new(),
        };
        return match answer {
            // Whatever it does, the backup holds it.
            Answer::Restore(backups) if backups.covers => {
                Sides { schema: returned(answer, untouched()), data: returned(answer, untouched()), alone: Fit::Unknown.into() }
            }
            _ => Sides { schema: unknown(), data: unknown(), alone: Fit::Unknown.into() },
        };
    }
    let said = said(plan, graph, id, made);
    let schema = if said.structure { schema(answer, &said) } else { untouched() };
    let data = if !said.lost.is_empty() || !said.new_lost.is_empty() {
        data(answer, &said)
    } else if !said.may_lose.is_empty() {
        let by_author = matches!(answer, Answer::Claimed | Answer::Manual | Answer::Run(_));
        let standing = if by_author { Standing::Claimed } else { Standing::Unknown };
        returned(answer, Side { standing, reasons: said.may_lose.lines(), decays: Vec::new() })
    } else if said.is_read {
        untouched()
    } else {
        let reasons = vec!["the plan says of no data that it is lost, and what the change does can't be read".to_owned()];
        returned(answer, Side { standing: Standing::Claimed, reasons, decays: Vec::new() })
    };
    let alone = match said.is_read {
        _ if !said.breaks.is_empty() => Alone { standing: Fit::Breaks, reasons: said.breaks.lines() },
        true => Fit::Works.into(),
        false => Fit::Unknown.into(),
    };
    Sides { schema, data, alone }
}

fn said(plan: &Plan, graph: &Graph, id: Id<Change>, made: &Made) -> Said {
    let (change, touched) = (&plan.changes[id], graph.touched(id));
    let on = change.on.map(|on| on.value);
    let mut said = Said {
        derived: matches!(change.undo, Undo::Auto(_)),
        structure: touched.touches.iter().any(|touch| touch.is_structural()),
        is_read: touched.statements.as_ref().is_some_and(|all| all.iter().all(|statement| statement.sight != Sight::Opaque)),
        ..Said::default()
    };
    change.effects.writes.iter().for_each(|object| said.lost.add(object.value.clone(), "the plan says that it is written to"));
    change.effects.destroys.iter().for_each(|object| said.lost.add(object.value.clone(), "the plan says that it is destroyed"));
    for statement in touched.said() {
        let reading = &statement.reading;
        for risk in &reading.risks {
            let effect = &reading.effects[risk.of];
            if on.is_some_and(|on| is_backfill(effect, on, made)) {
                continue;
            }
            let reasons = match risk.class {
                Class::Destroys | Class::Overwrites | Class::Lossy => &mut said.lost,
                Class::ReverseDestroys => &mut said.new_lost,
                Class::ReverseMayFail => &mut said.may_fail,
                Class::Hidden => &mut said.left_out,
                Class::Breaks => &mut said.breaks,
                Class::MayLose => &mut said.may_lose,
                Class::Partial | Class::Blocks => continue,
            };
            reasons.add(effect.object.written(), risk.why);
        }
    }
    said
}

fn schema(answer: &Answer, said: &Said) -> Side {
    match answer {
        Answer::Restore(_) | Answer::ForwardOnly | Answer::Unknown => {
            returned(answer, Side { standing: Standing::Lost, reasons: said.left_out.lines(), decays: Vec::new() })
        }
        _ if said.derived => Side {
            standing: Standing::Returns,
            reasons: vec!["rbk derives the inverse of each statement".to_owned()],
            decays: said.may_fail.lines(),
        },
        Answer::Clean | Answer::Claimed | Answer::Lossy(_) | Answer::Manual | Answer::Run(_) => {
            let mut reasons: Vec<String> = match answer {
                Answer::Run(_) => vec!["its author names another way back".to_owned()],
                Answer::Manual => vec!["a person takes it back".to_owned()],
                _ => Vec::new(),
            };
            reasons.extend(said.left_out.lines().iter().map(|line| format!("the author's word stands for this, too: {line}")));
            Side { standing: Standing::Claimed, reasons, decays: said.may_fail.lines() }
        }
    }
}

fn data(answer: &Answer, said: &Said) -> Side {
    match answer {
        Answer::Restore(_) | Answer::ForwardOnly | Answer::Unknown => {
            let lost = Side { standing: Standing::Lost, reasons: said.lost.lines(), decays: Vec::new() };
            if said.lost.is_empty() && !matches!(answer, Answer::Restore(_)) {
                // Nothing takes it back, so nothing destroys what was written.
                return Side { standing: Standing::Untouched, ..lost };
            }
            returned(answer, lost)
        }
        Answer::Clean => Side { standing: Standing::Returns, reasons: Vec::new(), decays: said.new_lost.lines() },
        Answer::Manual | Answer::Run(_) => Side { standing: Standing::Claimed, reasons: said.lost.lines(), decays: said.new_lost.lines() },
        Answer::Lossy(_) => Side { standing: Standing::Lost, reasons: said.lost.lines(), decays: said.new_lost.lines() },
        Answer::Claimed => {
            let standing = if said.lost.is_empty() { Standing::Returns } else { Standing::Claimed };
            Side { standing, reasons: said.lost.lines(), decays: said.new_lost.lines() }
        }
    }
}

/// The side of what a backup brings back, if it covers the change; otherwise `else_side`, or nothing that anybody knows.
fn returned(answer: &Answer, else_side: Side) -> Side {
    match answer {
        Answer::Restore(backups) if backups.covers => Side {
            standing: Standing::Returns,
            reasons: vec!["the backup brings it back".to_owned()],
            decays: vec!["what is written after the backup was taken is lost".to_owned()],
        },
        Answer::Restore(_) => Side {
            standing: Standing::Unknown,
            reasons: vec!["the backup may not hold it, or may not have been taken".to_owned()],
            decays: Vec::new(),
        },
        Answer::Unknown => {
            Side { standing: Standing::Unknown, reasons: vec!["nothing that rbk knows takes it back".to_owned()], decays: Vec::new() }
        }
        _ => else_side,
    }
}
