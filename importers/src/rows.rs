//! Tables row by row: any delimiter, quotes as in RFC 4180, every row within a bound.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Most bytes of one row. A longer one is left out and named: it is no title, but an attack or a quote
/// that was never closed.
pub(crate) const LARGEST_ROW: usize = 1024 * 1024;
/// Most columns.
const MOST_COLUMNS: usize = 1_000;

/// Rows of a table, one at a time.
pub(crate) struct Rows<R> {
    reader: R,
    core: Reader,
    input: Vec<u8>,
    at: usize,
    filled: usize,
    output: Vec<u8>,
    ends: Vec<usize>,
    ended: bool,
    ends_open: bool,
}

/// What comes next.
pub(crate) enum Next<'a> {
    /// A row.
    Row(Row<'a>),
    /// A row over its bound, which was left out; the line on which it began.
    TooLarge(u64),
    /// Nothing.
    End,
}

/// One row.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    /// The line on which it began, from 1.
    pub(crate) line: u64,
    /// How many line ends it holds.
    pub(crate) breaks: u64,
    /// The line of a quote that is never closed: the file ends in its cell, which is the last.
    pub(crate) open: Option<u64>,
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Row<'a> {
    /// The cells in order.
    pub(crate) fn cells(self) -> impl Iterator<Item = &'a str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(self.ends)
            .map(move |(start, end)| self.text.get(start..*end).unwrap_or_default())
    }
}

impl<R: Read> Rows<R> {
    pub(crate) fn new(reader: R, delimiter: u8) -> Self {
        Self {
            reader,
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            input: vec![0; 64 * 1024],
            at: 0,
            filled: 0,
            output: vec![0; 64 * 1024],
            ends: vec![0; 64],
            ended: false,
            ends_open: false,
        }
    }

    /// The file has been read and ends in a quote, so that rows may have been taken for a part of a cell.
    pub(crate) fn ends_open(&self) -> bool {
        self.ends_open
    }

    /// The next row that is not empty.
    pub(crate) fn next(&mut self) -> io::Result<Next<'_>> {
        let (mut written, mut ended, mut too_large) = (0, 0, false);
        self.skip_line_ends()?;
        let line = self.core.line();
        loop {
            self.fill()?;
            let (at_end, line) = (self.filled == 0, self.core.line());
            // A line end that no file has: it ends a row, and within a quote it becomes a part of the cell.
            let input = match at_end && !self.ended {
                true => b"\n",
                false => &self.input[self.at..self.filled],
            };
            let (result, read, wrote, ends) =
                self.core.read_record(input, &mut self.output[written..], &mut self.ends[ended..]);
            ended += ends;
            if at_end {
                self.core.set_line(line);
                self.ended |= read > 0;
                self.ends_open |= wrote > 0;
            } else {
                self.at += read;
                written += wrote;
            }
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.output.len() < LARGEST_ROW => {
                    self.output.resize(self.output.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < MOST_COLUMNS => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    (too_large, written, ended) = (true, 0, 0);
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(Next::End),
            }
        }
        let at_line_end = self.at > 0 && self.input[self.at - 1] == b'\n';
        let breaks = self.core.line() - line - u64::from(at_line_end);
        if too_large {
            return Ok(Next::TooLarge(line));
        }
        let mut open = None;
        if let (true, [before @ .., last]) = (self.ends_open, &mut self.ends[..ended]) {
            *last = written;
            let cell = &self.output[before.last().copied().unwrap_or_default()..written];
            let breaks = cell.iter().filter(|byte| **byte == b'\n').count();
            open = Some(self.core.line() - breaks as u64);
        }
        // Decoded text is UTF-8; the end of a cell is never within a letter.
        let text = std::str::from_utf8(&self.output[..written])
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok(Next::Row(Row { line, breaks, open, text, ends: &self.ends[..ended] }))
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.at == self.filled {
            self.filled = self.reader.read(&mut self.input)?;
            self.at = 0;
        }
        Ok(())
    }

    /// The rest of a line end, and empty lines, so that a row is counted on its own line.
    fn skip_line_ends(&mut self) -> io::Result<()> {
        loop {
            self.fill()?;
            match self.input[self.at..self.filled].first() {
                Some(b'\n') => self.core.set_line(self.core.line() + 1),
                Some(b'\r') => {}
                _ => return Ok(()),
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LARGEST_ROW, Next, Rows};

    /// Line, cells and line ends within, of every row.
    fn all(text: &str, delimiter: u8) -> Vec<(u64, Vec<String>, u64)> {
        let mut rows = Rows::new(text.as_bytes(), delimiter);
        let mut found = Vec::new();
        loop {
            found.push(match rows.next().unwrap() {
                Next::End => return found,
                Next::TooLarge(line) => (line, vec!["too large".to_owned()], 0),
                Next::Row(row) => (row.line, row.cells().map(str::to_owned).collect(), row.breaks),
            });
        }
    }

    fn row(line: u64, cells: &[&str], breaks: u64) -> (u64, Vec<String>, u64) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect(), breaks)
    }

    #[test]
    fn rows_are_counted_by_the_line_on_which_they_begin() {
        let expected = [
            row(1, &["a", "b"], 0),
            row(2, &["1\n2", "x"], 1),
            row(5, &["", ""], 0),
            row(6, &["z"], 0),
        ];
        assert_eq!(all("a,b\n\"1\n2\",x\n\n,\nz", b','), expected);
        let windows = "a,b\r\n\"1\n2\",x\r\n\r\n,\r\nz\r\n";
        assert_eq!(all(windows, b','), expected);
        assert_eq!(all("a;\"b \"\"c\"\"\"", b';'), [row(1, &["a", "b \"c\""], 0)]);
        assert_eq!(all("", b','), []);
    }

    #[test]
    fn a_row_over_its_bound_is_left_out_and_those_behind_it_are_not() {
        let long = "x".repeat(LARGEST_ROW * 3);
        let text = format!("a,b\n1,\"{long}\"\n2,y\n{}\n3,z\n", ",".repeat(5_000));
        assert_eq!(
            all(&text, b','),
            [
                row(1, &["a", "b"], 0),
                row(2, &["too large"], 0),
                row(3, &["2", "y"], 0),
                row(4, &["too large"], 0),
                row(5, &["3", "z"], 0),
            ]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_takes_the_rest() {
        assert_eq!(
            all("a,b\n1,\"x\n2,y\n", b','),
            [row(1, &["a", "b"], 0), row(2, &["1", "x\n2,y\n"], 2)]
        );
        for (text, open) in [
            ("a,b\n1,\"x\n2,y\n", Some(2)),
            ("a,b\r\n\"1\r\n1\",\"x \"\"\r\n2,y", Some(3)),
            ("a,b\n\"", Some(2)),
            ("a,\"b\n\"", None),
            ("a,\"b\"", None),
            ("a,b\"", None),
            ("a,\"b\"\"\"\n\n", None),
            ("a,b\r", None),
            ("", None),
        ] {
            let mut rows = Rows::new(text.as_bytes(), b',');
            let mut last = None;
            while let Next::Row(row) = rows.next().unwrap() {
                last = row.open;
            }
            assert_eq!((last, rows.ends_open()), (open, open.is_some()), "{text}");
        }
        let long = format!("a,b\n1,\"{}", "x\n".repeat(LARGEST_ROW));
        let mut rows = Rows::new(long.as_bytes(), b',');
        while !matches!(rows.next().unwrap(), Next::End) {}
        assert!(rows.ends_open());
    }
}
