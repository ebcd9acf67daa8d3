//! How much of each thing an item may carry; the schema states the same numbers, a test compares them.

/// Characters of a title or subtitle.
pub const TITLE: usize = 1000;
/// Characters of a person's name, or of a category.
pub const NAME: usize = 300;
/// Characters of a series' name, or of a publisher.
pub const SERIES_TITLE: usize = 500;
/// Characters of a short word: language, kinds, SKU, sequence, collection id.
pub const WORD: usize = 100;
/// Characters of a description.
pub const SUMMARY: usize = 20_000;
/// Characters of an address.
pub const ADDRESS: usize = 2048;
/// Authors, or narrators.
pub const PEOPLE: usize = 300;
/// Series of one title.
pub const SERIES: usize = 50;
/// Categories of one title.
pub const CATEGORIES: usize = 100;
/// Collections of one title.
pub const COLLECTIONS: usize = 200;
/// Minutes of one title.
pub const MINUTES: u32 = 100_000;
/// Place in the list.
pub const RANK: u32 = 1_000_000;
/// Ratings of one title, the largest number that JavaScript can count to.
pub const RATINGS: u64 = 9_007_199_254_740_991;
/// Bytes of `source_extra` as JSON.
pub const EXTRA_BYTES: usize = 16 * 1024;
/// Levels of nesting in `source_extra`.
pub const EXTRA_DEPTH: usize = 16;
