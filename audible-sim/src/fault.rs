//! What can go wrong on command, and for how long.

use std::time::Duration;

/// A trouble of the web site or the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Library pages are a riddle for robots, until a person answers it.
    Captcha,
    /// From this page on, library pages are such a riddle.
    CaptchaFrom(usize),
    /// The library page of this number answers 503 with an HTML page.
    PageUnavailable(usize),
    /// Library pages are the soft block with status 200.
    Whoops,
    /// Library pages answer 429, with `Retry-After` where given.
    TooMany {
        /// Seconds for `Retry-After`.
        retry_after_s: Option<u32>,
    },
    /// Library pages answer 503 with an HTML page.
    Unavailable,
    /// Library pages arrive late, but whole.
    Slow(Duration),
    /// The connection breaks in the middle of a library page.
    Cut,
    /// The page that holds this row shows it without ASIN and title.
    MalformedRow(Row),
    /// Library pages of a signed-in person after a redesign: no known id or class is left.
    ChangedLayout,
    /// The purchase history wants the person to sign in again, although the library does not.
    HistorySignIn,
    /// The purchase history after a redesign.
    HistoryChanged,
    /// The purchase history answers 503 with an HTML page.
    HistoryUnavailable,
    /// Pages of the purchase history arrive late, but whole.
    HistorySlow(Duration),
    /// The catalog answers 503 with an HTML page.
    CatalogDown,
    /// The catalog answers 429, with `Retry-After` where given.
    CatalogTooMany {
        /// Seconds for `Retry-After`.
        retry_after_s: Option<u32>,
    },
    /// The catalog answers late.
    CatalogSlow(Duration),
    /// The connection breaks in the middle of a catalog answer.
    CatalogCut,
    /// The API answers 503 with an HTML page to everything that wants a device.
    ApiDown,
    /// The API does not believe the device, which is still on Amazon's list.
    ApiUnauthorized,
    /// The API refuses what it is asked for with 400.
    ApiRefused,
    /// The API answers 200 with an HTML page.
    ApiUnreadable,
    /// The API answers 429, with `Retry-After` where given.
    ApiTooMany {
        /// Seconds for `Retry-After`.
        retry_after_s: Option<u32>,
    },
    /// Pages of the API's library with more titles than this answer 500.
    ApiPageSize(usize),
    /// Pages of the API's library with more titles than this arrive late, but whole.
    ApiPageSlow {
        /// Titles that were asked for.
        larger_than: usize,
        /// How late.
        delay: Duration,
    },
    /// The API's library does not know its own continuations any more.
    ApiContinuationExpired,
    /// Registering a device answers 500.
    RegisterFails,
    /// A device is registered, and the answer is an HTML page.
    RegisterUnreadable,
    /// Taking a device off the list answers 503.
    DeregisterDown,
}

/// Which row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// The title with this ASIN.
    Asin(String),
    /// The title at this place of the list, newest first, from 0.
    Index(usize),
}

/// How often a fault strikes, counted in requests that it applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// The next `n` requests.
    Next(u32),
    /// Every request until `heal`.
    Always,
}

/// At which point of answering a request a fault can strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before the library page asks who is there.
    Library,
    /// While the page of a signed-in person is written; these are the places of its rows.
    Page,
    /// In the purchase history.
    History,
    /// In the catalog.
    Catalog,
    /// In the API that wants a device, before it asks who is there.
    Api,
    /// In the API's library.
    Listing,
    /// While a device is registered.
    Register,
    /// While a device is taken off the list.
    Deregister,
}

impl Fault {
    pub(crate) fn stage(&self) -> Stage {
        match self {
            Fault::Captcha
            | Fault::CaptchaFrom(_)
            | Fault::PageUnavailable(_)
            | Fault::Whoops
            | Fault::TooMany { .. }
            | Fault::Unavailable
            | Fault::Slow(_)
            | Fault::Cut => Stage::Library,
            Fault::MalformedRow(_) | Fault::ChangedLayout => Stage::Page,
            Fault::HistorySignIn
            | Fault::HistoryChanged
            | Fault::HistoryUnavailable
            | Fault::HistorySlow(_) => Stage::History,
            Fault::CatalogDown
            | Fault::CatalogTooMany { .. }
            | Fault::CatalogSlow(_)
            | Fault::CatalogCut => Stage::Catalog,
            Fault::ApiDown
            | Fault::ApiUnauthorized
            | Fault::ApiRefused
            | Fault::ApiUnreadable
            | Fault::ApiTooMany { .. } => Stage::Api,
            Fault::ApiPageSize(_) | Fault::ApiPageSlow { .. } | Fault::ApiContinuationExpired => {
                Stage::Listing
            }
            Fault::RegisterFails | Fault::RegisterUnreadable => Stage::Register,
            Fault::DeregisterDown => Stage::Deregister,
        }
    }
}

/// The faults that are switched on, in their order.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(Fault, Times)>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault, times: Times) {
        self.0.push((fault, times));
    }

    pub(crate) fn remove(&mut self, fault: &Fault) {
        self.0.retain(|(known, _)| known != fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The first fault of this stage for which `applies` holds; it is counted.
    pub(crate) fn strike(
        &mut self,
        stage: Stage,
        applies: impl Fn(&Fault) -> bool,
    ) -> Option<Fault> {
        self.0.retain(|(_, times)| *times != Times::Next(0));
        let (fault, times) =
            self.0.iter_mut().find(|(fault, _)| fault.stage() == stage && applies(fault))?;
        if let Times::Next(left) = times {
            *left -= 1;
        }
        Some(fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults, Stage, Times};

    #[test]
    fn a_counted_fault_strikes_only_requests_it_applies_to() {
        let mut faults = Faults::default();
        faults.add(Fault::CatalogDown, Times::Next(1));
        faults.add(Fault::Captcha, Times::Always);
        assert_eq!(faults.strike(Stage::Library, |_| true), Some(Fault::Captcha));
        assert_eq!(faults.strike(Stage::Page, |_| true), None);
        assert_eq!(faults.strike(Stage::Catalog, |_| false), None);
        assert_eq!(faults.strike(Stage::Catalog, |_| true), Some(Fault::CatalogDown));
        assert_eq!(faults.strike(Stage::Catalog, |_| true), None);
        assert_eq!(faults.strike(Stage::Library, |_| true), Some(Fault::Captcha));
    }
}
