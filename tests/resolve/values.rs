//! Values with units, dates, zones, strings, fences.

use insta::assert_snapshot;

use super::{SHOP, found, shop};

#[test]
fn durations_have_each_unit_once_largest_first() {
    for (wrong, message) in [
        ("30m1h", "the units of `30m1h` are not in descending order"),
        ("1h2h", "`1h2h` has the unit `h` twice"),
        ("5y", "`5y` has the unknown unit `y`"),
        ("99999999999999999999h", "`99999999999999999999h` is longer than a hundred years"),
        ("9000w", "`9000w` is longer than a hundred years"),
        ("0m", "this can't be zero"),
    ] {
        let shown = found(&shop(&[("  rto 30m\n", &format!("  rto {wrong}\n"))]));
        assert!(shown.starts_with(&format!("value/duration: {message}\n")), "{wrong}: {shown}");
        assert_eq!(shown.matches("value/").count(), 1, "{wrong}: {shown}");
    }
}

#[test]
fn a_range_begins_with_its_lower_end() {
    assert_snapshot!(found(&shop(&[("    takes 1m\n", "    takes 2h to 1h\n")])), @r##"
    value/duration: the range ends before it begins
      plan.rbk:32:11 2h to 1h | here
      help: write the shorter duration first: `1h to 2h`
    "##);
}

#[test]
fn what_takes_no_time_is_not_estimated() {
    assert_snapshot!(found(&shop(&[("    takes 1m\n", "    takes 0m\n    retry 0 every 10s\n")])), @r##"
    value/duration: this can't be zero
      plan.rbk:32:11 0m | here
      help: give the time that it really takes
    value/number: this tries nothing again
      plan.rbk:33:11 0 | here
      help: leave `retry` out, or say how often
    "##);
}

#[test]
fn windows_lie_in_the_calendar() {
    let window = |window: &str| shop(&[("  rto 30m\n", &format!("  rto 30m\n  window {window}\n"))]);
    assert_eq!(found(&window("2028-02-29 01:00 to 06:00 UTC")), "");
    assert_eq!(found(&window("every saturday 22:00 to 02:00 America/Argentina/Buenos_Aires")), "");
    assert_snapshot!(found(&window("2026-02-30 01:00 to 06:00 UTC")), @r##"
    value/date: the calendar has no `2026-02-30`
      plan.rbk:4:10 2026-02-30 | here
      help: write year, month and day: `2027-03-06`
    "##);
    assert_snapshot!(found(&window("2026-02-28 01:00 to 24:00 UTC")), @r##"
    value/clock: no day has the time `24:00`
      plan.rbk:4:30 24:00 | here
      help: write hours and minutes from `00:00` to `23:59`
    "##);
    assert_snapshot!(found(&window("2026-02-28 01:00 to 02:00 Europe/Berln")), @r##"
    value/zone: there is no time zone `Europe/Berln`
      plan.rbk:4:36 Europe/Berln | not in the IANA database
      help: did you mean `Europe/Berlin`?
    "##);
    assert_snapshot!(found(&window("2026-02-28 01:00 to 02:00 europe/berlin")), @r##"
    value/zone: there is no time zone `europe/berlin`
      plan.rbk:4:36 europe/berlin | not in the IANA database
      help: did you mean `Europe/Berlin`?
    "##);
}

#[test]
fn instants_are_read_relative_to_t() {
    assert_eq!(found(&shop(&[("at T for", "at T-24h for")])), "");
    assert_snapshot!(found(&shop(&[("at T for", "at T+30m1h for")])), @r##"
    value/instant: the units of `30m1h` are not in descending order
      plan.rbk:24:28 T+30m1h | here
      help: write weeks, days, hours, minutes and seconds, largest first: `1h30m`
    "##);
}

#[test]
fn strings_have_five_escapes() {
    assert_eq!(found(&shop(&[("\"The API answers\"", r#""\"Yes\"\\\n\t\u{e9}""#)])), "");
    assert_snapshot!(found(&shop(&[("\"The API answers\"", r#""A path: C:\dir""#)])), @r##"
    value/escape: unknown escape `\d`
      plan.rbk:19:30 \d | here
      help: the escapes are `\"`, `\\`, `\n`, `\t` and `\u{…}`
    "##);
    for wrong in [r"\u{}", r"\u{110000}", r"\u{d800}", r"\u{+41}", r"\u41", r"\u{0}"] {
        let shown = found(&shop(&[("\"The API answers\"", &format!("\"{wrong}\""))]));
        assert_eq!(shown.matches("value/escape: `\\u` needs").count(), 1, "{wrong}: {shown}");
    }
}

#[test]
fn lines_of_a_fence_are_indented_like_its_end() {
    let code = "      ALTER TABLE orders ADD COLUMN note text;\n    ```";
    assert_snapshot!(found(&shop(&[(code, "  ALTER TABLE orders ADD COLUMN note text;\n    ```")])), @r##"
    value/indentation: this line is indented less than the fence's closing line
      plan.rbk:27:1   ALTER TABLE orders ADD COLUMN note text; | here
      help: indent every line of a fence at least as far as the backticks that close it
    "##);
    assert_snapshot!(found(&shop(&[(code, "\t\t\t\tALTER TABLE orders ADD COLUMN note text;\n    ```")])), @r##"
    value/indentation: this line is indented with other blanks than the fence's closing line
      plan.rbk:27:1 				ALTER TABLE orders ADD COLUMN note text; | here
      help: indent every line of a fence with the same tabs or spaces as the backticks that close it
    "##);
    assert_eq!(found(&shop(&[(code, "      ALTER TABLE orders\n\n  \n        ADD COLUMN note text;\n    ```")])), "");
}

#[test]
fn line_ends_make_no_difference() {
    assert_eq!(found(&SHOP.replace('\n', "\r\n")), "");
}

#[test]
fn answers_are_plain_numbers() {
    let check = |expect: &str| {
        let count = format!("check count \"Count\" on shop {{\n  query ```sql\n    SELECT 1\n  ```\n  expect {expect}\n}}\n");
        found(&format!("{SHOP}{count}"))
    };
    for sound in ["> 5", ">= -0.5", "= 10", "10", "\"5%\"", "rows 0", "empty", "within 0.5% of baseline"] {
        assert_eq!(check(sound), "", "{sound}");
    }
    assert_snapshot!(check("> 20GiB"), @r##"
    value/number: `20GiB` is not a plain number
      plan.rbk:46:12 20GiB | here
      help: answers are plain numbers: write bytes for a size, and `within 5% of baseline` for a share
    "##);
    assert_snapshot!(check("5%"), @r##"
    value/number: `5%` is not a plain number
      plan.rbk:46:10 5% | here
      help: put quotes around it if the answer is this text
    "##);
    assert_snapshot!(check("within 100% of baseline"), @r##"
    value/number: an empty table would be near enough
      plan.rbk:46:17 100% | here
      help: give less than `100%`
    "##);
    assert_snapshot!(check("rows 99999999999999999999"), @r##"
    value/number: this number is too large
      plan.rbk:46:15 99999999999999999999 | here
      help: give a number below 18,446,744,073,709,551,616
    "##);
}

#[test]
fn statuses_are_those_that_exist() {
    assert_snapshot!(found(&shop(&[("expect status 200", "expect status 2000")])), @r##"
    value/number: there is no status `2000`
      plan.rbk:21:17 2000 | here
      help: HTTP answers with a status from 100 to 599
    "##);
}

#[test]
fn units_of_metrics_exist() {
    let trigger = |value: &str| format!("{SHOP}trigger slow \"Slow\" high manual {{\n  when \"p95\" > {value} for 5m\n  run back\n}}\n");
    for sound in ["5%", "20GiB", "500MB", "12B", "3", "2s"] {
        assert_eq!(found(&trigger(sound)), "", "{sound}");
    }
    assert_snapshot!(found(&trigger("5iB")), @r##"
    value/number: `5iB` has an unknown unit
      plan.rbk:43:16 5iB | here
      help: write `B`, `KB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`, `TB` or `TiB`
    "##);
    assert_snapshot!(found(&trigger("5y")), @r##"
    value/duration: `5y` has the unknown unit `y`
      plan.rbk:43:16 5y | here
      help: write weeks, days, hours, minutes and seconds, largest first: `1h30m`
    "##);
}

#[test]
fn versions_have_no_unit() {
    assert_snapshot!(found(&shop(&[("postgres { url $SHOP_URL }", "postgres {\n  url $SHOP_URL\n  server-version 15%\n}")])), @r##"
    value/number: `15%` is not a plain number
      plan.rbk:8:18 15% | here
      help: a version has no unit: `server-version 15.4`
    "##);
}

#[test]
fn defaults_are_of_their_type() {
    let params =
        "param a int = \"5\"\nparam b duration = 5\nparam c choice \"x\", \"y\" = \"z\"\nparam d text = 5\nparam e duration = 1m\n";
    assert_snapshot!(found(&format!("{SHOP}{params}")), @r##"
    value/default: the default of `a` is not of its type
      plan.rbk:42:15 "5" | does not fit
      help: give a whole number: `= 5`
    value/default: the default of `b` is not of its type
      plan.rbk:43:20 5 | does not fit
      help: give a duration: `= 15m`
    value/default: the default of `c` is not of its type
      plan.rbk:44:27 "z" | does not fit
      help: give one of `"x"`, `"y"`
    value/default: the default of `d` is not of its type
      plan.rbk:45:16 5 | does not fit
      help: give a string: `= "…"`
    "##);
}

#[test]
fn a_password_does_not_stand_in_a_plan() {
    let with = |url: &str| found(&shop(&[("url $API_URL", &format!("url \"{url}\""))]));
    for url in ["https://ops:hunter2@api.example.org/v1", "https://api.example.org/?sslmode=require&password=hunter2"] {
        assert!(with(url).starts_with("value/password: "), "{url}");
    }
    for url in ["https://api.example.org:8443/a@b:c", "https://ops@api.example.org", "https://api.example.org/?password="] {
        assert_eq!(with(url), "", "{url}");
    }
}
