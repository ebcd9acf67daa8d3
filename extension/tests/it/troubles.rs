//! Everything that Audible may say instead of a page: named, nothing lost, and a way on.

use audible_sim::{Language, Library, Marketplace, library::Sort, page};
use extension::{
    browser::{HttpError, HttpRequest, HttpResponse, fake::START_MS},
    messages::{Phase, Request, Step, Summary, Trouble},
};

use crate::{
    outside::{Answer, ok, status},
    world::World,
};

const MINUTE: i64 = 60_000;

/// Five titles on three pages; the second one is answered by `trouble`.
fn reading(trouble: impl Fn(&HttpRequest) -> Answer + 'static) -> World {
    let mut world = five();
    world.outside.borrow_mut().goes_wrong(move |request| {
        request.url.contains("/library/titles?page=2&").then(|| trouble(request))
    });
    world.ask(Request::Read);
    world
}

fn five() -> World {
    let mut world = World::of(Library::generate(13, 5));
    world.outside.borrow_mut().page_size = Some(2);
    world.prepare();
    world
}

fn redirect() -> Answer {
    Ok(HttpResponse { redirected: true, ..HttpResponse::default() })
}

/// What the run waits for while it reads, and when it goes on by itself.
#[track_caller]
fn waiting(world: &mut World) -> (Trouble, Option<i64>) {
    match world.phase() {
        Phase::Waiting { during: Step::Reading, trouble, resumes_at_ms, progress } => {
            assert_eq!(progress.of, Some(3), "what was read is kept");
            (trouble, resumes_at_ms)
        }
        other => panic!("{other:?}"),
    }
}

/// All five titles are there, and no page but the second was asked for twice.
#[track_caller]
fn is_whole(world: &mut World) {
    let summary = ready(world);
    assert_eq!((summary.titles, summary.source_total, summary.complete), (5, 5, true));
    assert_eq!((summary.not_enriched, summary.problem_count), (0, 0));
    let asked = |page: u32| {
        let part = format!("/library/titles?page={page}&");
        world.browser.sent().iter().filter(|sent| sent.request.url.contains(&part)).count()
    };
    // First and last page are looked at once more.
    assert_eq!((asked(1), asked(3), asked(4)), (2, 2, 0));
}

#[track_caller]
fn ready(world: &mut World) -> Summary {
    match world.run() {
        Phase::Ready(summary) => summary,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_signed_out_library_goes_on_by_itself_once_the_person_has_signed_in() {
    let mut world = reading(|request| match request.follow {
        false => redirect(),
        true => Err(HttpError::NoAnswer),
    });
    world.run();
    assert_eq!(waiting(&mut world), (Trouble::SignedOut, None));
    world.ask(Request::OpenAudible);
    world.run();
    world.ask(Request::OpenAudible);
    assert_eq!(world.browser.tabs(), ["https://www.audible.com/library/titles"]);
    world.outside.borrow_mut().is_well_again();
    world.tab_loaded("https://www.audible.de/library/titles");
    world.run();
    assert_eq!(waiting(&mut world).0, Trouble::SignedOut, "another shop says nothing");
    world.tab_loaded("https://www.audible.com/library/titles?ref=done");
    is_whole(&mut world);
}

#[test]
fn a_sign_in_page_instead_of_a_redirect_is_the_same() {
    let form = r#"<form name="signIn" action="https://www.amazon.com/ap/signin"><input id="ap_email"></form>"#;
    let mut world = reading(move |_| Ok(ok(form.to_owned())));
    world.run();
    assert_eq!(waiting(&mut world), (Trouble::SignedOut, None));
    world.outside.borrow_mut().is_well_again();
    world.ask(Request::TryNow);
    is_whole(&mut world);
}

#[test]
fn a_redirect_within_audible_is_followed_and_costs_one_question_a_run() {
    let mut world = five();
    let mut refused = 0;
    world.outside.borrow_mut().goes_wrong(move |request| {
        let library = request.url.contains("/library/titles?") && !request.follow;
        refused += u32::from(library);
        assert!(refused <= 3, "the run learns it from the first pages");
        library.then(redirect)
    });
    world.ask(Request::Read);
    let summary = ready(&mut world);
    assert_eq!((summary.titles, summary.complete), (5, true));
}

#[test]
fn a_security_check_is_tried_again_when_its_tab_has_loaded_but_not_all_the_time() {
    let mut world = reading(|_| Ok(ok(page::captcha_page(Marketplace::US))));
    world.run();
    assert_eq!(waiting(&mut world), (Trouble::Captcha, None));
    let before = world.browser.sent().len();
    for _ in 0..5 {
        world.tab_loaded("https://www.audible.com/errors/validateCaptcha");
    }
    world.run();
    assert_eq!(world.browser.sent().len(), before + 1, "five loads within a moment are one try");
    world.outside.borrow_mut().is_well_again();
    world.tab_loaded("https://www.audible.com/");
    is_whole(&mut world);
}

#[test]
fn a_block_is_sat_out_for_a_quarter_of_an_hour() {
    let mut world = reading(|_| Ok(ok(page::whoops_page(Marketplace::US))));
    world.run_while(|ms| ms < 10 * MINUTE);
    let (trouble, resumes) = waiting(&mut world);
    assert_eq!(trouble, Trouble::Blocked);
    let rest = resumes.unwrap() - START_MS;
    assert!((15 * MINUTE..16 * MINUTE).contains(&rest), "{rest}");
    let before = world.browser.sent().len();
    world.run_while(|ms| ms < 15 * MINUTE);
    assert_eq!(world.browser.sent().len(), before, "nothing is asked in the meantime");
    world.outside.borrow_mut().is_well_again();
    is_whole(&mut world);
}

#[test]
fn a_refusal_names_its_own_wait_and_a_dead_worker_is_woken_for_it() {
    let mut world = reading(|_| {
        let asks = Some(2 * MINUTE);
        Ok(HttpResponse { retry_after_ms: asks, ..status(429, String::new()) })
    });
    world.run_while(|ms| ms < MINUTE);
    let (trouble, resumes) = waiting(&mut world);
    assert_eq!(trouble, Trouble::Throttled);
    let rest = resumes.unwrap() - START_MS;
    assert!((2 * MINUTE..3 * MINUTE).contains(&rest), "{rest}");
    world.outside.borrow_mut().is_well_again();
    world.kill();
    is_whole(&mut world);
}

#[test]
fn an_outage_is_asked_after_less_and_less_often() {
    let mut world = reading(|_| Ok(status(503, page::unavailable_page())));
    world.run_while(|ms| ms < 10 * MINUTE);
    assert_eq!(waiting(&mut world).0, Trouble::Unavailable);
    let tries: Vec<i64> = world
        .browser
        .sent()
        .iter()
        .filter(|sent| sent.request.url.contains("/library/titles?page=2&"))
        .map(|sent| sent.at_ms)
        .collect();
    let waits: Vec<i64> = tries.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!((6..=9).contains(&tries.len()), "{waits:?}");
    assert!(waits[0] < 4_000 && waits.is_sorted(), "{waits:?}");
    world.outside.borrow_mut().is_well_again();
    is_whole(&mut world);
}

#[test]
fn without_a_line_the_run_waits_and_may_be_tried_at_once() {
    let mut world = reading(|_| Err(HttpError::NoAnswer));
    world.run_while(|ms| ms < MINUTE);
    let (trouble, resumes) = waiting(&mut world);
    assert_eq!(trouble, Trouble::Offline);
    assert!(resumes.is_some());
    world.outside.borrow_mut().is_well_again();
    world.ask(Request::TryNow);
    assert!(matches!(world.phase(), Phase::Reading(_)));
    is_whole(&mut world);
}

#[test]
fn silence_because_the_permission_was_taken_away_says_so_and_ends_when_it_is_given_again() {
    let mut world = reading(|_| Err(HttpError::NoAnswer));
    let marketplace = world.marketplace();
    world.browser.revoke(marketplace);
    world.permissions_changed();
    world.run();
    assert_eq!(waiting_anywhere(&mut world), Trouble::PermissionMissing);
    world.ask(Request::TryNow);
    world.run();
    assert_eq!(waiting_anywhere(&mut world), Trouble::PermissionMissing);
    world.outside.borrow_mut().is_well_again();
    world.browser.grant(marketplace);
    world.permissions_changed();
    is_whole(&mut world);
}

#[track_caller]
fn waiting_anywhere(world: &mut World) -> Trouble {
    match world.phase() {
        Phase::Waiting { trouble, .. } => trouble,
        other => panic!("{other:?}"),
    }
}

#[test]
fn reading_begins_once_the_browser_has_granted_the_origins() {
    let mut world = World::of(Library::generate(13, 5));
    let marketplace = world.marketplace();
    world.ask(Request::ChooseMarketplace { marketplace });
    world.ask(Request::Read);
    assert_eq!(world.run(), Phase::AwaitingPermission);
    assert!(world.browser.sent().is_empty());
    world.kill();
    world.browser.grant(marketplace);
    world.permissions_changed();
    assert_eq!(ready(&mut world).titles, 5);
}

#[test]
fn a_page_in_another_layout_is_never_the_end_of_the_library() {
    let new = |number| {
        let library = Library::generate(13, 5);
        page::redesigned(&page::library_page(
            &library,
            Marketplace::US,
            Language::English,
            number,
            2,
        ))
    };
    let mut world = reading(move |_| Ok(ok(new(2))));
    world.run();
    assert_eq!(waiting(&mut world), (Trouble::LayoutChanged { page: 2 }, None));
    world.outside.borrow_mut().is_well_again();
    world.ask(Request::TryNow);
    is_whole(&mut world);
}

#[test]
fn a_first_page_that_nobody_can_read_is_no_empty_library() {
    for body in ["", "<html><body><div class=adbl-main>hello</div>", "{\"error\":1}"] {
        let mut world = five();
        world.outside.borrow_mut().goes_wrong(move |request| {
            request.url.contains("/library/titles?").then(|| Ok(ok(body.to_owned())))
        });
        world.ask(Request::Read);
        world.run();
        assert_eq!(waiting_anywhere(&mut world), Trouble::LayoutChanged { page: 1 }, "{body}");
    }
}

#[test]
fn one_unreadable_row_is_named_and_the_reading_is_not_called_complete() {
    let mut world = reading(|_| {
        let asked = page::Asked { page: 2, page_size: Some(2), sort: Sort::Newest };
        let (library, damage) = (Library::generate(13, 5), page::Damage::RowAt(3));
        Ok(ok(page::asked_page(&library, Marketplace::US, Language::English, asked, damage)))
    });
    let summary = ready(&mut world);
    assert_eq!((summary.titles, summary.source_total, summary.complete), (4, 5, false));
    assert_eq!(summary.problem_count, 1);
    assert_eq!(summary.problems[0].place, "page 2, row 2");
}

#[test]
fn a_promised_page_without_titles_leaves_a_gap_that_is_named() {
    let mut world = reading(|_| {
        let empty = Library::generate(13, 0);
        Ok(ok(page::library_page(&empty, Marketplace::US, Language::English, 2, 2)))
    });
    let summary = ready(&mut world);
    assert_eq!((summary.titles, summary.complete), (3, false));
    assert_eq!(summary.problems[0].place, "page 2");
}

#[test]
fn a_catalog_that_stays_away_costs_details_and_no_titles() {
    let mut world = five();
    world.outside.borrow_mut().goes_wrong(|request| {
        request.url.contains("/1.0/catalog/").then(|| Ok(status(503, String::new())))
    });
    world.ask(Request::Read);
    let summary = ready(&mut world);
    assert_eq!((summary.titles, summary.complete, summary.not_enriched), (5, true, 5));
    let asked =
        world.browser.sent().iter().filter(|sent| sent.request.url.contains("/1.0/")).count();
    assert_eq!(asked, 4, "tried, and then left alone");
}

#[test]
fn stop_asks_nothing_more_and_read_goes_on_where_it_was() {
    let mut world = five();
    world.ask(Request::Read);
    let before = world.browser.sent().len();
    let stopped = world.ask(Request::Stop).unwrap().phase;
    assert!(matches!(stopped, Phase::Stopped { during: Step::Reading, .. }), "{stopped:?}");
    let Phase::Stopped { progress, .. } = world.run() else { panic!("it stays stopped") };
    assert_eq!((progress.done, progress.of), (1, Some(3)), "the page under way is kept");
    assert_eq!(world.browser.sent().len(), before);
    world.kill();
    assert!(matches!(world.run(), Phase::Stopped { .. }));
    assert_eq!(world.browser.sent().len(), before);
    world.ask(Request::Read);
    is_whole(&mut world);
}
