//! What the API knows beside the titles: when each was bought and changed, what was given back, marks of
//! finished titles, and the wishlist.

use std::collections::HashMap;

use serde::Serialize;

use crate::clock::{Millis, moment, written};
use crate::library::{Library, Progress, Title};
use crate::order;

/// The day onto which old marks were moved.
const MIGRATED: &str = "2019-03-04";

/// A mark that was set on a title, or taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) asin: String,
    pub(crate) finished: bool,
    /// RFC 3339.
    pub(crate) at: String,
}

/// A title of the wishlist.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) title: Title,
    /// RFC 3339.
    pub(crate) added_at: Option<String>,
}

/// What has happened since the start.
#[derive(Debug, Default)]
pub(crate) struct Holding {
    /// When a title was last changed, by ASIN; the others never were.
    changed: HashMap<String, Millis>,
    /// What was given back, and when.
    returned: Vec<(Title, Millis)>,
    marks: Vec<Mark>,
    /// Newest first.
    wishes: Vec<Wish>,
    /// What was taken off the wishlist; the shop still has it.
    unwished: Vec<Title>,
    /// The last state that there was.
    state: Millis,
    /// How many titles of the seed have been bought.
    bought: usize,
}

impl Holding {
    pub(crate) fn new(bought: usize) -> Holding {
        Holding { bought, ..Holding::default() }
    }

    /// The state now; it never stands twice for different ones.
    pub(crate) fn state(&mut self, now: Millis) -> Millis {
        self.state = self.state.max(now);
        self.state
    }

    fn moves(&mut self, now: Millis) -> Millis {
        self.state = (self.state + 1).max(now);
        self.state
    }

    /// The library with `count` titles more, the newest in front, and nothing else changed.
    pub(crate) fn buy(
        &mut self,
        seed: u64,
        library: &Library,
        count: usize,
        now: Millis,
    ) -> Library {
        self.bought += count;
        let all = Library::generate(seed, self.bought);
        let mut titles: Vec<Title> = all.titles().iter().take(count).cloned().collect();
        for title in &titles {
            let at = self.moves(now);
            self.changed.insert(title.asin.clone(), at);
        }
        titles.extend_from_slice(library.titles());
        Library::from_newest(titles)
    }

    /// The library without a title.
    pub(crate) fn give_back(&mut self, library: &Library, asin: &str, now: Millis) -> Library {
        let (gone, kept): (Vec<_>, Vec<_>) =
            library.titles().iter().cloned().partition(|title| title.asin == asin);
        for title in gone {
            let at = self.moves(now);
            self.returned.push((title, at));
        }
        Library::from_newest(kept)
    }

    /// The library with a title finished, marked at `at`.
    pub(crate) fn finish(
        &mut self,
        library: &Library,
        asin: &str,
        at: &str,
        now: Millis,
    ) -> Library {
        let mut titles = library.titles().to_vec();
        for title in titles.iter_mut().filter(|title| title.asin == asin) {
            title.progress = Some(Progress::Finished);
            let state = self.moves(now);
            self.changed.insert(title.asin.clone(), state);
            let asin = title.asin.clone();
            self.marks.push(Mark { asin, finished: true, at: at.to_owned() });
        }
        Library::from_newest(titles)
    }

    pub(crate) fn set_bought(&mut self, bought: usize) {
        self.bought = self.bought.max(bought);
    }

    pub(crate) fn set_wishlist(&mut self, wishes: &[Title]) {
        let wish = |title: &Title| Wish { title: title.clone(), added_at: added_at(title) };
        self.wishes = wishes.iter().map(wish).collect();
    }

    pub(crate) fn wishes(&self) -> &[Wish] {
        &self.wishes
    }

    /// Puts a title on the wishlist; false where the shop has none of this name.
    pub(crate) fn wish(&mut self, asin: &str, library: &Library, now: Millis) -> bool {
        if self.wishes.iter().any(|wish| wish.title.asin == asin) {
            return true;
        }
        let once = self.unwished.iter().find(|title| title.asin == asin);
        let Some(title) = once.or_else(|| library.find(asin)).cloned() else { return false };
        self.wishes.insert(0, Wish { title, added_at: Some(written(now)) });
        true
    }

    /// Takes a title off the wishlist; false where it is not on it.
    pub(crate) fn unwish(&mut self, asin: &str) -> bool {
        let Some(at) = self.wishes.iter().position(|wish| wish.title.asin == asin) else {
            return false;
        };
        self.unwished.push(self.wishes.remove(at).title);
        true
    }

    pub(crate) fn changed_since(&self, asin: &str, since: Millis) -> bool {
        self.changed.get(asin).is_some_and(|at| *at > since)
    }

    pub(crate) fn returned_since(&self, since: Millis) -> impl Iterator<Item = &Title> {
        self.returned.iter().filter(move |(_, at)| *at > since).map(|(title, _)| title)
    }

    /// Every mark from `since` on, the oldest ones of titles that were finished from the start first.
    pub(crate) fn marks(&self, library: &Library, since: Millis) -> Vec<Mark> {
        let first = library.titles().iter().rev().flat_map(first_marks);
        let all = first.chain(self.marks.iter().cloned());
        all.filter(|mark| moment(&mark.at).is_some_and(|at| at >= since)).collect()
    }

    /// When a title was finished, by the newest of its marks.
    pub(crate) fn finished_at(&self, title: &Title) -> Option<String> {
        if title.progress != Some(Progress::Finished) {
            return None;
        }
        let later = self.marks.iter().rev().find(|mark| mark.asin == title.asin).cloned();
        let mark = later.or_else(|| first_marks(title).pop())?;
        mark.finished.then_some(mark.at)
    }
}

/// What a correct reader of the API ends with, beside what is in the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiTruth {
    /// Ten characters.
    pub asin: String,
    /// Title without subtitle.
    pub title: String,
    /// RFC 3339; where the title itself has none, when it came into the library.
    pub purchase_date: Option<String>,
    /// Marked as finished.
    pub finished: bool,
    /// When, as the newest mark says, RFC 3339.
    pub finished_at: Option<String>,
    /// That moment is of the day onto which old marks were moved, and no day of finishing.
    pub migrated: bool,
    /// It can be played; what left the Plus catalog can not.
    pub playable: bool,
}

impl ApiTruth {
    pub(crate) fn of(title: &Title, holding: &Holding) -> ApiTruth {
        let finished_at = holding.finished_at(title);
        ApiTruth {
            asin: title.asin.clone(),
            title: title.title.clone(),
            purchase_date: bought_at(title).or_else(|| added_at(title)),
            finished: title.progress == Some(Progress::Finished),
            migrated: finished_at.as_ref().is_some_and(|at| at.starts_with(MIGRATED)),
            finished_at,
            playable: title.plus.is_none_or(|plus| plus.available),
        }
    }
}

/// The place of a title in the order in which its seed buys, from 1.
fn number(title: &Title) -> i64 {
    title.sku.rsplit('_').next().and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

/// When a title came; eight a day at most, one an hour.
fn came_at(title: &Title) -> Millis {
    let day = order::day(title.came);
    let start = moment(&format!("{day}T08:00:00Z")).unwrap_or_default();
    let number = number(title);
    // The first one of a day at eight, so that the order of the list is that of the moments.
    let hours = if number <= 400 { 0 } else { (number - 401) % 8 };
    start + hours * 3_600_000 + number % 3_599 * 1_000 + number % 997
}

/// The day of purchase as the API says it; some have a fraction, a few none at all.
pub(crate) fn bought_at(title: &Title) -> Option<String> {
    match number(title) % 101 {
        50 | 51 => None,
        7 => Some(written(came_at(title) / 1_000 * 1_000).replace(".000Z", "Z")),
        _ => Some(written(came_at(title))),
    }
}

/// When it came into the library, where the API says that.
pub(crate) fn added_at(title: &Title) -> Option<String> {
    (number(title) % 101 != 51).then(|| written(came_at(title)))
}

/// The order in which the API lists.
pub(crate) fn bought_order(title: &Title) -> (Millis, i64) {
    (came_at(title), number(title))
}

/// Marks that a title had before anything happened.
fn first_marks(title: &Title) -> Vec<Mark> {
    let number = number(title);
    let mark = |finished, days: i64| Mark {
        asin: title.asin.clone(),
        finished,
        at: written(came_at(title) + days * 86_400_000),
    };
    match title.progress {
        Some(Progress::Finished) if number % 3 == 0 => {
            let at = format!("{MIGRATED}T00:00:00Z");
            vec![Mark { asin: title.asin.clone(), finished: true, at }]
        }
        // Heard twice.
        Some(Progress::Finished) if number % 5 == 1 => vec![mark(true, 3), mark(true, 40)],
        Some(Progress::Finished) => vec![mark(true, 3 + number % 5)],
        // Marked by mistake.
        Some(Progress::InProgress { .. }) if number % 7 == 0 => vec![mark(true, 1), mark(false, 1)],
        _ => Vec::new(),
    }
}
