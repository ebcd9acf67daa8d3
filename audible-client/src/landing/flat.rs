//! A pasted text without its white space, which still knows where that was.

/// Letters as they were pasted, or as they are once decoded.
#[derive(Debug)]
pub(super) struct Flat {
    text: String,
    /// Places before which there was white space, ascending.
    breaks: Vec<usize>,
}

impl Flat {
    /// Leaves out white space, and what cannot be seen.
    pub(super) fn new(pasted: &str) -> Self {
        let (mut text, mut breaks) = (String::new(), Vec::new());
        for word in pasted.split_whitespace() {
            breaks.push(text.len());
            text.extend(word.chars().filter(|sign| !is_invisible(*sign)));
        }
        Self { text, breaks }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The same with ampersands of HTML and percent signs decoded once; none when there are none.
    pub(super) fn decoded(&self) -> Option<Self> {
        let (mut bytes, mut breaks) = (Vec::new(), Vec::new());
        let mut left = self.breaks.iter().copied().peekable();
        let mut at = 0;
        while at < self.text.len() {
            // A break within an encoded sign moves to its end.
            while left.next_if(|one| *one <= at).is_some() {
                breaks.push(bytes.len());
            }
            let (byte, length) = sign(&self.text.as_bytes()[at..]);
            bytes.push(byte);
            at += length;
        }
        breaks.dedup();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // Broken UTF-8 moves places; an address of Amazon's has none, so white space is forgotten.
        let breaks = if text.len() == bytes.len() { breaks } else { Vec::new() };
        (bytes.len() < self.text.len()).then_some(Self { text, breaks })
    }

    /// The word of a code that begins here. Where the text was broken it goes on, unless what follows
    /// looks like a word of a sentence and nothing of the address comes behind it.
    pub(super) fn word(&self, start: usize) -> &str {
        let rest = &self.text[start..];
        let whole = rest.find(|sign| !is_of_code(sign));
        let end = start + whole.unwrap_or(rest.len());
        // The address goes on behind the code, so all of it belongs to the code.
        if self.text[end..].starts_with('&') {
            return &self.text[start..end];
        }
        let inner: Vec<usize> =
            self.breaks.iter().copied().filter(|one| (start + 1..end).contains(one)).collect();
        let stop = inner.iter().enumerate().find(|(number, from)| {
            let to = inner.get(number + 1).copied().unwrap_or(end);
            is_plain_word(&self.text[**from..to])
        });
        &self.text[start..stop.map_or(end, |(_, from)| *from)]
    }
}

/// The sign that stands first, decoded, and how many bytes it takes.
fn sign(bytes: &[u8]) -> (u8, usize) {
    for ampersand in ["&amp;", "&#38;", "&#x26;", "&AMP;"] {
        if bytes.starts_with(ampersand.as_bytes()) {
            return (b'&', ampersand.len());
        }
    }
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    if bytes.first() == Some(&b'%')
        && let (Some(high), Some(low)) = (digit(1), digit(2))
        && let Ok(byte) = u8::try_from(high * 16 + low)
    {
        return (byte, 3);
    }
    (bytes.first().copied().unwrap_or_default(), 1)
}

/// Soft hyphens, zero-width signs, byte order marks: what programs for texts put in.
const fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

const fn is_of_code(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '-' || sign == '_'
}

/// Letters in lower case, the first aside: rather a word of a sentence than the rest of a code.
fn is_plain_word(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_lowercase())
}
