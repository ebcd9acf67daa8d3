//! One title: the words of the book, the state of the listener and the shape of its row.

/// Start of every cover address; the id and a size follow.
const COVER_URL_START: &str = "https://m.media-amazon.com/images/I/";

/// An author.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// Store id; many authors have none and are linked by a search.
    pub asin: Option<String>,
}

/// A place in a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesEntry {
    /// Name of the series.
    pub title: String,
    /// Store id of the series.
    pub asin: String,
    /// Position as the page shows it, without the word before: `2`, `1-3`, `1, The Stolen Heir`.
    pub shown: Option<String>,
}

impl SeriesEntry {
    /// Position as the catalog has it: the number or range alone.
    pub fn sequence(&self) -> Option<&str> {
        self.shown.as_deref().map(|shown| shown.split(',').next().unwrap_or(shown).trim())
    }
}

/// How far the listener is, as the row shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The row shows the total length.
    NotStarted,
    /// The row shows a meter, which can pass 100, and what is left; 0 minutes is shown as `<1 min`.
    InProgress {
        /// Value of the meter, percent.
        meter: u16,
        /// Minutes left.
        minutes_left: u32,
    },
    /// The row shows the word alone.
    Finished,
}

/// A title lent by the Plus catalogue instead of bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plus {
    /// False when it left the catalogue and cannot be played any more.
    pub available: bool,
    /// Not published yet.
    pub preorder: bool,
}

/// What kind of row the title has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A book with progress, rating bar and all buttons.
    Book {
        /// The layout of 2021, with the label classes on the list item.
        old_layout: bool,
    },
    /// A podcast or show: no link around the title, no progress, no rating bar.
    Show,
    /// An episode that names its show.
    Episode {
        /// Name of the show.
        show: String,
        /// Store id of the show.
        show_asin: String,
    },
}

/// What all listeners think.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rating {
    /// Mean of all stars, 1 to 5.
    pub average: f64,
    /// How many rated.
    pub count: u32,
}

/// Everything about one title.
#[derive(Debug, Clone, PartialEq)]
pub struct Title {
    /// Ten characters, capital letters and digits; sometimes an ISBN.
    pub asin: String,
    /// Title without subtitle.
    pub title: String,
    /// Subtitle; the page shows both in one line.
    pub subtitle: Option<String>,
    /// Authors, sometimes none.
    pub authors: Vec<Person>,
    /// Narrators' names, sometimes none.
    pub narrators: Vec<String>,
    /// Series, sometimes several.
    pub series: Vec<SeriesEntry>,
    /// Length in minutes; 0 for shows.
    pub runtime_minutes: u32,
    /// `YYYY-MM-DD`.
    pub release_date: String,
    /// Publisher; the catalog lacks it for some.
    pub publisher: Option<String>,
    /// Language of the recording, lower-case English name.
    pub language: &'static str,
    /// Categories from wide to narrow: id and name.
    pub categories: Vec<(&'static str, &'static str)>,
    /// Paragraphs of the publisher's summary, plain text.
    pub summary: Vec<String>,
    /// Id of the cover picture.
    pub cover_id: Option<String>,
    /// Rating of all listeners; the catalog lacks it for some.
    pub rating: Option<Rating>,
    /// Own rating, 0 for none.
    pub my_rating: u8,
    /// `Product`, `Lecture`, `Podcast`, ...
    pub content_type: &'static str,
    /// `SinglePartBook`, `MultiPartBook`, `PodcastParent`, ...
    pub delivery_type: &'static str,
    /// Stock number.
    pub sku: String,
    /// Own progress; shows have none.
    pub progress: Option<Progress>,
    /// Lent, not bought.
    pub plus: Option<Plus>,
    /// Marked as a favourite.
    pub favorite: bool,
    /// Ids of the collections it is in.
    pub collections: Vec<String>,
    /// Comes with a PDF.
    pub pdf: bool,
    /// When it came into the library, as the number of a day.
    pub(crate) came: usize,
    /// Kind of row.
    pub shape: Shape,
    /// False when the catalog answers with the bare ASIN.
    pub in_catalog: bool,
    /// A row that is no title of the person, to be skipped by a reader.
    pub noise: bool,
}

impl Title {
    /// Title and subtitle in one line, as the page has them.
    pub fn full_title(&self) -> String {
        match &self.subtitle {
            Some(subtitle) => format!("{}: {subtitle}", self.title),
            None => self.title.clone(),
        }
    }

    /// Address of the cover, 500 pixels wide.
    pub fn cover_url(&self) -> Option<String> {
        Some(format!("{COVER_URL_START}{}._SL500_.jpg", self.cover_id.as_deref()?))
    }

    /// The short summary in the row: the first paragraph, cut at `limit` characters.
    pub fn teaser(&self, limit: usize) -> Option<String> {
        let first = self.summary.first()?;
        if first.chars().count() <= limit {
            return Some(first.clone());
        }
        let cut: String = first.chars().take(limit).collect();
        Some(format!("{}...", cut.trim_end()))
    }
}
