//! Steps of a long command: a heading, the time it took, and how to repeat the one that failed.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::say;

/// Runs steps one after the other and remembers how long each took.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<String>,
}

impl Steps {
    /// Runs one step. `repeat` is the command that runs only this part again.
    pub(crate) fn step<T>(
        &mut self,
        name: &str,
        repeat: &str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        say::heading(name);
        let start = Instant::now();
        let outcome = work().with_context(|| format!("{name} failed; to repeat it: {repeat}"))?;
        let took = say::lasted(start.elapsed());
        say::note(&format!("{name}: {took}"));
        self.done.push(format!("{took:>12}  {name}"));
        Ok(outcome)
    }

    /// Lists every step with its duration.
    pub(crate) fn summary(&self) {
        say::heading("All steps passed");
        for line in &self.done {
            say::note(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_failed_step_says_how_to_repeat_it() {
        let error = Steps::default()
            .step("formatting", "cargo fmt --check", || Err::<(), _>(anyhow!("two files differ")))
            .unwrap_err();
        assert_eq!(
            format!("{error:#}"),
            "formatting failed; to repeat it: cargo fmt --check: two files differ"
        );
    }
}
