//! Invents titles one after the other from a seed; a longer list begins with the shorter one.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

use super::lexicon::{
    ADJECTIVES, FIRST_NAMES, GENRES, Genre, LAST_NAMES, NOUNS, PLACES, PUBLISHERS, TOPICS,
};
use super::title::{Person, Plus, Progress, Rating, SeriesEntry, Shape, Title};
use crate::case::Case;

/// How often a title is one of the odd cases.
const ODD_RATE: f64 = 0.025;

/// `count` titles, the oldest first.
pub(super) fn titles(seed: u64, count: usize) -> Vec<Title> {
    let mut shelf = Shelf::new(seed);
    (0..count).map(|_| shelf.next_title()).collect()
}

/// `count` ordinary titles that are not started and were bought, for cases to change.
pub(super) fn plain(count: usize) -> Vec<Title> {
    let mut shelf = Shelf::new(0);
    let mut titles: Vec<Title> = (0..count).map(|_| shelf.ordinary()).collect();
    for title in &mut titles {
        title.progress = Some(Progress::NotStarted);
        title.plus = None;
        title.series.clear();
        title.subtitle = None;
        title.favorite = false;
        title.my_rating = 0;
        title.pdf = false;
        title.in_catalog = true;
        title.collections = vec!["__PURCHASE".to_owned()];
    }
    titles
}

/// A series that can go on.
struct Run {
    title: String,
    asin: String,
    author: Person,
    narrator: String,
    genre: usize,
    books: u32,
}

/// Memory of what was invented so far.
struct Shelf {
    rng: StdRng,
    authors: Vec<Person>,
    narrators: Vec<String>,
    runs: Vec<Run>,
    made: u64,
    odd: usize,
}

impl Shelf {
    fn new(seed: u64) -> Shelf {
        Shelf {
            rng: StdRng::seed_from_u64(seed),
            authors: Vec::new(),
            narrators: Vec::new(),
            runs: Vec::new(),
            made: 0,
            odd: 0,
        }
    }

    fn next_title(&mut self) -> Title {
        let mut title = self.ordinary();
        if self.rng.random_bool(ODD_RATE) {
            Case::ODD[self.odd % Case::ODD.len()].apply(&mut title);
            self.odd += 1;
        }
        title
    }

    fn ordinary(&mut self) -> Title {
        self.made += 1;
        let series = self.place_in_series();
        let genre = match &series {
            Some(place) => place.genre,
            None => self.rng.random_range(0..GENRES.len()),
        };
        let genre = &GENRES[genre];
        let (author, narrator) = match &series {
            Some(place) => (place.author.clone(), place.narrator.clone()),
            None => (self.author(), self.narrator()),
        };
        let (title, mut subtitle) = self.names(genre);
        if let Some(place) = &series
            && self.rng.random_bool(0.4)
        {
            let number = place.entry.shown.as_deref().unwrap_or("1");
            subtitle = Some(format!("{}, Book {number}", place.entry.title));
        }
        let runtime_minutes = self.runtime(genre);
        let progress = self.progress(runtime_minutes);
        let plus = self.rng.random_bool(0.08).then_some(Plus { available: true, preorder: false });
        let favorite = self.rng.random_bool(0.04);
        let mut book = Title {
            asin: self.store_id("B0"),
            summary: self.summary(genre, &title),
            title,
            subtitle,
            authors: self.with_others(author),
            narrators: self.voices(narrator),
            series: series.map(|place| vec![place.entry]).unwrap_or_default(),
            runtime_minutes,
            release_date: self.date(),
            publisher: self.rng.random_bool(0.98).then(|| self.pick(&PUBLISHERS).to_owned()),
            language: if self.rng.random_bool(0.06) { "german" } else { "english" },
            categories: genre.categories.to_vec(),
            cover_id: Some(self.cover_id()),
            rating: self.rating(),
            my_rating: self.my_rating(progress),
            content_type: if genre.story { "Product" } else { self.pick(&["Product", "Lecture"]) },
            delivery_type: if runtime_minutes > 900 { "MultiPartBook" } else { "SinglePartBook" },
            sku: format!("BK_SIMU_{:06}", self.made),
            progress: Some(progress),
            plus,
            favorite,
            collections: collections(plus, favorite),
            pdf: !genre.story && self.rng.random_bool(0.3),
            shape: Shape::Book { old_layout: false },
            in_catalog: true,
            noise: false,
            came: crate::order::came(usize::try_from(self.made).unwrap_or_default()),
        };
        self.second_series(&mut book);
        book
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words.choose(&mut self.rng).copied().unwrap_or_default()
    }

    fn name(&mut self) -> String {
        format!("{} {}", self.pick(&FIRST_NAMES), self.pick(&LAST_NAMES))
    }

    /// Somebody already on the shelf, or somebody new.
    fn author(&mut self) -> Person {
        if self.rng.random_bool(0.35)
            && let Some(known) = self.authors.choose(&mut self.rng)
        {
            return known.clone();
        }
        let name = self.name();
        let asin = self.rng.random_bool(0.85).then(|| self.store_id("B00"));
        let author = Person { name, asin };
        self.authors.push(author.clone());
        author
    }

    fn narrator(&mut self) -> String {
        if self.rng.random_bool(0.6)
            && let Some(known) = self.narrators.choose(&mut self.rng)
        {
            return known.clone();
        }
        let name = self.name();
        self.narrators.push(name.clone());
        name
    }

    fn with_others(&mut self, first: Person) -> Vec<Person> {
        let mut authors = vec![first];
        if self.rng.random_bool(0.08) {
            let second = self.author();
            if !authors.iter().any(|author| author.name == second.name) {
                authors.push(second);
            }
        }
        authors
    }

    /// The usual voice, sometimes a cast, in four of a hundred nobody is named.
    fn voices(&mut self, first: String) -> Vec<String> {
        if self.rng.random_bool(0.04) {
            return Vec::new();
        }
        let mut voices = vec![first];
        while voices.len() < 5 && self.rng.random_bool(0.15) {
            let another = self.narrator();
            if !voices.contains(&another) {
                voices.push(another);
            }
        }
        voices
    }

    /// The next book of a series under way, the first of a new one, or none.
    fn place_in_series(&mut self) -> Option<Place> {
        if !self.runs.is_empty() && self.rng.random_bool(0.33) {
            // The last few series are the ones a person is hearing now.
            let from = self.runs.len().saturating_sub(12);
            let index = self.rng.random_range(from..self.runs.len());
            return Some(Place::next(&mut self.runs[index]));
        }
        if !self.rng.random_bool(0.12) {
            return None;
        }
        let genre = self.rng.random_range(0..GENRES.len());
        let title = match self.rng.random_range(0..3) {
            0 => format!("{} {}", self.pick(&PLACES), GENRES[genre].kind),
            1 => format!("The {} {}", self.pick(&ADJECTIVES), self.pick(&NOUNS)),
            _ => format!("{} {}", self.pick(&NOUNS), GENRES[genre].kind),
        };
        let run = Run {
            title,
            asin: self.store_id("B0"),
            author: self.author(),
            narrator: self.narrator(),
            genre,
            books: 0,
        };
        self.runs.push(run);
        self.runs.last_mut().map(Place::next)
    }

    /// A few books of a series stand in a wider one too.
    fn second_series(&mut self, book: &mut Title) {
        if book.series.is_empty() || !self.rng.random_bool(0.08) {
            return;
        }
        let title = format!("{} Universe", self.pick(&PLACES));
        let number = self.rng.random_range(1..40);
        let entry =
            SeriesEntry { title, asin: self.store_id("B0"), shown: Some(number.to_string()) };
        let at = self.rng.random_range(0..=book.series.len());
        book.series.insert(at, entry);
    }

    fn names(&mut self, genre: &Genre) -> (String, Option<String>) {
        if !genre.story {
            return self.factual_names();
        }
        let (adjective, noun, other, place) =
            (self.pick(&ADJECTIVES), self.pick(&NOUNS), self.pick(&NOUNS), self.pick(&PLACES));
        let title = match self.rng.random_range(0..9) {
            0 | 1 => format!("The {adjective} {noun}"),
            2 => format!("The {noun} of {place}"),
            3 => format!("{noun} and {other}"),
            4 => format!("The {noun}'s {other}"),
            5 => format!("What the {noun} Knew"),
            6 => format!("Beyond the {adjective} {noun}"),
            7 => format!("Letters from {place}"),
            _ => format!("{adjective} {noun}, {other} Rising"),
        };
        let subtitle = match self.rng.random_range(0..10) {
            0 => Some("A Novel".to_owned()),
            1 => Some(format!("A {place} Story")),
            _ => None,
        };
        (title, subtitle)
    }

    fn factual_names(&mut self) -> (String, Option<String>) {
        let (topic, other, adjective) =
            (self.pick(&TOPICS), self.pick(&TOPICS), self.pick(&ADJECTIVES));
        match self.rng.random_range(0..4) {
            0 => (topic.to_owned(), Some(format!("A Short History from {other} to {topic}"))),
            1 => (format!("The {adjective} Science of {topic}"), None),
            2 => (format!("Thinking in {topic}"), Some(format!("Why {other} Matters Today"))),
            _ => (format!("On {topic} and {other}"), Some("Ten Lectures".to_owned())),
        }
    }

    fn summary(&mut self, genre: &Genre, title: &str) -> Vec<String> {
        let (name, place, noun, adjective) =
            (self.name(), self.pick(&PLACES), self.pick(&NOUNS), self.pick(&ADJECTIVES));
        let noun = noun.to_lowercase();
        let adjective = adjective.to_lowercase();
        let year = self.rng.random_range(1720..2020);
        if !genre.story {
            return vec![
                format!(
                    "In the spring of {year}, a small group met in {place} to ask a question that nobody had put so plainly before. {title} follows the answer through workshops, kitchens & laboratories."
                ),
                format!(
                    "Drawing on letters and new measurements, {name} explains why the {adjective} idea won, and what it cost."
                ),
                "A clear, warm guide for curious listeners; no earlier knowledge needed."
                    .to_owned(),
            ];
        }
        vec![
            format!(
                "When {name} returns to {place}, the {noun} is gone and nobody will say since when. One {adjective} night, one unsigned note: \"Do not wait for me.\" What begins as a favour soon becomes a journey from which few have come back."
            ),
            format!(
                "Between old friends, a debt from {year} and a secret under the floor, there is only one way left - and it leads straight through the {noun}."
            ),
            format!("{title} is a story about loyalty, weather & the things people keep."),
        ]
    }

    fn runtime(&mut self, genre: &Genre) -> u32 {
        match self.rng.random_range(0..20) {
            0 => self.rng.random_range(12..60),
            1 => self.rng.random_range(1..9) * 60,
            2 => self.rng.random_range(1500..3600),
            _ if genre.story => self.rng.random_range(300..1200),
            _ => self.rng.random_range(150..720),
        }
    }

    fn progress(&mut self, runtime: u32) -> Progress {
        match self.rng.random_range(0..100) {
            0..55 => Progress::NotStarted,
            55..80 => Progress::Finished,
            _ => {
                let meter = self.rng.random_range(1..=99_u16);
                let minutes_left = (runtime * u32::from(100 - meter) / 100).max(1);
                Progress::InProgress { meter, minutes_left }
            }
        }
    }

    fn my_rating(&mut self, progress: Progress) -> u8 {
        let rates = progress == Progress::Finished && self.rng.random_bool(0.45);
        if rates { self.rng.random_range(2..=5) } else { 0 }
    }

    fn rating(&mut self) -> Option<Rating> {
        if self.rng.random_bool(0.03) {
            return None;
        }
        let hundredths: u16 = self.rng.random_range(330..=495);
        let scale: u32 = [40, 900, 20_000, 150_000][self.rng.random_range(0..4)];
        let count = self.rng.random_range(3..scale);
        Some(Rating { average: f64::from(hundredths) / 100.0, count })
    }

    fn date(&mut self) -> String {
        let (year, month, day) = (
            self.rng.random_range(1999..=2025),
            self.rng.random_range(1..=12),
            self.rng.random_range(1..=28),
        );
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Ten characters that start with `prefix`. The running number in base 32 keeps them apart.
    fn store_id(&mut self, prefix: &str) -> String {
        const SIGNS: &[u8; 32] = b"0123456789BCDFGHJKLMNPQRSTVWXYZA";
        let free = 10 - prefix.len();
        let sign = |value: u64| char::from(SIGNS[usize::try_from(value % 32).unwrap_or_default()]);
        let mut id = prefix.to_owned();
        let random: u64 = self.rng.random();
        // 5 characters count, the rest is chance; the count also moves for authors and series.
        self.made += 1;
        for place in 0..free - 5 {
            id.push(sign(random >> (5 * place)));
        }
        for place in 0..5 {
            id.push(sign(self.made >> (5 * (4 - place))));
        }
        id
    }

    /// Like `61kQ+a9ZrTL`: a plus sign in one of ten.
    fn cover_id(&mut self) -> String {
        const SIGNS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let mut id = format!("{}1", self.rng.random_range(4..=9));
        for place in 0..8 {
            let plus = place == 4 && self.rng.random_bool(0.1);
            let sign = SIGNS[self.rng.random_range(0..SIGNS.len())];
            id.push(if plus { '+' } else { char::from(sign) });
        }
        id.push('L');
        id
    }
}

/// Where a book stands in its series, and who made it.
struct Place {
    entry: SeriesEntry,
    author: Person,
    narrator: String,
    genre: usize,
}

impl Place {
    fn next(run: &mut Run) -> Place {
        run.books += 1;
        let entry = SeriesEntry {
            title: run.title.clone(),
            asin: run.asin.clone(),
            shown: Some(run.books.to_string()),
        };
        Place {
            entry,
            author: run.author.clone(),
            narrator: run.narrator.clone(),
            genre: run.genre,
        }
    }
}

fn collections(plus: Option<Plus>, favorite: bool) -> Vec<String> {
    let mut ids = vec![if plus.is_some() { "__AYCL" } else { "__PURCHASE" }.to_owned()];
    if favorite {
        ids.push("__FAVORITES".to_owned());
    }
    ids
}
