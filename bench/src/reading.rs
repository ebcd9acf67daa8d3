//! Reading library pages, beside what the HTML parser alone costs.

use std::time::{Duration, Instant};

use audible_sim::{Language, Library, Marketplace, page::library_page};
use scraper::Html;

use crate::tell;

const PAGES: u32 = 20;
const PAGE_SIZE: usize = 50;

/// Reads a library of 1,000 titles page by page, each page both ways in turn.
pub(crate) fn run() {
    let library = Library::generate(1, PAGES as usize * PAGE_SIZE);
    let (mut parsing, mut reading) = (Duration::ZERO, Duration::ZERO);
    let (mut bytes, mut titles) = (0, 0);
    for page in 1..=PAGES as usize {
        let html = library_page(&library, Marketplace::US, Language::English, page, PAGE_SIZE);
        bytes += html.len();
        parsing += timed(|| Html::parse_document(&html).tree.nodes().count());
        reading += timed(|| titles += extension::extract::extract(&html).items.len());
    }
    let each = |time: Duration| time.as_secs_f64() * 1_000.0 / f64::from(PAGES);
    tell(&format!(
        "reading: {titles} titles on {PAGES} pages, {:.1} MB; a page {:.1} ms, the parser alone \
         {:.1} ms, ratio {:.2}",
        bytes as f64 / 1e6,
        each(reading),
        each(parsing),
        reading.as_secs_f64() / parsing.as_secs_f64(),
    ));
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    std::hint::black_box(work());
    begun.elapsed()
}
