//! What a schema may hold beside plain tables, and what is done to it: paragraphs of a file for each dialect, whose opening comment
//! says how they are written.

use rbk::effect::sql::Dialect;

use super::generator::Dice;

/// A paragraph, its names chosen; what stands in `{…|…}` is not yet.
#[derive(Clone)]
pub struct Feature {
    has: Vec<String>,
    does: Vec<String>,
    fails: Vec<String>,
}

/// Chooses some of the features of a dialect, or none.
pub fn choose(dice: &mut Dice<'_>, dialect: Dialect) -> Vec<Feature> {
    let text = match dialect {
        Dialect::Postgres => include_str!("postgresql.features"),
        Dialect::Mysql => include_str!("mariadb.features"),
        Dialect::Sqlite => include_str!("sqlite.features"),
    };
    let mut left: Vec<&str> = text.split("\nfeature ").skip(1).collect();
    let count = *dice.one(&[0, 1, 1, 1, 2, 2, 3]);
    let mut chosen = Vec::new();
    while chosen.len() < count && !left.is_empty() {
        let paragraph = left.remove(dice.below(left.len()));
        chosen.push(Feature::read(paragraph, dice));
    }
    chosen
}

impl Feature {
    fn read(paragraph: &str, dice: &mut Dice<'_>) -> Feature {
        let mut names: Vec<(&str, &str)> = Vec::new();
        let mut feature = Feature { has: Vec::new(), does: Vec::new(), fails: Vec::new() };
        for line in paragraph.lines().skip(1).filter(|line| !line.is_empty()) {
            let (word, rest) = line.split_once(' ').expect("a word and what it says");
            let named = |text: &str| names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("<{name}>"), value));
            match word {
                "let" => {
                    let (own, values) = rest.split_once(" = ").expect("names and values");
                    let values: Vec<&str> = values.split(" | ").collect();
                    names = own.split("; ").zip(dice.one(&values).split("; ")).collect();
                }
                "has" => feature.has.push(named(rest)),
                "does" => feature.does.push(named(rest)),
                "fails" => feature.fails.push(named(rest)),
                _ => panic!("{line}"),
            }
        }
        feature
    }

    /// Returns what makes it.
    pub fn setup(&self, dice: &mut Dice<'_>) -> String {
        self.has.iter().map(|line| format!("{}\n", spell(line, dice))).collect()
    }

    /// Returns what changes it: a statement, or several that belong together.
    pub fn change(&self, dice: &mut Dice<'_>) -> Vec<String> {
        let several = spell(dice.one::<String>(&self.does), dice);
        several.split(";; ").map(|one| format!("{};", one.trim_end_matches(';'))).collect()
    }

    /// Returns a statement that fails.
    pub fn failing(&self, dice: &mut Dice<'_>) -> String {
        if self.fails.is_empty() { "SELECT missing;".to_owned() } else { spell(dice.one::<String>(&self.fails), dice) }
    }
}

/// Chooses between what stands in `{…|…}`.
fn spell(line: &str, dice: &mut Dice<'_>) -> String {
    let mut pieces = line.split('{');
    let mut spelt = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (inner, behind) = piece.split_once('}').expect("it is closed");
        spelt += dice.one::<&str>(&inner.split('|').collect::<Vec<_>>());
        spelt += behind;
    }
    spelt
}
