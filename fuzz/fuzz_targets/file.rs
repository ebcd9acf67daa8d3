//! Export files: every importer, whichever the content calls for.

#![no_main]

use std::io::Cursor;

use importers::{Content, Export, Found, Limits};
use libfuzzer_sys::fuzz_target;
use shared::{map::map, validate};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { entries: 20, entry: 1 << 20, unpacked: 4 << 20 };
    let Ok(export) = Export::open(Cursor::new(bytes), limits) else { return };
    let read = export.read(&mut |found| {
        let Found::Title(title) = found else { return };
        match title.content {
            Content::Raw(raw) => drop(map(raw, &title.place)),
            Content::Ours(ours) => drop(validate::item(ours.item)),
        }
    });
    assert!(read.is_ok(), "what was opened is read: {read:?}");
});
