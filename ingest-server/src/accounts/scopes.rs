//! What a token may do.

use std::{collections::BTreeSet, fmt, str::FromStr};

/// One thing that a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Send imports.
    ImportWrite,
    /// Read the library.
    LibraryRead,
    /// Change the library.
    LibraryWrite,
    /// Manage the connection to Audible that the server keeps.
    AudibleConnect,
}

impl Scope {
    /// All that there are.
    pub const ALL: [Self; 4] =
        [Self::ImportWrite, Self::LibraryRead, Self::LibraryWrite, Self::AudibleConnect];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ImportWrite => "import:write",
            Self::LibraryRead => "library:read",
            Self::LibraryWrite => "library:write",
            Self::AudibleConnect => "audible:connect",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of scopes, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(BTreeSet<Scope>);

/// The text names something that is no scope, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "scopes are import:write, library:read, library:write, audible:connect, separated by commas"
)]
pub struct UnknownScope;

impl Scopes {
    /// One after the other, in their usual order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// Whether the scope is among them.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }
}

/// What the extension needs: send imports, read the library.
impl Default for Scopes {
    fn default() -> Self {
        Self(BTreeSet::from([Scope::ImportWrite, Scope::LibraryRead]))
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    /// Takes names separated by commas or spaces.
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let names = text.split([',', ' ']).filter(|name| !name.is_empty());
        let scopes: BTreeSet<Scope> = names
            .map(|name| Scope::ALL.into_iter().find(|one| one.as_str() == name).ok_or(UnknownScope))
            .collect::<Result<_, _>>()?;
        if scopes.is_empty() { Err(UnknownScope) } else { Ok(Self(scopes)) }
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|scope| scope.as_str()).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_and_written() {
        let scopes: Scopes = "library:read, import:write".parse().unwrap();
        assert_eq!(scopes, Scopes::default());
        assert_eq!(scopes.to_string().parse(), Ok(scopes));
        assert_eq!("".parse::<Scopes>(), Err(UnknownScope));
        assert_eq!("import:write,all".parse::<Scopes>(), Err(UnknownScope));
    }
}
