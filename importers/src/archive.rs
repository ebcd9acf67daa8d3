//! Zip archives within bounds: how many files, how large each, and how much larger than packed.

use std::io::{Read as _, SeekFrom, copy, sink};

use zip::{ZipArchive, read::ZipFile, result::ZipError};

use crate::{Input, Unreadable};

/// What an archive may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most files.
    pub entries: usize,
    /// Most bytes of one file, unpacked.
    pub entry: u64,
    /// Most bytes of all files, unpacked.
    pub unpacked: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MEBIBYTE: u64 = 1024 * 1024;
        Self { entries: 2_000, entry: 64 * MEBIBYTE, unpacked: 512 * MEBIBYTE }
    }
}

/// How much larger than packed a file may be: tables of the same words over and over pack to a fiftieth.
const RATIO: u64 = 200;
/// Below this size, the ratio says nothing.
const SMALL: u64 = 1024 * 1024;

/// What is in an archive.
pub(crate) fn names(input: &mut dyn Input, limits: &Limits) -> Result<Vec<String>, Unreadable> {
    all_names(&opened(input, limits)?)
}

/// Unpacks everything into nothing, so that what is unpacked later without bounds is within them.
pub(crate) fn measure(input: &mut dyn Input, limits: &Limits) -> Result<(), Unreadable> {
    let mut archive = opened(input, limits)?;
    let mut left = limits.unpacked;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(unreadable)?;
        unpack(&mut entry, limits, &mut left, &mut sink())?;
    }
    Ok(())
}

/// Takes the name of a file and what is in it.
pub(crate) type Unpacked<'a> = &'a mut dyn FnMut(&str, Vec<u8>) -> Result<(), Unreadable>;

/// Hands out every file that may be a table or JSON, unpacked, one after the other.
pub(crate) fn each(
    input: &mut dyn Input,
    limits: &Limits,
    found: Unpacked<'_>,
) -> Result<(), Unreadable> {
    let mut archive = opened(input, limits)?;
    let mut left = limits.unpacked;
    let mut names = all_names(&archive)?;
    names.sort();
    for name in names.iter().filter(|name| may_be_read(name)) {
        let mut bytes = Vec::new();
        let mut entry = archive.by_name(name).map_err(unreadable)?;
        unpack(&mut entry, limits, &mut left, &mut bytes)?;
        drop(entry);
        found(name, bytes)?;
    }
    Ok(())
}

/// By its ending: Amazon packs pictures and documents too.
fn may_be_read(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let hidden = name.split('/').any(|part| part.starts_with("__MACOSX") || part.starts_with('.'));
    !hidden && ending.is_some_and(|ending| ["csv", "tsv", "json", "txt"].contains(&&*ending))
}

fn opened<'a>(
    input: &'a mut dyn Input,
    limits: &Limits,
) -> Result<ZipArchive<&'a mut dyn Input>, Unreadable> {
    input.seek(SeekFrom::Start(0))?;
    let archive = ZipArchive::new(input).map_err(unreadable)?;
    if archive.len() > limits.entries {
        return Err(Unreadable::TooLarge);
    }
    Ok(archive)
}

fn all_names(archive: &ZipArchive<&mut dyn Input>) -> Result<Vec<String>, Unreadable> {
    let names = archive.file_names().map(|name| name.map(std::borrow::Cow::into_owned));
    names.collect::<Result<_, _>>().map_err(unreadable)
}

/// Counts what really comes, whatever the archive says of it.
fn unpack(
    entry: &mut ZipFile<'_, &mut dyn Input>,
    limits: &Limits,
    left: &mut u64,
    into: &mut dyn std::io::Write,
) -> Result<(), Unreadable> {
    let by_ratio = entry.compressed_size().saturating_mul(RATIO).max(SMALL);
    let most = limits.entry.min(*left).min(by_ratio);
    let read = copy(&mut entry.take(most + 1), into).map_err(|_| Unreadable::Damaged)?;
    if read > most {
        return Err(Unreadable::TooLarge);
    }
    *left -= read;
    Ok(())
}

fn unreadable(error: ZipError) -> Unreadable {
    match error {
        ZipError::Io(error) => Unreadable::Io(error),
        _ => Unreadable::Damaged,
    }
}
