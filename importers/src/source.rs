//! What a file is, and the way through it.

use std::io::{BufReader, Cursor, Read, SeekFrom};

use serde_json::Value;
use shared::problem::Reason;

use crate::{
    Found, Input, Report, Unreadable,
    archive::{self, Limits},
    draft::{Draft, Verdict},
    format::{FLAT, Flat, Format, NESTED, Names, Nested},
    formats::{amazon_data, audible_cli, audible_json},
    json::{self, Broken, Head},
    problem,
    rows::{Next, Rows},
    sheet,
    table::{self, Columns},
    text::{self, Written},
    within,
};

/// What tells tables apart from each other.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A file whose program is known.
pub(crate) enum Source {
    /// A table of one program.
    Table(&'static Flat, TableHead),
    /// A table of Amazon's.
    Amazon(amazon_data::Kind, TableHead),
    /// A flat list in JSON.
    List(&'static Flat, Written),
    /// Nested entries in JSON.
    Nested(&'static Nested, Head, Written),
    /// An Excel sheet.
    Sheet(&'static Flat),
    /// An archive with files of these kinds.
    Archive(Format),
}

/// How a table begins.
pub(crate) struct TableHead {
    written: Written,
    delimiter: u8,
    names: Vec<String>,
    /// Rows before the header: Excel's line that names the delimiter.
    before: usize,
}

impl Source {
    pub(crate) fn format(&self) -> Format {
        match self {
            Self::Table(flat, _) | Self::List(flat, _) | Self::Sheet(flat) => flat.format,
            Self::Nested(nested, ..) => nested.format,
            Self::Amazon(..) => Format::AmazonData,
            Self::Archive(format) => *format,
        }
    }

    /// How it is written, if it is text.
    fn written(&self) -> Option<Written> {
        match self {
            Self::Table(_, head) | Self::Amazon(_, head) => Some(head.written),
            Self::List(_, written) | Self::Nested(.., written) => Some(*written),
            Self::Sheet(_) | Self::Archive(_) => None,
        }
    }

    fn is_wishlist(&self) -> bool {
        matches!(self, Self::Amazon(amazon_data::Kind::Wishlist, _))
    }
}

/// Finds out what a file is.
pub(crate) fn open(input: &mut dyn Input, limits: &Limits) -> Result<Source, Unreadable> {
    match told(input, limits)? {
        source if source.is_wishlist() => Err(Unreadable::Wishlist),
        source => Ok(source),
    }
}

/// The same of a file that may be one of several.
fn told(input: &mut dyn Input, limits: &Limits) -> Result<Source, Unreadable> {
    input.seek(SeekFrom::Start(0))?;
    let mut head = [0; 4];
    let read = input.read(&mut head)?;
    if head[..read].starts_with(b"PK\x03\x04") {
        return in_archive(input, limits);
    }
    let written = text::written(input)?;
    match first_letter(&mut text::decoded(input, written)?)? {
        None => Err(Unreadable::Empty),
        Some(b'{' | b'[') => in_json(input, written),
        Some(_) => in_table(input, written),
    }
}

fn first_letter(text: &mut dyn Read) -> std::io::Result<Option<u8>> {
    let first = BufReader::new(text)
        .bytes()
        .find(|byte| !matches!(byte, Ok(byte) if byte.is_ascii_whitespace()));
    first.transpose()
}

fn in_table(input: &mut dyn Input, written: Written) -> Result<Source, Unreadable> {
    let mut best: Option<TableHead> = None;
    for delimiter in DELIMITERS {
        if let Some(head) = header(input, written, delimiter)?
            && best.as_ref().is_none_or(|best| head.names.len() > best.names.len())
        {
            best = Some(head);
        }
    }
    let head = best.ok_or(Unreadable::Unknown)?;
    let names = Names::new(head.names.iter().map(String::as_str));
    if let Some(kind) = amazon_data::kind(&names) {
        return Ok(Source::Amazon(kind, head));
    }
    Ok(Source::Table(flat(&names)?, head))
}

/// The first row that is a header.
fn header(
    input: &mut dyn Input,
    written: Written,
    delimiter: u8,
) -> Result<Option<TableHead>, Unreadable> {
    let mut rows = Rows::new(text::decoded(input, written)?, delimiter);
    for before in 0..2 {
        let Next::Row(row) = rows.next()? else { return Ok(None) };
        let names: Vec<String> = row.cells().map(|cell| cell.trim().to_owned()).collect();
        // Excel names the delimiter in a line of its own.
        if !names.first().is_some_and(|name| name.to_lowercase().starts_with("sep=")) {
            return Ok(Some(TableHead { written, delimiter, names, before }));
        }
    }
    Ok(None)
}

/// The one program that writes such columns.
fn flat(names: &Names) -> Result<&'static Flat, Unreadable> {
    if audible_cli::is_wishlist(names) {
        return Err(Unreadable::Wishlist);
    }
    FLAT.into_iter().find(|flat| (flat.is)(names)).ok_or(Unreadable::Unknown)
}

fn in_json(input: &mut dyn Input, written: Written) -> Result<Source, Unreadable> {
    // One that breaks off has a head all the same; what is broken is said when it is read.
    let head = Head::of(text::decoded(input, written)?);
    if let Some(nested) = NESTED.into_iter().find(|nested| (nested.is)(&head)) {
        return Ok(Source::Nested(nested, head, written));
    }
    if audible_json::is_wishlist(&head) {
        return Err(Unreadable::Wishlist);
    }
    let is_there = |flat: &&&Flat, names: &Names| (flat.is)(names);
    for (name, entries) in &head.lists {
        let names = Names::of_entries(entries);
        let fitting = FLAT.iter().filter(|flat| flat.lists.contains(&name.as_str()));
        if let Some(flat) = fitting.clone().find(|flat| is_there(flat, &names)) {
            return Ok(Source::List(flat, written));
        }
        if matches!(flat(&names), Err(Unreadable::Wishlist)) {
            return Err(Unreadable::Wishlist);
        }
    }
    Err(Unreadable::Unknown)
}

fn in_archive(input: &mut dyn Input, limits: &Limits) -> Result<Source, Unreadable> {
    let names = archive::names(input, limits)?;
    if names.iter().any(|name| name == "xl/workbook.xml") {
        archive::measure(input, limits)?;
        let names = sheet::header(input)?;
        return Ok(Source::Sheet(flat(&Names::new(names.iter().map(String::as_str)))?));
    }
    let mut unreadable = Unreadable::Unknown;
    let mut format = None;
    archive::each(input, limits, &mut |_, bytes| {
        match told(&mut Cursor::new(bytes), limits) {
            Ok(source) if source.is_wishlist() => unreadable = Unreadable::Wishlist,
            Ok(source) => format = format.or(Some(source.format())),
            Err(Unreadable::Wishlist) => unreadable = Unreadable::Wishlist,
            Err(_) => {}
        }
        Ok(())
    })?;
    format.map(Source::Archive).ok_or(unreadable)
}

/// Reads a whole file.
pub(crate) fn read(
    source: &Source,
    input: &mut dyn Input,
    limits: &Limits,
    found: &mut dyn FnMut(Found),
) -> Result<Report, Unreadable> {
    if let Source::Archive(format) = source {
        return all_of(*format, input, limits, found);
    }
    let mut amazon = amazon_data::Data::default();
    let report = one(source, input, "", &mut amazon, found)?;
    amazon.hand_out(found);
    Ok(report)
}

/// The files of an archive: Amazon's belong together, of others there is one.
fn all_of(
    format: Format,
    input: &mut dyn Input,
    limits: &Limits,
    found: &mut dyn FnMut(Found),
) -> Result<Report, Unreadable> {
    let mut amazon = amazon_data::Data::default();
    let mut all: Option<Report> = None;
    archive::each(input, limits, &mut |name, bytes| {
        let input: &mut dyn Input = &mut Cursor::new(bytes);
        let left_out =
            |detail: &str| Found::Problem(problem(name.to_owned(), "", Reason::Malformed, detail));
        let source = match told(input, limits) {
            Ok(source) if source.format() == format => source,
            Ok(_) => {
                found(left_out("another export in the same archive; import it by itself"));
                return Ok(());
            }
            Err(_) => return Ok(()),
        };
        if format == Format::AmazonData && amazon_data::is_of_another(name) {
            found(left_out("the listening of another profile"));
        } else if format == Format::AmazonData || all.is_none() {
            let report = one(&source, input, name, &mut amazon, found)?;
            let before = all.unwrap_or(Report { others: 0, whole: true });
            let others = before.others + report.others;
            all = Some(Report { others, whole: before.whole && report.whole });
        } else {
            found(left_out("another export in the same archive; import it by itself"));
        }
        Ok(())
    })?;
    amazon.hand_out(found);
    all.ok_or(Unreadable::Unknown)
}

/// One file that is no archive; `name` stands before places.
fn one(
    source: &Source,
    input: &mut dyn Input,
    name: &str,
    amazon: &mut amazon_data::Data,
    found: &mut dyn FnMut(Found),
) -> Result<Report, Unreadable> {
    let mut named = |one: Found| {
        found(match one {
            Found::Title(mut title) => {
                title.place = within(name, std::mem::take(&mut title.place));
                Found::Title(title)
            }
            Found::Refused(mut problem) => {
                problem.place = within(name, problem.place);
                Found::Refused(problem)
            }
            Found::Problem(mut problem) => {
                problem.place = within(name, problem.place);
                Found::Problem(problem)
            }
        });
    };
    let mut report = Report { others: 0, whole: true };
    if let Some(line) = source.written().and_then(|written| written.fault) {
        let detail = "bytes of this line, and perhaps of lines below, are no text like the rest of the file: \
                      \u{FFFD} stands for them";
        named(Found::Problem(problem(format!("line {line}"), "", Reason::Malformed, detail)));
    }
    match source {
        Source::Table(flat, head) => {
            let mut rows = Rows::new(text::decoded(input, head.written)?, head.delimiter);
            let order = table::order(flat, &head.names, &mut rows)?;
            drop(rows);
            let mut rows = behind(input, head)?;
            let columns = Columns::new(flat, head.names.clone());
            report = table::read(flat, &columns, &mut rows, order, &mut named)?;
        }
        Source::Amazon(kind, head) => {
            let mut rows = behind(input, head)?;
            report = amazon.read(*kind, (name, &head.names), &mut rows, &mut named)?;
        }
        Source::Sheet(flat) => report.others = sheet::read(flat, input, &mut named)?,
        Source::List(flat, written) => {
            let mut others = 0;
            let end = json::entries(
                text::decoded(input, *written)?,
                flat.lists,
                &mut |_, index, entry| {
                    let place = format!("entry {}", index + 1);
                    match entry.as_object() {
                        Some(entry) => {
                            others += u32::from(!table::entry(flat, entry, place, &mut named));
                        }
                        None => named(Found::Refused(no_object(place))),
                    }
                },
            );
            report.others = others;
            report.whole = is_whole(end, &mut named);
        }
        Source::Nested(nested, head, written) => {
            let mut others = 0;
            let end = json::entries(
                text::decoded(input, *written)?,
                nested.lists,
                &mut |_, index, entry| {
                    others += u32::from(!nested_title(nested, head, index, &entry, &mut named));
                },
            );
            report.others = others;
            report.whole = is_whole(end, &mut named);
        }
        Source::Archive(_) => return Err(Unreadable::Unknown),
    }
    Ok(report)
}

/// The rows behind the header.
fn behind<'a>(
    input: &'a mut dyn Input,
    head: &TableHead,
) -> Result<Rows<impl Read + use<'a>>, Unreadable> {
    let mut rows = Rows::new(text::decoded(input, head.written)?, head.delimiter);
    for _ in 0..=head.before {
        rows.next()?;
    }
    Ok(rows)
}

fn nested_title(
    nested: &Nested,
    head: &Head,
    index: usize,
    entry: &Value,
    found: &mut dyn FnMut(Found),
) -> bool {
    let place = format!("entry {}", index + 1);
    if !entry.is_object() {
        found(Found::Refused(no_object(place)));
        return true;
    }
    let mut draft = Draft::default();
    match (nested.title)(entry, head, &mut draft) {
        Verdict::Other => return false,
        Verdict::Title => table::hand_out(&mut draft, place, found),
    }
    true
}

fn no_object(place: String) -> shared::problem::Problem {
    problem(place, "", Reason::Malformed, "an entry is an object with the fields of a title")
}

/// Names where a document broke off.
fn is_whole(end: Result<(), Broken>, found: &mut dyn FnMut(Found)) -> bool {
    let Err(broken) = end else { return true };
    let (reason, detail) = if broken.too_large {
        (
            Reason::TooLarge,
            "an entry here is larger than four megabytes; nothing behind it was read",
        )
    } else {
        (Reason::Malformed, "the JSON breaks off here or is not valid; nothing behind it was read")
    };
    found(Found::Problem(problem(format!("line {}", broken.line), "", reason, detail)));
    false
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        io::Cursor,
        path::{Path, PathBuf},
    };

    use super::{DELIMITERS, header};
    use crate::{
        Input,
        archive::{self, Limits},
        format::{FLAT, Format, NESTED, Names},
        formats::amazon_data,
        json::Head,
        sheet, source, text,
    };

    fn inputs(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                inputs(&path, found);
            } else if path.file_stem().is_some_and(|stem| stem == "input") {
                found.push(path);
            }
        }
    }

    fn of_table(names: &Names) -> Vec<Format> {
        let amazon = amazon_data::kind(names).map(|_| Format::AmazonData);
        let flat = FLAT.into_iter().filter(|flat| (flat.is)(names)).map(|flat| flat.format);
        amazon.into_iter().chain(flat).collect()
    }

    fn of_json(head: &Head) -> Vec<Format> {
        let nested = NESTED.into_iter().filter(|nested| (nested.is)(head)).map(|one| one.format);
        let flat = head.lists.iter().flat_map(|(list, entries)| {
            let names = Names::of_entries(entries);
            let fitting = FLAT.into_iter().filter(move |flat| flat.lists.contains(&list.as_str()));
            fitting.filter(|flat| (flat.is)(&names)).map(|flat| flat.format).collect::<Vec<_>>()
        });
        nested.chain(flat).collect()
    }

    /// Which programs claim a file; an archive's own, those of its files after each other.
    fn claims(path: &Path, input: &mut dyn Input) -> Vec<Format> {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("json") => {
                let written = text::written(input).unwrap();
                of_json(&Head::of(text::decoded(input, written).unwrap()))
            }
            Some("xlsx") => {
                let names = sheet::header(input).unwrap();
                of_table(&Names::new(names.iter().map(String::as_str)))
            }
            Some("zip") => {
                let mut all = Vec::new();
                let each = &mut |name: &str, bytes| {
                    let claims = claims(Path::new(name), &mut Cursor::new(bytes));
                    assert!(claims.len() < 2, "{name}: {claims:?}");
                    all.extend(claims);
                    Ok(())
                };
                archive::each(input, &Limits::default(), each).unwrap();
                all.dedup();
                all
            }
            _ => {
                let written = text::written(input).unwrap();
                let heads = DELIMITERS.map(|one| header(input, written, one));
                let heads = heads.map(|head| head.unwrap().unwrap());
                let head = heads.iter().max_by_key(|head| head.names.len()).unwrap();
                of_table(&Names::new(head.names.iter().map(String::as_str)))
            }
        }
    }

    #[test]
    fn no_two_programs_claim_one_sample() {
        let mut all = Vec::new();
        inputs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), &mut all);
        let mut crossed = 0;
        for path in all {
            let input: &mut dyn Input = &mut File::open(&path).unwrap();
            let Ok(source) = source::open(input, &Limits::default()) else { continue };
            assert_eq!(claims(&path, input), [source.format()], "{}", path.display());
            crossed += 1;
        }
        assert!(crossed > 34, "{crossed}");
    }
}
