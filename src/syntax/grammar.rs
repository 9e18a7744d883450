//! The glue to pest: the grammar's rules, and the words that users read in their place.

use pest_derive::Parser;

use super::keyword::Context;

/// The parser that pest derives from `grammar/rbk.pest`.
#[derive(Parser)]
#[grammar = "grammar/rbk.pest"]
pub struct Grammar;

/// Returns the rule that reads one statement of a context, to the end of the text.
pub fn lone(context: Context) -> Rule {
    match context {
        Context::File => Rule::lone_declaration,
        Context::Plan => Rule::lone_plan_item,
        Context::Target => Rule::lone_target_item,
        Context::Role => Rule::lone_role_item,
        Context::Backup => Rule::lone_backup_item,
        Context::Flag => Rule::lone_flag_item,
        Context::Release => Rule::lone_release_item,
        Context::Channel => Rule::lone_channel_item,
        Context::Check => Rule::lone_check_item,
        Context::Phase => Rule::lone_phase_item,
        Context::Change => Rule::lone_change_item,
        Context::Decision => Rule::lone_decision_item,
        Context::Severity => Rule::lone_severity_item,
        Context::Trigger => Rule::lone_trigger_item,
        Context::Scenario => Rule::lone_scenario_item,
        Context::Step => Rule::lone_step_item,
        Context::Otherwise => Rule::lone_scenario_step,
        Context::Group => Rule::lone_group_item,
        Context::Choose => Rule::lone_choose_item,
        Context::Message => Rule::lone_message_item,
        Context::Checklist => Rule::lone_checklist_item,
        Context::Monitor => Rule::lone_monitor_item,
        Context::Risk => Rule::lone_risk_item,
        Context::Post => Rule::lone_post_item,
        Context::Drill => Rule::lone_drill_item,
    }
}

/// Returns what a user reads where the grammar says `rule`; `None` for rules that are whole statements or pieces of a
/// lexeme, which never say what is missing.
pub fn words(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::name => "a name such as `drop-legacy-columns`",
        Rule::string => "a string such as `\"text\"`",
        Rule::fence => "a fence: three backticks and a language",
        Rule::duration => "a duration such as `15m`",
        Rule::integer => "a whole number such as `3`",
        Rule::number => "a number such as `5`, `5%` or `500MB`",
        Rule::percent => "a percentage such as `1%`",
        Rule::comparison => "a comparison: `>`, `>=`, `<`, `<=`, `=` or `!=`",
        Rule::clock => "a time of day such as `02:00`",
        Rule::date => "a date such as `2027-03-06`",
        Rule::zone => "a time zone such as `UTC` or `Europe/Berlin`",
        Rule::instant => "an instant such as `T`, `T-24h` or `T+2h30m`",
        Rule::env => "a variable such as `$DATABASE_URL`",
        Rule::object => "an SQL object such as `users.id`",
        Rule::sql_type => "an SQL type such as `uuid`",
        Rule::rule_name => "a rule such as `backup/missing`",
        Rule::day => "a day such as `saturday`",
        Rule::level => "`critical`, `high`, `medium` or `low`",
        Rule::target_kind => "a kind: `postgres`, `mysql`, `mariadb`, `sqlite`, `http`, `host`, `env-file` or `manual`",
        Rule::plan_block
        | Rule::target_block
        | Rule::role_block
        | Rule::backup_block
        | Rule::flag_block
        | Rule::release_block
        | Rule::channel_block
        | Rule::check_block
        | Rule::phase_block
        | Rule::change_block
        | Rule::decision_block
        | Rule::severity_block
        | Rule::trigger_block
        | Rule::scenario_block
        | Rule::step_block
        | Rule::else_block
        | Rule::group_block
        | Rule::choose_block
        | Rule::message_block
        | Rule::checklist_block
        | Rule::monitor_block
        | Rule::risk_block
        | Rule::post_block
        | Rule::drill_block => "a block: `{ … }`",
        Rule::EOI => "the end of the line",
        _ => return None,
    })
}
