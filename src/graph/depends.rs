//! Which changes depend on which, and why. Only what must be undone first counts: that a phase comes later is no
//! dependency by itself, that it changes the same target is.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::change::{Change, Undo};
use crate::plan::id::Id;
use crate::plan::target::{Flag, Release, Target};

use super::objects::Object;
use super::touched::{Manner, Touched};
use super::{Dependency, Why};

/// What a change changes of a target, as far as order is concerned.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Anything.
    Whole(Id<Target>),
    /// One flag, and nothing else: other flags are independent of it.
    Flag(Id<Target>, Id<Flag>),
    /// One file, and nothing else.
    File(Id<Target>, String),
}

impl Part {
    fn target(&self) -> Id<Target> {
        match self {
            Part::Whole(target) | Part::Flag(target, _) | Part::File(target, _) => *target,
        }
    }
}

/// Returns what a change changes.
pub fn parts(plan: &Plan, id: Id<Change>) -> Vec<Part> {
    let change = &plan.changes[id];
    let on = change.on.map(|on| on.value);
    // An undo of another kind may touch anything.
    let same = |fits: fn(&Action) -> bool| match &change.undo {
        Undo::Action(action) => fits(action),
        Undo::None | Undo::Auto(_) => true,
    };
    match &change.forward {
        Some(Action::Set { flag, .. }) if same(|undo| matches!(undo, Action::Set { .. })) => {
            let targets = on.into_iter().chain(plan.flags[*flag].targets.iter().map(|target| target.value));
            let mut parts: Vec<Part> = targets.map(|target| Part::Flag(target, *flag)).collect();
            parts.sort();
            parts.dedup();
            parts
        }
        Some(Action::Edit { path, .. }) if same(|undo| matches!(undo, Action::Edit { .. })) => {
            on.into_iter().map(|on| Part::File(on, path.clone())).collect()
        }
        Some(Action::Deploy { release, .. }) => {
            let of = plan.releases[*release].of.value;
            on.into_iter().filter(|on| *on != of).chain([of]).map(Part::Whole).collect()
        }
        _ => on.into_iter().map(Part::Whole).collect(),
    }
}

/// Returns, by change, what it directly depends on: earlier changes only, each once, with the most telling reason.
pub fn dependencies(plan: &Plan, touched: &[Touched], order: &[Id<Change>], ranks: &[usize]) -> Vec<Vec<Dependency>> {
    let mut dependencies = vec![Vec::new(); order.len()];
    let mut seen = Seen {
        targets: Last::new(),
        objects: HashMap::new(),
        inner: HashMap::new(),
        makers: Named(HashMap::new()),
        deploys: HashMap::new(),
        running: HashMap::new(),
        needed: Named(HashMap::new()),
    };
    for id in order {
        let change = &plan.changes[*id];
        let mut found: Vec<Dependency> = Vec::new();
        for after in &change.after {
            // On a cycle some stand later; the cycle has been reported.
            if ranks[after.value.index()] < ranks[id.index()] {
                found.push(Dependency { on: after.value, why: Why::After(after.span) });
            }
        }
        seen.objects(&touched[id.index()], *id, &mut found);
        seen.releases(plan, *id, &mut found);
        seen.targets(plan, *id, &mut found);
        let mut known = HashSet::from([*id]);
        found.retain(|dependency| known.insert(dependency.on));
        dependencies[id.index()] = found;
    }
    dependencies
}

/// What the changes so far have touched.
struct Seen {
    targets: Last<Id<Change>>,
    /// The last change that names an object; and, below the names of what it is a part of, the last that names a part.
    objects: HashMap<Object, Id<Change>>,
    inner: HashMap<Object, Id<Change>>,
    /// The changes that make or alter an object.
    makers: Named,
    deploys: HashMap<Id<Release>, Id<Change>>,
    /// What runs on a target.
    running: HashMap<Id<Target>, Id<Release>>,
    /// The changes whose undo goes back to a release that needs the object.
    needed: Named,
}

/// Changes by an object that they have to do with. A release need not say on which target lies what it needs.
struct Named(HashMap<Vec<String>, Vec<Placed>>);

/// A change, and the target on which its object lies.
type Placed = (Option<Id<Target>>, Id<Change>);

impl Named {
    fn insert(&mut self, object: Object, change: Id<Change>) {
        let of_name = self.0.entry(object.parts).or_default();
        of_name.retain(|(target, _)| *target != object.target);
        of_name.push((object.target, change));
    }

    /// Returns the last change that has to do with an object or what it is a part of.
    fn find(&self, object: &Object) -> Option<Id<Change>> {
        object.with_parents().find_map(|object| {
            let of_name = self.0.get(&object.parts)?.iter().rev();
            let mut near = of_name.filter(|(target, _)| target.is_none() || object.target.is_none() || *target == object.target);
            near.next().map(|(_, change)| *change)
        })
    }
}

/// Who changed what last, by target: the whole of it, and parts of it since.
#[derive(Clone, Debug)]
pub struct Last<T> {
    targets: HashMap<Id<Target>, Record<T>>,
}

#[derive(Clone, Debug)]
struct Record<T> {
    whole: Option<T>,
    /// Since the whole.
    parts: BTreeMap<Part, T>,
}

impl<T: Copy> Last<T> {
    /// Returns a record without entries.
    pub fn new() -> Last<T> {
        Last { targets: HashMap::new() }
    }

    /// Notes that `one` changes `part`, and returns those that changed the same before it, as far as no other lies between.
    pub fn touch(&mut self, part: Part, one: T) -> Vec<T> {
        let touched = self.targets.entry(part.target()).or_insert(Record { whole: None, parts: BTreeMap::new() });
        if let Part::Whole(_) = part {
            let before = touched.whole.replace(one);
            let since: Vec<T> = std::mem::take(&mut touched.parts).into_values().collect();
            // Each of the parts comes after the whole already.
            return if since.is_empty() { before.into_iter().collect() } else { since };
        }
        touched.parts.insert(part, one).or(touched.whole).into_iter().collect()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.targets.clear();
    }
}

impl Seen {
    /// A later change on the same target was built on the earlier one.
    fn targets(&mut self, plan: &Plan, id: Id<Change>, found: &mut Vec<Dependency>) {
        let same_phase = |earlier: Id<Change>| plan.changes[earlier].phase == plan.changes[id].phase;
        for earlier in parts(plan, id).into_iter().flat_map(|part| self.targets.touch(part, id)) {
            found.push(Dependency { on: earlier, why: if same_phase(earlier) { Why::Written } else { Why::Phase } });
        }
    }

    /// A later change that names an object depends on the last that changes it, what it is a part of, or a part of it.
    fn objects(&mut self, touched: &Touched, id: Id<Change>, found: &mut Vec<Dependency>) {
        for touch in &touched.touches {
            let object = &touch.object;
            let earlier = object.with_parents().filter_map(|object| self.objects.get(&object)).chain(self.inner.get(object));
            found.extend(earlier.map(|earlier| Dependency { on: *earlier, why: Why::Object(touch.name.clone()) }));
            // What an undone deploy would go back to still needs it: the removal has to be undone first.
            if touch.manner == Manner::Removes
                && let Some(deployed) = self.needed.find(object)
            {
                found.push(Dependency { on: deployed, why: Why::Object(touch.name.clone()) });
            }
        }
        for touch in touched.changed() {
            for parent in touch.object.with_parents().skip(1) {
                self.inner.insert(parent, id);
            }
            self.objects.insert(touch.object.clone(), id);
            if matches!(touch.manner, Manner::Creates | Manner::Alters) {
                self.makers.insert(touch.object.clone(), id);
            }
        }
    }

    /// A deploy depends on who makes what its release needs, and on the deploy of the releases that it needs.
    fn releases(&mut self, plan: &Plan, id: Id<Change>, found: &mut Vec<Dependency>) {
        let change = &plan.changes[id];
        let Some(Action::Deploy { release, .. }) = &change.forward else { return };
        let deployed = &plan.releases[*release];
        for (name, _) in &deployed.needs_objects {
            let object = Object::new(plan, &name.value, None);
            if let Some(maker) = self.makers.find(&object) {
                found.push(Dependency { on: maker, why: Why::Object(name.value.clone()) });
            }
        }
        for needed in &deployed.needs_releases {
            found.extend(self.deploys.get(&needed.value).map(|deployer| Dependency { on: *deployer, why: Why::Release }));
        }
        let before = self.running.insert(deployed.of.value, *release).or_else(|| running(plan, deployed.of.value));
        let back = match &change.undo {
            Undo::Action(action) => match action.as_ref() {
                Action::Deploy { release, .. } => Some(*release),
                _ => None,
            },
            Undo::Auto(_) => before,
            Undo::None => None,
        };
        for (name, _) in back.iter().flat_map(|back| &plan.releases[*back].needs_objects) {
            self.needed.insert(Object::new(plan, &name.value, None), id);
        }
        self.deploys.insert(*release, id);
    }
}

/// Returns the release that runs on a target before the plan begins.
pub fn running(plan: &Plan, of: Id<Target>) -> Option<Id<Release>> {
    plan.releases.iter().find(|(_, release)| release.running.is_some() && release.of.value == of).map(|(id, _)| id)
}
