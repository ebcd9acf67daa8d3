//! Lengths as text: `6h 29m`, `7 Std. 1 Min.`, `<1 min`, `PT2H25M`, `6時間29分`.

use crate::{raw::RawLength, text};

/// Why a length could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// One number, but no unit that we know.
    Unit,
    /// Not a length at all, or longer than 100,000 minutes.
    Form,
}

/// Reads a length as whole minutes.
///
/// Structure comes first: two numbers are hours and minutes in any language. One number needs a unit
/// that we know. `<1` counts as one minute, so that what is unfinished never shows nothing left.
pub(super) fn minutes(length: &RawLength) -> Result<u32, Unreadable> {
    let minutes = match length {
        RawLength::Minutes(minutes) => *minutes,
        RawLength::Seconds(seconds) => seconds / 60.0,
        RawLength::Text(text) => return from_text(text),
    };
    if !(0.0..=100_000.0).contains(&minutes) {
        return Err(Unreadable::Form);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "held within 0 and 100,000 just before"
    )]
    Ok(minutes.round() as u32)
}

fn from_text(text: &str) -> Result<u32, Unreadable> {
    let parts = parts(text)?;
    let total = match parts.as_slice() {
        [(hours, _), (minutes, _)] => {
            hours.checked_mul(60).and_then(|all| all.checked_add(*minutes))
        }
        [(number, unit)] if is_hours(unit) => number.checked_mul(60),
        [(number, unit)] if is_minutes(unit) => Some(*number),
        [_] => return Err(Unreadable::Unit),
        _ => return Err(Unreadable::Form),
    };
    total.filter(|total| *total <= 100_000).ok_or(Unreadable::Form)
}

/// Each number with the letters that follow it, in lower case.
fn parts(text: &str) -> Result<Vec<(u32, String)>, Unreadable> {
    let mut parts: Vec<(u32, String)> = Vec::new();
    let mut in_number = false;
    for c in text::ascii_digits(text).chars() {
        if let Some(digit) = c.to_digit(10) {
            if !in_number {
                parts.push((0, String::new()));
            }
            in_number = true;
            let last = parts.last_mut().ok_or(Unreadable::Form)?;
            last.0 = last
                .0
                .checked_mul(10)
                .and_then(|n| n.checked_add(digit))
                .ok_or(Unreadable::Form)?;
        } else {
            in_number = false;
            if c.is_alphabetic()
                && let Some(last) = parts.last_mut()
                && last.1.chars().count() < 24
            {
                last.1.extend(c.to_lowercase());
            }
        }
    }
    Ok(parts)
}

fn is_hours(unit: &str) -> bool {
    ["h", "std", "stunde", "ora", "ore", "時"].iter().any(|known| begins(unit, known))
}

fn is_minutes(unit: &str) -> bool {
    ["m", "分"].iter().any(|known| begins(unit, known))
}

/// A unit may be followed by more letters: `hours`, `minleft`, `minverbleibend`.
fn begins(unit: &str, known: &str) -> bool {
    unit.starts_with(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<u32, Unreadable>) {
        assert_eq!(minutes(&RawLength::Text(text.to_owned())), expected, "{text}");
    }

    #[test]
    fn every_known_form_is_read() {
        check("6h 29m", Ok(389));
        check("43m", Ok(43));
        check("8h", Ok(480));
        check("8h 3m left", Ok(483));
        check("5m left", Ok(5));
        check("7 Std. 1 Min.", Ok(421));
        check("43 Min.", Ok(43));
        check("60 Min.", Ok(60));
        check("8 Std.", Ok(480));
        check("12 Std. 15 Min. verbleibend", Ok(735));
        check("1 Min. verbleibend", Ok(1));
        check("<1 min", Ok(1));
        check("PT2H25M", Ok(145));
        check("PT45M", Ok(45));
        check("6時間29分", Ok(389));
        check("６時間", Ok(360));
        check("10 hrs and 5 mins", Ok(605));
        check("2 ore e 5 min", Ok(125));
    }

    #[test]
    fn two_numbers_need_no_words_and_one_needs_a_known_one() {
        check("3 zorks 4 blips", Ok(184));
        check("3 zorks", Err(Unreadable::Unit));
        check("Beendet", Err(Unreadable::Form));
        check("", Err(Unreadable::Form));
        check("99999999999", Err(Unreadable::Form));
        check("1 2 3", Err(Unreadable::Form));
    }

    #[test]
    fn numbers_are_rounded_and_bounded() {
        assert_eq!(minutes(&RawLength::Seconds(90.0)), Ok(2));
        assert_eq!(minutes(&RawLength::Minutes(970.0)), Ok(970));
        assert_eq!(minutes(&RawLength::Minutes(-1.0)), Err(Unreadable::Form));
        assert_eq!(minutes(&RawLength::Minutes(f64::NAN)), Err(Unreadable::Form));
    }
}
