//! Titles by their names, for files that know no number: a row belongs to the one title of the library with
//! its name and author.

use std::collections::HashMap;

use shared::raw::RawItem;

use crate::{library::keys::fold, store::rows::NameRow};

/// A library by the names of its titles.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Name of the title and first author, to number and shop; none where two titles have both.
    known: HashMap<(String, String), Option<(String, String)>>,
}

impl Names {
    pub(super) fn new(rows: Vec<NameRow>) -> Self {
        let mut names = Self::default();
        for NameRow { asin, marketplace, title_key, author_key } in rows {
            let author = author_key.split('\n').next().unwrap_or_default();
            let known = names.known.entry((plain(&title_key), plain(author)));
            known.and_modify(|known| *known = None).or_insert(Some((asin, marketplace)));
        }
        names
    }

    /// Number and shop of the only title with this name and one of these authors.
    pub(super) fn find(&self, raw: &RawItem) -> Option<(String, String)> {
        let title = raw.title.as_deref()?;
        // Some shelves have a title with its subtitle, some without.
        let short = title.split_once(": ").map(|(short, _)| short);
        [Some(title), short].into_iter().flatten().find_map(|name| {
            raw.authors.iter().find_map(|author| {
                self.known.get(&(plain(name), plain(&author.name))).cloned().flatten()
            })
        })
    }
}

/// Letters and digits alone: programs differ in apostrophes, dots and accents.
fn plain(text: &str) -> String {
    fold(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use shared::raw::{RawItem, RawPerson};

    use super::Names;
    use crate::store::rows::NameRow;

    fn row(asin: &str, title: &str, author: &str) -> NameRow {
        NameRow {
            asin: asin.to_owned(),
            marketplace: "us".to_owned(),
            title_key: title.to_owned(),
            author_key: format!("{author}\nseries\n{title}"),
        }
    }

    #[test]
    fn a_title_is_found_however_its_name_is_written_and_never_guessed() {
        let names = Names::new(vec![
            row("B000000001", "the keeper’s almanac", "m. j. holt"),
            row("B000000002", "salt", "maren holt"),
            row("B000000003", "salt", "maren holt"),
            row("B000000004", "cafe noir", "sam orr"),
        ]);
        for (title, author, asin) in [
            ("The Keeper's Almanac", "M.J. Holt", Some("B000000001")),
            ("The Keeper's Almanac: Harbour Stories", "MJ Holt", Some("B000000001")),
            ("The Keeper's Almanac: A Novel", "M. J. Holt", Some("B000000001")),
            ("The Keeper's Almanac", "Somebody Else", None),
            ("Salt", "Maren Holt", None),
            ("Cafe noir", "Sam Orr", Some("B000000004")),
            ("Tides", "Sam Orr", None),
        ] {
            let raw = RawItem {
                title: Some(title.to_owned()),
                authors: vec![RawPerson { name: author.to_owned(), asin: None }],
                ..RawItem::default()
            };
            let found = names.find(&raw).map(|(asin, _)| asin);
            assert_eq!(found.as_deref(), asin, "{title} by {author}");
        }
    }
}
