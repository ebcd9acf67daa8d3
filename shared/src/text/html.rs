//! HTML of descriptions to plain text: tags go, paragraphs become lines, entities are decoded.

use super::{clean, clean_lines, entity};

/// Plain text of a description: one line per paragraph.
///
/// Reads every input in one pass from left to right and cannot fail; what is not closed (a comment,
/// a tag, a script) swallows the rest, as it does in browsers. Text without any tag keeps its own
/// line breaks.
pub fn plain(html: &str) -> String {
    let mut lines = Lines::default();
    let mut rest = html;
    let mut tagged = false;
    while let Some(at) = rest.find('<') {
        let (text, markup) = rest.split_at(at);
        lines.text(text);
        if let Some(next) = skip_markup(markup, &mut lines) {
            tagged = true;
            rest = next;
        } else {
            lines.text("<");
            rest = markup.get(1..).unwrap_or_default();
        }
    }
    if !tagged {
        return clean_lines(&entity::decode(html));
    }
    lines.text(rest);
    lines.finish()
}

/// Skips one comment, declaration or tag at the start of `markup`; `None` when the `<` is text.
fn skip_markup<'a>(markup: &'a str, lines: &mut Lines) -> Option<&'a str> {
    if let Some(comment) = markup.strip_prefix("<!--") {
        return Some(comment.split_once("-->").map_or("", |(_, after)| after));
    }
    let inner = markup.get(1..)?;
    let name_part = inner.strip_prefix('/').unwrap_or(inner);
    let declaration = inner.starts_with(['!', '?']);
    if !declaration && !name_part.starts_with(|one: char| one.is_ascii_alphabetic()) {
        return None;
    }
    let name_end =
        name_part.find(|one: char| !one.is_ascii_alphanumeric()).unwrap_or(name_part.len());
    let name = name_part.get(..name_end).unwrap_or_default();
    let after = name_part.get(end_of_tag(name_part)..).unwrap_or_default();
    let opens = name_part.len() == inner.len();
    if is_one_of(name, &BREAKS) {
        lines.end();
    }
    if opens && is_one_of(name, &HIDDEN) {
        return Some(after_closing(after, name));
    }
    Some(after)
}

/// Index just behind the `>` that closes a tag; a `>` within quotes does not.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            // A quote opens a value only behind `=`; elsewhere it is a stray character.
            (None, b'"' | b'\'') if tag.as_bytes().get(at.wrapping_sub(1)) == Some(&b'=') => {
                quote = Some(byte);
            }
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    tag.len()
}

/// What follows the closing tag of a hidden element.
fn after_closing<'a>(text: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find("</")) {
        let start = from + found + 2;
        let closes =
            text.get(start..start + name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name));
        if closes {
            let tag = text.get(start..).unwrap_or_default();
            return tag.get(end_of_tag(tag)..).unwrap_or_default();
        }
        from = start;
    }
    ""
}

/// Elements that begin or end a line.
const BREAKS: [&str; 24] = [
    "p",
    "br",
    "div",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "tr",
    "table",
    "blockquote",
    "section",
    "article",
    "header",
    "footer",
    "dl",
    "dt",
    "dd",
    "pre",
];

/// Elements whose content nobody sees.
const HIDDEN: [&str; 5] = ["script", "style", "template", "iframe", "noscript"];

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

/// Lines under construction.
#[derive(Default)]
struct Lines {
    done: String,
    current: String,
}

impl Lines {
    fn text(&mut self, text: &str) {
        self.current.push_str(text);
    }

    /// Entities are decoded per line, so that a `<b>` within a word cannot split one, and white
    /// space in the source, line breaks included, is one blank.
    fn end(&mut self) {
        let line = clean(&entity::decode(&self.current));
        self.current.clear();
        if line.is_empty() {
            return;
        }
        if !self.done.is_empty() {
            self.done.push('\n');
        }
        self.done.push_str(&line);
    }

    fn finish(mut self) -> String {
        self.end();
        self.done
    }
}
