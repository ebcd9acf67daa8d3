//! The connection doctor in a browser in memory: every broken way to a server has its own cause.

use std::{cell::Cell, rc::Rc};

use audible_sim::Library;
use extension::{
    browser::{HttpError, HttpRequest, HttpResponse, fake::START_MS},
    doctor::{Code, Diagnose, Outcome, Report, Stage, tell},
};
use serde_json::json;

use crate::{
    outside::{Answer, SERVER, TOKEN, ok, problem, status},
    world::World,
};

/// The server's answer about its version, with this clock.
fn me_feed(time_ms: i64) -> HttpResponse {
    speaking(&[1], time_ms)
}

fn speaking(wire_versions: &[u32], time_ms: i64) -> HttpResponse {
    let time = jiff::Timestamp::from_millisecond(time_ms).unwrap().to_string();
    let version = json!({"product": "me-feed", "version": "0.7.0", "wire_versions": wire_versions,
        "server_time": time});
    ok(version.to_string())
}

fn redirect() -> Answer {
    Ok(HttpResponse { redirected: true, ..HttpResponse::default() })
}

fn silence() -> Answer {
    Err(HttpError::NoAnswer)
}

/// A world in which `answer` speaks for every host, and the stored server is ours.
fn world(answer: impl Fn(&HttpRequest) -> Answer + 'static) -> World {
    let mut world = World::of(Library::generate(1, 1));
    world.prepare();
    world.outside.borrow_mut().goes_wrong(move |request| Some(answer(request)));
    world
}

fn plain(address: &str) -> Diagnose {
    Diagnose { address: address.to_owned(), ..Diagnose::default() }
}

/// What is found at the stored server when the world answers so.
fn at_server(answer: impl Fn(&HttpRequest) -> Answer + 'static) -> Report {
    world(answer).diagnose(plain(SERVER))
}

#[track_caller]
fn assert_cause(report: &Report, code: Code, detail: &str) {
    let cause = report.cause.as_ref().unwrap_or_else(|| panic!("nothing found: {report:?}"));
    assert_eq!((cause.code, cause.detail.as_str()), (code, detail));
    assert_eq!(outcome(report, code.stage()), Outcome::Failed);
    let failed = report.outcomes.iter().filter(|outcome| **outcome == Outcome::Failed);
    assert_eq!(failed.count(), 1);
}

fn outcome(report: &Report, stage: Stage) -> Outcome {
    report.outcomes[stage as usize]
}

fn is_version(request: &HttpRequest) -> bool {
    request.url == format!("{SERVER}/api/version") && !request.opaque
}

#[test]
fn a_good_connection_passes_every_stage_that_means_something() {
    let mut world = World::of(Library::generate(1, 1));
    world.prepare();
    let report = world.diagnose(plain(&format!(" {SERVER}/ ")));
    assert_eq!((report.cause.as_ref(), report.address.as_str()), (None, SERVER));
    assert_eq!(report.version.as_deref(), Some("0.1.0"));
    assert_eq!(outcome(&report, Stage::Token), Outcome::Passed);
    assert_eq!(outcome(&report, Stage::Upgrade), Outcome::Skipped);
    assert_eq!(outcome(&report, Stage::Clock), Outcome::NotKnown);
}

#[test]
fn what_is_no_address_asks_nobody() {
    let mut world = world(|request| panic!("{request:?}"));
    for typed in ["not an address", "https://me:secret@home.example"] {
        let report = world.diagnose(plain(typed));
        assert_cause(&report, Code::BadAddress, "");
        assert_eq!(report.address, "");
    }
}

#[test]
fn silence_is_one_cause_until_the_browser_names_it_and_both_permissions_are_given_back() {
    let mut world = world(|_| silence());
    let report = world.diagnose(plain(SERVER));
    assert_cause(&report, Code::NotReachable, "");
    assert_eq!(outcome(&report, Stage::Tls), Outcome::Skipped);
    assert!(Code::NotReachable.can_be_named());

    world.browser.call_failures("net::ERR_CONNECTION_REFUSED");
    world.browser.lend("https://home.example/*");
    let named = Diagnose { named: true, ..plain(SERVER) };
    let report = world.diagnose(named);
    assert_cause(&report, Code::WrongPort, "net::ERR_CONNECTION_REFUSED");
    assert_eq!(world.browser.lent(), ([].into(), false));
    // The browser's question may have closed the window: the next look still knows the name.
    let report = world.diagnose(plain(SERVER));
    assert_cause(&report, Code::WrongPort, "net::ERR_CONNECTION_REFUSED");
}

#[test]
fn an_origin_that_was_held_before_stays_held() {
    let mut world = world(|_| silence());
    world.browser.hold("https://home.example/*");
    assert!(world.diagnose(plain(SERVER)).held);
    world.browser.lend("https://home.example/*");
    world.diagnose(Diagnose { named: true, keep: true, ..plain(SERVER) });
    assert_eq!(world.browser.lent(), (["https://home.example/*".to_owned()].into(), false));
}

#[test]
fn without_the_permission_a_named_check_says_what_a_plain_one_says() {
    let mut world = world(|_| silence());
    world.browser.call_failures("net::ERR_CONNECTION_REFUSED");
    let report = world.diagnose(Diagnose { named: true, ..plain(SERVER) });
    assert_cause(&report, Code::NotReachable, "");
}

#[test]
fn the_other_scheme_is_found_without_any_permission() {
    let http = "http://home.example/books";
    let only = |scheme: &'static str| {
        move |request: &HttpRequest| {
            if request.url.starts_with(scheme) { Ok(me_feed(START_MS)) } else { silence() }
        }
    };
    assert_cause(&at_server(only("http:")), Code::HttpsOnHttp, http);
    let report = world(only("https:")).diagnose(plain(http));
    assert_cause(&report, Code::HttpOnHttps, SERVER);
    let upgraded = |request: &HttpRequest| {
        if request.url.starts_with("http:") { redirect() } else { Ok(me_feed(START_MS)) }
    };
    let report = world(upgraded).diagnose(plain(http));
    assert_cause(&report, Code::Upgraded, SERVER);
    assert_eq!(outcome(&report, Stage::Tls), Outcome::Skipped);
}

#[test]
fn a_missing_sub_path_is_named_whether_the_answer_there_may_be_read_or_not() {
    for readable in [true, false] {
        let report = at_server(move |request| match request.url.as_str() {
            "https://home.example/api/version" => Ok(me_feed(START_MS)),
            _ if readable || request.opaque => Ok(status(404, "<html>".to_owned())),
            _ => silence(),
        });
        assert_cause(&report, Code::SubPath, "https://home.example");
    }
    let mut usual = world(|request| match request.url.as_str() {
        "https://home.example/mefeed/api/version" => Ok(me_feed(START_MS)),
        url if url.starts_with("http:") => silence(),
        _ => Ok(ok("<html>".to_owned())),
    });
    let report = usual.diagnose(plain("home.example"));
    assert_cause(&report, Code::SubPath, "https://home.example/mefeed");
}

#[test]
fn what_answers_but_is_not_me_feed_is_told_apart() {
    let report = at_server(|request| if is_version(request) { redirect() } else { silence() });
    assert_cause(&report, Code::LoginPage, "");
    assert_eq!(outcome(&report, Stage::Access), Outcome::Passed);
    let report = at_server(|_| Ok(ok("{\"product\":\"another\",\"version\":\"1\"}".to_owned())));
    assert_cause(&report, Code::OtherServer, "200");
    let report = at_server(|_| Ok(status(502, String::new())));
    assert_cause(&report, Code::Busy, "");
}

#[test]
fn an_answer_that_may_not_be_read_can_be_looked_at_with_the_permission() {
    let lent = Rc::new(Cell::new(false));
    let read = Rc::clone(&lent);
    let mut world = world(move |request| match request.opaque || read.get() {
        true => Ok(me_feed(START_MS)),
        false => silence(),
    });
    let report = world.diagnose(plain(SERVER));
    assert_cause(&report, Code::Unreadable, "");
    assert_eq!(outcome(&report, Stage::Reach), Outcome::Passed);
    assert_eq!(outcome(&report, Stage::Answer), Outcome::Skipped);
    lent.set(true);
    world.browser.lend("https://home.example/*");
    let report = world.diagnose(Diagnose { named: true, ..plain(SERVER) });
    assert_cause(&report, Code::CorsOff, "");
}

#[test]
fn versions_that_do_not_fit_say_who_is_behind() {
    let report = at_server(|_| Ok(speaking(&[0], START_MS)));
    assert_cause(&report, Code::ServerTooOld, "0.7.0");
    let report = at_server(|_| Ok(speaking(&[2, 3], START_MS)));
    assert_cause(&report, Code::ServerTooNew, "0.7.0");
    assert_eq!(outcome(&report, Stage::Token), Outcome::Skipped);
}

#[test]
fn a_token_is_tried_by_importing_nothing() {
    for (answer, code, detail) in [
        (problem(401, "token_revoked", ""), Code::TokenRevoked, ""),
        (problem(401, "token_unknown", ""), Code::TokenUnknown, ""),
        (problem(403, "scope_missing", ""), Code::ScopeMissing, ""),
        (problem(422, "schema_invalid", ""), Code::Refused, "schema_invalid"),
        (status(404, "<html>".to_owned()), Code::LoginPage, ""),
        (status(503, String::new()), Code::Busy, ""),
    ] {
        let report =
            at_server(
                move |request| {
                    if is_version(request) { Ok(me_feed(START_MS)) } else { Ok(answer.clone()) }
                },
            );
        assert_cause(&report, code, detail);
    }
}

#[test]
fn the_token_goes_to_its_own_address_alone() {
    let mut world = world(|request| {
        assert!(request.headers.is_empty(), "{request:?}");
        Ok(me_feed(START_MS))
    });
    for address in ["https://elsewhere.example/books", "http://home.example/books"] {
        let report = world.diagnose(plain(address));
        assert_eq!(outcome(&report, Stage::Token), Outcome::Skipped);
        assert_eq!(outcome(&report, Stage::Clock), Outcome::Passed);
    }
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    let apart = |minutes: i64| {
        let time = START_MS + minutes * 60_000;
        at_server(move |request| {
            Ok(if is_version(request) { me_feed(time) } else { ok(String::new()) })
        })
    };
    assert_eq!(apart(4).cause, None);
    assert_cause(&apart(90), Code::Clock, "90");
    assert_cause(&apart(-90), Code::Clock, "90");
    assert_eq!(outcome(&apart(90), Stage::Token), Outcome::Passed);
}

#[test]
fn a_report_holds_no_secret() {
    let report = at_server(|_| Ok(me_feed(START_MS)));
    let told = tell(&report, "0.1.0");
    let text = serde_json::to_string(&told).unwrap();
    assert!(!text.contains(TOKEN), "{text}");
}
