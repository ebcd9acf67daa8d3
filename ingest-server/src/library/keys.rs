//! Sort and search keys, computed here because SQLite's `lower` and `LIKE` know ASCII only.

use shared::{item::Item, when::When};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longest sort key in characters: enough to tell titles apart, short enough for an index.
const SORT_KEY: usize = 120;
/// Sorts before nothing: what is missing stands last.
const LAST: &str = "~";

/// Text as it is compared: lower case, without accents, letters that stand for two written as two.
///
/// `Straße` and `STRASSE` are the same, and so are `Café` and `cafe`.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        for letter in letter.to_lowercase() {
            match letter {
                'ß' => out.push_str("ss"),
                'æ' => out.push_str("ae"),
                'œ' => out.push_str("oe"),
                'ø' => out.push('o'),
                'ł' => out.push('l'),
                'đ' | 'ð' => out.push('d'),
                'þ' => out.push_str("th"),
                'ı' => out.push('i'),
                // `İ` gives a dot of its own in lower case.
                letter if is_combining_mark(letter) => {}
                letter => out.push(letter),
            }
        }
    }
    out
}

/// The words of a search, folded.
pub(crate) fn words(query: &str) -> Vec<String> {
    fold(query).split_whitespace().map(str::to_owned).collect()
}

/// Newest first, ascending: titles with a purchase date by that date, then the others by their place
/// in the source's newest-first list, then by title.
pub(crate) fn newest(item: &Item) -> String {
    let rank = item.rank.map_or_else(|| "9999999".to_owned(), |rank| format!("{rank:07}"));
    let bought = match item.purchase_date.map(When::microseconds) {
        // Subtracting turns later moments into smaller numbers.
        Some(at) => format!("0{:020}", i128::from(i64::MAX) - i128::from(at)),
        None => "1".to_owned(),
    };
    bounded(&format!("{bought}.{rank}.{}", fold(&item.title)))
}

/// By title.
pub(crate) fn title(item: &Item) -> String {
    bounded(&fold(&item.title))
}

/// By first author, then series and place in it, then title.
pub(crate) fn author(item: &Item) -> String {
    let author = item.authors.first().map_or_else(|| LAST.to_owned(), |one| fold(&one.name));
    let series = item.series.first().map_or_else(
        || LAST.to_owned(),
        |series| {
            let place = series.sequence.as_deref().and_then(leading_number).unwrap_or(99_999.0);
            format!("{} {place:08.2}", fold(&series.title))
        },
    );
    bounded(&format!("{author}\n{series}\n{}", fold(&item.title)))
}

/// Everything that a search looks into: title, subtitle, authors, narrators, series.
pub(crate) fn search(item: &Item) -> String {
    let people = item.authors.iter().chain(&item.narrators).map(|person| person.name.as_str());
    let parts: Vec<String> = [Some(item.title.as_str()), item.subtitle.as_deref()]
        .into_iter()
        .flatten()
        .chain(people)
        .chain(item.series.iter().map(|series| series.title.as_str()))
        .map(fold)
        .collect();
    parts.join("\n")
}

fn leading_number(sequence: &str) -> Option<f64> {
    let end = sequence
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(sequence.len());
    sequence[..end].parse().ok()
}

fn bounded(key: &str) -> String {
    shared::text::bounded(key, SORT_KEY).0
}

#[cfg(test)]
mod tests {
    use shared::samples;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold(text), expected);
        assert_eq!(fold(expected), expected, "folding twice changes nothing");
    }

    #[test]
    fn folding_makes_case_and_accents_equal() {
        check("Straße", "strasse");
        check("STRASSE", "strasse");
        check("Crème Brûlée", "creme brulee");
        check("Æsop Øre Łódź", "aesop ore lodz");
        check("İstanbul ısı", "istanbul isi");
        check("ﬁnal Ⅳ", "final iv");
        check("ハリー", "ハリー");
    }

    #[test]
    fn later_purchases_come_first_and_undated_titles_follow_by_rank() {
        let at = |day: &str| {
            let mut item = samples::item(1);
            item.purchase_date = When::parse(day).ok();
            newest(&item)
        };
        let undated = |rank| {
            let mut item = samples::item(1);
            (item.purchase_date, item.rank) = (None, Some(rank));
            newest(&item)
        };
        let order = [
            at("2025-05-21T05:42:18Z"),
            at("2025-05-21"),
            at("1969-01-01"),
            undated(1),
            undated(20),
        ];
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn series_stand_in_reading_order_below_their_author() {
        let at = |sequence: &str| {
            let mut item = samples::item(1);
            item.series[0].sequence = Some(sequence.to_owned());
            author(&item)
        };
        let order = [at("0.5"), at("1"), at("2-3"), at("10")];
        assert!(order.is_sorted(), "{order:?}");
    }
}
