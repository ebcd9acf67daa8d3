//! Bytes of a file to text: by its mark, by its zeros, or by whether it is UTF-8 at all.

use std::io::{self, SeekFrom};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use crate::Input;

/// How much is looked at at once.
const PART: usize = 64 * 1024;

/// A file's bytes as UTF-8 without a mark.
pub(crate) type Text<'a> = DecodeReaderBytes<&'a mut dyn Input, Vec<u8>>;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    encoding: &'static Encoding,
    /// The line of the first byte that is no UTF-8, in a file that is UTF-8 all the same.
    pub(crate) fault: Option<u64>,
}

/// A file as text from its beginning, where it is known how it is written.
pub(crate) fn decoded(input: &mut dyn Input, written: Written) -> io::Result<Text<'_>> {
    input.seek(SeekFrom::Start(0))?;
    let mut builder = DecodeReaderBytesBuilder::new();
    builder.strip_bom(true).bom_override(true);
    if written.encoding == UTF_8 && written.fault.is_none() {
        // All of it was seen to be UTF-8, and is not looked at once more.
        builder.utf8_passthru(true);
    } else {
        builder.encoding(Some(written.encoding));
    }
    builder.build_with_buffer(input, vec![0; PART])
}

/// How a file is written, which takes a pass over all of it to know; and one more where not all is UTF-8.
pub(crate) fn written(input: &mut dyn Input) -> io::Result<Written> {
    input.seek(SeekFrom::Start(0))?;
    let mut part = vec![0; PART];
    let mut held = 0;
    let mut first = true;
    loop {
        let read = input.read(&mut part[held..])?;
        let seen = &part[..held + read];
        if first && let Some(encoding) = wide(seen) {
            return Ok(Written { encoding, fault: None });
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
            Err(_) => return Counted::of(input, &mut part).map(Counted::written),
        }
        if read == 0 {
            return Ok(Written { encoding: UTF_8, fault: None });
        }
    }
}

/// What a file without a mark holds that is not all UTF-8.
#[derive(Default)]
struct Counted {
    /// It has the mark of UTF-8.
    marked: bool,
    /// Letters of more than one byte.
    letters: u64,
    /// Bytes that are part of none.
    invalid: u64,
    /// Bytes of a letter in whose middle the file ends.
    cut: usize,
    /// Line ends before the first fault.
    lines: u64,
}

impl Counted {
    fn of(input: &mut dyn Input, part: &mut [u8]) -> io::Result<Self> {
        input.seek(SeekFrom::Start(0))?;
        let mut counted = Self::default();
        let mut first = true;
        loop {
            let read = input.read(&mut part[counted.cut..])?;
            let filled = counted.cut + read;
            counted.marked |= first && part[..filled].starts_with(b"\xEF\xBB\xBF");
            first = false;
            counted.add(&part[..filled]);
            if read == 0 {
                return Ok(counted);
            }
            part.copy_within(filled - counted.cut..filled, 0);
        }
    }

    fn add(&mut self, mut rest: &[u8]) {
        loop {
            let end = std::str::from_utf8(rest).err();
            let (valid, behind) = rest.split_at(end.map_or(rest.len(), |end| end.valid_up_to()));
            let count =
                |is: fn(u8) -> bool| valid.iter().map(|byte| u64::from(is(*byte))).sum::<u64>();
            self.letters += count(|byte| byte >= 0xC0);
            if self.invalid == 0 {
                self.lines += count(|byte| byte == b'\n');
            }
            let Some(length) = end.and_then(|end| end.error_len()) else {
                self.cut = behind.len();
                return;
            };
            self.invalid += length as u64;
            rest = &behind[length..];
        }
    }

    /// Some spoilt bytes among letters that are UTF-8, or an end within one, make it no other encoding; old
    /// programs on Windows write in its code page, where nearly no letter looks like UTF-8.
    fn written(self) -> Written {
        let is_cut = self.invalid == 0 && self.cut > 1;
        if self.marked || self.letters > self.invalid || is_cut {
            return Written { encoding: UTF_8, fault: Some(self.lines + 1) };
        }
        Written { encoding: WINDOWS_1252, fault: None }
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
    use std::io::{BufReader, Cursor, Read};

    use super::{decoded, written};

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        check_fault(bytes, expected, None);
    }

    #[track_caller]
    fn check_fault(bytes: &[u8], expected: &str, fault: Option<u64>) {
        let mut input = Cursor::new(bytes.to_vec());
        let written = written(&mut input).unwrap();
        // As all readers here do: a buffer of fewer than four bytes has no room for every letter.
        let text = BufReader::new(decoded(&mut input, written).unwrap());
        let found = text.bytes().collect::<Result<Vec<u8>, _>>().unwrap();
        assert_eq!((String::from_utf8(found).unwrap().as_str(), written.fault), (expected, fault));
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
        check(b"", "");
    }

    #[test]
    fn a_few_spoilt_bytes_do_not_change_the_encoding_of_all_others() {
        check_fault(b"\xEF\xBB\xBFa\xFFb", "a\u{FFFD}b", Some(1));
        let spoilt = [b"a\n", "Über".as_bytes(), b"\n\xFF", "Küste\n\n".as_bytes(), b""];
        check_fault(&spoilt.concat(), "a\nÜber\n\u{FFFD}Küste\n\n", Some(3));
        check_fault("Über\nKü".as_bytes().split_last().unwrap().1, "Über\nK\u{FFFD}", Some(2));
        check_fault("a €".as_bytes().split_last().unwrap().1, "a \u{FFFD}", Some(1));
        for before in [65_530, 65_534, 65_535, 65_536] {
            let text =
                ["a\n".repeat(before / 2).as_bytes(), "aüß€".as_bytes(), b"\xE2\x82x"].concat();
            let expected = format!("{}aüß€\u{FFFD}x", "a\n".repeat(before / 2));
            check_fault(&text, &expected, Some(before as u64 / 2 + 1));
        }
        // As many spoilt bytes as letters, or none but the last: the code page of Windows.
        check(b"\xFC\xC3\xBC", "üÃ¼");
        check(b"Caf\xE9", "Café");
    }

    #[test]
    fn a_letter_over_the_end_of_a_part_is_no_other_encoding() {
        for before in 65_530..65_540 {
            let text = format!("{}ü€😀", "a".repeat(before));
            check(text.as_bytes(), &text);
        }
    }
}
