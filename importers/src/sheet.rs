//! The first sheet of an Excel file, cell by cell.

use calamine::{DataRef, Reader, Xlsx, XlsxError, open_workbook_from_rs};

use crate::{Found, Input, Unreadable, draft::Draft, format::Flat, table::Columns};

/// Most cells that are read.
const MOST_CELLS: u64 = 50_000_000;

/// The cells of the first row.
pub(crate) fn header(input: &mut dyn Input) -> Result<Vec<String>, Unreadable> {
    let mut names = Vec::new();
    cells(input, &mut |row, column, cell| {
        if row > 0 {
            return false;
        }
        names.resize(names.len().max(column + 1), String::new());
        names[column] = cell.to_owned();
        true
    })?;
    Ok(names)
}

/// All rows behind the first; gives how many were no audiobooks.
pub(crate) fn read(
    flat: &Flat,
    input: &mut dyn Input,
    found: &mut dyn FnMut(Found),
) -> Result<u32, Unreadable> {
    let columns = Columns::new(flat, header(input)?);
    let mut others = 0;
    let mut current: Option<(usize, Draft)> = None;
    let mut finish = |(row, mut draft): (usize, Draft)| {
        others += u32::from(!flat.finish(&mut draft, format!("row {}", row + 1), found));
    };
    cells(input, &mut |row, column, cell| {
        if row == 0 {
            return true;
        }
        if current.as_ref().is_some_and(|(at, _)| *at != row)
            && let Some(whole) = current.take()
        {
            finish(whole);
        }
        let (_, draft) = current.get_or_insert_with(|| (row, Draft::default()));
        columns.put(draft, column, cell);
        true
    })?;
    if let Some(whole) = current {
        finish(whole);
    }
    Ok(others)
}

/// Every cell with something in it, row by row from 0, until `each` has enough.
fn cells(
    input: &mut dyn Input,
    each: &mut dyn FnMut(usize, usize, &str) -> bool,
) -> Result<(), Unreadable> {
    let mut book: Xlsx<_> = open_workbook_from_rs(input).map_err(|error| unreadable(&error))?;
    let name = book.sheet_names().into_iter().next().ok_or(Unreadable::Unknown)?;
    let mut reader = book.worksheet_cells_reader(&name).map_err(|error| unreadable(&error))?;
    for _ in 0..MOST_CELLS {
        let cell = reader.next_cell().map_err(|error| unreadable(&error))?;
        let Some(cell) = cell else { break };
        let (row, column) = cell.get_position();
        let text = written(cell.get_value());
        // Rows and columns are far below these bounds in any sheet that Excel can write.
        let (Ok(row), Ok(column)) = (usize::try_from(row), usize::try_from(column)) else {
            continue;
        };
        if column < 1_000 && !text.is_empty() && !each(row, column, &text) {
            break;
        }
    }
    Ok(())
}

/// A cell as a table would have it.
fn written(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::DateTime(day) if day.is_datetime() => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        _ => String::new(),
    }
}

fn unreadable(_: &XlsxError) -> Unreadable {
    Unreadable::Damaged
}
