//! "Did you mean": the nearest of some names.

/// Returns the candidate nearest to `word`, or `None` when none is near enough to be meant (a third of its length).
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(64).collect();
    let limit = (word.len().max(3) / 3).max(1);
    candidates
        .into_iter()
        // Names that differ more in length than that are further away still.
        .filter(|candidate| {
            candidate.len().min(256).abs_diff(word.len()) <= limit * 4 && candidate.chars().take(64).count().abs_diff(word.len()) <= limit
        })
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
}

/// The optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours count one.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let names = ["v1", "v2-snapshot", "load-v2", "undo", "scenario"];
        assert_eq!(nearest("senario", names), Some("scenario"));
        assert_eq!(nearest("laod-v2", names), Some("load-v2"));
        assert_eq!(nearest("v2-snapshots", names), Some("v2-snapshot"));
        assert_eq!(nearest("deliveries", names), None);
    }
}
