//! Cleaning of text from outside: unseen characters go, white space folds, length is bounded.

mod entity;
mod html;

pub use html::plain;

/// One line of text: control characters and invisible marks removed, every run of white space one
/// blank, no blank at either end. Cleaning twice changes nothing.
///
/// Joiners (U+200C, U+200D) stay behind a letter of a script that uses them: Persian, Malayalam and
/// emoji families are misspelt without. Anywhere else they only make equal titles differ.
pub fn clean(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for character in text.chars() {
        if character.is_whitespace() {
            blank = !out.is_empty();
        } else if is_joiner(character) {
            if !blank && out.chars().next_back().is_some_and(takes_joiner) {
                out.push(character);
            }
        } else if !is_unseen(character) {
            if blank {
                out.push(' ');
                blank = false;
            }
            out.push(character);
        }
    }
    out
}

/// Printable ASCII with single blanks inside, as most values are: nothing would change.
fn is_plain(text: &str) -> bool {
    let mut blank = true;
    for byte in text.bytes() {
        match byte {
            b' ' if blank => return false,
            b' ' => blank = true,
            0x21..=0x7e => blank = false,
            _ => return false,
        }
    }
    !blank
}

/// Several lines: each is cleaned, empty ones go, `\n` between them.
pub fn clean_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines().map(clean).filter(|line| !line.is_empty()) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line);
    }
    out
}

/// For values that are kept as found: only control characters (U+0000 first of all, which
/// PostgreSQL cannot store) and marks that reorder or hide text are removed; line breaks and tabs stay.
pub fn scrub(text: &str) -> String {
    text.chars().filter(|&one| matches!(one, '\n' | '\t') || !is_unseen(one)).collect()
}

/// At most `max_chars` characters, and whether some were cut off; what is left never ends in a blank.
pub fn bounded(text: &str, max_chars: usize) -> (String, bool) {
    match text.char_indices().nth(max_chars) {
        None => (text.to_owned(), false),
        Some((end, _)) => (text.get(..end).unwrap_or_default().trim_end().to_owned(), true),
    }
}

/// Full-width digits as Japanese pages write them become ASCII; everything else stays.
pub(crate) fn ascii_digits(text: &str) -> String {
    text.chars()
        .map(|one| match u32::from(one).checked_sub(0xFF10) {
            Some(value) => char::from_digit(value, 10).unwrap_or(one),
            None => one,
        })
        .collect()
}

/// Control characters, bidirectional controls, zero-width and invisible marks, non-characters.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FDD0}'..='\u{FDEF}' | '\u{E0000}'..='\u{E007F}')
        || u32::from(character) & 0xFFFE == 0xFFFE
}

fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}')
}

/// Scripts that join begin with Arabic; the block of general punctuation is none of them.
fn takes_joiner(character: char) -> bool {
    character >= '\u{0600}' && !matches!(character, '\u{2000}'..='\u{206F}')
}
