//! What `api.audible.{tld}` answers: library, wishlist, marks and catalog.
//!
//! The catalog is public; everything else wants a device's signature or token.

mod listing;

use serde_json::{Value, json};

use crate::catalog::{self, Groups, Refusal};
use crate::control::Control;
use crate::device::{Known, since};
use crate::fault::{Fault, Stage};
use crate::html::{pairs, value_of};
use crate::library::Library;
use crate::owned;
use crate::page::unavailable_page;
use crate::site::{Answer, Question};

const PRODUCTS: &str = "/1.0/catalog/products";
const LIBRARY: &str = "/1.0/library";
const WISHLIST: &str = "/1.0/wishlist";
const FINISHED: &str = "/1.0/stats/status/finished";

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
            Refusal::new(&format!(
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
    let below = |list: &str| path.strip_prefix(list).and_then(|rest| rest.strip_prefix('/'));
    match (question.method.as_str(), path) {
        ("GET", LIBRARY) => listing::answer(control, &query),
        ("GET", WISHLIST) => answered(wishlist(control, &query)),
        ("GET", FINISHED) => answered(Ok(finished(control, &query))),
        ("POST", WISHLIST) => wish(control, &question.body),
        ("GET", _) => below(LIBRARY).map_or_else(not_found, |asin| one(control, asin, &query)),
        ("DELETE", _) => below(WISHLIST).map_or_else(not_found, |asin| unwish(control, asin)),
        _ => not_found(),
    }
}

fn not_found() -> Answer {
    Answer::json(404, &json!({ "message": "Not Found" }))
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
    match control.strike(Stage::Api, |_| true) {
        Some(Fault::ApiTooMany { retry_after_s }) => return Err(Answer::too_many(retry_after_s)),
        Some(Fault::ApiUnauthorized) => return Err(unauthenticated()),
        Some(Fault::ApiRefused) => {
            return Err(Answer::json(400, &Refusal::invalid_value().body()));
        }
        Some(Fault::ApiUnreadable) => return Err(Answer::html(200, unavailable_page())),
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
        None => not_found(),
    }
}

/// Pages of the wishlist count from 0, and its titles from the newest.
fn wishlist(control: &Control, query: &Query) -> Result<Value, Refusal> {
    let size = query.number("num_results", MOST_WISHES, 1, MOST_WISHES)?;
    let page = query.number("page", 0, 0, usize::MAX)?;
    let groups = query.groups(&[])?;
    Ok(control.holding(|holding| {
        let wishes = holding.wishes();
        let here = wishes.iter().skip(page.saturating_mul(size)).take(size);
        let products: Vec<Value> = here.map(|wish| owned::wish(wish, &groups)).collect();
        json!({ "products": products, "total_results": wishes.len(), "bin_fields": [] })
    }))
}

fn wish(control: &Control, body: &[u8]) -> Answer {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let asin = body["asin"].as_str().unwrap_or_default();
    let (library, now) = (control.library(), control.now());
    if !control.holding(|holding| holding.wish(asin, &library, now)) {
        return Answer::json(400, &Refusal::invalid_value().body());
    }
    let mut answer = Answer::json(201, &json!({}));
    answer.headers.push(("location", format!("{WISHLIST}/{asin}")));
    answer
}

fn unwish(control: &Control, asin: &str) -> Answer {
    if control.holding(|holding| holding.unwish(asin)) {
        Answer::new(204, "application/json", "")
    } else {
        not_found()
    }
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
