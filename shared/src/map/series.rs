//! Positions in a series: `2`, `0.5`, `1-3`, `1, The Stolen Heir`.

use crate::text;

/// The number or range at the start of a position; what follows a number is a title, not a position.
///
/// Full-width digits become ASCII, a decimal comma a point, every dash a hyphen. Text without a
/// leading number is kept as it is (`Prequel`), because it still says where the title belongs.
pub(super) fn sequence(text: &str) -> Option<String> {
    let text: String = text::ascii_digits(text.trim()).chars().map(normal).collect();
    if text.is_empty() {
        return None;
    }
    let Some((first, rest)) = number(&text) else { return Some(text) };
    let second = rest.trim_start().strip_prefix('-').and_then(|rest| number(rest.trim_start()));
    Some(match second {
        Some((second, _)) => format!("{first}-{second}"),
        None => first,
    })
}

fn normal(c: char) -> char {
    match c {
        '–' | '—' | '‐' | '−' => '-',
        _ => c,
    }
}

/// A number with at most one decimal part at the start of `text`, and what follows it.
fn number(text: &str) -> Option<(String, &str)> {
    let whole = text.bytes().take_while(u8::is_ascii_digit).count();
    if whole == 0 {
        return None;
    }
    let (digits, rest) = text.split_at(whole);
    let part = rest.strip_prefix(['.', ',']).unwrap_or_default();
    let decimals = part.bytes().take_while(u8::is_ascii_digit).count();
    if decimals == 0 {
        return Some((digits.to_owned(), rest));
    }
    Some((format!("{digits}.{}", &part[..decimals]), &part[decimals..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(sequence(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn numbers_and_ranges_are_positions() {
        check("2", Some("2"));
        check("0", Some("0"));
        check("0.5", Some("0.5"));
        check("3,7", Some("3.7"));
        check("1-3", Some("1-3"));
        check("115 – 116", Some("115-116"));
        check("1, The Stolen Heir", Some("1"));
        check("２", Some("2"));
        check("2巻", Some("2"));
        check("Prequel", Some("Prequel"));
        check("  ", None);
        check("1-", Some("1"));
    }
}
