//! The result: a row for each measurement, with its limit.

use std::{io::Write, time::Duration};

use anyhow::{Result, ensure};

/// All rows so far.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<[String; 5]>,
    over: usize,
}

impl Table {
    /// A measurement beside its yardstick; their ratio may be `limit` at most.
    pub(crate) fn ratio(&mut self, what: &str, ours: Duration, yardstick: Duration, limit: f64) {
        let ratio = ours.as_secs_f64() / yardstick.as_secs_f64();
        let shown = format!("{ratio:.2}");
        self.add(what, [&seconds(ours), &seconds(yardstick), &shown], ratio, limit, "");
    }

    /// A measurement beside a yardstick that is for information alone.
    pub(crate) fn told(&mut self, what: &str, ours: Duration, yardstick: Duration) {
        let ratio = ours.as_secs_f64() / yardstick.as_secs_f64();
        let cells = [seconds(ours), seconds(yardstick), format!("{ratio:.2}"), String::new()];
        self.print(what, cells);
    }

    /// A number that has a limit of its own.
    pub(crate) fn value(&mut self, what: &str, value: f64, unit: &str, limit: f64) {
        let shown = format!("{value:.1} {unit}");
        self.add(what, [&shown, "", ""], value, limit, &format!(" {unit}"));
    }

    fn add(
        &mut self,
        what: &str,
        [ours, yardstick, ratio]: [&str; 3],
        value: f64,
        limit: f64,
        unit: &str,
    ) {
        let fits = value <= limit;
        self.over += usize::from(!fits);
        let verdict = format!("{limit}{unit}: {}", if fits { "kept" } else { "OVER" });
        self.print(what, [ours.into(), yardstick.into(), ratio.into(), verdict]);
    }

    fn print(&mut self, what: &str, [ours, yardstick, ratio, limit]: [String; 4]) {
        say(&format!("{what}: {ours} {yardstick} {ratio} {limit}"));
        self.rows.push([what.to_owned(), ours, yardstick, ratio, limit]);
    }

    /// Prints the table; fails if a limit is missed.
    pub(crate) fn end(self) -> Result<()> {
        say("\n| what | ours | yardstick | ratio | limit |\n|---|--:|--:|--:|---|");
        for row in &self.rows {
            say(&format!("| {} |", row.join(" | ")));
        }
        ensure!(self.over == 0, "{} limits are missed", self.over);
        Ok(())
    }
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1e3) } else { format!("{seconds:.2} s") }
}

/// The middle one.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn say(line: &str) {
    // Whoever has closed the other end does not want to read it.
    let _written = writeln!(std::io::stdout(), "{line}");
}
