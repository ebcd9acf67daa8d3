//! A text as the model sees it: a key with values that are not formatted yet.

use crate::i18n::Key;

/// A value in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, shown with the grouping of the language.
    Number(u32),
    /// A share of a hundred, shown with the sign for it.
    Percent(u32),
    /// A moment in milliseconds since 1970, shown as hour and minute of the local day.
    Clock(i64),
    /// A moment in milliseconds since 1970, shown as day and time.
    Moment(i64),
    /// Shown as it stands.
    Plain(String),
    /// Another text.
    Said(Key),
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Plain(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

/// Something to be shown or read aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// A message of the browser's language with its values.
    Message(Key, Vec<Value>),
    /// The same in every language: an address, a product number, a server's own sentence.
    Plain(String),
}

impl Text {
    /// A message; `values` are as many as it has slots.
    pub fn with<const N: usize>(key: Key, values: [Value; N]) -> Self {
        debug_assert_eq!(N, key.slots(), "{key:?} takes another number of values");
        Self::Message(key, values.into())
    }

    /// A message about `count` things; English and German have a form of their own for one thing.
    pub fn counted(count: u32, one: Key, many: Key) -> Self {
        Self::with(if count == 1 { one } else { many }, [count.into()])
    }

    /// Text that is the same in every language.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }
}

impl From<Key> for Text {
    fn from(key: Key) -> Self {
        Self::with(key, [])
    }
}
