//! Plans in, orders, dependencies and findings out.

use std::fmt::Write;

use super::{Graph, Position, Why};
use crate::plan::Plan;
use crate::plan::people::Moment;
use crate::source::{MemoryLoader, Sources};

/// Compiles the body of a plan; `p1` to `p3` are databases, `flags` holds flags.
fn compile(body: &str) -> (Sources, Plan) {
    let text = format!(
        "plan t \"T\" {{\n}}\ntarget p1 \"1\" postgres {{ url $P1 }}\ntarget p2 \"2\" postgres {{ url $P2 }}\ntarget p3 \"3\" postgres {{ url $P3 }}\n\
         target flags \"Flags\" env-file {{ file \"f\" }}\n{body}"
    );
    let mut sources = Sources::default();
    let root = sources.add("t.rbk", text).expect("short");
    let compiled = crate::plan::compile(&mut sources, root, &MemoryLoader::default());
    let plan = compiled.plan.unwrap_or_else(|| panic!("{:#?}", compiled.findings));
    (sources, plan)
}

/// `change NAME on TARGET` with what is `inside`.
fn change(name: &str, on: &str, inside: &str) -> String {
    format!("change {name} \"{name}\" on {on} {{\n do manual \"x\"\n undo manual \"y\"\n {inside}\n}}\n")
}

fn order(body: &str) -> String {
    let (_, plan) = compile(body);
    let (graph, findings) = Graph::build(&plan);
    assert_eq!(findings, []);
    names(&plan, &graph)
}

fn names(plan: &Plan, graph: &Graph) -> String {
    graph.order().iter().map(|change| plan.changes[*change].header.name.as_str()).collect::<Vec<_>>().join(" ")
}

fn findings(body: &str) -> String {
    let (sources, plan) = compile(body);
    let (graph, findings) = Graph::build(&plan);
    assert_eq!(graph.order().len(), plan.changes.len());
    assert_eq!(graph.phases().len(), plan.phases.len());
    let mut told = String::new();
    for finding in findings {
        let _ = writeln!(told, "{}: {}", finding.code, finding.message);
        for label in &finding.labels {
            let _ = writeln!(told, "  {}: {}", sources.text(label.span).lines().next().unwrap_or_default(), label.text);
        }
    }
    told
}

fn dependencies(body: &str) -> String {
    let (_, plan) = compile(body);
    let (graph, _) = Graph::build(&plan);
    let mut told = String::new();
    for change in graph.order() {
        for dependency in graph.dependencies(*change) {
            let why = match &dependency.why {
                Why::After(_) => "after".to_owned(),
                Why::Object(name) => format!("object {name}"),
                why => format!("{why:?}").to_lowercase(),
            };
            let _ = writeln!(told, "{} needs {}: {why}", plan.changes[*change].header.name, plan.changes[dependency.on].header.name);
        }
    }
    told
}

#[test]
fn changes_stay_as_written_unless_after_moves_them() {
    let phase = format!("phase a \"A\" {{\n{}{}{}}}", change("x", "p1", "after z"), change("y", "p2", ""), change("z", "p3", ""));
    assert_eq!(order(&phase), "y z x");
    let second = format!("phase first \"F\" {{\n{}}}\n{phase}", change("w", "p1", ""));
    assert_eq!(order(&second), "w y z x");
}

#[test]
fn phases_are_ordered_by_after_then_by_instants_then_as_written() {
    let phase = |name: &str, head: &str| format!("phase {name} \"P\" {head} {{\n{}}}\n", change(&format!("in-{name}"), "p1", ""));
    assert_eq!(order(&(phase("a", "at T") + &phase("b", "") + &phase("c", "at T-1h"))), "in-c in-a in-b");
    assert_eq!(order(&(phase("a", "at T") + &phase("b", "at T after c") + &phase("c", "at T"))), "in-a in-c in-b");
    assert_eq!(order(&(phase("a", "after c") + &phase("b", "at T") + &phase("c", "at T+1h"))), "in-b in-c in-a");
}

#[test]
fn cycle_of_two_changes_names_both() {
    let body = format!("phase a \"A\" {{\n{}{}}}", change("x", "p1", "after y"), change("y", "p2", "after x"));
    assert_eq!(
        findings(&body),
        "order/cycle: changes wait for each other: `x` → `y` → `x`\n  y: `x` comes after `y`\n  x: `y` comes after `x`\n"
    );
}

#[test]
fn cycle_with_the_written_order_shows_where_it_is_written() {
    let same = format!("phase a \"A\" {{\n{}{}}}", change("x", "p1", "after y"), change("y", "p1", ""));
    assert_eq!(
        findings(&same),
        "order/cycle: changes wait for each other: `x` → `y` → `x`\n  y: `x` comes after `y`\n  \
         change y \"y\" on p1: `y` is written behind `x`, and both change the same\n"
    );
    let step = format!("phase a \"A\" {{\n{}manual look \"Look\"\n{}}}", change("x", "p1", "after y"), change("y", "p2", ""));
    assert_eq!(
        findings(&step),
        "order/cycle: changes wait for each other: `x` → `look` → `y` → `x`\n  y: `x` comes after `y`\n  \
         manual look \"Look\": `look` is written behind `x`\n  change y \"y\" on p2: `y` is written behind `look`\n"
    );
    let phases = format!("phase a \"A\" {{\n{}}}\nphase b \"B\" {{\n{}}}", change("x", "p1", "after y"), change("y", "p2", ""));
    assert_eq!(
        findings(&phases),
        "order/cycle: changes wait for each other: `x` → `y` → `x`\n  y: `x` comes after `y`\n  \
         phase b \"B\": `x` comes before this phase, and `y` belongs to it or to a later one\n"
    );
}

#[test]
fn cycle_of_phases_shows_after_and_instants() {
    let body = "phase a \"A\" at T after b {\n}\nphase b \"B\" at T+1h {\n}";
    assert_eq!(
        findings(body),
        "order/cycle: phases wait for each other: `a` → `b` → `a`\n  b: `a` comes after `b`\n  T: `a` begins earlier than `b`\n"
    );
    let lone = "phase a \"A\" after a {\n}";
    assert_eq!(findings(lone), "order/cycle: `a` waits for itself\n  a: `a` comes after `a`\n");
}

#[test]
fn a_later_phase_alone_is_no_dependency() {
    let body =
        format!("phase a \"A\" {{\n{}}}\nphase b \"B\" {{\n{}{}}}", change("x", "p1", ""), change("y", "p2", ""), change("z", "p1", ""));
    assert_eq!(dependencies(&body), "z needs x: phase\n");
}

#[test]
fn flags_depend_on_their_own_changes_only() {
    let set = |name: &str, flag: &str| format!("change {name} \"x\" on flags {{\n do set {flag} to \"on\"\n undo auto\n}}\n");
    let body = format!(
        "flag f \"F\" on flags {{ variable \"F\" }}\nflag g \"G\" on flags {{ variable \"G\" }}\nphase a \"A\" {{\n{}{}{}{}{}}}",
        set("f1", "f"),
        set("g1", "g"),
        set("f2", "f"),
        change("whole", "flags", ""),
        set("g2", "g"),
    );
    assert_eq!(dependencies(&body), "f2 needs f1: written\nwhole needs f2: written\nwhole needs g1: written\ng2 needs whole: written\n");
}

#[test]
fn objects_and_releases_are_reasons() {
    let body = format!(
        "target api \"A\" http {{ url \"http://x\" }}\n\
         release r1 \"1\" of api {{\n running\n needs p1.orders.legacy\n deploy manual \"x\"\n}}\n\
         release r2 \"2\" of api {{\n needs p1.orders.total\n deploy manual \"x\"\n}}\n\
         release r3 \"3\" of api {{\n needs release r2\n deploy manual \"x\"\n}}\n\
         phase a \"A\" {{\n{}change up \"Up\" on api {{\n do deploy r2\n undo deploy r1\n}}\n{}change on-top \"Up\" on p3 {{\n do deploy r3\n undo manual \"z\"\n}}\n{}}}",
        change("widen", "p1", "alters Orders.total"),
        change("drop", "p1", "destroys orders.legacy"),
        change("other", "p2", "writes orders.total"),
    );
    assert_eq!(
        dependencies(&body),
        "up needs widen: object p1.orders.total\ndrop needs up: object orders.legacy\ndrop needs widen: written\non-top needs up: release\n"
    );
}

#[test]
fn objects_are_read_in_sql_too() {
    let sql = |name: &str, on: &str, code: &str| {
        format!("change {name} \"{name}\" on {on} {{\n do ```sql\n  {code}\n ```\n undo manual \"y\"\n}}\n")
    };
    let body = format!(
        "target api \"A\" http {{ url \"http://x\" }}\n\
         release r1 \"1\" of api {{\n running\n needs p1.orders.legacy, p1.orders.state\n deploy manual \"x\"\n}}\n\
         release r2 \"2\" of api {{\n needs p1.orders.total\n deploy manual \"x\"\n}}\n\
         phase a \"A\" {{\n{}{}change up \"Up\" on api {{\n do deploy r2\n undo deploy r1\n}}\n{}{}{}{}}}",
        sql("widen", "p1", "ALTER TABLE Orders ADD COLUMN total int;"),
        sql("elsewhere", "p2", "CREATE TABLE orders (id int, legacy text, total int);"),
        sql("drop", "p1", "ALTER TABLE public.orders DROP COLUMN legacy;"),
        sql("rename", "p1", "ALTER TABLE orders RENAME COLUMN state TO status;"),
        sql("index", "p1", "CREATE INDEX ON orders (status);"),
        sql("drop-elsewhere", "p2", "ALTER TABLE orders DROP COLUMN legacy;"),
    );
    assert_eq!(
        dependencies(&body),
        "up needs widen: object p1.orders.total\ndrop needs up: object public.orders.legacy\ndrop needs widen: written\n\
         rename needs up: object orders.state\nrename needs drop: written\nindex needs rename: object orders\n\
         drop-elsewhere needs elsewhere: object orders.legacy\n"
    );
}

#[test]
fn what_is_left_behind_is_found_through_others() {
    let body = format!(
        "phase a \"A\" {{\n{}{}{}{}}}",
        change("x", "p1", ""),
        change("y", "p2", "after x"),
        change("z", "p3", "after y"),
        change("free", "flags", ""),
    );
    let (_, plan) = compile(&body);
    let (graph, _) = Graph::build(&plan);
    let ids: Vec<_> = plan.changes.ids().collect();
    assert_eq!(graph.left_behind(&[ids[0]]), [(ids[1], ids[0]), (ids[2], ids[0])]);
    assert_eq!(graph.left_behind(&[ids[0], ids[1]]), [(ids[2], ids[1])]);
    assert_eq!(graph.left_behind(&ids), []);
    assert_eq!(graph.dependants(ids[0]), [ids[1], ids[2]]);
    assert_eq!(graph.undo_order(&[ids[0], ids[2], ids[1], ids[2]]), [ids[2], ids[1], ids[0]]);
}

#[test]
fn a_phase_without_changes_lies_between_two_positions() {
    let body =
        format!("phase a \"A\" {{\n{}}}\nphase b \"B\" {{\n}}\nphase c \"C\" {{\n{}}}", change("x", "p1", ""), change("y", "p2", ""));
    let (_, plan) = compile(&body);
    let (graph, _) = Graph::build(&plan);
    let phases: Vec<_> = plan.phases.ids().collect();
    assert_eq!(graph.positions().len(), 5);
    assert_eq!(graph.positions()[0], Position::Before);
    assert_eq!(graph.start_of(Moment::Phase(phases[1])), Some(2));
    assert_eq!(graph.until(Moment::Phase(phases[1])), Some(3));
    assert_eq!(graph.start_of(Moment::Phase(phases[2])), Some(3));
    assert_eq!(graph.end_of(Moment::Phase(phases[2])), Some(4));
}

#[test]
fn what_nothing_leads_to_is_not_reached() {
    let body = format!(
        "phase a \"A\" {{\n{}}}\nscenario s \"S\" {{\n applies from x\n run part\n undo x\n}}\nscenario part \"P\" {{\n manual m \"M\"\n}}\nscenario lost \"L\" {{\n manual n \"N\"\n}}",
        change("x", "p1", "")
    );
    let (_, plan) = compile(&body);
    let (graph, _) = Graph::build(&plan);
    let from: Vec<usize> =
        graph.nodes().iter().enumerate().filter(|(_, node)| node.id == "phase:a" || node.id == "scenario:s").map(|(at, _)| at).collect();
    let reached = graph.reach(&from);
    let unreached: Vec<&str> =
        graph.nodes().iter().zip(&reached).filter(|(_, reached)| !**reached).map(|(node, _)| node.id.as_str()).collect();
    assert_eq!(unreached, ["scenario:lost", "step:lost.n"]);
}

#[test]
fn a_long_chain_needs_no_stack() {
    let count = 20_000;
    let mut body = String::from("phase a \"A\" {\n");
    for index in 0..count {
        let after = if index == 0 { format!("after c{}", count - 1) } else { format!("after c{}", index - 1) };
        body += &change(&format!("c{index}"), "p1", &after);
    }
    body += "}";
    let (_, plan) = compile(&body);
    let (graph, findings) = Graph::build(&plan);
    assert_eq!(graph.order().len(), count);
    assert_eq!(findings.len(), 1);
}
