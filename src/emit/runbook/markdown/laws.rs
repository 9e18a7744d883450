//! What a Markdown reader makes of it: the same text, whatever the text is.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::*;

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_MATH | Options::ENABLE_GFM
}

/// The words that a reader sees in Markdown without blocks but paragraphs and one table; any other markup as `⟨…⟩`.
fn read(markdown: &str) -> String {
    let mut out = String::new();
    for event in Parser::new_ext(markdown, options()) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak => out.push('\n'),
            Event::InlineHtml(html) | Event::Html(html) if &*html == "<br>" => out.push('\n'),
            Event::InlineHtml(html) if matches!(&*html, "<code>" | "</code>") => {}
            Event::Start(Tag::Paragraph | Tag::Table(_) | Tag::TableHead | Tag::TableRow) => {}
            Event::End(TagEnd::Paragraph | TagEnd::Table | TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell) => {}
            Event::Start(Tag::TableCell) => out.push('¦'),
            other => out += &format!("⟨{other:?}⟩"),
        }
    }
    out
}

/// Text in which what means something to Markdown or HTML is frequent.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[-*_`~#>+=|\\\\<>&!\\[\\]()$:;.0-9a-c \n\r\t]",
        1 => Just("<b>".to_owned()),
        1 => Just("&lt;".to_owned()),
        1 => Just("http://x.y".to_owned()),
        1 => Just("1. ".to_owned()),
        1 => Just("é".to_owned()),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

/// What of a text can be seen: blanks around it and around its line ends can't.
fn seen(text: &str) -> String {
    visible(text).trim().lines().map(|line| line.trim_matches([' ', '\t'])).collect::<Vec<_>>().join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_paragraph_says_what_the_text_says(plain in hostile()) {
        prop_assert_eq!(seen(&read(&text(&plain))), seen(&plain), "{}", text(&plain));
    }

    #[test]
    fn a_list_item_and_a_heading_say_what_the_text_says(plain in hostile()) {
        let title = text(&plain);
        let inner = |markdown: &str| Parser::new_ext(markdown, options()).filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.into_string()),
            Event::InlineHtml(_) => Some("\n".to_owned()),
            Event::TaskListMarker(_) => Some("⟨task⟩".to_owned()),
            _ => None,
        }).collect::<String>();
        prop_assert_eq!(seen(&inner(&format!("- {title}"))), seen(&plain), "{}", title);
        prop_assert_eq!(seen(&inner(&format!("## 1. {title}"))), seen(&format!("1. {}", visible(&plain).trim())), "{}", title);
    }

    #[test]
    fn a_table_has_the_cells_that_it_was_given(left in hostile(), right in hostile()) {
        let (left, right) = (format!("a{left}"), format!("{right}b"));
        let mut table = Table::new(&["A", "✎B", "✎C"]);
        table.row([text(&left), code(&right), "end".to_owned()]);
        let table = table.finish();
        let cells: Vec<String> = read(&table).split('¦').skip(4).map(str::to_owned).collect();
        prop_assert_eq!(cells.len(), 3, "{}", table);
        prop_assert_eq!(seen(&cells[0]), seen(&left), "{}", table);
        let flat = |text: &str| visible(text).replace('\n', " ").trim().to_owned();
        prop_assert_eq!(flat(&cells[1]), flat(&right), "{}", table);
        prop_assert_eq!(cells[2].trim(), "end");
    }

    #[test]
    fn a_fence_holds_its_code_and_nothing_behind_it(code in hostile()) {
        let markdown = fence("sh", &code) + "\nbehind\n";
        let mut held = String::new();
        let mut inside = false;
        for event in Parser::new_ext(&markdown, options()) {
            match event {
                Event::Start(Tag::CodeBlock(_)) => inside = true,
                Event::End(TagEnd::CodeBlock) => inside = false,
                Event::Text(text) if inside => held.push_str(&text),
                _ => {}
            }
        }
        let written = visible(&code);
        prop_assert_eq!(held.trim_end_matches('\n'), written.trim_end_matches('\n'));
        prop_assert!(read(&markdown).ends_with("behind"));
    }

    #[test]
    fn what_follows_authored_markdown_is_seen(markdown in hostile()) {
        let all = authored(&markdown) + "\n## behind\n";
        let headings = Parser::new_ext(&all, options()).filter(|event| matches!(event, Event::Start(Tag::Heading { .. }))).count();
        prop_assert!(headings > 0, "{}", all);
        prop_assert!(all.contains("behind"));
    }
}
