//! A table or a flat list of one program: its cells go where the program's columns say.

use std::io::Read;

use serde_json::{Map, Value};
use shared::problem::{Problem, Reason};

use crate::{
    Content, Found, Report, Title,
    draft::{Draft, Set, Verdict},
    format::{Flat, plain},
    problem,
    rows::{Next, Row, Rows},
    words::{self, DayOrder},
};

/// What the columns of a file are.
pub(crate) struct Columns {
    names: Vec<String>,
    sets: Vec<Option<Set>>,
}

impl Flat {
    fn set(&self, name: &str) -> Option<Set> {
        let name = plain(name);
        self.columns.iter().find(|(column, _)| *column == name).map(|(_, set)| *set)
    }

    /// Hands out a row whose cells have been put in their places; false if it is no audiobook.
    pub(crate) fn finish(
        &self,
        draft: &mut Draft,
        place: String,
        found: &mut dyn FnMut(Found),
    ) -> bool {
        match (self.end)(draft) {
            Verdict::Other => return false,
            Verdict::Title => hand_out(draft, place, found),
        }
        true
    }
}

/// A title, and before it what of it could not be read.
pub(crate) fn hand_out(draft: &mut Draft, place: String, found: &mut dyn FnMut(Found)) {
    draft.put_together();
    let asin = Some(&draft.raw.asin).filter(|asin| !asin.is_empty());
    for (field, detail) in &draft.problems {
        let problem = problem(place.clone(), field, Reason::Malformed, detail);
        found(Found::Problem(Problem { asin: asin.cloned(), ..problem }));
    }
    let content = match draft.ours.take() {
        Some(ours) => Content::Ours(ours),
        None => Content::Raw(std::mem::take(&mut draft.raw)),
    };
    found(Found::Title(Box::new(Title { place, marketplace: draft.marketplace, content })));
}

impl Columns {
    pub(crate) fn new(flat: &Flat, names: Vec<String>) -> Self {
        let sets = names.iter().map(|name| flat.set(name)).collect();
        Self { names, sets }
    }

    /// Puts a cell in its place; what has none is kept under its name.
    pub(crate) fn put(&self, draft: &mut Draft, column: usize, cell: &str) {
        if cell.is_empty() {
            return;
        }
        let cell = trimmed(cell);
        match (self.sets.get(column), self.names.get(column)) {
            _ if cell.is_empty() => {}
            (Some(Some(set)), _) => set(draft, cell),
            (Some(None), Some(name)) if !name.is_empty() => draft.extra(name, Value::from(cell)),
            _ => {}
        }
    }
}

/// Reads the rows behind the header.
pub(crate) fn read<R: Read>(
    flat: &Flat,
    columns: &Columns,
    rows: &mut Rows<R>,
    order: DayOrder,
    found: &mut dyn FnMut(Found),
) -> std::io::Result<Report> {
    let mut others = 0;
    loop {
        let row = match rows.next()? {
            Next::End => return Ok(Report { others, whole: !rows.ends_open() }),
            Next::TooLarge(line) => {
                found(too_large(line));
                continue;
            }
            Next::Row(row) => row,
        };
        let mut draft = Draft { order, ..Draft::default() };
        let mut width = 0;
        for (column, cell) in row.cells().enumerate() {
            columns.put(&mut draft, column, cell);
            // Cells without anything in them behind the last column do no harm.
            width =
                if column < columns.names.len() || !cell.is_empty() { column + 1 } else { width };
        }
        if let Some(problem) = misshapen(&row, width, columns.names.len()) {
            found(Found::Refused(problem));
            continue;
        }
        let place = format!("line {}", row.line);
        others += u32::from(!flat.finish(&mut draft, place, found));
    }
}

/// Names a row over its bound.
pub(crate) fn too_large(line: u64) -> Found {
    let detail = "this row is larger than a megabyte: perhaps a quote in it is never closed";
    Found::Refused(problem(format!("line {line}"), "", Reason::TooLarge, detail))
}

/// A row in which the file ends, or with too few cells that goes over lines, holds an open quote; one with
/// too many is shifted. The width is what [`width`] says.
pub(crate) fn misshapen(row: &Row<'_>, width: usize, columns: usize) -> Option<Problem> {
    let detail = if row.open.is_some() || width < columns && row.breaks > 0 {
        "a quote that opens in this row is never closed, so that rows below are taken for a part of it"
    } else if width > columns {
        "this row has more cells than the file has columns"
    } else {
        return None;
    };
    let line = row.open.unwrap_or(row.line);
    Some(problem(format!("line {line}"), "", Reason::Malformed, detail))
}

/// How many cells a row has; those without anything in them behind the last column do no harm.
pub(crate) fn width(row: Row<'_>, columns: usize) -> usize {
    let cells = row.cells().enumerate();
    cells
        .filter(|(column, cell)| *column < columns || !cell.is_empty())
        .last()
        .map_or(0, |(column, _)| column + 1)
}

/// In which order the days of a file are written, if a column may have them in any.
pub(crate) fn order<R: Read>(
    flat: &Flat,
    names: &[String],
    rows: &mut Rows<R>,
) -> std::io::Result<DayOrder> {
    let is_day = |name: &String| flat.local_days.contains(&plain(name).as_str());
    let days: Vec<bool> = names.iter().map(is_day).collect();
    if !days.contains(&true) {
        return Ok(DayOrder::Unknown);
    }
    loop {
        let row = match rows.next()? {
            Next::End => return Ok(DayOrder::Unknown),
            Next::TooLarge(_) => continue,
            Next::Row(row) => row,
        };
        let mut shown = row.cells().zip(&days).filter(|(_, is_day)| **is_day);
        if let Some(order) = shown.find_map(|(cell, _)| words::order_of(cell)) {
            return Ok(order);
        }
    }
}

/// One entry of a flat list in JSON; false if it is no audiobook.
pub(crate) fn entry(
    flat: &Flat,
    entry: &Map<String, Value>,
    place: String,
    found: &mut dyn FnMut(Found),
) -> bool {
    let mut draft = Draft::default();
    for (name, value) in entry {
        let set = flat.set(name);
        match (value, set) {
            (Value::Null, _) => {}
            (Value::String(text), Some(set)) if !text.trim().is_empty() => {
                set(&mut draft, text.trim());
            }
            (Value::Bool(_) | Value::Number(_), Some(set)) => set(&mut draft, &value.to_string()),
            (Value::Array(all), Some(set)) => set(&mut draft, &joined(all)),
            (Value::String(text), None) if text.trim().is_empty() => {}
            (Value::String(_) | Value::Bool(_) | Value::Number(_), None) => {
                draft.extra(name, value.clone());
            }
            _ => {}
        }
    }
    flat.finish(&mut draft, place, found)
}

/// Texts of a list in one, as a table would have them.
fn joined(all: &[Value]) -> String {
    all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

/// Without white space around it, of which most cells have none.
fn trimmed(cell: &str) -> &str {
    match cell.as_bytes() {
        [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] => cell,
        _ => cell.trim(),
    }
}
