//! Words of other programs: yes and no, numbers, days, names in one cell, shops.

use std::fmt::Write;

use shared::{
    ids::Marketplace,
    raw::{RawLength, RawPerson},
};

/// In which order a day is written with slashes; a file that never shows it leaves its days unread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DayOrder {
    /// `21/05/2025`
    DayFirst,
    /// `5/21/2025`
    MonthFirst,
    /// No day of the file tells.
    #[default]
    Unknown,
}

/// `True`, `yes`, `1`.
pub(crate) fn flag(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match () {
        () if is(&["true", "yes", "y", "1"]) => Some(true),
        () if is(&["false", "no", "n", "0"]) => Some(false),
        () => None,
    }
}

/// `4.5`, `4,5`, `12,345`; a comma before three digits groups them.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches('%').trim_end();
    let found = match text.rsplit_once(',') {
        None => text.parse(),
        Some((whole, rest)) if rest.len() == 3 || rest.contains('.') => {
            [whole, rest].concat().replace(',', "").parse()
        }
        Some((whole, part)) => format!("{whole}.{part}").parse(),
    };
    found.ok().filter(|number: &f64| number.is_finite())
}

/// Stars: `4.625`, `4,625`; they are so few that no comma groups them.
pub(crate) fn rating(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok().filter(|stars: &f64| stars.is_finite())
}

/// How many: `12,345`.
pub(crate) fn count(text: &str) -> Option<u64> {
    text.replace([',', '.', ' '], "").parse().ok()
}

/// Names with commas between them; `King, Jr.` is one.
pub(crate) fn people(text: &str) -> Vec<RawPerson> {
    names(
        text,
        &["jr", "sr", "phd", "md", "mba", "jd", "dds", "esq", "ii", "iii", "iv", "inc", "llc"],
    )
    .into_iter()
    .map(|name| RawPerson { name, asin: None })
    .collect()
}

/// Categories with commas between them; some of Audible's own have one within.
pub(crate) fn categories(text: &str) -> Vec<String> {
    names(text, &["thriller & suspense", "parenting & personal development"])
}

/// Parts between commas; one of `tails` belongs to the part before it.
fn names(text: &str, tails: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let is = |tail: &&str| tail.bytes().eq(letters(part));
        match names.last_mut().filter(|_| tails.iter().any(is)) {
            Some(before) => before.extend([", ", part]),
            None => names.push(part.to_owned()),
        }
    }
    names
}

/// In lower case, without dots.
fn letters(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(|letter| *letter != b'.').map(|letter| letter.to_ascii_lowercase())
}

/// `13:25` and `13:25:40` as hours first; anything else as it is printed.
pub(crate) fn clock(text: &str) -> RawLength {
    let parts: Option<Vec<f64>> = text.split(':').map(|part| part.trim().parse().ok()).collect();
    match parts.as_deref() {
        Some([hours, minutes]) => RawLength::Minutes(hours * 60.0 + minutes),
        Some([hours, minutes, seconds]) => {
            RawLength::Seconds(hours * 3_600.0 + minutes * 60.0 + seconds)
        }
        _ => RawLength::Text(text.to_owned()),
    }
}

/// A shop by its code, its country as Libation writes it, its host or its ending.
pub(crate) fn marketplace(text: &str) -> Option<Marketplace> {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("pre-amazon - ").unwrap_or(&text);
    let host = text.strip_prefix("https://").unwrap_or(text);
    let host = host.split('/').next().unwrap_or_default();
    let code = match text {
        "gb" => "uk",
        "germany" => "de",
        "france" => "fr",
        "canada" => "ca",
        "italy" => "it",
        "australia" => "au",
        "india" => "in",
        "japan" => "jp",
        "spain" => "es",
        "brazil" => "br",
        other => other,
    };
    Marketplace::parse(code).ok().or_else(|| Marketplace::of_host(host)).or_else(|| {
        Marketplace::ALL.into_iter().find(|one| text.strip_prefix('.') == Some(one.tld()))
    })
}

/// A day in the form of ISO 8601, whatever form it has; a moment in UTC stays one. What is not
/// understood stays as it is, and is named when it is mapped.
pub(crate) fn day(text: &str, order: DayOrder) -> String {
    let text = text.trim();
    parsed(text, order).unwrap_or_else(|| text.to_owned())
}

/// Which order the days of this text show, if any.
pub(crate) fn order_of(text: &str) -> Option<DayOrder> {
    let (first, second) = match parts(text)? {
        (first, '/', second, last) if first < 100 && last > 31 => (first, second),
        _ => return None,
    };
    let half_day = text.trim_end().to_ascii_lowercase();
    match () {
        () if first > 12 && second <= 12 => Some(DayOrder::DayFirst),
        () if second > 12 && first <= 12 => Some(DayOrder::MonthFirst),
        // Of all cultures, only the American writes AM and PM in capital letters behind slashes.
        () if half_day.ends_with("am") || half_day.ends_with("pm") => {
            text.trim_end().ends_with('M').then_some(DayOrder::MonthFirst)
        }
        () => None,
    }
}

fn parsed(text: &str, order: DayOrder) -> Option<String> {
    let (first, mark, second, third) = parts(text)?;
    let (year, month, day) = match (mark, order) {
        _ if first > 31 => (first, second, third),
        ('.' | '-', _) | ('/', DayOrder::DayFirst) => (third, second, first),
        ('/', DayOrder::MonthFirst) => (third, first, second),
        _ => return None,
    };
    // A moment with its offset is one moment everywhere; without it, only the day is known.
    let is_moment = first > 31 && mark == '-' && text.len() > 19 && has_offset(text);
    if is_moment {
        return None;
    }
    let is_day =
        (1000..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let mut text = String::with_capacity("2025-05-21".len());
    is_day.then(|| write!(text, "{year:04}-{month:02}-{day:02}").ok())?.map(|()| text)
}

fn has_offset(text: &str) -> bool {
    let time = text.get(10..).unwrap_or_default();
    time.ends_with(['Z', 'z']) || time.contains('+') || time.contains('-')
}

/// The first three numbers of a text, and what stands between the first two.
fn parts(text: &str) -> Option<(u32, char, u32, u32)> {
    let text = text.trim();
    let (first, rest) = digits(text)?;
    let mark = rest.chars().next().filter(|mark| ['/', '-', '.'].contains(mark))?;
    let (second, rest) = digits(rest[1..].trim_start())?;
    let rest = rest.strip_prefix(mark)?;
    let (third, _) = digits(rest.trim_start())?;
    Some((first, mark, second, third))
}

fn digits(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(end);
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use shared::raw::RawLength;

    use super::{DayOrder, clock, day, flag, marketplace, number, order_of, people, rating};

    #[test]
    fn days_of_every_culture_become_one_form() {
        use DayOrder::{DayFirst, MonthFirst, Unknown};
        for (text, order, expected) in [
            ("2025-05-21", Unknown, "2025-05-21"),
            ("2025-05-21T05:42:18.895Z", Unknown, "2025-05-21T05:42:18.895Z"),
            ("2025-05-21T05:42:18.0+02:00", Unknown, "2025-05-21T05:42:18.0+02:00"),
            ("2025-05-21T05:42:18", Unknown, "2025-05-21"),
            ("2025-05-21 05:42:18", Unknown, "2025-05-21"),
            ("2025/5/1 5:42:18", Unknown, "2025-05-01"),
            ("21.05.2025 05:42:18", Unknown, "2025-05-21"),
            ("1. 5. 2025 5:42", Unknown, "2025-05-01"),
            ("21-05-2025", Unknown, "2025-05-21"),
            ("21/05/2025 05:42:18", DayFirst, "2025-05-21"),
            ("5/6/2025 5:42:18 AM", MonthFirst, "2025-05-06"),
            ("5/6/2025", DayFirst, "2025-06-05"),
            ("5/6/2025", Unknown, "5/6/2025"),
            ("13/13/2025", DayFirst, "13/13/2025"),
            ("spring", DayFirst, "spring"),
        ] {
            assert_eq!(day(text, order), expected, "{text}");
        }
    }

    #[test]
    fn a_day_shows_its_order_or_does_not() {
        for (text, expected) in [
            ("21/05/2025", Some(DayOrder::DayFirst)),
            ("5/21/2025", Some(DayOrder::MonthFirst)),
            ("5/6/2025 5:42:18 AM", Some(DayOrder::MonthFirst)),
            ("5/6/2025 5:42:18 am", None),
            ("5/6/2025", None),
            ("2025/05/21", None),
            ("21.05.2025", None),
        ] {
            assert_eq!(order_of(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_names_and_words_are_read_as_people_write_them() {
        for (text, expected) in [
            ("4.5", Some(4.5)),
            ("4,5", Some(4.5)),
            ("12,345", Some(12_345.0)),
            ("1,234,567", Some(1_234_567.0)),
            ("1,234.5", Some(1_234.5)),
            ("37 %", Some(37.0)),
            ("-", None),
            ("inf", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
        for (text, expected) in
            [("4,625", Some(4.625)), ("4.625", Some(4.625)), ("5", Some(5.0)), ("1,234.5", None)]
        {
            assert_eq!(rating(text), expected, "{text}");
        }
        let names: Vec<_> =
            people("Ada Holt, Jr., Ben Orr,Ida Quell").into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["Ada Holt, Jr.", "Ben Orr", "Ida Quell"]);
        assert_eq!((flag("Yes"), flag("False"), flag("maybe")), (Some(true), Some(false), None));
        assert_eq!(clock("13:25"), RawLength::Minutes(805.0));
        assert_eq!(clock("01:00:30"), RawLength::Seconds(3_630.0));
        assert_eq!(clock("6h 29m"), RawLength::Text("6h 29m".to_owned()));
        for (text, code) in [
            ("us", "us"),
            ("US", "us"),
            ("pre-amazon - germany", "de"),
            ("www.audible.co.uk", "uk"),
            ("https://www.audible.fr/pd/B000000001", "fr"),
            (".com.br", "br"),
            (".com", "us"),
        ] {
            assert_eq!(marketplace(text).map(|shop| shop.code()), Some(code), "{text}");
        }
        assert_eq!(marketplace("mars"), None);
    }
}
