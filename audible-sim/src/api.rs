//! What `api.audible.{tld}` answers: library, wishlist, marks and catalog.
//!
//! The catalog is public; everything else wants a device's signature or token.

use serde_json::{Value, json};

use crate::catalog::{self, Groups, Refusal};
use crate::clock::moment;
use crate::control::Control;
use crate::device::{Known, since};
use crate::fault::{Fault, Stage};
use crate::holding::bought_order;
use crate::html::{pairs, value_of};
use crate::library::{Library, Title};
use crate::owned;
use crate::page::unavailable_page;
use crate::site::{Answer, Question};

const PRODUCTS: &str = "/1.0/catalog/products";
const LIBRARY: &str = "/1.0/library";
const WISHLIST: &str = "/1.0/wishlist";
const FINISHED: &str = "/1.0/stats/status/finished";

/// A listing gives nothing beyond this.
const MOST_LISTED: usize = 10_000;
/// Most titles in a page of the library.
const MOST_RESULTS: usize = 1_000;
/// Most titles in a page of the wishlist.
const MOST_WISHES: usize = 50;

/// Parameters of a request.
struct Query(Vec<(String, String)>);

impl Query {
    fn text(&self, name: &str) -> Option<&str> {
        value_of(&self.0, name)
    }

    /// A number between bounds.
    fn number(
        &self,
        name: &str,
        usual: usize,
        least: usize,
        most: usize,
    ) -> Result<usize, Refusal> {
        let Some(text) = self.text(name) else { return Ok(usual) };
        let refused = |rule: String| {
            Refusal::new(format!(
                "1 validation error detected: Value '{text}' at '{}' failed to satisfy constraint: {rule}",
                camel(name)
            ))
        };
        let number: usize = text.parse().map_err(|_| {
            refused("Member must satisfy regular expression pattern: ^\\d+$".to_owned())
        })?;
        if number < least {
            return Err(refused(format!(
                "Member must have value greater than or equal to {least}"
            )));
        }
        if number > most {
            return Err(refused(format!("Member must have value less than or equal to {most}")));
        }
        Ok(number)
    }

    fn groups(&self, more: &[&str]) -> Result<Groups, Refusal> {
        Groups::parse(self.text("response_groups").unwrap_or_default(), more)
    }
}

/// A name as the service writes it in its refusals.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}

pub(crate) fn answer(control: &Control, question: &Question) -> Answer {
    if let Some(rest) = question.path.strip_prefix(PRODUCTS) {
        return products(control, rest, question);
    }
    if let Err(answer) = admitted(control, question) {
        return answer;
    }
    let query = Query(pairs(&question.query));
    let path = question.path.as_str();
    let result = match path {
        LIBRARY => return library(control, &query),
        WISHLIST => wishlist(control, &query),
        FINISHED => Ok(finished(control, &query)),
        _ => match path.strip_prefix(LIBRARY).and_then(|rest| rest.strip_prefix('/')) {
            Some(asin) => return one(control, asin, &query),
            None => return Answer::json(404, &json!({ "message": "Not Found" })),
        },
    };
    answered(result)
}

fn answered(result: Result<Value, Refusal>) -> Answer {
    match result {
        Ok(body) => Answer::json(200, &body),
        Err(refusal) => Answer::json(400, &refusal.body()),
    }
}

/// Faults first, as an overloaded service does not ask who is there; then who is there.
fn admitted(control: &Control, question: &Question) -> Result<(), Answer> {
    if !control.takes_api_request() {
        return Err(Answer::html(503, unavailable_page()));
    }
    match control.strike(Stage::Api, |fault| !matches!(fault, Fault::ApiPageSize(_))) {
        Some(Fault::ApiTooMany { retry_after_s }) => return Err(Answer::too_many(retry_after_s)),
        Some(Fault::ApiUnauthorized) => return Err(unauthenticated()),
        Some(_) => return Err(Answer::html(503, unavailable_page())),
        None => {}
    }
    let now = control.now();
    match control.devices(|devices| devices.known(question, now)) {
        Known::Yes => Ok(()),
        Known::No => Err(unauthenticated()),
        Known::OldHeader => {
            let message = "token does not correspond to the specified Client-ID";
            Err(Answer::json(400, &json!({ "message": message })))
        }
    }
}

/// What a browser session gets, too: it never signs.
fn unauthenticated() -> Answer {
    let message = json!({ "message": "Message could not be authenticated" });
    Answer::json(403, &message)
}

fn library(control: &Control, query: &Query) -> Answer {
    match listing(control, query) {
        Ok(Listed { body, total, continuation, state }) => {
            let mut answer = Answer::json(200, &body);
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
    let too_large = |fault: &Fault| matches!(fault, Fault::ApiPageSize(most) if size > *most);
    if control.strike(Stage::Api, too_large).is_some() {
        return Err(Trouble::Whoops);
    }
    let statuses = query.text("status").unwrap_or("Active");
    let wanted = |status: &str| statuses.split(',').any(|one| one.trim() == status);
    let since = match query.text("state_token") {
        Some(text) => Some(text.parse().map_err(|_| Refusal::new("InvalidValue".to_owned()))?),
        None => None,
    };
    let first = match query.text("continuation_token") {
        Some(token) => continued(token, size)?,
        None => (page - 1).saturating_mul(size),
    };
    let after = query.text("purchased_after").map(since_or_refusal).transpose()?;
    let library = control.library();
    let now = control.now();
    let state = control.holding(|holding| holding.state(now));
    let (items, total, left) = control.holding(|holding| {
        let active = library.titles().iter().filter(|title| !title.noise && wanted("Active"));
        let active = active.filter(|title| {
            since.is_none_or(|since| since == 0 || holding.changed_since(&title.asin, since))
        });
        let returned = since.into_iter().flat_map(|since| holding.returned_since(since));
        let returned = returned.filter(|_| wanted("Revoked"));
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
    let is_first = query.text("continuation_token").is_none() && page == 1;
    control.listed(items.len());
    Ok(Listed {
        body: json!({ "items": items, "response_groups": groups.names() }),
        total,
        continuation,
        state: is_first.then(|| state.to_string()),
    })
}

fn since_or_refusal(text: &str) -> Result<i64, Refusal> {
    moment(text).ok_or_else(|| Refusal::new("InvalidValue".to_owned()))
}

/// Where a continuation goes on; it is bound to its size.
fn continued(token: &str, size: usize) -> Result<usize, Refusal> {
    let parts = || {
        let (first, of) = token.strip_prefix("sim.")?.split_once('.')?;
        let number = |text| usize::from_str_radix(text, 16).ok();
        Some((number(first)?, number(of)?))
    };
    let found = parts().filter(|(_, of)| *of == size).map(|(first, _)| first);
    found.ok_or_else(|| Refusal::new("InvalidValue".to_owned()))
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

fn one(control: &Control, asin: &str, query: &Query) -> Answer {
    let groups = match query.groups(&owned::GROUPS) {
        Ok(groups) => groups,
        Err(refusal) => return Answer::json(400, &refusal.body()),
    };
    let library = control.library();
    match library.find(asin).filter(|title| !title.noise) {
        Some(title) => {
            let item = control.holding(|holding| owned::item(title, holding, &groups, false));
            Answer::json(200, &json!({ "item": item, "response_groups": groups.names() }))
        }
        None => Answer::json(404, &json!({ "message": "Not Found" })),
    }
}

/// Pages of the wishlist count from 0.
fn wishlist(control: &Control, query: &Query) -> Result<Value, Refusal> {
    let size = query.number("num_results", MOST_WISHES, 1, MOST_WISHES)?;
    let page = query.number("page", 0, 0, usize::MAX)?;
    let groups = query.groups(&[])?;
    Ok(control.holding(|holding| {
        let wishes = holding.wishes();
        let here = wishes.iter().skip(page.saturating_mul(size)).take(size);
        let products: Vec<Value> = here.map(|title| owned::wish(title, &groups)).collect();
        json!({ "products": products, "total_results": wishes.len(), "bin_fields": [] })
    }))
}

fn finished(control: &Control, query: &Query) -> Value {
    let since = since(query.text("start_date"));
    let library: &Library = &control.library();
    let marks = control.holding(|holding| holding.marks(library, since));
    let list: Vec<Value> = marks
        .iter()
        .filter(|mark| query.text("asin").is_none_or(|asin| asin == mark.asin))
        .map(|mark| {
            json!({
                "asin": mark.asin,
                "is_marked_as_finished": mark.finished,
                "event_timestamp": mark.at,
            })
        })
        .collect();
    json!({ "mark_as_finished_status_list": list })
}

fn products(control: &Control, rest: &str, question: &Question) -> Answer {
    let fault = control.strike(Stage::Catalog, |_| true);
    match fault {
        Some(Fault::CatalogDown) => return Answer::html(503, unavailable_page()),
        Some(Fault::CatalogTooMany { retry_after_s }) => return Answer::too_many(retry_after_s),
        _ => {}
    }
    let library = control.library();
    let pairs = pairs(&question.query);
    let groups = value_of(&pairs, "response_groups").unwrap_or_default();
    let mut answer = answered(match rest.strip_prefix('/') {
        Some(asin) => catalog::one_product(&library, asin, groups),
        None => catalog::products(&library, value_of(&pairs, "asins").unwrap_or_default(), groups),
    });
    match fault {
        Some(Fault::CatalogSlow(delay)) => answer.delay = delay,
        Some(Fault::CatalogCut) => answer.cut = true,
        _ => {}
    }
    answer
}
