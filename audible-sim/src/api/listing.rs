//! The library in pages: by number or by continuation, all of it or what has changed since a state.

use std::time::Duration;

use serde_json::{Value, json};

use super::Query;
use crate::catalog::Refusal;
use crate::clock::moment;
use crate::control::Control;
use crate::fault::{Fault, Stage};
use crate::holding::bought_order;
use crate::library::Title;
use crate::owned;
use crate::site::Answer;

/// A listing gives nothing beyond this.
const MOST_LISTED: usize = 10_000;
/// Most titles in a page.
const MOST_RESULTS: usize = 1_000;

pub(super) fn answer(control: &Control, query: &Query) -> Answer {
    match listing(control, query) {
        Ok(Listed { body, total, continuation, state, delay }) => {
            let mut answer = Answer::json(200, &body);
            answer.delay = delay;
            answer.headers.push(("total-count", total.to_string()));
            answer.headers.extend(continuation.map(|token| ("continuation-token", token)));
            answer.headers.extend(state.map(|token| ("state-token", token)));
            answer
        }
        Err(Trouble::Refused(refusal)) => Answer::json(400, &refusal.body()),
        Err(Trouble::Whoops) => {
            let message = json!({ "message": "Whoops! Looks like something went wrong." });
            Answer::json(500, &message)
        }
    }
}

struct Listed {
    body: Value,
    total: usize,
    continuation: Option<String>,
    state: Option<String>,
    delay: Duration,
}

enum Trouble {
    Refused(Refusal),
    Whoops,
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        Trouble::Refused(refusal)
    }
}

fn listing(control: &Control, query: &Query) -> Result<Listed, Trouble> {
    let size = query.number("num_results", 50, 1, MOST_RESULTS)?;
    let page = query.number("page", 1, 1, usize::MAX)?;
    let groups = query.groups(&owned::GROUPS)?;
    let goes_on = query.text("continuation_token");
    let strikes = |fault: &Fault| match fault {
        Fault::ApiPageSize(most) => size > *most,
        Fault::ApiPageSlow { larger_than, .. } => size > *larger_than,
        _ => goes_on.is_some(),
    };
    let delay = match control.strike(Stage::Listing, strikes) {
        Some(Fault::ApiPageSize(_)) => return Err(Trouble::Whoops),
        Some(Fault::ApiContinuationExpired) => return Err(Refusal::invalid_value().into()),
        Some(Fault::ApiPageSlow { delay, .. }) => delay,
        _ => Duration::ZERO,
    };
    let statuses = query.text("status").unwrap_or("Active");
    let wanted = |status: &str| statuses.split(',').any(|one| one.trim() == status);
    let since = match query.text("state_token") {
        Some(text) => text.parse().map_err(|_| Refusal::invalid_value())?,
        None => 0,
    };
    let first = match goes_on {
        Some(token) => continued(token, size)?,
        None => (page - 1).saturating_mul(size),
    };
    let after = query.text("purchased_after").map(since_or_refusal).transpose()?;
    let library = control.library();
    let now = control.now();
    let state = control.holding(|holding| holding.state(now));
    let (items, total, left) = control.holding(|holding| {
        let active = library.titles().iter().filter(|title| !title.noise && wanted("Active"));
        let active = active.filter(|title| since == 0 || holding.changed_since(&title.asin, since));
        let returned = holding.returned_since(since).filter(|_| wanted("Revoked"));
        let mut all: Vec<(&Title, bool)> =
            active.map(|title| (title, false)).chain(returned.map(|title| (title, true))).collect();
        all.retain(|(title, _)| after.is_none_or(|after| bought_order(title).0 >= after));
        sort(&mut all, query.text("sort_by").unwrap_or("-PurchaseDate"));
        let total = all.len();
        let end = first.saturating_add(size).min(MOST_LISTED);
        let here = all.iter().take(end).skip(first);
        let items: Vec<Value> =
            here.map(|(title, revoked)| owned::item(title, holding, &groups, *revoked)).collect();
        (items, total, end < total.min(MOST_LISTED))
    });
    let continuation = left.then(|| format!("sim.{:x}.{size:x}", first + size));
    let is_first = goes_on.is_none() && page == 1;
    control.listed(items.len());
    Ok(Listed {
        body: json!({ "items": items, "response_groups": groups.names() }),
        total,
        continuation,
        state: is_first.then(|| state.to_string()),
        delay,
    })
}

fn since_or_refusal(text: &str) -> Result<i64, Refusal> {
    moment(text).ok_or_else(Refusal::invalid_value)
}

/// Where a continuation goes on; it is bound to its size.
fn continued(token: &str, size: usize) -> Result<usize, Refusal> {
    let parts = || {
        let (first, of) = token.strip_prefix("sim.")?.split_once('.')?;
        let number = |text| usize::from_str_radix(text, 16).ok();
        Some((number(first)?, number(of)?))
    };
    let found = parts().filter(|(_, of)| *of == size).map(|(first, _)| first);
    found.ok_or_else(Refusal::invalid_value)
}

fn sort(titles: &mut [(&Title, bool)], by: &str) {
    let (name, back) = match by.strip_prefix('-') {
        Some(name) => (name, true),
        None => (by, false),
    };
    match name {
        "Title" => titles.sort_by(|a, b| a.0.title.cmp(&b.0.title)),
        "Author" => titles.sort_by(|a, b| a.0.authors.first().cmp(&b.0.authors.first())),
        "Length" => titles.sort_by_key(|(title, _)| title.runtime_minutes),
        _ => titles.sort_by_key(|(title, _)| bought_order(title)),
    }
    if back {
        titles.reverse();
    }
}
