//! What a token may do, in words.

use crate::{
    accounts::{Scope, Scopes},
    locale::Locale,
};

/// A scope with its words.
pub(super) struct ScopeView {
    /// On the wire.
    pub(super) name: &'static str,
    /// For people.
    pub(super) text: String,
    /// It is one of the usual ones.
    pub(super) usual: bool,
}

/// The scopes in words.
pub(super) fn scope_views(locale: Locale, scopes: &Scopes) -> Vec<ScopeView> {
    scopes.iter().map(|scope| view(locale, scope)).collect()
}

/// All that there are.
pub(super) fn all_scopes(locale: Locale) -> Vec<ScopeView> {
    Scope::ALL.into_iter().map(|scope| view(locale, scope)).collect()
}

fn view(locale: Locale, scope: Scope) -> ScopeView {
    let name = match scope {
        Scope::ImportWrite => "scope.import_write",
        Scope::LibraryRead => "scope.library_read",
        Scope::LibraryWrite => "scope.library_write",
        Scope::AudibleConnect => "scope.audible_connect",
    };
    let usual = Scopes::default().contains(scope);
    ScopeView { name: scope.as_str(), text: locale.text(name).to_owned(), usual }
}
