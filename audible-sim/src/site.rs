//! What each address answers: the routes of web site, sign-in, catalog and image host.

use std::time::Duration;

use serde_json::Value;

use crate::api;
use crate::authorize;
use crate::control::Control;
use crate::cover;
use crate::device;
use crate::fault::{Fault, Row, Stage, Times};
use crate::html::{decode, pairs, value_of};
use crate::library::{Sort, Title};
use crate::marketplace::{Host, Marketplace};
use crate::page::{
    self, Asked, DEFAULT_PAGE_SIZE, Damage, HistoryAsked, Look, captcha_page, unavailable_page,
    whoops_page,
};
use crate::signin;

/// A request, as far as the routes care.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) host: Host,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) cookies: String,
    /// Names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Question {
    /// The text of a header, by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        value_of(&self.headers, name)
    }

    /// The fields of a posted form, else of the query.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        if self.method == "POST" {
            pairs(&String::from_utf8_lossy(&self.body))
        } else {
            pairs(&self.query)
        }
    }
}

/// An answer, and how it gets there.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) delay: Duration,
    /// The connection breaks after half of the body.
    pub(crate) cut: bool,
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        let headers = vec![("content-type", content_type.to_owned())];
        Answer { status, headers, body: body.into(), delay: Duration::ZERO, cut: false }
    }

    pub(crate) fn html(status: u16, body: String) -> Answer {
        let mut answer = Answer::new(status, "text/html;charset=UTF-8", body);
        answer.headers.push(("cache-control", "no-store, private".to_owned()));
        answer
    }

    pub(crate) fn json(status: u16, body: &Value) -> Answer {
        Answer::new(status, "application/json", body.to_string())
    }

    pub(crate) fn redirect(to: String) -> Answer {
        let mut answer = Answer::html(302, String::new());
        answer.headers.push(("location", to));
        answer
    }

    pub(crate) fn cookies(mut self, lines: Vec<String>) -> Answer {
        self.headers.extend(lines.into_iter().map(|line| ("set-cookie", line)));
        self
    }

    pub(crate) fn too_many(retry_after_s: Option<u32>) -> Answer {
        let body = "<!DOCTYPE html>\n<html><head><title>429</title></head><body>Too many requests</body></html>\n";
        let mut answer = Answer::html(429, body.to_owned());
        answer.headers.extend(retry_after_s.map(|s| ("retry-after", s.to_string())));
        answer
    }

    /// A host name that is not served here.
    pub(crate) fn misdirected() -> Answer {
        Answer::new(421, "text/plain", "this host is not served here\n")
    }
}

/// Answers one request.
pub(crate) fn answer(control: &Control, question: &Question) -> Answer {
    match question.host {
        Host::Web(marketplace) => web(control, marketplace, question),
        Host::Amazon(marketplace) => amazon(control, marketplace, question),
        Host::Api(_) => api::answer(control, question),
        Host::Devices(marketplace) => device::answer(control, marketplace, question),
        Host::Images => image(control, question),
    }
}

fn web(control: &Control, marketplace: Marketplace, question: &Question) -> Answer {
    let visitor = Visitor::new(control, marketplace, question);
    match question.path.as_str() {
        "/" => Answer::html(200, page::home_page(&visitor.look, visitor.signed_in())),
        "/library" => strike_library(control, marketplace, question)
            .unwrap_or_else(|| Answer::redirect("/library/titles".to_owned())),
        "/library/titles" => library(control, &visitor, question),
        "/account/purchase-history" => history(control, &visitor, question),
        page::CAPTCHA_PATH => {
            let given = pairs(&question.query);
            if value_of(&given, "field-keywords").is_some_and(|word| !word.trim().is_empty()) {
                control.captcha_passed();
            }
            Answer::redirect("/library/titles".to_owned())
        }
        "/sign-in" | "/signin" => {
            Answer::redirect(signin::sign_in_address(marketplace, "/?loginAttempt=true"))
        }
        "/signout" | "/account/signout" => {
            if let Some(value) = visitor.session {
                control.close_session(marketplace, &value);
            }
            Answer::redirect("/".to_owned()).cookies(signin::clear_cookies(marketplace))
        }
        signin::ARRIVE_PATH => arrive(control, marketplace, question),
        _ => {
            let signed_in = visitor.signed_in();
            let page = page::plain_page(&visitor.look, "404", &question.path, signed_in);
            Answer::html(404, page)
        }
    }
}

/// Who asks, and in which words the answer is written.
struct Visitor {
    marketplace: Marketplace,
    look: Look,
    session: Option<String>,
}

impl Visitor {
    fn new(control: &Control, marketplace: Marketplace, question: &Question) -> Visitor {
        let session = signin::session_value(marketplace, &question.cookies)
            .filter(|value| control.is_open(marketplace, value))
            .map(str::to_owned);
        let look = Look { marketplace, language: control.language(marketplace) };
        Visitor { marketplace, look, session }
    }

    fn signed_in(&self) -> bool {
        self.session.is_some()
    }
}

/// A fault that comes before anybody asks who is there. `None` and a cut or slow page go on.
fn strike_library(
    control: &Control,
    marketplace: Marketplace,
    question: &Question,
) -> Option<Answer> {
    let page = page_number(&pairs(&question.query));
    let fault = control.strike(Stage::Library, |fault| match fault {
        Fault::Slow(_) | Fault::Cut => false,
        Fault::CaptchaFrom(first) => page >= *first,
        Fault::PageUnavailable(number) => page == *number,
        _ => true,
    })?;
    match fault {
        Fault::CaptchaFrom(_) => {
            control.fail(Fault::Captcha, Times::Always);
            Some(Answer::html(200, captcha_page(marketplace)))
        }
        Fault::PageUnavailable(_) => Some(Answer::html(503, unavailable_page())),
        Fault::Captcha => Some(Answer::html(200, captcha_page(marketplace))),
        Fault::Whoops => Some(Answer::html(200, whoops_page(marketplace))),
        Fault::TooMany { retry_after_s } => Some(Answer::too_many(retry_after_s)),
        Fault::Unavailable => Some(Answer::html(503, unavailable_page())),
        _ => None,
    }
}

fn library(control: &Control, visitor: &Visitor, question: &Question) -> Answer {
    if let Some(blocked) = strike_library(control, visitor.marketplace, question) {
        return blocked;
    }
    let mut answer = if visitor.signed_in() {
        Answer::html(200, library_page(control, visitor, question))
    } else {
        let query = if question.query.is_empty() { "" } else { "?" };
        let back = format!("{}{query}{}", question.path, question.query);
        Answer::redirect(signin::sign_in_address(visitor.marketplace, &back))
    };
    match control.strike(Stage::Library, |fault| matches!(fault, Fault::Slow(_) | Fault::Cut)) {
        Some(Fault::Slow(delay)) => answer.delay = delay,
        Some(Fault::Cut) => answer.cut = true,
        _ => {}
    }
    answer
}

fn library_page(control: &Control, visitor: &Visitor, question: &Question) -> String {
    let library = control.library();
    let pairs = pairs(&question.query);
    let number = |name| value_of(&pairs, name).and_then(|value| value.parse::<usize>().ok());
    let asked = Asked {
        page: page_number(&pairs),
        page_size: number("pageSize").filter(|size| [20, 30, 40, 50].contains(size)),
        sort: Sort::parse(value_of(&pairs, "sortBy").unwrap_or_default()),
    };
    let size = asked.page_size.unwrap_or(DEFAULT_PAGE_SIZE);
    let first = asked.page.max(1).saturating_sub(1).saturating_mul(size);
    let place = |row: &Row| match row {
        Row::Index(index) => library.titles().get(*index).and_then(|title| {
            library.sorted(asked.sort).iter().position(|shown| shown.asin == title.asin)
        }),
        Row::Asin(asin) => library.sorted(asked.sort).iter().position(|shown| shown.asin == *asin),
    };
    let here = |row: &Row| place(row).filter(|at| (first..first.saturating_add(size)).contains(at));
    let fault = control.strike(Stage::Page, |fault| match fault {
        Fault::MalformedRow(row) => here(row).is_some(),
        _ => true,
    });
    let damage = match &fault {
        Some(Fault::MalformedRow(row)) => here(row).map_or(Damage::None, Damage::RowAt),
        _ => Damage::None,
    };
    let look = &visitor.look;
    let page = page::asked_page(&library, look.marketplace, look.language, asked, damage);
    control.page_shown(asked.page);
    if fault == Some(Fault::ChangedLayout) { page::redesigned(&page) } else { page }
}

/// The purchase history wants a fresh sign-in sooner than the library does.
fn history(control: &Control, visitor: &Visitor, question: &Question) -> Answer {
    let fault = control.strike(Stage::History, |_| true);
    if fault == Some(Fault::HistoryUnavailable) {
        return Answer::html(503, unavailable_page());
    }
    if fault == Some(Fault::HistorySignIn) || !visitor.signed_in() {
        let back = format!("{}?{}", question.path, question.query);
        return Answer::redirect(signin::sign_in_address(visitor.marketplace, &back));
    }
    let pairs = pairs(&question.query);
    let number = |name| value_of(&pairs, name).and_then(|value| value.parse::<usize>().ok());
    let asked = HistoryAsked {
        filter: value_of(&pairs, "df").unwrap_or("last_90_days"),
        page: number("pn").unwrap_or(1),
        size: number("ps"),
    };
    let page =
        page::history_page(&control.library(), visitor.marketplace, visitor.look.language, asked);
    let changed = fault == Some(Fault::HistoryChanged);
    let mut answer = Answer::html(200, if changed { page::redesigned(&page) } else { page });
    if let Some(Fault::HistorySlow(delay)) = fault {
        answer.delay = delay;
    }
    answer
}

/// The page that is asked for, from 1.
fn page_number(pairs: &[(String, String)]) -> usize {
    value_of(pairs, "page").and_then(|value| value.parse().ok()).unwrap_or(1)
}

/// The hop that brings a fresh session onto the domain of the web site.
fn arrive(control: &Control, marketplace: Marketplace, question: &Question) -> Answer {
    let pairs = pairs(&question.query);
    let back = signin::return_path(marketplace, value_of(&pairs, "openid.return_to"));
    let ticket = value_of(&pairs, "ticket").unwrap_or_default();
    match control.open_session(marketplace, ticket) {
        Some(value) => {
            control.signed_in_afresh();
            Answer::redirect(back).cookies(signin::set_cookies(marketplace, &value))
        }
        None => Answer::redirect(signin::sign_in_address(marketplace, &back)),
    }
}

fn amazon(control: &Control, marketplace: Marketplace, question: &Question) -> Answer {
    if authorize::is_asked(question) {
        return authorize::answer(control, marketplace, question);
    }
    if question.path != signin::SIGN_IN_PATH {
        return Answer::html(404, unavailable_page());
    }
    let fields = question.fields();
    let return_to = value_of(&fields, "openid.return_to").unwrap_or_default();
    if question.method != "POST" {
        return Answer::html(200, signin::sign_in_page(marketplace, return_to, false));
    }
    let given = |name| value_of(&fields, name).is_some_and(|value| !value.trim().is_empty());
    if !given("email") || !given("password") {
        return Answer::html(200, signin::sign_in_page(marketplace, return_to, true));
    }
    Answer::redirect(format!(
        "https://{}{}?ticket={}&openid.return_to={}",
        marketplace.www(),
        signin::ARRIVE_PATH,
        control.new_ticket(marketplace),
        crate::html::query_value(return_to)
    ))
}

/// The cover of a title of the library, or of the wishlist.
fn picture(control: &Control, id: &str) -> Option<String> {
    if let Some(title) = control.library().find_cover(id) {
        return Some(cover::svg(title));
    }
    let is_it = |title: &&Title| title.cover_id.as_deref() == Some(id);
    control.holding(|holding| {
        holding.wishes().iter().map(|wish| &wish.title).find(is_it).map(cover::svg)
    })
}

/// `/images/I/{id}._SL500_.jpg`; any size is drawn alike.
fn image(control: &Control, question: &Question) -> Answer {
    let path = decode(&question.path);
    let id = path.strip_prefix("/images/I/").and_then(|name| name.split('.').next());
    match id.and_then(|id| picture(control, id)) {
        Some(picture) => {
            let mut answer = Answer::new(200, "image/svg+xml", picture);
            answer.headers.push(("cache-control", "max-age=86400".to_owned()));
            answer
        }
        None => Answer::new(404, "text/plain", "no such picture\n"),
    }
}
