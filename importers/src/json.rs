//! JSON as a stream: the entries of its lists one at a time, each within a bound; several documents one
//! after the other are read as one.

use std::{
    cell::Cell,
    fmt,
    io::{self, BufReader, Read},
    rc::Rc,
};

use serde::de::{
    DeserializeSeed, Deserializer as _, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Deserializer, Map, Value};

/// Most bytes of one entry.
pub(crate) const LARGEST_ENTRY: usize = 4 * 1024 * 1024;
/// Entries by which a list is known.
const FIRST: usize = 20;
/// Bytes of all entries and members by which a document is known: behind them no more is kept.
const FIRST_BYTES: usize = 4 * 1024 * 1024;

/// What stands around the lists, and how each list begins.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// Members of the document that are no lists, as far as importers ask for them.
    pub(crate) members: Map<String, Value>,
    /// Those of [`LISTS`] that are there, each with its first entries; the document itself is the list ``.
    pub(crate) lists: Vec<(String, Vec<Value>)>,
}

/// Members that are looked at.
const MEMBERS: [&str; 5] = ["format", "version", "extras", "book_count", "response_groups"];

/// Lists that are looked at.
pub(crate) const LISTS: [&str; 7] =
    ["", "books", "items", "library", "marketplaces", "products", "titles"];

/// Where reading ended before the file did.
#[derive(Debug)]
pub(crate) struct Broken {
    /// Line, from 1.
    pub(crate) line: usize,
    /// Why.
    pub(crate) too_large: bool,
}

/// Gets each entry: the list's name, its number in the file from 0, and the entry.
type Each<'a> = &'a mut dyn FnMut(&str, usize, Value);

impl Head {
    /// How the lists of the document begin, as far as the document can be read.
    pub(crate) fn of(text: impl Read) -> Self {
        let mut head = Self::default();
        let mut lists: Vec<(String, Vec<Value>)> = Vec::new();
        let mut first = |list: &str, _: usize, entry: Value| match lists
            .iter_mut()
            .find(|(name, _)| name == list)
        {
            Some((_, entries)) if entries.len() < FIRST => entries.push(entry),
            Some(_) => {}
            None => lists.push((list.to_owned(), vec![entry])),
        };
        let is_looked_at = |list: &str| LISTS.contains(&list);
        let most = Most { entries: FIRST, bytes: FIRST_BYTES };
        // What is broken is named when the entries are read.
        let _ = walk(text, most, &is_looked_at, Some(&mut head.members), &mut first);
        head.lists = lists;
        head
    }

    /// A text member.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }

    /// The first entries of a list.
    pub(crate) fn list(&self, name: &str) -> &[Value] {
        let list = self.lists.iter().find(|(list, _)| list == name);
        list.map_or(&[], |(_, entries)| entries)
    }
}

/// Every entry of the lists with these names.
pub(crate) fn entries(text: impl Read, wanted: &[&str], each: Each<'_>) -> Result<(), Broken> {
    let is_wanted = |list: &str| wanted.contains(&list);
    let most = Most { entries: usize::MAX, bytes: usize::MAX };
    walk(text, most, &is_wanted, None, each)
}

/// How much of a document is handed out.
struct Most {
    /// Entries of each list.
    entries: usize,
    /// Bytes that may yet be, of entries and members together.
    bytes: usize,
}

fn walk(
    text: impl Read,
    most: Most,
    wanted: &dyn Fn(&str) -> bool,
    members: Option<&mut Map<String, Value>>,
    each: Each<'_>,
) -> Result<(), Broken> {
    let left = Rc::new(Cell::new(LARGEST_ENTRY));
    let bounded = BufReader::with_capacity(64 * 1024, text);
    let bounded = Bounded { inner: bounded, left: Rc::clone(&left) };
    let mut json = Deserializer::from_reader(bounded);
    let mut walk = Walk { most, wanted, members, each, left: &left, index: 0 };
    let broken =
        |error: &serde_json::Error| Broken { line: error.line(), too_large: left.get() == 0 };
    // Nothing but white space behind a document is the end, anything else another document.
    while json.end().is_err() {
        walk.left.set(LARGEST_ENTRY);
        json.deserialize_any(Part { walk: &mut walk, list: None })
            .map_err(|error| broken(&error))?;
    }
    Ok(())
}

/// A reader that gives up when an entry is over its bound.
struct Bounded<R> {
    inner: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, part: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            return Err(io::Error::other("an entry is too large"));
        }
        let most = part.len().min(left);
        let read = self.inner.read(&mut part[..most])?;
        self.left.set(left - read);
        Ok(read)
    }
}

struct Walk<'a> {
    most: Most,
    wanted: &'a dyn Fn(&str) -> bool,
    members: Option<&'a mut Map<String, Value>>,
    each: Each<'a>,
    left: &'a Cell<usize>,
    index: usize,
}

impl Walk<'_> {
    /// Counts what was read since the bound was set.
    fn count(&mut self) {
        let read = LARGEST_ENTRY - self.left.get();
        self.most.bytes = self.most.bytes.saturating_sub(read);
    }
}

/// A document, or a member of it with its name.
struct Part<'w, 'a> {
    walk: &'w mut Walk<'a>,
    list: Option<String>,
}

impl<'de> DeserializeSeed<'de> for Part<'_, '_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl Part<'_, '_> {
    fn keep(self, value: impl Into<Value>) {
        let name = self.list.filter(|name| MEMBERS.contains(&name.as_str()));
        if let (Some(name), Some(members)) = (name, self.walk.members.as_deref_mut()) {
            members.insert(name, value.into());
        }
    }
}

impl<'de> Visitor<'de> for Part<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of titles or an object with one")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.keep(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.keep(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.keep(value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.keep(value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.keep(value);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { walk, list } = self;
        if let Some(name) = list {
            let is_kept = MEMBERS.contains(&name.as_str()) && walk.most.bytes > 0;
            let Some(members) = walk.members.as_deref_mut().filter(|_| is_kept) else {
                return IgnoredAny.visit_map(map).map(|_| ());
            };
            let mut kept = Map::new();
            while let Some((key, value)) = map.next_entry()? {
                kept.insert(key, value);
            }
            members.insert(name, Value::Object(kept));
            walk.count();
            return Ok(());
        }
        while let Some(name) = map.next_key::<String>()? {
            walk.left.set(LARGEST_ENTRY);
            map.next_value_seed(Part { walk, list: Some(name) })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { walk, list } = self;
        let list = list.unwrap_or_default();
        if !(walk.wanted)(&list) {
            walk.left.set(usize::MAX);
            IgnoredAny.visit_seq(seq)?;
            walk.left.set(LARGEST_ENTRY);
            return Ok(());
        }
        for _ in 0..walk.most.entries {
            if walk.most.bytes == 0 {
                break;
            }
            walk.left.set(LARGEST_ENTRY);
            let Some(entry) = seq.next_element::<Value>()? else { return Ok(()) };
            walk.count();
            (walk.each)(&list, walk.index, entry);
            walk.index = walk.index.checked_add(1).ok_or_else(|| A::Error::custom("too many"))?;
        }
        loop {
            walk.left.set(LARGEST_ENTRY);
            if seq.next_element::<IgnoredAny>()?.is_none() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{FIRST_BYTES, Head, LARGEST_ENTRY, LISTS, entries};
    use crate::format::{FLAT, NESTED};

    /// The entries of the lists `items` and ``, and the line on which reading ended early.
    fn all(text: &str) -> (Vec<Value>, Option<usize>) {
        let mut found = Vec::new();
        let end = entries(text.as_bytes(), &["items", ""], &mut |_, index, entry| {
            assert_eq!(index, found.len());
            found.push(entry);
        });
        (found, end.err().map(|broken| broken.line))
    }

    #[test]
    fn lists_are_read_wherever_they_stand() {
        for text in [
            r#"[1, {"a": 2}]"#,
            r#"{"x": {"items": [7]}, "items": [1, {"a": 2}], "y": [3]}"#,
            "{\"items\": [1]}\n{\"other\": null, \"items\": [{\"a\": 2}]}\n",
            "[1][{\"a\":2}]",
            r#"{"items": null}{"items": [1, {"a": 2}]}"#,
        ] {
            assert_eq!(all(text), (vec![json!(1), json!({"a": 2})], None), "{text}");
        }
        assert_eq!(all("  "), (vec![], None));
    }

    #[test]
    fn what_stands_before_the_mistake_is_kept() {
        assert_eq!(all("{\"items\": [1,\n2,\n"), (vec![json!(1), json!(2)], Some(3)));
        assert_eq!(all("[1, 2] x"), (vec![json!(1), json!(2)], Some(1)));
        let deep = format!("[1, {}{}]", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(all(&deep), (vec![json!(1)], Some(1)));
    }

    #[test]
    fn an_entry_over_its_bound_ends_the_reading() {
        let text = format!("[1, \"{}\", 2]", "x".repeat(LARGEST_ENTRY + 1));
        let mut found = Vec::new();
        let broken =
            entries(text.as_bytes(), &[""], &mut |_, _, entry| found.push(entry)).unwrap_err();
        assert!(broken.too_large && found == [json!(1)]);
        let many = format!("[{}1]", "1,".repeat(LARGEST_ENTRY));
        assert_eq!(all(&many).1, None);
    }

    #[test]
    fn only_lists_that_somebody_asks_for_are_looked_at() {
        let flat = FLAT.iter().flat_map(|flat| flat.lists);
        for list in flat.chain(NESTED.iter().flat_map(|nested| nested.lists)) {
            assert!(LISTS.contains(list), "{list}");
        }
        let many: Vec<String> = (0..200_000).map(|number| format!("\"{number}\":[1]")).collect();
        let head = Head::of(format!("{{{},\"items\":[2]}}", many.join(",")).as_bytes());
        assert_eq!(head.lists, [("items".to_owned(), vec![json!(2)])]);
    }

    #[test]
    fn large_entries_are_not_all_kept_to_know_their_list() {
        let entry = format!("\"{}\"", "x".repeat(FIRST_BYTES / 2));
        let text = format!("{{\"items\": [{}], \"books\": [1]}}", [entry.as_str(); 3].join(","));
        let head = Head::of(text.as_bytes());
        assert_eq!((head.list("items").len(), head.list("books").len()), (2, 0));
    }

    #[test]
    fn the_head_knows_its_lists_and_what_stands_beside_them() {
        let text =
            r#"{"books": [{"a": 1}], "extras": {"b": ".de"}, "format": "f", "n": 1, "none": []}"#;
        let head = Head::of(text.as_bytes());
        assert_eq!(head.text("format"), Some("f"));
        assert_eq!(head.members["extras"], json!({"b": ".de"}));
        assert_eq!((head.list("books"), head.list("none")), (&[json!({"a": 1})][..], &[][..]));
    }
}
