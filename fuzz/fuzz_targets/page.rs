//! Pages: a library page and a page of the purchase history, whatever they are made of.

#![no_main]

use extension::extract::{extract, history};
use libfuzzer_sys::fuzz_target;
use shared::{ids::Marketplace, map::map};

fuzz_target!(|bytes: &[u8]| {
    let html = String::from_utf8_lossy(bytes);
    let page = extract(&html);
    assert!(page.items.len() <= page.rows as usize);
    for item in page.items {
        drop(map(item, "row"));
    }
    let year = bytes.first().map(|byte| 2000 + i16::from(*byte % 30));
    for shop in [Marketplace::Us, Marketplace::De, Marketplace::Jp] {
        drop(history(&html, shop, year));
    }
});
