//! The kinds of rows that real libraries hold, each available by name for one test.

use crate::library::{Person, Plus, Progress, SeriesEntry, Shape, Title};

/// One kind of row. Together they are every state seen in captured pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Case {
    /// An ordinary book, not started.
    NotStarted,
    /// A book half heard.
    InProgress,
    /// A book heard to the end, with an own rating.
    Finished,
    /// The meter stands at 105 and the book is not finished.
    Beyond100,
    /// The meter stands at 100 with less than a minute left, and the book is not finished.
    UnderOneMinute,
    /// A book that names no narrator.
    NoNarrator,
    /// Four series, with a number, a fraction, a range and none.
    SeveralSeries,
    /// A position that carries a name: `1, The Stolen Heir`.
    NamedPosition,
    /// A wide range as position: `115-116`.
    RangePosition,
    /// A position before the first book: `0.5`.
    FractionPosition,
    /// Lent by the Plus catalogue; repeats its hidden inputs in a remove form.
    Plus,
    /// Was lent by the Plus catalogue and cannot be played any more.
    PlusUnavailable,
    /// Not published yet.
    Preorder,
    /// A podcast: no progress, no link around the title.
    PodcastParent,
    /// A magazine-like show: `Periodical`.
    Show,
    /// One episode of a podcast.
    PodcastEpisode,
    /// The ASIN is an ISBN.
    IsbnAsin,
    /// A title of 180 characters.
    LongTitle,
    /// Twelve authors.
    TwelveAuthors,
    /// A title and names in Japanese.
    Japanese,
    /// A title and names in Russian.
    Russian,
    /// A title and names in Arabic.
    Arabic,
    /// Ampersand, quotes and angle brackets in title and names.
    Entities,
    /// No cover picture.
    NoCover,
    /// A favourite in two collections of the person's own, with a PDF.
    FavoriteWithPdf,
    /// The catalog answers with nulls for most fields.
    SparseCatalog,
    /// The catalog knows nothing but the ASIN.
    NotInCatalog,
    /// The row layout of 2021, with the label classes on the list item.
    OldLayout,
    /// "Your First Listen", a row that is no title of the person.
    FirstListen,
}

impl Case {
    /// Every case.
    pub const ALL: [Case; 29] = [
        Case::NotStarted,
        Case::InProgress,
        Case::Finished,
        Case::Beyond100,
        Case::UnderOneMinute,
        Case::NoNarrator,
        Case::SeveralSeries,
        Case::NamedPosition,
        Case::RangePosition,
        Case::FractionPosition,
        Case::Plus,
        Case::PlusUnavailable,
        Case::Preorder,
        Case::PodcastParent,
        Case::Show,
        Case::PodcastEpisode,
        Case::IsbnAsin,
        Case::LongTitle,
        Case::TwelveAuthors,
        Case::Japanese,
        Case::Russian,
        Case::Arabic,
        Case::Entities,
        Case::NoCover,
        Case::FavoriteWithPdf,
        Case::SparseCatalog,
        Case::NotInCatalog,
        Case::OldLayout,
        Case::FirstListen,
    ];

    /// The odd ones that a generated library holds, in the order in which they turn up.
    pub(crate) const ODD: [Case; 23] = [
        Case::Beyond100,
        Case::SeveralSeries,
        Case::PodcastParent,
        Case::PlusUnavailable,
        Case::Entities,
        Case::UnderOneMinute,
        Case::Japanese,
        Case::IsbnAsin,
        Case::PodcastEpisode,
        Case::NamedPosition,
        Case::TwelveAuthors,
        Case::Preorder,
        Case::FavoriteWithPdf,
        Case::SparseCatalog,
        Case::LongTitle,
        Case::RangePosition,
        Case::Russian,
        Case::NotInCatalog,
        Case::FractionPosition,
        Case::Show,
        Case::Arabic,
        Case::NoCover,
        Case::NoNarrator,
    ];

    /// Turns an ordinary title into this kind.
    pub(crate) fn apply(self, title: &mut Title) {
        match self {
            Case::NotStarted => title.progress = Some(Progress::NotStarted),
            Case::InProgress | Case::Beyond100 | Case::UnderOneMinute | Case::Finished => {
                self.apply_progress(title);
            }
            Case::SeveralSeries
            | Case::NamedPosition
            | Case::RangePosition
            | Case::FractionPosition => self.apply_series(title),
            Case::Plus | Case::PlusUnavailable | Case::Preorder => self.apply_plus(title),
            Case::PodcastParent | Case::Show | Case::PodcastEpisode => self.apply_podcast(title),
            Case::LongTitle
            | Case::TwelveAuthors
            | Case::Japanese
            | Case::Russian
            | Case::Arabic
            | Case::Entities => self.apply_words(title),
            Case::SparseCatalog | Case::NotInCatalog => self.apply_catalog(title),
            Case::NoNarrator => title.narrators.clear(),
            Case::IsbnAsin => title.asin = isbn_like(&title.asin),
            Case::NoCover => title.cover_id = None,
            Case::FavoriteWithPdf => favorite_with_pdf(title),
            Case::OldLayout => title.shape = Shape::Book { old_layout: true },
            Case::FirstListen => first_listen(title),
        }
    }

    fn apply_progress(self, title: &mut Title) {
        title.progress = Some(match self {
            Case::Beyond100 => Progress::InProgress { meter: 105, minutes_left: 1 },
            Case::UnderOneMinute => Progress::InProgress { meter: 100, minutes_left: 0 },
            Case::InProgress => {
                Progress::InProgress { meter: 50, minutes_left: title.runtime_minutes / 2 }
            }
            _ => {
                title.my_rating = 4;
                Progress::Finished
            }
        });
    }

    fn apply_series(self, title: &mut Title) {
        let id = |letter: char| format!("{letter}{}", &title.asin[1..]);
        let entry = |letter, name: &str, shown: Option<&str>| SeriesEntry {
            title: name.to_owned(),
            asin: id(letter),
            shown: shown.map(str::to_owned),
        };
        title.series = match self {
            Case::NamedPosition => {
                vec![entry('C', "Crown of Thistledown", Some("1, The Stolen Heir"))]
            }
            Case::RangePosition => vec![entry('C', "Night Train Serials", Some("115-116"))],
            Case::FractionPosition => vec![entry('C', "Sky Courier", Some("0.5"))],
            _ => vec![
                entry('C', "Tales of the Salt Road", Some("0.5")),
                entry('D', "Long Summer Reading", None),
                entry('F', "Salt Road & Sea Collection", Some("1-3")),
                entry('G', "Wanderers, All", Some("12")),
            ],
        };
    }

    fn apply_plus(self, title: &mut Title) {
        title.plus = Some(Plus {
            available: self != Case::PlusUnavailable,
            preorder: self == Case::Preorder,
        });
        title.collections = vec!["__AYCL".to_owned(), "__PENDING".to_owned()];
        title.favorite = false;
        if self == Case::Preorder {
            title.progress = Some(Progress::NotStarted);
            title.release_date = "2031-03-14".to_owned();
            title.rating = None;
            title.my_rating = 0;
        }
    }

    fn apply_podcast(self, title: &mut Title) {
        title.series.clear();
        title.subtitle = None;
        title.plus = None;
        title.pdf = false;
        title.favorite = false;
        title.narrators.clear();
        title.collections.clear();
        title.content_type = if self == Case::Show { "Show" } else { "Podcast" };
        if self == Case::PodcastEpisode {
            title.delivery_type = "PodcastEpisode";
            title.title = format!("Episode {}: {}", title.runtime_minutes % 90 + 1, title.title);
            title.runtime_minutes = title.runtime_minutes % 50 + 20;
            title.progress = Some(Progress::NotStarted);
            title.shape = Shape::Episode {
                show: "The Marginalia Hour".to_owned(),
                show_asin: format!("P{}", &title.asin[1..]),
            };
        } else {
            title.delivery_type = if self == Case::Show { "Periodical" } else { "PodcastParent" };
            title.runtime_minutes = 0;
            title.my_rating = 0;
            title.progress = None;
            title.shape = Shape::Show;
        }
    }

    fn apply_words(self, title: &mut Title) {
        let someone = |name: &str| Person { name: name.to_owned(), asin: None };
        let (name, author, narrator) = match self {
            Case::Japanese => ("夜の図書館と九つの鍵", "北川 澪", "高瀬 陽一"),
            Case::Russian => ("Архив северного ветра", "Лидия Морозкина", "Пётр Завьялов"),
            Case::Arabic => ("مكتبة المدينة النائمة", "ليلى الحصري", "سامي الزين"),
            Case::Entities => {
                ("Salt & \"Silver\" <or> Tom's Café", "Ann O'Dell & Sons", "J. \"Jay\" D'Arcy")
            }
            Case::TwelveAuthors => {
                title.authors = (1..=12)
                    .map(|number| Person {
                        name: format!("{} Contributor {number}", title.narrators_or_nobody()),
                        asin: Some(format!("A{number:02}{}", &title.asin[3..])),
                    })
                    .collect();
                return;
            }
            _ => {
                title.title = long_title(&title.title);
                title.subtitle = None;
                return;
            }
        };
        title.title = name.to_owned();
        title.subtitle = None;
        title.authors = vec![someone(author)];
        title.narrators = vec![narrator.to_owned()];
    }

    fn apply_catalog(self, title: &mut Title) {
        if self == Case::SparseCatalog {
            title.publisher = None;
            title.rating = None;
            title.categories.clear();
            return;
        }
        // What is in no catalog must be readable from the row alone: the page shows the whole
        // length only when nothing was heard, and German pages link authors without their id.
        title.in_catalog = false;
        title.progress = Some(Progress::NotStarted);
        title.subtitle = None;
        title.my_rating = 0;
        for author in &mut title.authors {
            author.asin = None;
        }
    }
}

impl Title {
    fn narrators_or_nobody(&self) -> &str {
        self.narrators.first().map_or("Guest", String::as_str)
    }
}

/// Ten digits made of the characters of an ASIN, so that two books do not share them.
fn isbn_like(asin: &str) -> String {
    let number = asin.bytes().fold(0_u64, |sum, byte| (sum * 37 + u64::from(byte)) % 999_999_937);
    format!("1{number:09}")
}

fn long_title(start: &str) -> String {
    const FILLER: &str = " or, the Remarkable and Entirely True Account of a Journey Undertaken in \
        Bad Weather, with an Appendix on Lighthouses, Several Letters, and Advice for Those Who \
        Would Rather Stay at Home";
    format!("{start},{FILLER}").chars().take(180).collect::<String>().trim_end().to_owned()
}

fn favorite_with_pdf(title: &mut Title) {
    title.favorite = true;
    title.pdf = true;
    title.plus = None;
    title.collections = [
        "__PURCHASE",
        "__FAVORITES",
        "3f0c6a52-8f1e-4c57-9d0b-6f6a3c1f7a10",
        "b7a1d5de-52d4-4a8e-8a2f-0c9a6d1e4b33",
    ]
    .map(str::to_owned)
    .to_vec();
}

fn first_listen(title: &mut Title) {
    title.asin = "B002V8N37Q".to_owned();
    title.title = "Your First Listen".to_owned();
    title.subtitle = None;
    title.authors.clear();
    title.narrators.clear();
    title.series.clear();
    title.noise = true;
}
