//! `targets/NAME.conf` and `flags/NAME.conf`: the systems, how they are reached, and their switches.

use crate::plan::Plan;
use crate::plan::target::{Flag, Target, TargetKind};
use crate::plan::value::Place;

use super::draft::{Draft, Facts, names};

pub(super) fn write(plan: &Plan, draft: &mut Draft) {
    for (_, target) in plan.targets.iter() {
        write_target(target, draft);
    }
    for (_, flag) in plan.flags.iter() {
        write_flag(plan, flag, draft);
    }
}

fn write_target(target: &Target, draft: &mut Draft) {
    let header = &target.header;
    let kind = target.kind.value;
    let about = format!("target {}: {}", header.name, header.title);
    let mut facts = Facts::new(draft, format!("targets/{}.conf", header.name), header.span, &about);
    facts.text("target_title", &header.title).data("target_kind", kind.word());
    facts.place("target_url", target.url.as_ref().map(|url| &url.value));
    facts.place("target_file", target.file.as_ref().map(|file| &file.value));
    facts.place("target_dir", target.dir.as_ref().map(|dir| &dir.value));
    let literals = target.ssh.iter().filter_map(|place| match &place.value {
        Place::Literal(host) => Some(host.as_str()),
        Place::Variable(_) => None,
    });
    let variables = target.ssh.iter().filter_map(|place| match &place.value {
        Place::Literal(_) => None,
        Place::Variable(name) => Some(name.as_str()),
    });
    facts.names("target_ssh", literals).variables("target_ssh_env", variables);
    match kind {
        TargetKind::Postgres => facts.tool("psql"),
        TargetKind::Mysql => facts.tool("mysql/mariadb"),
        TargetKind::Mariadb => facts.tool("mariadb/mysql"),
        TargetKind::Sqlite => facts.tool("sqlite3"),
        TargetKind::Http => facts.tool("curl"),
        TargetKind::Host if !target.ssh.is_empty() => facts.tool("ssh"),
        _ => &mut facts,
    };
    facts.end();
}

fn write_flag(plan: &Plan, flag: &Flag, draft: &mut Draft) {
    let header = &flag.header;
    let about = format!("flag {}: {}", header.name, header.title);
    let mut facts = Facts::new(draft, format!("flags/{}.conf", header.name), header.span, &about);
    facts.text("flag_title", &header.title);
    facts.maybe("flag_variable", flag.variable.as_ref().map(|variable| variable.value.as_str()));
    facts.names("flag_targets", names(flag.targets.iter().map(|target| target.value), |id| &plan.targets[id].header.name));
    facts.maybe("flag_default", flag.default.as_deref()).maybe("flag_rollback", flag.rollback.as_deref());
    facts.end();
}
