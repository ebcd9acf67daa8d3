//! How fast Audible is asked: token bucket, back-off, cool-down. Time and chance are arguments.

use serde::{Deserialize, Serialize};

/// What can be tuned; kept under the storage key `settings`, absent values are these defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Requests to Audible in a second, on average.
    pub requests_per_second: f64,
    /// Share of a request's spacing that varies by chance: 0.25 is plus or minus a quarter.
    pub jitter: f64,
    /// Most requests to Audible that may be open at a time.
    pub max_open: usize,
    /// First wait after a refusal, in milliseconds; it doubles with each further one.
    pub back_off_first_ms: i64,
    /// Longest such wait, in milliseconds.
    pub back_off_most_ms: i64,
    /// Rest after the "Whoops" page, in milliseconds; it lasts 10 to 15 minutes as people report.
    pub cool_down_ms: i64,
    /// Least time between two tries that a loaded Audible tab starts, in milliseconds.
    pub tab_rest_ms: i64,
    /// How often the catalog may refuse before titles go on without its details.
    pub catalog_tries: u32,
    /// Titles asked for on one library page (20, 30, 40 or 50).
    pub page_size: u32,
    /// Most library pages of one run.
    pub page_cap: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            requests_per_second: 3.0,
            jitter: 0.25,
            max_open: 3,
            back_off_first_ms: 2_000,
            back_off_most_ms: 300_000,
            cool_down_ms: 15 * 60_000,
            tab_rest_ms: 3_000,
            catalog_tries: 4,
            page_size: 50,
            page_cap: 2_000,
        }
    }
}

impl Settings {
    /// Reads stored settings; what cannot be used is replaced by its default.
    pub fn from_json(text: &str) -> Self {
        let stored: Self = serde_json::from_str(text).unwrap_or_default();
        let default = Self::default();
        let usable = |value: f64, default: f64| {
            if value.is_finite() && value >= 0.0 { value } else { default }
        };
        Self {
            requests_per_second: usable(stored.requests_per_second, default.requests_per_second)
                .clamp(0.01, 1_000.0),
            jitter: usable(stored.jitter, default.jitter).min(0.9),
            max_open: stored.max_open.clamp(1, 10),
            back_off_first_ms: stored.back_off_first_ms.max(1),
            back_off_most_ms: stored.back_off_most_ms.max(1),
            cool_down_ms: stored.cool_down_ms.max(1),
            tab_rest_ms: stored.tab_rest_ms.max(0),
            catalog_tries: stored.catalog_tries.max(1),
            page_size: if [20, 30, 40, 50].contains(&stored.page_size) {
                stored.page_size
            } else {
                50
            },
            page_cap: stored.page_cap.clamp(1, 100_000),
        }
    }

    /// How long to rest after the `failures`-th refusal in a row (from 1), in milliseconds.
    ///
    /// `asked` is the server's own `Retry-After` in milliseconds; it is held within an hour. A part
    /// of every wait is left to chance, so that not everybody comes back at the same moment.
    pub fn rest_ms(&self, failures: u32, asked: Option<i64>, chance: f64) -> i64 {
        let doubled = 1_i64.checked_shl(failures.saturating_sub(1).min(30)).unwrap_or(i64::MAX);
        let own = self.back_off_first_ms.saturating_mul(doubled).min(self.back_off_most_ms);
        let base = asked
            .map_or(own, |asked| asked.clamp(0, 3_600_000).max(self.back_off_first_ms.min(own)));
        base + scaled(base, self.jitter * chance)
    }
}

/// Sizes of a library page, the usual one first.
const SIZES: [u32; 4] = [50, 40, 30, 20];
/// Slowest pace, as a share of the usual one.
const SLOWEST: f64 = 0.125;
/// What one good answer gives back of the usual pace.
const RECOVERY: f64 = 1.0 / 64.0;
/// Refusals in a row after which smaller pages are asked for: when none came yet, and otherwise.
const REFUSALS: (u32, u32) = (3, 6);

/// How one shop is asked: a token bucket that holds little more than one request, so that requests
/// never come in bursts; slower after refusals, and slowly faster again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pace {
    /// When the next request may go, in milliseconds since 1970.
    next_ms: i64,
    /// Share of the usual pace.
    share: f64,
    /// End of the rest that the shop asked for, in milliseconds since 1970.
    rest_until_ms: i64,
    /// Size of pages that has worked where the usual one did not.
    page_size: Option<u32>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { next_ms: 0, share: 1.0, rest_until_ms: 0, page_size: None }
    }
}

impl Pace {
    /// Takes the right to send one request now, if there is one.
    pub fn take(&mut self, now_ms: i64, chance: f64, settings: &Settings) -> bool {
        // A clock that was set back must not stop everything until it has caught up.
        let spacing = self.spacing_ms(settings);
        let latest = now_ms + 2 * spacing;
        if self.next_ms.min(latest) > now_ms {
            self.next_ms = self.next_ms.min(latest);
            return false;
        }
        let swing = settings.jitter * (2.0 * chance.clamp(0.0, 1.0) - 1.0);
        self.next_ms = now_ms + spacing + scaled(spacing, swing);
        true
    }

    /// When the next request may go, in milliseconds since 1970.
    pub const fn next_ms(&self) -> i64 {
        self.next_ms
    }

    fn spacing_ms(&self, settings: &Settings) -> i64 {
        whole(1_000.0 / (settings.requests_per_second * self.share.clamp(SLOWEST, 1.0)))
    }

    /// The shop was asked for too much.
    pub fn halve(&mut self) {
        self.share = (self.share / 2.0).max(SLOWEST);
    }

    /// The shop gave a good answer.
    pub fn went_well(&mut self) {
        self.share = (self.share + RECOVERY).min(1.0);
        self.rest_until_ms = 0;
    }

    /// The shop wants to be left alone until then, in milliseconds since 1970.
    pub fn rest_until(&mut self, ms: i64) {
        self.rest_until_ms = self.rest_until_ms.max(ms);
    }

    /// The end of a rest that still lasts.
    pub fn rests_until(&self, now_ms: i64) -> Option<i64> {
        (self.rest_until_ms > now_ms).then_some(self.rest_until_ms)
    }

    /// Titles to ask for on a page; once a size has worked, the next run tries the one above.
    pub fn page_size(&mut self, settings: &Settings) -> u32 {
        let size = self.page_size.unwrap_or(settings.page_size).min(settings.page_size);
        self.page_size = SIZES.into_iter().rev().find(|larger| *larger > size);
        size
    }

    /// The next smaller size, after `failures` refusals in a row; `fresh` before the first page.
    pub fn smaller(&mut self, size: u32, failures: u32, fresh: bool) -> Option<u32> {
        let enough = if fresh { REFUSALS.0 } else { REFUSALS.1 };
        let smaller = SIZES.into_iter().find(|smaller| *smaller < size);
        let smaller = smaller.filter(|_| failures >= enough)?;
        self.page_size = Some(smaller);
        Some(smaller)
    }
}

fn scaled(base: i64, share: f64) -> i64 {
    #[expect(clippy::cast_precision_loss, reason = "waits are far below 2^52 milliseconds")]
    let base = base as f64;
    whole(base * share)
}

fn whole(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and waits are small")]
    let whole = value.round() as i64;
    whole
}

/// Reads a `Retry-After` header, in milliseconds from now: seconds, or a date that `date` turns into
/// milliseconds since 1970.
pub fn retry_after_ms(
    header: &str,
    now_ms: i64,
    date: impl Fn(&str) -> Option<i64>,
) -> Option<i64> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u32>() {
        return Some(i64::from(seconds) * 1_000);
    }
    date(header).map(|at| (at - now_ms).max(0))
}

#[cfg(test)]
mod tests {
    use super::{Pace, Settings, retry_after_ms};

    #[test]
    fn requests_are_spaced_by_the_rate_with_jitter() {
        let settings = Settings::default();
        for (chance, spacing) in [(0.0, 250), (0.5, 333), (1.0, 416)] {
            let mut pace = Pace::default();
            assert!(pace.take(1_000_000, chance, &settings));
            assert!(!pace.take(1_000_000, chance, &settings));
            assert_eq!(pace.next_ms(), 1_000_000 + spacing);
            assert!(!pace.take(1_000_000 + spacing - 1, chance, &settings));
            assert!(pace.take(1_000_000 + spacing, chance, &settings));
        }
    }

    #[test]
    fn a_clock_set_back_delays_by_two_spacings_at_most() {
        let settings = Settings::default();
        let mut pace = Pace::default();
        assert!(pace.take(9_000_000, 0.5, &settings));
        assert!(!pace.take(1_000, 0.5, &settings));
        assert_eq!(pace.next_ms(), 1_666);
    }

    #[test]
    fn refusals_halve_the_pace_and_good_answers_bring_it_back_slowly() {
        let settings = Settings::default();
        let mut pace = Pace::default();
        let spacing = |pace: &Pace| {
            let mut pace = Pace { next_ms: 0, ..*pace };
            assert!(pace.take(1_000_000, 0.5, &settings));
            pace.next_ms() - 1_000_000
        };
        let slower: Vec<i64> = (0..4)
            .map(|_| {
                pace.halve();
                spacing(&pace)
            })
            .collect();
        assert_eq!(slower, [667, 1_333, 2_667, 2_667]);
        let answers = (1..).find(|_| {
            pace.went_well();
            spacing(&pace) == 333
        });
        assert_eq!(answers, Some(56));
    }

    #[test]
    fn pages_become_smaller_where_they_fail_and_larger_again_run_by_run() {
        let settings = Settings::default();
        let mut pace = Pace::default();
        assert_eq!(pace.page_size(&settings), 50);
        assert_eq!(pace.smaller(50, 2, true), None);
        assert_eq!(pace.smaller(50, 5, false), None);
        assert_eq!(pace.smaller(50, 6, false), Some(40));
        assert_eq!(pace.smaller(40, 3, true), Some(30));
        assert_eq!(pace.smaller(20, 9, true), None);
        let sizes: Vec<u32> = (0..4).map(|_| pace.page_size(&settings)).collect();
        assert_eq!(sizes, [30, 40, 50, 50]);
        let small = Settings { page_size: 20, ..settings };
        assert_eq!(pace.page_size(&small), 20);
    }

    #[test]
    fn rests_double_up_to_the_cap_and_keep_to_what_the_server_asks() {
        let settings = Settings::default();
        let rests: Vec<i64> = (1..=9).map(|n| settings.rest_ms(n, None, 0.0)).collect();
        assert_eq!(rests, [2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000]);
        assert_eq!(settings.rest_ms(1, Some(7_000), 0.0), 7_000);
        assert_eq!(settings.rest_ms(1, Some(7_000), 1.0), 8_750);
        assert_eq!(settings.rest_ms(1, Some(i64::MAX), 0.0), 3_600_000);
        assert_eq!(settings.rest_ms(u32::MAX, None, 0.0), 300_000);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let date = |text: &str| (text == "a date").then_some(60_000);
        assert_eq!(retry_after_ms(" 12 ", 0, date), Some(12_000));
        assert_eq!(retry_after_ms("a date", 15_000, date), Some(45_000));
        assert_eq!(retry_after_ms("a date", 95_000, date), Some(0));
        assert_eq!(retry_after_ms("soon", 0, date), None);
    }

    #[test]
    fn unusable_settings_fall_back() {
        let odd = r#"{"requests_per_second":-4,"max_open":0,"page_size":7,"cool_down_ms":5}"#;
        let settings = Settings::from_json(odd);
        assert_eq!(settings, Settings { max_open: 1, cool_down_ms: 5, ..Settings::default() });
        assert_eq!(Settings::from_json("nonsense"), Settings::default());
    }
}
