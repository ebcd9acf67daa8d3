//! Reading the widest table that a program exports, beside a bare pass of the `csv` crate over the same file.

use std::{
    fs::File,
    io::{BufWriter, Read, Write},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use importers::{Export, Format, Found, Limits};

use crate::table::{Table, median};

/// The argument with which this program starts itself to read a file, so that its memory can be told.
pub(crate) const ARGUMENT: &str = "read-for-a-benchmark";

const ROWS: usize = 25_000;
const ROUNDS: usize = 9;
/// Libation's: 42 columns.
const SAMPLE: &str = include_str!("../../importers/testdata/libation/csv_american/input.csv");
/// As long as descriptions are.
const DESCRIPTION: &str = "A keeper counts the nights, the ships and what the sea gives back. ";

/// Reads the same file in turn with both and takes the middle one of each.
pub(crate) fn run(table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("widest.csv");
    write(&path)?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(read(&path)?);
        bare.push(pass(&path)?);
    }
    let size = std::fs::metadata(&path)?.len() / 1_000_000;
    let what =
        format!("a table of 25,000 titles and 42 columns ({size} MB) read, beside a bare pass");
    table.ratio(&what, median(ours), median(bare), 3.0);
    let told = Command::new(std::env::current_exe()?).arg(ARGUMENT).arg(&path).output()?;
    let peak = String::from_utf8(told.stdout)?.trim().parse::<f64>().context("the peak in KiB")?;
    table.value("memory meanwhile", peak * 1024.0 / 1e6, "MB", 100.0);
    Ok(())
}

/// What the child does: reads the file, and says the most memory that it had, in KiB.
pub(crate) fn child(path: &str) -> Result<()> {
    read(Path::new(path))?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.context("the system tells the peak")?.trim_end_matches("kB").trim();
    Ok(writeln!(std::io::stdout(), "{peak}")?)
}

/// The sample's first row over and over, each with a number and a description of its own.
fn write(path: &Path) -> Result<()> {
    let mut reader = csv::Reader::from_reader(SAMPLE.as_bytes());
    let header = reader.headers()?.clone();
    let row = reader.records().next().context("the sample has a row")??;
    let place = |name: &str| header.iter().position(|column| column == name);
    let asin = place("Audible Product Id").context("the sample names its titles")?;
    let description = place("Description").context("the sample describes its titles")?;
    let mut writer = csv::Writer::from_writer(BufWriter::new(File::create(path)?));
    writer.write_record(&header)?;
    for number in 0..ROWS {
        let (id, text) = (format!("B0W{number:07}"), DESCRIPTION.repeat(6 + number % 7));
        let cells = row.iter().enumerate().map(|(column, cell)| match column {
            column if column == asin => id.as_str(),
            column if column == description => text.as_str(),
            _ => cell,
        });
        writer.write_record(cells)?;
    }
    Ok(writer.flush()?)
}

fn read(path: &Path) -> Result<Duration> {
    let begun = Instant::now();
    let export = Export::open(File::open(path)?, Limits::default())?;
    ensure!(export.format() == Format::Libation, "it is taken for {}", export.format());
    let mut titles = 0;
    export.read(&mut |found| titles += usize::from(matches!(found, Found::Title(_))))?;
    ensure!(titles == ROWS, "{titles} titles were read");
    Ok(begun.elapsed())
}

fn pass(path: &Path) -> Result<Duration> {
    let begun = Instant::now();
    let mut text = Vec::new();
    File::open(path)?.read_to_end(&mut text)?;
    let mut reader = csv::Reader::from_reader(text.as_slice());
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record)? {
        rows += 1;
    }
    ensure!(rows == ROWS, "{rows} rows were passed");
    Ok(begun.elapsed())
}
