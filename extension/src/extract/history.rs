//! A page of the purchase history: which titles were ordered on which day.
//!
//! No page of it was seen by us; what it looks like is known from those who read it (see
//! `docs/audible.md`). So a day counts only if its year is the one that was asked for.

use std::collections::BTreeMap;

use jiff::civil::Date;
use shared::{
    ids::{Asin, Marketplace},
    problem::{Problem, Reason},
};

use super::{
    PageKind,
    dom::{Document, ElementRef},
    page,
    select::SELECTORS,
    text, unreadable,
};

/// What one page gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Years that can be asked for, as the page lists them.
    pub years: Vec<i16>,
    /// The last page number shown; 1 where the page shows no paging list.
    pub pages: u32,
    /// Titles with the day of their order, as the page lists them.
    pub orders: Vec<(String, Date)>,
    /// What could not be read, by row (`row 7`, counted from 1).
    pub problems: Vec<Problem>,
}

/// Reads one page of a year; without a year only the years are read.
///
/// # Errors
///
/// What kind of page it is, where it is none of the history or has a structure that we do not know.
pub fn history(
    html: &str,
    marketplace: Marketplace,
    year: Option<i16>,
) -> Result<History, PageKind> {
    let document = Document::parse(html);
    if document.select(&SELECTORS.history_filter).next().is_none() {
        return Err(match page::kind(&document, 0, 0) {
            PageKind::Library => PageKind::Unknown,
            other => other,
        });
    }
    let mut history =
        History { years: years(&document), pages: pages(&document), ..History::default() };
    let Some(year) = year else { return Ok(history) };
    let rows = rows(&document);
    let form = Form::of(&rows, marketplace, year);
    let mut of_order: BTreeMap<&str, Date> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        let day = row.day.as_deref().map(|day| form.read(day));
        if let Some(Some(day)) = day {
            of_order.insert(row.order, day);
        }
        let place = format!("row {}", place + 1);
        let Some(asin) = row.asin else { continue };
        let Ok(asin) = Asin::parse(asin) else {
            history.problems.push(unreadable(None, place, "asin", Reason::Malformed));
            continue;
        };
        // Of an order with several titles only the first row says when.
        let day = day.unwrap_or_else(|| of_order.get(row.order).copied());
        match day {
            Some(day) => history.orders.push((asin.into(), day)),
            None => {
                let reason = if row.day.is_some() { Reason::Malformed } else { Reason::Missing };
                let asin = Some(String::from(asin));
                history.problems.push(unreadable(asin, place, "purchase_date", reason));
            }
        }
    }
    let orders_without_titles =
        rows.is_empty() && document.select(&SELECTORS.history_order).next().is_some();
    if orders_without_titles || history.problems.len() > history.orders.len() {
        return Err(PageKind::Unknown);
    }
    Ok(history)
}

/// A title of an order, or an order that stands alone before its titles.
struct Row<'a> {
    asin: Option<&'a str>,
    /// Empty where the page does not say.
    order: &'a str,
    /// The day as the row writes it.
    day: Option<String>,
}

fn rows(document: &Document) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for element in document.select(&SELECTORS.history_row) {
        let day = text::first(element, &SELECTORS.history_day);
        let of_link = element.select(&SELECTORS.history_order).find_map(order_of_link);
        for item in element.select(&SELECTORS.history_item) {
            let order = item.attr("data-order-id").or(of_link).unwrap_or_default();
            let asin = item.attr("data-order-item-asin").unwrap_or_default();
            rows.push(Row { asin: Some(asin), order, day: day.clone() });
        }
        if let Some(order) = of_link
            && element.select(&SELECTORS.history_item).next().is_none()
        {
            rows.push(Row { asin: None, order, day });
        }
    }
    rows
}

/// `D01-1` of `/account/order-details?orderId=D01-1&ref=x`.
fn order_of_link(link: ElementRef<'_>) -> Option<&str> {
    let query = link.attr("href")?.split('?').nth(1)?;
    query.split('&').find_map(|pair| pair.strip_prefix("orderId="))
}

fn years(document: &Document) -> Vec<i16> {
    let year = |option: ElementRef<'_>| option.attr("value")?.parse().ok();
    let years = document.select(&SELECTORS.history_years).filter_map(year);
    years.filter(|year| (1995..=2100).contains(year)).collect()
}

fn pages(document: &Document) -> u32 {
    let number = |one: ElementRef<'_>| text::of(one).parse::<u32>().ok();
    document.select(&SELECTORS.history_pages).filter_map(number).max().unwrap_or(1)
}

/// How the page writes days: three numbers with anything between them.
struct Form {
    year: i16,
    year_first: bool,
    month_first: bool,
}

impl Form {
    /// The shop's usual form, unless a day of the page proves another one: a year may have four digits,
    /// and no month is above 12.
    fn of(rows: &[Row<'_>], marketplace: Marketplace, year: i16) -> Self {
        let days = || rows.iter().filter_map(|row| numbers(row.day.as_deref()?));
        let usual = matches!(marketplace, Marketplace::Ca | Marketplace::Jp);
        let proof =
            days().find_map(|[first, _, third]| (first > 31 || third > 31).then_some(first > 31));
        let year_first = proof.unwrap_or(usual);
        let usual = year_first || marketplace == Marketplace::Us;
        let mut form = Self { year, year_first, month_first: usual };
        let proof = days().find_map(|numbers| {
            let (_, first, second) = form.parts(numbers);
            (first > 12 || second > 12).then_some(second > 12)
        });
        form.month_first = proof.unwrap_or(usual);
        form
    }

    /// Year, and the two other numbers in their order.
    const fn parts(&self, [first, second, third]: [i16; 3]) -> (i16, i16, i16) {
        if self.year_first { (first, second, third) } else { (third, first, second) }
    }

    fn read(&self, day: &str) -> Option<Date> {
        let (year, first, second) = self.parts(numbers(day)?);
        let (month, day) = if self.month_first { (first, second) } else { (second, first) };
        let asked_for = year == self.year || year == self.year % 100;
        let (month, day) = (month.try_into().ok()?, day.try_into().ok()?);
        Date::new(self.year, month, day).ok().filter(|_| asked_for)
    }
}

/// The three numbers of a day, in the order of the page.
fn numbers(day: &str) -> Option<[i16; 3]> {
    let parts = day.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let numbers: Vec<i16> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}
