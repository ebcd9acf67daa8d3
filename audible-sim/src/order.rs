//! What a person has ordered: the purchase history, which knows the day of each order.

use std::collections::BTreeMap;

use crate::library::{Library, Shape, Title};
use crate::marketplace::Marketplace;

/// Orders on a page of the history when `ps` says nothing.
const ORDERS_PER_PAGE: usize = 20;

/// One order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order<'a> {
    /// Its id.
    pub id: String,
    /// `YYYY-MM-DD`.
    pub day: String,
    /// What was ordered, one or several.
    pub titles: Vec<&'a Title>,
}

/// A day by its number, in years of twelve months of 28 days; so no day is one that does not exist.
pub(crate) fn day(number: usize) -> String {
    let (year, rest) = (2008 + number / 336, number % 336);
    format!("{year}-{:02}-{:02}", rest / 28 + 1, rest % 28 + 1)
}

/// On which day the `number`-th title (from 1) came into the library: one a week at first, then eight a
/// day, so that the largest library, too, is some years old and some orders hold several titles.
pub(crate) fn came(number: usize) -> usize {
    let number = number.saturating_sub(1);
    if number < 400 { number * 7 } else { 2_800 + (number - 400) / 8 }
}

/// Titles that were bought; what is lent or comes with a show was never ordered.
pub fn is_ordered(title: &Title) -> bool {
    title.plus.is_none() && matches!(title.shape, Shape::Book { .. }) && !title.noise
}

/// All orders, newest first. One title in fifty was bought before, and given back.
pub fn orders(library: &Library) -> Vec<Order<'_>> {
    let mut days: BTreeMap<usize, Vec<&Title>> = BTreeMap::new();
    for title in library.titles().iter().filter(|title| is_ordered(title)) {
        let before = title.came.checked_sub(340).filter(|_| title.came % 50 == 0);
        for number in before.into_iter().chain([title.came]) {
            days.entry(number).or_default().push(title);
        }
    }
    let order = |(number, titles)| {
        let day = day(number);
        Order { id: format!("D01-{}", day.replace('-', "")), day, titles }
    };
    days.into_iter().rev().map(order).collect()
}

/// The day of the order by which each title came, by ASIN; what a correct reader finds.
pub fn days(library: &Library) -> BTreeMap<String, String> {
    let ordered = library.titles().iter().filter(|title| is_ordered(title));
    ordered.map(|title| (title.asin.clone(), day(title.came))).collect()
}

/// Years in which something was ordered, newest first.
pub(crate) fn years(orders: &[Order<'_>]) -> Vec<String> {
    let mut years: Vec<String> = orders.iter().map(|order| order.day[..4].to_owned()).collect();
    years.dedup();
    years
}

/// The orders on a page (from 1) of those that `wanted` says, and how many pages there are.
pub(crate) fn part<'a>(
    orders: &'a [Order<'a>],
    wanted: &str,
    page: usize,
    size: Option<usize>,
) -> (Vec<&'a Order<'a>>, usize) {
    let size = size.filter(|size| [20, 40].contains(size)).unwrap_or(ORDERS_PER_PAGE);
    let is_year = wanted.len() == 4 && wanted.bytes().all(|byte| byte.is_ascii_digit());
    // The newest orders, where no year is asked for, are those of the newest year.
    let newest = orders.first().map(|order| order.day[..4].to_owned()).unwrap_or_default();
    let year = if is_year { wanted } else { &newest };
    let all: Vec<&Order<'_>> = orders.iter().filter(|order| order.day.starts_with(year)).collect();
    let pages = all.len().div_ceil(size);
    (all.into_iter().skip(page.saturating_sub(1) * size).take(size).collect(), pages)
}

/// A day as a shop writes it.
pub(crate) fn written(day: &str, marketplace: Marketplace) -> String {
    let mut parts = day.split('-');
    let mut part = || parts.next().unwrap_or_default();
    let (year, month, day) = (part(), part(), part());
    let short = year.get(2..).unwrap_or_default();
    match marketplace.code {
        "us" => format!("{month}-{day}-{short}"),
        "ca" => format!("{year}-{month}-{day}"),
        "jp" => format!("{year}/{month}/{day}"),
        _ => format!("{day}-{month}-{short}"),
    }
}
