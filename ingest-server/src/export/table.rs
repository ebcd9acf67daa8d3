//! Rows of a table, in memory.

use csv::Writer;

/// Writes rows behind their header, which only the first part has.
pub(super) fn rows<const N: usize>(
    header: [&str; N],
    first: bool,
    rows: impl Iterator<Item = [String; N]>,
) -> Vec<u8> {
    let mut writer = Writer::from_writer(Vec::new());
    // Writing into memory does not fail.
    if first {
        let _header = writer.write_record(header);
    }
    for row in rows {
        let _row = writer.write_record(row.iter().map(|cell| guarded(cell)));
    }
    writer.into_inner().unwrap_or_default()
}

/// A cell that a table program would take for a formula gets an apostrophe before it and is shown as text.
/// So does one that would look like such a cell, so that reading it again gives what was written.
pub(crate) fn guarded(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn what_looks_like_a_formula_becomes_text() {
        assert_eq!(guarded("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(guarded("-1+2"), "'-1+2");
        assert_eq!(guarded("@cmd"), "'@cmd");
        assert_eq!(guarded("'=1"), "''=1");
        assert_eq!(guarded("'Salem's Lot"), "'Salem's Lot");
        assert_eq!(guarded("Salt = Water"), "Salt = Water");
    }
}
