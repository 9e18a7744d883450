//! The systems, what writes to them, their flags and releases; the values that a run needs; the plan's own history.

use crate::analysis::program::{Item, Work};
use crate::plan::ParamKind;
use crate::plan::value::Place;

use super::Book;
use super::markdown::{Page, Table, code, place as anchor_at, text};
use super::words::{anchor, and, linked, place};

/// Writes targets, flags and releases.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut targets = Table::new(&["System", "Kind", "Reached at", "Written to by"]);
    for (id, target) in plan.targets.iter() {
        let mut places: Vec<String> = [&target.url, &target.file, &target.dir].into_iter().flatten().map(|at| place(&at.value)).collect();
        places.extend(target.ssh.iter().map(|host| place(&host.value)));
        let writers: Vec<String> = plan
            .writers
            .iter()
            .filter(|(_, writer)| writer.targets.iter().any(|of| of.value == id))
            .map(|(_, writer)| text(&writer.header.title))
            .collect();
        targets.row([
            format!("{}{}", anchor_at(&anchor("target", &target.header.name)), text(&target.header.title)),
            target.kind.value.word().to_owned(),
            places.join("<br>"),
            writers.join("<br>"),
        ]);
    }
    page.block(&targets.finish());
    let notes = plan.targets.iter().map(|(_, target)| &target.header).chain(plan.writers.iter().map(|(_, writer)| &writer.header));
    book.remarks_of(notes, page);
    flags(book, page);
    releases(book, page);
}

/// Writes every flag: its values, and who sets it to what.
fn flags(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut table = Table::new(&["Flag", "Variable", "On", "Normally", "After a rollback", "Values", "Set by", "In force"]);
    let set = set_by(book);
    for (id, flag) in plan.flags.iter() {
        let on: Vec<String> = flag.targets.iter().map(|target| linked("target", &plan.targets[target.value].header)).collect();
        table.row([
            format!("{}{}", anchor_at(&anchor("flag", &flag.header.name)), text(&flag.header.title)),
            flag.variable.as_ref().map_or(String::new(), |variable| code(&variable.value)),
            and(&on),
            flag.default.as_deref().map_or(String::new(), code),
            flag.rollback.as_deref().map_or(String::new(), code),
            flag.values.iter().map(|value| code(value)).collect::<Vec<_>>().join(" or "),
            set[id.index()].join("<br>"),
            flag.takes_effect_after.as_ref().map_or(String::new(), |after| format!("after {}", book.words(&format!("`{}`", after.value)))),
        ]);
    }
    let table = table.finish();
    if !table.is_empty() {
        page.plain_heading(3, "Flags");
        page.block(&table);
        book.remarks_of(plan.flags.iter().map(|(_, flag)| &flag.header), page);
    }
}

/// By flag: what sets it, and to what.
fn set_by(book: &Book) -> Vec<Vec<String>> {
    let mut set: Vec<Vec<String>> = book.plan.flags.ids().map(|_| Vec::new()).collect();
    let mut add = |item: &Item, place: &str| {
        let (flag, value) = match item.work {
            Work::Set { flag, value } => (flag, code(value)),
            Work::Unset { flag } => (flag, "the value of before".to_owned()),
            _ => return,
        };
        let line = format!("{value}: {place}");
        if !set[flag.index()].contains(&line) {
            set[flag.index()].push(line);
        }
    };
    for item in book.facts.forward.items() {
        let place = item.change.map_or_else(|| text(&item.title), |(change, _)| linked("change", &book.plan.changes[change].header));
        add(item, &place);
    }
    for (id, scenario) in book.scenarios() {
        let place = linked("scenario", &scenario.header);
        book.program(id).items().into_iter().for_each(|item| add(item, &place));
    }
    set
}

fn releases(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut table = Table::new(&["Release", "Of", "Before the plan", "Needs"]);
    for (_, release) in plan.releases.iter() {
        let mut needs: Vec<String> = release
            .needs_objects
            .iter()
            .map(|(object, kind)| code(&kind.as_ref().map_or(object.value.clone(), |kind| format!("{} {kind}", object.value))))
            .collect();
        needs.extend(release.needs_releases.iter().map(|other| linked("release", &plan.releases[other.value].header)));
        table.row([
            format!("{}{}", anchor_at(&anchor("release", &release.header.name)), text(&release.header.title)),
            linked("target", &plan.targets[release.of.value].header),
            if release.running.is_some() { "running".to_owned() } else { String::new() },
            needs.join(", "),
        ]);
    }
    let table = table.finish();
    if !table.is_empty() {
        page.plain_heading(3, "Releases");
        page.block(&table);
        book.remarks_of(plan.releases.iter().map(|(_, release)| &release.header), page);
    }
}

/// Writes what the operator has to have at hand: parameters, secrets, variables.
pub fn values(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut params = Table::new(&["Parameter", "What it is", "Kind", "Default", "In the steps' code"]);
    for (_, param) in plan.params.iter() {
        let kind = match &param.kind {
            ParamKind::Text => "text".to_owned(),
            ParamKind::Int => "a whole number".to_owned(),
            ParamKind::Duration => "a duration such as `15m`".to_owned(),
            ParamKind::Path => "a path".to_owned(),
            ParamKind::Choice(values) => values.iter().map(|value| code(value)).collect::<Vec<_>>().join(" or "),
        };
        params.row([
            code(&param.header.name),
            if param.header.title == param.header.name { String::new() } else { text(&param.header.title) },
            kind,
            param.default.as_ref().map_or("**to be given**".to_owned(), |default| code(&default.value)),
            code(&format!("$RBK_PARAM_{}", param.header.name.to_ascii_uppercase().replace('-', "_"))),
        ]);
    }
    let params = params.finish();
    if !params.is_empty() {
        page.block("Values of the plan, given with `--param NAME=VALUE`. By hand, set them first: SQL reads the client's variable `rbk_param_NAME`.");
        page.block(&params);
    }
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut add = |variable: &str, meaning: String| {
        match variables.iter_mut().find(|(name, _)| name == variable) {
            Some((_, meanings)) if meanings.contains(&meaning) => {}
            Some((_, meanings)) => *meanings += &format!("<br>{meaning}"),
            None => variables.push((variable.to_owned(), meaning)),
        };
    };
    for (_, secret) in plan.secrets.iter() {
        let title = if secret.header.title.is_empty() { code(&secret.header.name) } else { text(&secret.header.title) };
        add(&secret.variable, format!("{title}: **secret**, never shown, never written down"));
    }
    for (_, target) in plan.targets.iter() {
        let places = [&target.url, &target.file, &target.dir].into_iter().flatten().chain(&target.ssh);
        for at in places {
            if let Place::Variable(variable) = &at.value {
                add(variable, format!("how {} is reached", linked("target", &target.header)));
            }
        }
    }
    for (_, backup) in plan.backups.iter() {
        if let Some(Place::Variable(variable)) = backup.file.as_ref().map(|file| &file.value) {
            add(variable, format!("where {} lies", linked("backup", &backup.header)));
        }
    }
    let mut table = Table::new(&["Variable", "What it holds"]);
    for (variable, meaning) in &variables {
        table.row([code(&format!("${variable}")), meaning.clone()]);
    }
    let table = table.finish();
    if !table.is_empty() {
        page.block("Variables that have to be set in the shell that runs `./rollback`:");
        page.block(&table);
    }
    let contacts = plan.roles.iter().flat_map(|(_, role)| role.contacts.iter().map(move |at| (at, role)));
    let contacts = contacts.filter_map(|(at, role)| match at {
        Place::Variable(variable) if variables.iter().all(|(known, _)| known != variable) => {
            Some(format!("{}: how to reach {}", code(&format!("${variable}")), linked("role", &role.header)))
        }
        _ => None,
    });
    let contacts: Vec<String> = contacts.collect();
    if !contacts.is_empty() {
        page.block("Nothing fails without these; whoever has to call somebody looks them up:");
        page.list(&contacts);
    }
}

/// Writes the versions of the plan.
pub fn history(book: &Book, page: &mut Page) {
    let mut table = Table::new(&["Version", "Date", "Change"]);
    for entry in &book.plan.history {
        let date = entry.date;
        table.row([text(&entry.version), format!("{:04}-{:02}-{:02}", date.year, date.month, date.day), text(&entry.text)]);
    }
    page.block(&table.finish());
}
