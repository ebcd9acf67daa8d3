//! The series of a row: links, each followed by its position (or by none).

use std::iter;

use shared::raw::RawSeries;

use super::{
    dom::{ElementRef, Part},
    select::SELECTORS,
    text,
};

/// Reads all series in the page's order; text between two links belongs to the link before it.
pub(super) fn read(row: ElementRef<'_>) -> Vec<RawSeries> {
    let Some(label) = row.select(&SELECTORS.series).next() else { return Vec::new() };
    let mut found: Vec<(RawSeries, String)> = Vec::new();
    for part in label.parts() {
        match part {
            Part::Element(element) if element.name() == "a" => {
                found.extend(link(element).map(|one| (one, String::new())));
            }
            Part::Element(_) => {}
            Part::Text(words, above) => {
                let in_link =
                    iter::successors(above, |one| one.parent()).any(|one| one.name() == "a");
                if let Some((_, after)) = found.last_mut().filter(|_| !in_link) {
                    after.push_str(words);
                }
            }
        }
    }
    found
        .into_iter()
        .map(|(series, after)| RawSeries { sequence: position(&after), ..series })
        .collect()
}

fn link(anchor: ElementRef<'_>) -> Option<RawSeries> {
    let title = text::of(anchor);
    let asin = anchor.attr("href").and_then(text::asin_of_link).map(String::from);
    (!title.is_empty()).then_some(RawSeries { title, asin, sequence: None })
}

/// The position in the text after a series link, from its first digit on.
///
/// Words for "book" stand before the number, behind it or on both sides, depending on the
/// language; they go. What follows a comma is part of the position as the page shows it.
fn position(after: &str) -> Option<String> {
    let folded: String = text::fold([after]).chars().map(ascii_digit).collect();
    let from = folded.find(|character: char| character.is_ascii_digit())?;
    let tail = folded.get(from..)?.trim_end_matches([',', ' ']);
    if tail.contains(',') {
        return Some(tail.to_owned());
    }
    let last = tail.rfind(|character: char| character.is_ascii_digit())?;
    let kept = tail.get(..=last)?;
    // A letter right behind the number counts (`2a`); a word does not (`2nd`, `2 volume`).
    let mut behind = tail.get(last + 1..)?.chars();
    match (behind.next(), behind.next()) {
        (Some(letter), None) if letter.is_ascii_alphabetic() => Some(tail.to_owned()),
        _ => Some(kept.to_owned()),
    }
}

/// Full-width digits and full stop as ASCII.
fn ascii_digit(character: char) -> char {
    match character {
        '０'..='９' => char::from_u32(u32::from(character) - u32::from('０') + u32::from('0'))
            .unwrap_or(character),
        '．' => '.',
        '，' => ',',
        '－' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::position;

    #[track_caller]
    fn check(after: &str, expected: Option<&str>) {
        assert_eq!(position(after).as_deref(), expected, "{after:?}");
    }

    #[test]
    fn positions_are_read_without_their_words() {
        check(" , Book 2 ", Some("2"));
        check(", Titel 0.5", Some("0.5"));
        check(", Book 1-3 ,", Some("1-3"));
        check(", Book 115-116", Some("115-116"));
        check(", Book 0", Some("0"));
        check(", Book 1, The Stolen Heir ", Some("1, The Stolen Heir"));
        check(", zorn 7 blip", Some("7"));
        check("、第１２巻", Some("12"));
        check(", Book 2a", Some("2a"));
        check(", Book 1 & 2", Some("1 & 2"));
        check(" , ", None);
        check("", None);
    }
}
