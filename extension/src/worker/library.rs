//! Library pages: asks Audible, tells its answers apart, stores what a page shows.

use serde::{Deserialize, Serialize};
use shared::{ids::Marketplace, problem::Problem, raw::RawItem};

use super::{Worker, keys};
use crate::{
    browser::{Browser, HttpError, HttpRequest, HttpResponse},
    extract::{Extracted, PageKind, extract},
    plan::{Failure, PageFacts, Ticket},
};

/// A page as it is stored.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct StoredPage {
    pub(super) items: Vec<RawItem>,
    pub(super) problems: Vec<Problem>,
}

impl<B: Browser> Worker<B> {
    /// Reads one page and stores it.
    pub(super) async fn read_page(
        &self,
        ticket: Ticket,
        marketplace: Marketplace,
        size: u32,
        follow: bool,
    ) -> Result<PageFacts, Failure> {
        let url = format!(
            "{}/library/titles?page={}&pageSize={size}&sortBy=PURCHASE_DATE.dsc",
            marketplace.www(),
            ticket.unit
        );
        let (answer, followed) = self.fetch_page(url, follow).await?;
        let page = page_of(&answer)?;
        let facts = facts(&page, followed);
        let stored = StoredPage { items: page.items, problems: page.problems };
        self.browser
            .set(&keys::page(ticket.run, ticket.unit), &keys::text(&stored))
            .await
            .map_err(|_| Failure::Unavailable(None))?;
        Ok(facts)
    }

    /// A signed-out library redirects to another site, which a worker may not follow. A redirect within
    /// Audible is harmless: one look that follows it tells the two apart.
    pub(super) async fn fetch_page(
        &self,
        url: String,
        follow: bool,
    ) -> Result<(HttpResponse, bool), Failure> {
        let ask = |follow| HttpRequest { session: true, follow, ..HttpRequest::get(url.clone()) };
        if follow && let Ok(answer) = self.browser.send(ask(true)).await {
            return Ok((answer, true));
        }
        let answer = self.browser.send(ask(false)).await.map_err(no_answer)?;
        if !answer.redirected {
            return Ok((answer, false));
        }
        let probed = self.browser.send(ask(true)).await.map_err(|_| Failure::SignedOut)?;
        Ok((probed, true))
    }
}

fn page_of(answer: &HttpResponse) -> Result<Extracted, Failure> {
    refused(answer)?;
    let page = extract(&answer.body);
    if page.kind == PageKind::Library && answer.status == 200 {
        return Ok(page);
    }
    Err(unusable(page.kind, answer.status))
}

/// What it means that a page of this kind came.
pub(super) const fn unusable(kind: PageKind, status: u16) -> Failure {
    match kind {
        PageKind::SignIn => Failure::SignedOut,
        PageKind::Captcha => Failure::Captcha,
        PageKind::Whoops => Failure::Blocked,
        _ if matches!(status, 401 | 403) => Failure::Blocked,
        PageKind::Library | PageKind::Unknown => Failure::Changed,
    }
}

/// Refusals that say by themselves how long to rest.
pub(super) fn refused(answer: &HttpResponse) -> Result<(), Failure> {
    let rest = answer.retry_after_ms;
    match answer.status {
        429 => Err(Failure::Throttled(rest)),
        500..=599 => match extract(&answer.body).kind {
            PageKind::Captcha => Err(Failure::Captcha),
            PageKind::Whoops => Err(Failure::Blocked),
            _ => Err(Failure::Unavailable(rest)),
        },
        _ => Ok(()),
    }
}

/// No answer at all; a page over every known size is one we cannot read.
pub(super) fn no_answer(error: HttpError) -> Failure {
    match error {
        HttpError::NoAnswer => Failure::Offline,
        HttpError::TimedOut => Failure::TimedOut,
        HttpError::TooLarge => Failure::Changed,
    }
}

fn facts(page: &Extracted, followed: bool) -> PageFacts {
    let count = |length| u32::try_from(length).unwrap_or(u32::MAX);
    PageFacts {
        titles: count(page.items.len()),
        unreadable: count(page.problems.len()),
        rows: page.rows,
        next: page.next_page,
        total: page.total_pages,
        print: fingerprint(&page.items),
        followed,
    }
}

/// The same for the same set of titles, whatever their order (FNV-1a per title, added up).
fn fingerprint(items: &[RawItem]) -> u64 {
    let hash = |item: &RawItem| {
        item.asin.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    };
    items.iter().map(hash).fold(0, u64::wrapping_add)
}
