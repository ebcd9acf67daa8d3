//! Words for the person at the terminal; standard output is kept for the library.

use std::{
    fmt::Display,
    io::{Write as _, stderr},
};

/// One line.
pub(crate) fn say(line: impl Display) {
    // Without a terminal there is nobody to tell.
    let _ = writeln!(stderr(), "{line}");
}

/// An error with its causes.
pub(crate) fn error(error: &anyhow::Error) {
    say(format_args!("audible-export: {error:#}"));
}
