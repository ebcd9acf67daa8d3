//! Everything outside the browser: Audible as the simulator shows it, and a server that keeps books.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use audible_sim::{Language, Library, Marketplace, catalog, page};
use extension::browser::{HttpError, HttpRequest, HttpResponse};
use serde_json::{Value, json};
use shared::wire::v1::ImportRequest;

/// The token that the server knows.
pub(crate) const TOKEN: &str = "mf_test";
/// Where it is.
pub(crate) const SERVER: &str = "https://home.example/books";

/// What the person makes of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Open,
    Allowed,
    Denied,
    Forgotten,
}

pub(crate) type Answer = Result<HttpResponse, HttpError>;
type Trouble = Box<dyn FnMut(&HttpRequest) -> Option<Answer>>;

/// Audible and the person's server.
pub(crate) struct Outside {
    pub(crate) library: Library,
    pub(crate) marketplace: Marketplace,
    pub(crate) language: Language,
    /// Titles on a page, whatever is asked for.
    pub(crate) page_size: Option<usize>,
    /// Says something else than usual, where it says anything.
    trouble: Option<Trouble>,
    pages: BTreeMap<(usize, usize), String>,
    /// Once this page was shown, the library is another one.
    moves: Vec<(usize, Library)>,
    /// Bodies the server took, by key.
    pub(crate) taken: BTreeMap<String, String>,
    /// Chunks that came again.
    pub(crate) repeated: u32,
    /// The next import is taken, but its answer never arrives.
    lost: bool,
    stored: BTreeSet<String>,
    /// Titles of each run.
    arrived: BTreeMap<String, BTreeSet<String>>,
    /// Titles that are never to be imported.
    pub(crate) ignored: BTreeSet<String>,
    /// What the person makes of every code.
    pub(crate) decision: Decision,
    /// Codes given.
    pub(crate) codes: u32,
    /// The connection with Audible that the server keeps.
    pub(crate) link: Link,
    /// Tokens that may make it.
    pub(crate) wide: BTreeSet<String>,
    /// The next token may make it.
    widened: bool,
    /// Tokens that work, and those that did.
    pub(crate) tokens: BTreeSet<String>,
    pub(crate) revoked: BTreeSet<String>,
}

/// A server's connection with Audible.
#[derive(Default)]
pub(crate) struct Link {
    /// No key is set.
    pub(crate) off: bool,
    /// It is there.
    pub(crate) made: bool,
    /// Sign-ins that were begun.
    pub(crate) begun: u32,
    /// The one that has not been used up.
    open: Option<String>,
    /// Landing addresses that came.
    pub(crate) landings: Vec<String>,
    /// The next landing address is taken, but its answer never arrives.
    pub(crate) lost: bool,
    /// What is named as the page to sign in at, instead of Amazon's.
    pub(crate) elsewhere: Option<String>,
}

/// Where a sign-in of the United States begins, without what tells attempts apart.
pub(crate) const SIGN_IN: &str =
    "https://www.amazon.com/ap/signin?openid.mode=checkid_setup&attempt=";
/// Where it ends, up to the code.
pub(crate) const LANDING: &str =
    "https://www.amazon.com/ap/maplanding?openid.oa2.authorization_code=";

/// A handle to it.
pub(crate) type Shared = Rc<RefCell<Outside>>;

pub(crate) fn outside(library: Library, marketplace: Marketplace, language: Language) -> Shared {
    Rc::new(RefCell::new(Outside {
        library,
        marketplace,
        language,
        page_size: None,
        trouble: None,
        pages: BTreeMap::new(),
        moves: Vec::new(),
        taken: BTreeMap::new(),
        repeated: 0,
        lost: false,
        stored: BTreeSet::new(),
        arrived: BTreeMap::new(),
        ignored: BTreeSet::new(),
        decision: Decision::Open,
        codes: 0,
        link: Link::default(),
        wide: BTreeSet::from([TOKEN.to_owned()]),
        widened: false,
        tokens: BTreeSet::from([TOKEN.to_owned()]),
        revoked: BTreeSet::new(),
    }))
}

impl Outside {
    pub(crate) fn goes_wrong(
        &mut self,
        trouble: impl FnMut(&HttpRequest) -> Option<Answer> + 'static,
    ) {
        self.trouble = Some(Box::new(trouble));
    }

    pub(crate) fn lose_an_answer(&mut self) {
        self.lost = true;
    }

    /// The library becomes another one as soon as a page with this number was shown.
    pub(crate) fn moves_after(&mut self, page: usize, library: Library) {
        self.moves.push((page, library));
    }

    /// Titles were bought.
    pub(crate) fn grow(&mut self, library: Library) {
        self.library = library;
        self.pages.clear();
    }

    pub(crate) fn is_well_again(&mut self) {
        self.trouble = None;
    }

    pub(crate) fn answer(&mut self, request: &HttpRequest) -> Answer {
        if let Some(answer) = self.trouble.as_mut().and_then(|trouble| trouble(request)) {
            return answer;
        }
        let history = format!("https://{}/account/purchase-history?", self.marketplace.www());
        if let Some(query) = request.url.strip_prefix(&history) {
            assert!(request.session && request.headers.is_empty());
            return Ok(ok(self.history(query)));
        }
        let (www, api) = (
            format!("https://{}/library/titles?", self.marketplace.www()),
            format!("https://{}/1.0/catalog/products?", self.marketplace.api()),
        );
        if let Some(query) = request.url.strip_prefix(&www) {
            assert!(request.session, "the library is only shown to a session");
            assert!(request.headers.is_empty());
            return Ok(ok(self.page(query)));
        }
        assert!(!request.session, "no other host gets the session: {}", request.url);
        if let Some(query) = request.url.strip_prefix(&api) {
            assert!(request.headers.is_empty());
            let groups = parameter(query, "response_groups");
            let answer = catalog::products(&self.library, parameter(query, "asins"), groups);
            return Ok(ok(answer.unwrap().to_string()));
        }
        let path = request.url.strip_prefix(SERVER).expect("nobody else is asked");
        let answer = self.server(path, request);
        let handed = request.body.as_ref().is_some_and(|body| body.contains("redirect_url"));
        let lost = (path.ends_with("/import-from-extension") && std::mem::take(&mut self.lost))
            || (handed && std::mem::take(&mut self.link.lost));
        if lost { Err(HttpError::TimedOut) } else { Ok(answer) }
    }

    fn page(&mut self, query: &str) -> String {
        assert_eq!(parameter(query, "sortBy"), "PURCHASE_DATE.dsc");
        let number: usize = parameter(query, "page").parse().unwrap();
        let size = self.page_size.unwrap_or_else(|| parameter(query, "pageSize").parse().unwrap());
        let (library, marketplace, language) = (&self.library, self.marketplace, self.language);
        let build = || page::library_page(library, marketplace, language, number, size);
        let shown = self.pages.entry((number, size)).or_insert_with(build).clone();
        if let Some(at) = self.moves.iter().position(|(page, _)| *page == number) {
            self.library = self.moves.remove(at).1;
            self.pages.clear();
        }
        shown
    }

    fn history(&self, query: &str) -> String {
        assert_eq!(parameter(query, "tf"), "orders");
        let asked = page::HistoryAsked {
            filter: parameter(query, "df"),
            page: parameter(query, "pn").parse().unwrap(),
            size: parameter(query, "ps").parse().ok(),
        };
        page::history_page(&self.library, self.marketplace, self.language, asked)
    }

    fn server(&mut self, path: &str, request: &HttpRequest) -> HttpResponse {
        let header = |name| {
            request.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
        };
        if path == "/api/version" {
            assert_eq!(header("authorization"), None, "the token is for imports alone");
            let version = json!({"product": "me-feed", "version": "0.1.0", "wire_versions": [1]});
            return ok(version.to_string());
        }
        if let Some(path) = path.strip_prefix("/api/oauth/") {
            assert_eq!(header("authorization"), None);
            assert_eq!(header("content-type"), Some("application/x-www-form-urlencoded"));
            return self.grant(path, request.body.as_deref().unwrap());
        }
        let dry = path.ends_with("?dry_run=true");
        assert!(
            path == "/api/ignored"
                || path.starts_with("/api/audible/status?")
                || path == "/api/audible/connect"
                || path.trim_end_matches("?dry_run=true") == "/api/audible/import-from-extension",
            "{path}"
        );
        let token = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        if token.is_some_and(|token| self.revoked.contains(token)) {
            return problem(401, "token_revoked", "this token was revoked");
        }
        if token.is_none_or(|token| !self.tokens.contains(token)) {
            return problem(401, "token_unknown", "this token is unknown or revoked");
        }
        if path.starts_with("/api/audible/status") || path == "/api/audible/connect" {
            if token.is_none_or(|token| !self.wide.contains(token)) {
                return problem(403, "scope_missing", "this token may not do that");
            }
            return self.link(path, request.body.as_deref());
        }
        assert_eq!(header("content-type"), Some("application/json"));
        if path == "/api/ignored" {
            return self.ignore(request.body.as_deref().unwrap());
        }
        let key = header("idempotency-key").unwrap().to_owned();
        self.import(&key, request.body.clone().unwrap(), dry)
    }

    fn link(&mut self, path: &str, body: Option<&str>) -> HttpResponse {
        let link = &mut self.link;
        let device = json!({"device_name": "Me Feed - Web", "books_count": 5,
            "state": "idle", "error_code": null, "last_sync": "2026-11-28T20:00:00Z"});
        let Some(body) = body else {
            assert_eq!(path, "/api/audible/status?marketplace=us");
            let connection = link.made.then_some(device);
            return ok(json!({"available": !link.off, "connection": connection}).to_string());
        };
        let ask: Value = serde_json::from_str(body).unwrap();
        if link.off {
            return problem(503, "audible_connection_off", "no key is set");
        }
        if ask["marketplace"] == "us" {
            if link.made {
                return problem(409, "audible_already_connected", "it is");
            }
            link.begun += 1;
            let state = format!("attempt-secret-{}", link.begun);
            let page = link.elsewhere.clone().unwrap_or(format!("{SIGN_IN}{}", link.begun));
            link.open = Some(state.clone());
            let answer = json!({"marketplace": "us", "state": state, "authorize_url": page,
                "expires_in": 1800});
            return ok(answer.to_string());
        }
        let landing = ask["redirect_url"].as_str().unwrap().to_owned();
        link.landings.push(landing.clone());
        if link.open.is_none() || link.open.as_deref() != ask["state"].as_str() {
            return problem(422, "audible_attempt_unknown", "this attempt is over");
        }
        link.open = None;
        if landing != format!("{LANDING}ANgood") {
            return problem(422, "audible_code_refused", "Amazon does not take it");
        }
        link.made = true;
        let answer = json!({"success": true, "marketplace": "us", "device_name": "Me Feed - Web",
            "books_count": 5});
        ok(answer.to_string())
    }

    fn ignore(&mut self, body: &str) -> HttpResponse {
        let ask: Value = serde_json::from_str(body).unwrap();
        assert_eq!(ask["marketplace"], "us");
        for asin in ask["asins"].as_array().unwrap() {
            let asin = asin.as_str().unwrap().to_owned();
            if ask["wanted"] == true {
                self.ignored.remove(&asin);
            } else {
                self.ignored.insert(asin);
            }
        }
        ok(json!({"changed": 0}).to_string())
    }

    fn grant(&mut self, path: &str, form: &str) -> HttpResponse {
        match path {
            "device_authorization" => {
                assert_eq!(parameter(form, "client_name"), "Chrome+on+Linux");
                self.codes += 1;
                self.widened = parameter(form, "scope").ends_with("+audible%3Aconnect");
                let code = json!({
                    "device_code": format!("secret-{}", self.codes), "user_code": "BCDF-GHJK",
                    "verification_uri": format!("{SERVER}/pair"),
                    "verification_uri_complete": format!("{SERVER}/pair?user_code=BCDF-GHJK"),
                    "expires_in": 600, "interval": 5,
                });
                ok(code.to_string())
            }
            "token" => {
                assert!(parameter(form, "grant_type").contains("device_code"));
                let secret = format!("secret-{}", self.codes);
                assert_eq!(parameter(form, "device_code"), secret);
                let error = match self.decision {
                    Decision::Open => "authorization_pending",
                    Decision::Denied => "access_denied",
                    Decision::Forgotten => "expired_token",
                    Decision::Allowed => {
                        let token = format!("mf_paired_{}", self.codes);
                        self.tokens.insert(token.clone());
                        if self.widened {
                            self.wide.insert(token.clone());
                        }
                        let given = json!({"access_token": token, "token_type": "Bearer"});
                        return ok(given.to_string());
                    }
                };
                status(400, json!({"error": error}).to_string())
            }
            "revoke" => {
                let token = parameter(form, "token").to_owned();
                self.tokens.remove(&token);
                self.revoked.insert(token);
                ok(String::new())
            }
            other => panic!("nobody asks for {other}"),
        }
    }

    fn import(&mut self, key: &str, body: String, dry: bool) -> HttpResponse {
        let value: Value = serde_json::from_str(&body).unwrap();
        let batch = shared::validate::validate(&value).expect("only valid chunks are sent");
        let run = batch.run().clone();
        assert_eq!(key, format!("{}:{}", run.id, run.chunk.index));
        let known = self.taken.get(key).map(|first| *first == body);
        match known {
            Some(false) => return problem(409, "idempotency_key_reused", "other bytes"),
            Some(true) => self.repeated += 1,
            None => {}
        }
        let asins: Vec<String> = batch.items().map(|item| item.asin.to_string()).collect();
        let ignored = asins.iter().filter(|asin| self.ignored.contains(*asin)).count();
        let is_new = |asin: &&String| !self.stored.contains(*asin) && !self.ignored.contains(*asin);
        let new = asins.iter().filter(is_new).count();
        let total = value["items"].as_array().unwrap().len();
        let before = self.stored.clone();
        if !dry {
            let wanted = asins.iter().filter(|asin| !self.ignored.contains(*asin));
            self.stored.extend(wanted.cloned());
            self.arrived.entry(run.id.to_string()).or_default().extend(asins.iter().cloned());
            self.taken.insert(key.to_owned(), body);
        }
        let received = self.arrived.get(&run.id.to_string()).map_or(0, BTreeSet::len);
        let seen = run.reading.map(|reading| reading.seen as usize);
        let whole = run.reading.is_some_and(|reading| reading.complete);
        let complete = run.chunk.last && whole && seen == Some(received + run.not_sent.len());
        let outcome = |asin: &String| {
            let outcome = match (self.ignored.contains(asin), before.contains(asin)) {
                (true, _) => "ignored",
                (false, true) => "unchanged",
                (false, false) => "imported",
            };
            json!({"asin": asin, "outcome": outcome})
        };
        let items: Vec<Value> = asins.iter().map(outcome).collect();
        let receipt = json!({
            "run": {"id": run.id, "source_total": run.source_total, "seen": seen,
                "received": received, "not_sent": run.not_sent.len(), "complete": complete},
            "imported": new, "updated": 0, "unchanged": asins.len() - new - ignored, "ignored": ignored,
            "duplicate": 0, "rejected": total - asins.len(), "total": total, "items": items,
        });
        ok(receipt.to_string())
    }

    /// All chunks that the server took, in order.
    pub(crate) fn chunks(&self) -> Vec<ImportRequest> {
        let mut chunks: Vec<ImportRequest> =
            self.taken.values().map(|body| serde_json::from_str(body).unwrap()).collect();
        chunks.sort_by_key(|chunk| chunk.run.chunk.index);
        chunks
    }
}

pub(crate) fn ok(body: String) -> HttpResponse {
    status(200, body)
}

pub(crate) fn status(status: u16, body: String) -> HttpResponse {
    HttpResponse { status, body, ..HttpResponse::default() }
}

pub(crate) fn problem(code_number: u16, code: &str, detail: &str) -> HttpResponse {
    status(code_number, json!({"code": code, "title": "No", "detail": detail}).to_string())
}

fn parameter<'a>(query: &'a str, name: &str) -> &'a str {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(known, _)| *known == name).map(|(_, value)| value).next().unwrap_or_default()
}
