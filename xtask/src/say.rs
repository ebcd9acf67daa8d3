//! What the commands say: progress goes to stderr, only results go to stdout.

use std::{
    io::{self, Write},
    time::Duration,
};

use anyhow::{Context, Result};

/// One step begins.
pub(crate) fn heading(text: &str) {
    eprintln!("\n== {text}");
}

/// Something worth knowing while it happens.
pub(crate) fn note(text: &str) {
    eprintln!("   {text}");
}

/// The end of a failed command: the error and everything that led to it.
pub(crate) fn failed(error: &anyhow::Error) {
    eprintln!("\nerror: {error:#}");
}

/// A line of the answer itself, which other programs may read.
pub(crate) fn result(line: &str) -> Result<()> {
    writeln!(io::stdout().lock(), "{line}").context("write to stdout")
}

/// `95 s` or `2 min 35 s`.
pub(crate) fn lasted(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 100 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_a_person_would_say_them() {
        assert_eq!(lasted(Duration::from_millis(1_540)), "1.5 s");
        assert_eq!(lasted(Duration::from_secs(155)), "2 min 35 s");
    }
}
