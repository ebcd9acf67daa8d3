//! All titles of a reading: which are shown, how many there are of each kind, which are left out.

use std::collections::HashMap;

use super::{
    title::{Heard, Title},
    verdict::Verdict,
};

/// Which titles are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Show {
    /// All.
    #[default]
    All,
    /// Those that the server does not have.
    New,
    /// Those of which something would change.
    Changed,
    /// Those that would stay as they are.
    Unchanged,
    /// Those that are never to be imported.
    Ignored,
    /// Those that the server would refuse.
    Refused,
    /// Those that the person leaves out.
    LeftOut,
    /// Podcasts, shows, episodes.
    Podcasts,
    /// From the Plus catalogue.
    Plus,
    /// Those that cannot be played today.
    Unavailable,
    /// Those that were heard to the end.
    Finished,
}

impl Show {
    /// All kinds, in the order of the page.
    pub const ALL: [Self; 11] = [
        Self::All,
        Self::New,
        Self::Changed,
        Self::Unchanged,
        Self::Ignored,
        Self::Refused,
        Self::LeftOut,
        Self::Finished,
        Self::Podcasts,
        Self::Plus,
        Self::Unavailable,
    ];

    /// Name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Ignored => "ignored",
            Self::Refused => "refused",
            Self::LeftOut => "left-out",
            Self::Podcasts => "podcasts",
            Self::Plus => "plus",
            Self::Unavailable => "unavailable",
            Self::Finished => "finished",
        }
    }
}

/// A title with what is said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    /// The title.
    pub title: Title,
    /// What a search looks at, folded.
    searched: String,
    /// The server's word, once it was asked.
    pub verdict: Option<Verdict>,
    /// The person leaves it out.
    pub left_out: bool,
}

/// The titles in the order of the library.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    books: Vec<Book>,
    places: HashMap<String, usize>,
}

impl Shelf {
    /// Puts a title behind the others; `searched` is [`Title::searched`] as searches are written.
    pub fn push(&mut self, title: Title, searched: String) {
        self.places.insert(title.asin.clone(), self.books.len());
        self.books.push(Book { title, searched, verdict: None, left_out: false });
    }

    /// Titles in all.
    pub const fn len(&self) -> usize {
        self.books.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.books.is_empty()
    }

    /// One title.
    pub fn book(&self, place: usize) -> Option<&Book> {
        self.books.get(place)
    }

    /// Takes the server's word on some titles.
    pub fn hear(&mut self, lines: &str) {
        for (asin, verdict) in super::verdict::read(lines) {
            if let Some(book) = self.by_asin(asin) {
                book.verdict = Some(verdict);
            }
        }
    }

    /// Forgets every word of the server, to hear all anew.
    pub fn forget(&mut self) {
        for book in &mut self.books {
            book.verdict = None;
        }
    }

    /// Leaves out exactly the titles with these ASINs.
    pub fn leave_out<'a>(&mut self, asins: impl Iterator<Item = &'a str>) {
        for asin in asins {
            if let Some(book) = self.by_asin(asin) {
                book.left_out = true;
            }
        }
    }

    fn by_asin(&mut self, asin: &str) -> Option<&mut Book> {
        let place = *self.places.get(asin)?;
        self.books.get_mut(place)
    }

    /// Chooses titles, or leaves them out.
    pub fn choose(&mut self, places: &[usize], chosen: bool) {
        for place in places {
            if let Some(book) = self.books.get_mut(*place) {
                book.left_out = !chosen;
            }
        }
    }

    /// Places of all titles.
    pub fn all(&self) -> Vec<usize> {
        (0..self.books.len()).collect()
    }

    /// Places of the titles of a kind that have every word of a folded search.
    pub fn shown(&self, show: Show, search: &str) -> Vec<usize> {
        let words: Vec<&str> = search.split_whitespace().collect();
        let fits =
            |book: &Book| book.is(show) && words.iter().all(|word| book.searched.contains(word));
        let books = self.books.iter().enumerate();
        books.filter(|(_, book)| fits(book)).map(|(place, _)| place).collect()
    }

    /// How many titles there are of each kind, in the order of [`Show::ALL`].
    pub fn counts(&self) -> [u32; Show::ALL.len()] {
        let mut counts = [0; Show::ALL.len()];
        for book in &self.books {
            for (count, show) in counts.iter_mut().zip(Show::ALL) {
                *count += u32::from(book.is(show));
            }
        }
        counts
    }

    /// ASINs of the titles that are left out.
    pub fn left_out(&self) -> Vec<String> {
        let books = self.books.iter().filter(|book| book.left_out);
        books.map(|book| book.title.asin.clone()).collect()
    }

    /// ASINs of the titles at these places.
    pub fn asins(&self, places: &[usize]) -> Vec<String> {
        let books = places.iter().filter_map(|place| self.books.get(*place));
        books.map(|book| book.title.asin.clone()).collect()
    }
}

impl Book {
    /// Whether it is of a kind.
    fn is(&self, show: Show) -> bool {
        match show {
            Show::All => true,
            Show::New => self.verdict == Some(Verdict::New),
            Show::Changed => matches!(self.verdict, Some(Verdict::Changed(_))),
            Show::Unchanged => self.verdict == Some(Verdict::Unchanged),
            Show::Ignored => self.verdict == Some(Verdict::Ignored),
            Show::Refused => self.verdict == Some(Verdict::Refused),
            Show::LeftOut => self.left_out,
            Show::Podcasts => self.title.podcast,
            Show::Plus => self.title.plus,
            Show::Unavailable => self.title.unavailable,
            Show::Finished => self.title.heard == Heard::All,
        }
    }
}
