//! What stands around every page of a person who is signed in: the ways to the other pages, and who
//! that person is.

use crate::{accounts::Account, locale::Locale};

/// A page that has its place in the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Here {
    Library,
    Imports,
    Files,
    Tokens,
    Settings,
}

impl Here {
    const ALL: [Self; 5] =
        [Self::Library, Self::Imports, Self::Files, Self::Tokens, Self::Settings];

    /// Below the server's address.
    const fn path(self) -> &'static str {
        match self {
            Self::Library => "/",
            Self::Imports => "/imports",
            Self::Files => "/files",
            Self::Tokens => "/tokens",
            Self::Settings => "/settings",
        }
    }

    /// Name of its text.
    const fn text(self) -> &'static str {
        match self {
            Self::Library => "nav.library",
            Self::Imports => "nav.imports",
            Self::Files => "nav.files",
            Self::Tokens => "nav.tokens",
            Self::Settings => "nav.settings",
        }
    }
}

/// A link of the rail.
pub(super) struct Place {
    pub(super) path: &'static str,
    pub(super) text: &'static str,
    pub(super) here: bool,
}

/// The rail of one page.
pub(super) struct Frame {
    here: Here,
    /// Who is signed in, in a sentence.
    pub(super) who: String,
}

impl Frame {
    pub(super) fn new(locale: Locale, here: Here, account: &Account) -> Self {
        Self { here, who: signed_in_as(locale, account) }
    }

    pub(super) fn places(&self) -> Vec<Place> {
        let place =
            |one: Here| Place { path: one.path(), text: one.text(), here: one == self.here };
        Here::ALL.into_iter().map(place).collect()
    }
}

/// Who is signed in: by name, or by e-mail address.
pub(super) fn signed_in_as(locale: Locale, account: &Account) -> String {
    let who = if account.name.is_empty() { &account.email } else { &account.name };
    locale.filled("signed_in_as", &[("who", who)])
}
