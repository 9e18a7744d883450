//! What follows from a plan: the order of changes, where each scenario applies, what it comes to, how long it takes, what
//! it loses. A plan in, the facts as text out.

use std::fmt::Write as _;

use rbk::analysis::Facts;
use rbk::analysis::program::{Failure, Node};
use rbk::graph::{Graph, Position};
use rbk::plan;
use rbk::plan::lexeme::duration_text;
use rbk::source::{MemoryLoader, Sources};

/// Returns the facts of a plan as text.
fn facts(text: &str) -> String {
    let mut sources = Sources::default();
    let root = sources.add("plan.rbk", format!("plan p \"P\" {{ rto 1h }}\n{text}")).expect("it fits");
    let compiled = plan::compile(&mut sources, root, &MemoryLoader::default());
    let plan = compiled.plan.unwrap_or_else(|| panic!("{:#?}", compiled.findings));
    let (graph, mut findings) = Graph::build(&plan);
    let (facts, more) = Facts::new(&plan, &graph);
    findings.extend(more);
    let mut out = String::new();
    let names: Vec<&str> = graph.order().iter().map(|id| plan.changes[*id].header.name.as_str()).collect();
    let _ = writeln!(out, "order: {}", names.join(" "));
    for (id, scenario) in plan.scenarios.iter() {
        let positions: Vec<String> = facts.applies(id).map(|index| position(&plan, graph.positions()[index])).collect();
        let _ = writeln!(out, "{}: {}", scenario.header.name, if facts.is_part(id) { "a part".to_owned() } else { positions.join(", ") });
        nodes(&plan, &facts.scenarios[id.index()].nodes, 1, &mut out);
        let time = facts.time(id);
        let low = time.total.low.map_or(String::new(), |low| format!("{} to ", duration_text(low)));
        let open = if time.unknown.is_empty() { String::new() } else { format!(", unknown: {}", time.unknown.join(" ")) };
        let _ = writeln!(out, "  takes {low}{}{open}", duration_text(time.total.seconds));
        for loss in facts.loss(id) {
            let _ = writeln!(out, "  loses {}", loss.sentence);
        }
    }
    for finding in findings {
        let _ = writeln!(out, "{}: {}", finding.code, finding.message);
    }
    out
}

fn position(plan: &plan::Plan, position: Position) -> String {
    let name = |id| plan.changes[id].header.name.clone();
    match position {
        Position::Before => "before".to_owned(),
        Position::During(change) => format!("during {}", name(change)),
        Position::After(change) => format!("after {}", name(change)),
    }
}

fn nodes(plan: &plan::Plan, list: &[Node<'_>], depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for node in list {
        match node {
            Node::Item(item) => {
                let also: Vec<&str> = item.undoes.iter().map(|change| plan.changes[*change].header.name.as_str()).collect();
                let also = if also.is_empty() { String::new() } else { format!(" (also undoes {})", also.join(" ")) };
                let _ = writeln!(out, "{indent}{}{also}", item.id);
                if let Failure::Fallback(inner) = &item.otherwise {
                    let _ = writeln!(out, "{indent}  if it fails");
                    nodes(plan, inner, depth + 2, out);
                }
            }
            Node::Group { id, nodes: inner, .. } | Node::Call { id, nodes: inner, .. } | Node::Parallel { id, nodes: inner, .. } => {
                let _ = writeln!(out, "{indent}{id}");
                nodes(plan, inner, depth + 1, out);
            }
            Node::Choose { id, options, .. } => {
                let _ = writeln!(out, "{indent}{id}");
                for option in options {
                    let _ = writeln!(out, "{indent}  {}", option.name);
                    nodes(plan, &option.nodes, depth + 2, out);
                }
            }
            Node::Phase { nodes: inner, .. } => nodes(plan, inner, depth, out),
            Node::Decision(_) => {}
        }
    }
}

/// A database with a backup, and a change that is undone by hand.
const DATABASE: &str = r#"
target db "D" postgres { url $U }
target other "O" postgres { url $O }
writer app "The app" writes db
backup saved "S" of db {
  method pg_dump custom
  file "s.dump"
  restore takes 20m
}
"#;

fn change(name: &str, on: &str, says: &str) -> String {
    format!("  change {name} \"{name}\" on {on} {{\n    do ```sql\n      CREATE TABLE x (i int);\n    ```\n{says}  }}\n")
}

const BY_HAND: &str = "    undo ```sql\n      DROP TABLE x;\n    ```\n    undo takes 2m\n";

#[test]
fn one_restore_stands_for_the_undos_of_all_that_came_after_its_take() {
    let plan = format!(
        "{DATABASE}phase one \"One\" {{\n{}  take saved\n{}{}{}}}\nscenario back \"B\" {{\n  applies from early\n  undo everything\n}}\n",
        change("early", "db", BY_HAND),
        change("first", "db", "    undo restore saved\n"),
        change("second", "db", BY_HAND),
        change("elsewhere", "other", BY_HAND),
    );
    insta::assert_snapshot!(facts(&plan));
}

#[test]
fn a_change_moves_only_where_its_after_says_so() {
    let plan = format!(
        "{DATABASE}phase one \"One\" {{\n{}{}}}\nphase zero \"Zero\" at T-1h {{\n{}}}\nscenario back \"B\" {{\n  applies\n  undo zero, one\n}}\n",
        change("a", "db", &format!("    after b\n{BY_HAND}")),
        change("b", "other", BY_HAND),
        change("c", "db", BY_HAND),
    )
    .replace("phase one \"One\" {", "phase one \"One\" at T {");
    insta::assert_snapshot!(facts(&plan));
}

#[test]
fn clauses_intersect_and_are_half_open() {
    let plan = format!(
        "{DATABASE}phase one \"One\" {{\n{}{}{}}}\nscenario early \"E\" {{\n  applies until c\n  undo b\n}}\nscenario late \"L\" {{\n  applies from b\n  applies within 1h of a\n  undo c\n}}\nscenario part \"P\" {{\n  manual m \"M\"\n}}\n",
        change("a", "db", BY_HAND),
        change("b", "db", BY_HAND),
        change("c", "db", BY_HAND),
    );
    insta::assert_snapshot!(facts(&plan));
}

#[test]
fn time_is_the_longest_way_and_says_what_it_does_not_know() {
    let steps = r#"
scenario back "B" {
  applies
  parallel {
    manual a "A" takes 10m
    manual b "B" takes 2m to 5m
    manual c "C" takes 6m after b
  }
  choose way "W" {
    option short "S" { manual d "D" takes 1m }
    option long "L" {
      manual e "E" takes 4m {
        else {
          manual f "F" takes 3m
        }
      }
      run part
    }
  }
  manual g "G"
}
scenario part "P" {
  manual h "H" takes 30s
}
"#;
    insta::assert_snapshot!(facts(&format!("{DATABASE}{steps}")));
}

#[test]
fn loss_is_what_is_written_between_take_freeze_and_restore() {
    let frozen = |before: &str, after: &str| {
        format!(
            "{DATABASE}phase one \"One\" at T {{\n{before}  take saved\n{after}{}}}\nscenario back \"B\" {{\n  applies from first\n  undo first\n}}\n",
            change("first", "db", "    undo restore saved\n")
        )
    };
    let freeze = "  step stop-app \"Stop the app\" on db takes 1m {\n    do ```sql\n      SELECT stop();\n    ```\n    freezes db\n  }\n";
    let thaw = freeze.replace("stop-app \"Stop the app\"", "start-app \"Start the app\"").replace("freezes", "thaws");
    let told = [
        facts(&frozen("", "")),
        facts(&frozen(freeze, "")),
        facts(&frozen("", freeze)),
        facts(&frozen(freeze, &thaw)),
        facts(&frozen("", "").replace("writes db", "writes other")),
    ];
    let told: Vec<String> =
        told.iter().map(|text| text.lines().filter(|line| line.contains("loses")).collect::<Vec<_>>().join("")).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_can_not_be_spelled_out_is_said() {
    let plan = format!(
        "{DATABASE}phase one \"One\" {{\n{}{}}}\nscenario back \"B\" {{\n  applies from a\n  undo everything\n}}\n",
        change("a", "db", "    undo auto\n").replace("CREATE TABLE x (i int)", "DROP TABLE x"),
        change("b", "db", "    recover forward \"Mend it\"\n").replace("change b", "irreversible change b"),
    );
    insta::assert_snapshot!(facts(&plan));
}
