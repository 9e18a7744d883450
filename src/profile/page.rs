//! A profile as a page of Markdown: what it asks for, how a plan answers, which rules speak against it.

use super::{PROFILES, Profile};

impl Profile {
    /// Returns its page.
    pub fn page(&self) -> String {
        let mut page = format!("# {}\n\n{}. Source: {}.\n\n", self.name, self.title, self.source);
        page.push_str("| requirement | asks | shown by | severity | rules |\n|---|---|---|---|---|\n");
        for asked in self.requirements {
            let rules: Vec<String> = asked.rules.iter().map(|rule| format!("`{rule}`")).collect();
            let severity = asked.severity.word();
            page.push_str(&format!(
                "| `{}` | {} | {} | {severity} | {} |\n",
                asked.name,
                asked.asks,
                asked.shown.words(),
                rules.join(", ")
            ));
        }
        page
    }
}

/// Returns every profile's page, one level below the document's own heading.
pub fn catalogue() -> String {
    PROFILES.iter().map(|profile| format!("\n#{}", profile.page())).collect()
}
