//! Bytes of a file to text: by its mark, by its zeros, or by whether it is UTF-8 at all.

use std::io::{self, SeekFrom};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use crate::Input;

/// How much is looked at at once.
const PART: usize = 64 * 1024;

/// A file's bytes as UTF-8 without a mark.
pub(crate) type Text<'a> = DecodeReaderBytes<&'a mut dyn Input, Vec<u8>>;

/// The file as text, from its beginning.
pub(crate) fn decoded(input: &mut dyn Input) -> io::Result<Text<'_>> {
    let encoding = encoding(input)?;
    decoded_from(input, encoding)
}

/// The same where it is known what it is written in, which takes a pass over the whole file to know.
pub(crate) fn decoded_from<'a>(
    input: &'a mut dyn Input,
    encoding: &'static Encoding,
) -> io::Result<Text<'a>> {
    input.seek(SeekFrom::Start(0))?;
    let mut builder = DecodeReaderBytesBuilder::new();
    builder.strip_bom(true).bom_override(true);
    if encoding == UTF_8 {
        // All of it was seen to be UTF-8, and is not looked at once more.
        builder.utf8_passthru(true);
    } else {
        builder.encoding(Some(encoding));
    }
    builder.build_with_buffer(input, vec![0; PART])
}

/// What a file without a mark is written in: old programs on Windows write in its code page.
pub(crate) fn encoding(input: &mut dyn Input) -> io::Result<&'static Encoding> {
    input.seek(SeekFrom::Start(0))?;
    let mut part = vec![0; PART];
    let mut held = 0;
    let mut first = true;
    loop {
        let read = input.read(&mut part[held..])?;
        let seen = &part[..held + read];
        if first && let Some(wide) = wide(seen) {
            return Ok(wide);
        }
        first = false;
        match std::str::from_utf8(seen) {
            Ok(_) => held = 0,
            Err(error) if error.error_len().is_none() && read > 0 => {
                // The end of the part stands within a letter: it goes before the next part.
                let from = error.valid_up_to();
                held = seen.len() - from;
                part.copy_within(from..from + held, 0);
            }
            Err(_) => return Ok(WINDOWS_1252),
        }
        if read == 0 {
            return Ok(UTF_8);
        }
    }
}

/// A mark, or a zero in every second byte, as text in Latin letters has it in UTF-16.
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xFF, 0xFE, ..] => return Some(UTF_16LE),
        [0xFE, 0xFF, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let head = &head[..head.len().min(64)];
    let zeros = |from: usize| head.iter().skip(from).step_by(2).all(|byte| *byte == 0);
    match head.len() {
        4.. if zeros(1) => Some(UTF_16LE),
        4.. if zeros(0) => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::decoded;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let mut input = Cursor::new(bytes.to_vec());
        let mut found = String::new();
        decoded(&mut input).unwrap().read_to_string(&mut found).unwrap();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_usual_encoding_is_read() {
        let text = "asin,title\r\nB000000001,Über die Küste\r\n";
        let wide =
            |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<_>>();
        check(text.as_bytes(), text);
        check(&[b"\xEF\xBB\xBF", text.as_bytes()].concat(), text);
        check(&[b"\xFF\xFE", wide(u16::to_le_bytes).as_slice()].concat(), text);
        check(&[b"\xFE\xFF", wide(u16::to_be_bytes).as_slice()].concat(), text);
        check(&wide(u16::to_le_bytes), text);
        check(b"\xDCber", "Über");
        check(b"\xEF\xBB\xBFa\xFFb", "a\u{FFFD}b");
        check(b"", "");
    }

    #[test]
    fn a_letter_over_the_end_of_a_part_is_no_other_encoding() {
        for before in 65_530..65_540 {
            let text = format!("{}ü€😀", "a".repeat(before));
            check(text.as_bytes(), &text);
        }
    }
}
