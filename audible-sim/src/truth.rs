//! What each title really is: the fields that a correct reader of page and catalog ends with.

use serde::Serialize;

use crate::library::{Progress, Title};
use crate::marketplace::Marketplace;

/// One title as it should arrive. Fields that neither page nor catalog know are `None` or empty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// Ten characters.
    pub asin: String,
    /// Place in the list, newest first, from 0.
    pub rank: usize,
    /// Title without subtitle, where the catalog tells them apart.
    pub title: String,
    /// Subtitle from the catalog.
    pub subtitle: Option<String>,
    /// Title as the page shows it, `Title: Subtitle`.
    pub page_title: String,
    /// Authors in their order.
    pub authors: Vec<TruthPerson>,
    /// Narrators' names in their order.
    pub narrators: Vec<String>,
    /// Series in their order.
    pub series: Vec<TruthSeries>,
    /// Whole length.
    pub runtime_minutes: Option<u32>,
    /// `YYYY-MM-DD`.
    pub release_date: Option<String>,
    /// Publisher.
    pub publisher: Option<String>,
    /// Language of the recording, lower-case English name.
    pub language: Option<String>,
    /// Category names from wide to narrow.
    pub categories: Vec<String>,
    /// Plain text; paragraphs are separated by an empty line. Compare without regard to white
    /// space, since a reader may join paragraphs differently.
    pub summary: Option<String>,
    /// Cover, 500 pixels wide.
    pub cover_url: Option<String>,
    /// Rating of all listeners.
    pub rating: Option<TruthRating>,
    /// Own rating, 1 to 5.
    pub my_rating: Option<u8>,
    /// Progress; shows have none.
    pub listening: Option<TruthListening>,
    /// `Product`, `Podcast`, ...
    pub content_type: String,
    /// `SinglePartBook`, `PodcastParent`, ...
    pub delivery_type: String,
    /// Stock number from the catalog.
    pub sku: Option<String>,
    /// Lent by the Plus catalogue.
    pub plus: bool,
    /// Can be played.
    pub available: bool,
    /// Not published yet.
    pub preorder: bool,
    /// Marked as a favourite.
    pub favorite: bool,
    /// Collection ids as the row lists them.
    pub collections: Vec<String>,
    /// Comes with a PDF.
    pub pdf: bool,
    /// The catalog knows it.
    pub enriched: bool,
    /// Address in the store without the readable part, `https://www.audible.{tld}/pd/{asin}`.
    pub audible_url: String,
}

/// An author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthPerson {
    /// Full name.
    pub name: String,
    /// Store id.
    pub asin: Option<String>,
}

/// A place in a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthSeries {
    /// Name of the series.
    pub title: String,
    /// Store id.
    pub asin: String,
    /// Number or range alone: `2`, `0.5`, `1-3`.
    pub sequence: Option<String>,
}

/// What all listeners think.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TruthRating {
    /// Mean of all stars.
    pub average: f64,
    /// How many rated.
    pub count: u32,
}

/// Progress before any rule of an importing program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthListening {
    /// State as the row's visible parts say.
    pub state: TruthState,
    /// 0 when not started, 100 when finished, else the meter, at most 100.
    pub percent: u8,
    /// Minutes left, only in progress; less than one minute counts as one.
    pub minutes_left: Option<u32>,
}

/// The three states of a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TruthState {
    /// Nothing heard.
    NotStarted,
    /// Something heard.
    InProgress,
    /// Marked as finished.
    Finished,
}

impl Truth {
    pub(crate) fn of(title: &Title, rank: usize, marketplace: Marketplace) -> Truth {
        let page_title = title.full_title();
        let known = title.in_catalog;
        Truth {
            asin: title.asin.clone(),
            rank,
            title: title.title.clone(),
            subtitle: title.subtitle.clone(),
            page_title,
            authors: title
                .authors
                .iter()
                .map(|author| TruthPerson { name: author.name.clone(), asin: author.asin.clone() })
                .collect(),
            narrators: title.narrators.clone(),
            series: series(title),
            runtime_minutes: (title.runtime_minutes > 0).then_some(title.runtime_minutes),
            release_date: known.then(|| title.release_date.clone()),
            publisher: title.publisher.clone().filter(|_| known),
            language: known.then(|| title.language.to_owned()),
            categories: title
                .categories
                .iter()
                .filter(|_| known)
                .map(|(_, name)| (*name).to_owned())
                .collect(),
            summary: if known {
                Some(title.summary.join("\n\n"))
            } else {
                title.teaser(crate::page::TEASER_LENGTH)
            },
            cover_url: title.cover_url(),
            rating: title
                .rating
                .filter(|_| known)
                .map(|rating| TruthRating { average: rating.average, count: rating.count }),
            my_rating: (title.my_rating > 0).then_some(title.my_rating),
            listening: title.progress.map(listening),
            content_type: title.content_type.to_owned(),
            delivery_type: title.delivery_type.to_owned(),
            sku: known.then(|| title.sku.clone()),
            plus: title.plus.is_some(),
            available: title.plus.is_none_or(|plus| plus.available),
            preorder: title.plus.is_some_and(|plus| plus.preorder),
            favorite: title.favorite,
            collections: title.collections.clone(),
            pdf: title.pdf,
            enriched: known,
            audible_url: format!("https://{}/pd/{}", marketplace.www(), title.asin),
        }
    }
}

fn series(title: &Title) -> Vec<TruthSeries> {
    title
        .series
        .iter()
        .map(|entry| TruthSeries {
            title: entry.title.clone(),
            asin: entry.asin.clone(),
            sequence: entry.sequence().map(str::to_owned),
        })
        .collect()
}

fn listening(progress: Progress) -> TruthListening {
    let (state, percent, minutes_left) = match progress {
        Progress::NotStarted => (TruthState::NotStarted, 0, None),
        Progress::Finished => (TruthState::Finished, 100, None),
        Progress::InProgress { meter, minutes_left } => {
            let percent = u8::try_from(meter.min(100)).unwrap_or(100);
            (TruthState::InProgress, percent, Some(minutes_left.max(1)))
        }
    };
    TruthListening { state, percent, minutes_left }
}
