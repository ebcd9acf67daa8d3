//! What one person owns: titles with everything that the page and the catalog know about them.

mod generate;
mod lexicon;
mod title;

use std::collections::HashMap;

use crate::case::Case;
use crate::marketplace::Marketplace;
use crate::truth::Truth;

pub use title::{Person, Plus, Progress, Rating, SeriesEntry, Shape, Title};

/// Orders the library page offers, by the value of `sortBy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// `PURCHASE_DATE.dsc`, newest first.
    #[default]
    Newest,
    /// `RUNTIME_MINUTES.asc`
    Length,
    /// `SHORT_TITLE.asc`
    Title,
    /// `AUTHORS.asc`
    Author,
}

impl Sort {
    /// Anything unknown is the default order, as on the real page.
    pub fn parse(value: &str) -> Sort {
        match value {
            "RUNTIME_MINUTES.asc" => Sort::Length,
            "SHORT_TITLE.asc" => Sort::Title,
            "AUTHORS.asc" => Sort::Author,
            _ => Sort::Newest,
        }
    }
}

/// Titles of one account, newest first; the same on every marketplace.
#[derive(Debug, Clone)]
pub struct Library {
    titles: Vec<Title>,
    by_asin: HashMap<String, usize>,
    by_cover: HashMap<String, usize>,
}

impl Library {
    /// Invents `count` titles.
    ///
    /// The same seed always buys the same titles in the same order, so a larger library is a
    /// smaller one with newer titles in front.
    pub fn generate(seed: u64, count: usize) -> Library {
        Library::from_oldest(generate::titles(seed, count))
    }

    /// One title for each case, in this order, the first one newest.
    pub fn of(cases: &[Case]) -> Library {
        let mut plain = generate::plain(cases.len());
        let titles = cases.iter().zip(plain.iter_mut()).map(|(case, title)| {
            case.apply(title);
            title.clone()
        });
        let mut titles: Vec<Title> = titles.collect();
        titles.reverse();
        Library::from_oldest(titles)
    }

    /// A library of these titles, newest first.
    pub fn from_newest(mut titles: Vec<Title>) -> Library {
        titles.reverse();
        Library::from_oldest(titles)
    }

    fn from_oldest(mut titles: Vec<Title>) -> Library {
        titles.reverse();
        let by_asin = titles.iter().enumerate().map(|(i, t)| (t.asin.clone(), i)).collect();
        let by_cover =
            titles.iter().enumerate().filter_map(|(i, t)| Some((t.cover_id.clone()?, i))).collect();
        Library { titles, by_asin, by_cover }
    }

    /// Every title, newest first.
    pub fn titles(&self) -> &[Title] {
        &self.titles
    }

    /// The title with this ASIN.
    pub fn find(&self, asin: &str) -> Option<&Title> {
        self.titles.get(*self.by_asin.get(asin)?)
    }

    /// The title whose cover has this id.
    pub fn find_cover(&self, cover_id: &str) -> Option<&Title> {
        self.titles.get(*self.by_cover.get(cover_id)?)
    }

    /// Every title in the asked order.
    pub fn sorted(&self, sort: Sort) -> Vec<&Title> {
        let mut titles: Vec<&Title> = self.titles.iter().collect();
        match sort {
            Sort::Newest => {}
            Sort::Length => titles.sort_by_key(|title| title.runtime_minutes),
            Sort::Title => titles.sort_by(|a, b| a.title.cmp(&b.title)),
            Sort::Author => titles.sort_by(|a, b| a.authors.first().cmp(&b.authors.first())),
        }
        titles
    }

    /// What a correct reader of page and catalog ends with, newest first; noise rows are left out.
    pub fn truth(&self, marketplace: Marketplace) -> Vec<Truth> {
        let titles = self.titles.iter().enumerate().filter(|(_, title)| !title.noise);
        titles.map(|(rank, title)| Truth::of(title, rank, marketplace)).collect()
    }
}
