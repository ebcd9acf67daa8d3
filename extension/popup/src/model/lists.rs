//! Lists of what could not be used or was rejected, grouped so that equal lines stand once.

use extension::messages::{Receipt, Summary};
use shared::{
    problem::{Problem, Reason},
    wire::v1::ItemReceipt,
};

use super::text::{Text, Value};
use crate::i18n::Key;

/// A list that opens at a click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// What is in it, and how much.
    pub title: Text,
    /// Equal lines, with the places where they apply.
    pub groups: Vec<Group>,
    /// Said below when the list was cut.
    pub cut: Option<Text>,
}

/// One line and the places where it applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The line.
    pub what: Text,
    /// Product numbers, rows or pages.
    pub places: Vec<Text>,
}

/// What could not be used while reading.
pub(super) fn problems(summary: &Summary) -> Option<List> {
    let lines = summary.problems.iter().map(|problem| (line(problem), place(problem)));
    let title = Text::counted(summary.problem_count, Key::ProblemsOne, Key::Problems);
    list(title, lines, summary.problem_count)
}

/// What the server rejected.
pub(super) fn refused(receipt: &Receipt) -> Option<List> {
    let lines = receipt.refused.iter().map(|item| (refusal(item), refused_place(item)));
    let title = Text::counted(receipt.rejected, Key::RefusedTitlesOne, Key::RefusedTitles);
    list(title, lines, receipt.rejected)
}

fn list(title: Text, lines: impl Iterator<Item = (Text, Text)>, all: u32) -> Option<List> {
    let mut groups: Vec<Group> = Vec::new();
    let mut listed = 0;
    for (what, place) in lines {
        listed += 1;
        match groups.iter_mut().find(|group| group.what == what) {
            Some(group) => group.places.push(place),
            None => groups.push(Group { what, places: vec![place] }),
        }
    }
    let cut = (listed < all).then(|| Text::with(Key::FirstOnly, [listed.into()]));
    (listed > 0).then_some(List { title, groups, cut })
}

fn line(problem: &Problem) -> Text {
    let field = Value::Said(field(&problem.field));
    Text::with(Key::FieldAndReason, [field, Value::Said(reason(problem.reason))])
}

fn refusal(item: &ItemReceipt) -> Text {
    let reason = match item.reason.as_deref().map(str::trim) {
        None | Some("") => Value::Said(Key::NoReason),
        Some(reason) => reason.into(),
    };
    Text::with(Key::FieldAndReason, [Value::Said(field(inside(item.pointer.as_deref()))), reason])
}

/// The part of `/items/7/cover_url` that lies inside the item.
fn inside(pointer: Option<&str>) -> &str {
    pointer.and_then(|pointer| pointer.splitn(4, '/').nth(3)).unwrap_or_default()
}

fn place(problem: &Problem) -> Text {
    if let Some(asin) = &problem.asin {
        return Text::plain(asin.clone());
    }
    let number =
        |text: &str, word: &str| text.trim_start().strip_prefix(word)?.trim().parse::<u32>().ok();
    let place = problem.place.as_str();
    let both = place
        .split_once(',')
        .and_then(|(page, row)| Some((number(page, "page ")?, number(row, "row ")?)));
    match (both, number(place, "row "), number(place, "page ")) {
        (Some((page, row)), ..) => Text::with(Key::PlacePageRow, [page.into(), row.into()]),
        (_, Some(row), _) => Text::with(Key::PlaceRow, [row.into()]),
        (_, _, Some(page)) => Text::with(Key::PlacePage, [page.into()]),
        _ => Text::plain(place),
    }
}

fn refused_place(item: &ItemReceipt) -> Text {
    let known = item.asin.as_deref().or(item.pointer.as_deref());
    known.map_or_else(|| Key::FieldWhole.into(), Text::plain)
}

/// The name of a field by its wire name or by a path that begins with it.
pub(crate) fn field(path: &str) -> Key {
    match path.split(['/', '.', '[']).next().unwrap_or_default() {
        "" => Key::FieldWhole,
        "asin" => Key::FieldAsin,
        "title" => Key::FieldTitle,
        "subtitle" => Key::FieldSubtitle,
        "authors" => Key::FieldAuthors,
        "narrators" => Key::FieldNarrators,
        "series" => Key::FieldSeries,
        "runtime_minutes" => Key::FieldRuntime,
        "release_date" => Key::FieldReleaseDate,
        "purchase_date" => Key::FieldPurchaseDate,
        "publisher" => Key::FieldPublisher,
        "language" => Key::FieldLanguage,
        "categories" => Key::FieldCategories,
        "summary" => Key::FieldSummary,
        "cover_url" => Key::FieldCover,
        "rating" => Key::FieldRating,
        "my_rating" => Key::FieldMyRating,
        "listening" => Key::FieldListening,
        "availability" => Key::FieldAvailability,
        "collections" => Key::FieldCollections,
        "audible_url" => Key::FieldAddress,
        _ => Key::FieldOther,
    }
}

fn reason(reason: Reason) -> Key {
    match reason {
        Reason::Missing => Key::ReasonMissing,
        Reason::Malformed => Key::ReasonMalformed,
        Reason::TooLarge => Key::ReasonTooLarge,
        Reason::ForeignAddress => Key::ReasonForeignAddress,
        Reason::UnknownUnit => Key::ReasonUnknownUnit,
        Reason::NotEnriched => Key::ReasonNotEnriched,
        Reason::LayoutChanged => Key::ReasonLayoutChanged,
        Reason::Moving => Key::ReasonMoving,
    }
}
