//! What the formatter does, before and after.

use crate::source::Sources;
use crate::syntax;

fn formatted(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("plan.rbk", text).expect("a test's text is short");
    let tree = syntax::parse(&sources, file).tree;
    super::format(&sources, file, &tree)
}

#[test]
fn statements_stand_on_lines_of_their_own_two_spaces_a_level() {
    assert_eq!(
        formatted("phase  a \"A\"{change b \"B\" {do\tset f to \"1\"\n}\n\n\n\n   verify c ,d\n\n}"),
        "phase a \"A\" {\n  change b \"B\" {\n    do set f to \"1\"\n  }\n\n  verify c, d\n}\n"
    );
}

#[test]
fn a_block_on_one_line_stays_there_while_it_fits() {
    assert_eq!(formatted("role a \"A\" {contact $A}\n"), "role a \"A\" { contact $A }\n");
    let title = "t".repeat(100);
    assert_eq!(formatted(&format!("role a \"{title}\" {{ contact $A }}\n")), format!("role a \"{title}\" {{\n  contact $A\n}}\n"));
}

#[test]
fn empty_blocks_close_at_once() {
    assert_eq!(formatted("drill {\n\n}\n"), "drill {}\n");
}

#[test]
fn a_list_keeps_its_line_breaks_and_its_comments() {
    assert_eq!(
        formatted("scenario s \"S\" {\n undo a,# why\n\n # alone\n   b, c,\nd by r # end\n}\n"),
        "scenario s \"S\" {\n  undo a, # why\n      # alone\n      b, c,\n      d by r # end\n}\n"
    );
}

#[test]
fn a_list_breaks_where_it_would_pass_120_columns() {
    let names = ["a-name-of-nineteen1"; 8].join(", ");
    let broken = formatted(&format!("writer w \"W\" writes {names}\n"));
    let lengths: Vec<usize> = broken.lines().map(str::len).collect();
    assert_eq!(lengths, [103, 86]);
    assert!(broken.lines().nth(1).is_some_and(|line| line.starts_with("    a-name")));
}

#[test]
fn declarations_of_different_keywords_or_several_lines_stand_apart() {
    assert_eq!(
        formatted(
            "use \"a\"\nuse \"b\"\nsecret s $S\n# of t\ntarget t \"T\" http\nrole a \"A\" {\n  duty \"x\"\n}\nrole b \"B\" { duty \"y\" }\nrole c \"C\" { duty \"z\" }\n"
        ),
        "use \"a\"\nuse \"b\"\n\nsecret s $S\n\n# of t\ntarget t \"T\" http\n\nrole a \"A\" {\n  duty \"x\"\n}\n\nrole b \"B\" { duty \"y\" }\nrole c \"C\" { duty \"z\" }\n"
    );
}

#[test]
fn comments_keep_their_place() {
    assert_eq!(
        formatted(
            "\u{FEFF}# file\n\n\n# of the role\nrole a \"A\" { # opening\n\n# before\ncontact $A# behind\n\n      # at the end\n\n}   # closed\n\n# last\n\n\n"
        ),
        "# file\n\n# of the role\nrole a \"A\" { # opening\n  # before\n  contact $A # behind\n\n  # at the end\n} # closed\n\n# last\n"
    );
}

#[test]
fn a_fence_moves_with_its_statement() {
    assert_eq!(
        formatted(
            "phase a \"A\" {\n      change b \"B\" on t {\n          do ```sql\n            SELECT 1;\n\n              SELECT 2;\n          ```\n      }\n}\n"
        ),
        "phase a \"A\" {\n  change b \"B\" on t {\n    do ```sql\n      SELECT 1;\n\n        SELECT 2;\n    ```\n  }\n}\n"
    );
}

#[test]
fn what_does_not_parse_stays_and_its_neighbours_are_formatted() {
    assert_eq!(
        formatted("role a \"A\"{\n contact    $A\n   contcat   $B   \n  duty   \"x\"\n}\n"),
        "role a \"A\" {\n  contact $A\n   contcat   $B\n  duty \"x\"\n}\n"
    );
}

#[test]
fn a_brace_that_closes_nothing_leaves_the_file_alone() {
    let text = "role a \"A\" {  }\n}\nrole   b \"B\" {  }\n";
    assert_eq!(formatted(text), text);
}

#[test]
fn nothing_stays_nothing() {
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n \n"), "");
    assert_eq!(formatted("# only a comment"), "# only a comment\n");
}

#[test]
fn a_fence_that_can_not_be_moved_means_the_same_afterwards() {
    // The body's line begins a declaration, further out than what seems to close it: the fence was never closed.
    let once = formatted("drill {\nset-up ```sh\ncheck a \"A\"\n     ```\n}\nplan p \"P\" { summary \"x\" }\n");
    assert_eq!(formatted(&once), once);
}
