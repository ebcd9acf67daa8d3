//! Libraries that change while they are read still come out complete and exact; what stays missing is
//! named and can be fetched.

use audible_sim::{Library, library::Title, page};
use extension::{
    browser::{HttpError, HttpRequest},
    messages::{Phase, Request, Summary},
};
use shared::{problem::Reason, wire::v1::Item};

use crate::{
    outside::{ok, status},
    truth,
    world::World,
};

/// Six pages of five, and one of three.
const TITLES: usize = 33;
const SIZE: usize = 5;

fn library() -> Library {
    Library::generate(21, TITLES)
}

/// The same library without the title at this place.
fn without(library: &Library, place: usize) -> Library {
    let titles: Vec<Title> = library.titles().to_vec();
    let kept = titles.into_iter().enumerate().filter(|(at, _)| *at != place);
    Library::from_newest(kept.map(|(_, title)| title).collect())
}

/// Reads a library to the end and sends it; what the server has got, and how many pages were asked for.
fn read_all(world: &mut World) -> (Vec<Item>, usize) {
    world.outside.borrow_mut().page_size = Some(SIZE);
    let phase = world.import();
    let Phase::Done(receipt) = phase else { panic!("{phase:?}") };
    let outside = world.outside.borrow();
    let items: Vec<Item> = outside.chunks().into_iter().flat_map(|chunk| chunk.items).collect();
    assert_eq!(receipt.source_total as usize, items.len());
    assert!(receipt.complete, "{receipt:?}");
    let pages = world.browser.sent();
    let pages = pages.iter().filter(|sent| sent.request.url.contains("/library/titles?")).count();
    (items, pages)
}

fn exact(world: &World, items: &[Item]) {
    let outside = world.outside.borrow();
    truth::same(items, &outside.library.truth(outside.marketplace));
    let ranks: Vec<Option<u32>> = items.iter().map(|item| item.rank).collect();
    assert!(ranks.is_sorted());
}

#[test]
fn a_library_that_stands_still_costs_two_more_requests() {
    let mut world = World::of(library());
    let (items, pages) = read_all(&mut world);
    exact(&world, &items);
    assert_eq!(pages, 7 + 2);
    let mut world = World::of(Library::generate(21, 4));
    let (items, pages) = read_all(&mut world);
    exact(&world, &items);
    assert_eq!(pages, 1 + 1);
}

#[test]
fn purchases_and_returns_at_any_page_leave_nothing_out_and_nothing_over() {
    for page in 1..=7 {
        for change in [
            Library::generate(21, TITLES + 1),
            Library::generate(21, TITLES + 9),
            without(&library(), 0),
            without(&library(), 7),
            without(&library(), 17),
            without(&library(), TITLES - 1),
            without(&Library::generate(21, TITLES + 1), 22),
        ] {
            let mut world = World::of(library());
            world.outside.borrow_mut().moves_after(page, change);
            let (items, pages) = read_all(&mut world);
            exact(&world, &items);
            assert!(pages <= 2 * (9 + 2), "{pages} pages");
        }
    }
}

#[test]
fn a_return_that_empties_the_last_page_is_no_gap() {
    let whole = Library::generate(21, 16);
    for page in [1, 2, 3, 4] {
        let mut world = World::of(whole.clone());
        world.outside.borrow_mut().moves_after(page, without(&whole, 4));
        let (items, _) = read_all(&mut world);
        exact(&world, &items);
        assert_eq!(items.len(), 15);
    }
}

#[test]
fn a_change_just_before_the_end_is_noticed_too() {
    let mut world = World::of(library());
    {
        let mut outside = world.outside.borrow_mut();
        // First the second look at the first page, then the one at the last.
        outside.moves_after(6, library());
        outside.moves_after(1, library());
        outside.moves_after(1, without(&library(), 12));
    }
    let (items, _) = read_all(&mut world);
    exact(&world, &items);
    assert_eq!(items.len(), TITLES - 1);
}

/// What was read, when it is there to be sent.
fn ready(world: &mut World) -> Summary {
    world.outside.borrow_mut().page_size = Some(SIZE);
    world.prepare();
    world.ask(Request::Read);
    let phase = world.run();
    let Phase::Ready(summary) = phase else { panic!("{phase:?}") };
    summary
}

#[test]
fn a_library_that_never_stands_still_is_read_four_times_and_said_to_be_incomplete() {
    let mut world = World::of(library());
    let mut bought = 0;
    world.outside.borrow_mut().goes_wrong({
        let marketplace = audible_sim::Marketplace::US;
        move |request: &HttpRequest| {
            let query = request.url.split_once("/library/titles?page=")?.1;
            let number: usize = query.split('&').next()?.parse().ok()?;
            bought += 1;
            let library = Library::generate(21, 20 + bought);
            let language = audible_sim::Language::English;
            Some(Ok(ok(page::library_page(&library, marketplace, language, number, SIZE))))
        }
    });
    let summary = ready(&mut world);
    assert!(!summary.complete);
    let moving: Vec<_> =
        summary.problems.iter().filter(|one| one.reason == Reason::Moving).collect();
    assert_eq!(moving.len(), 1, "{:?}", summary.problems);
    world.outside.borrow_mut().is_well_again();
    world.ask(Request::FetchMissing);
    let phase = world.run();
    let Phase::Ready(summary) = phase else { panic!("{phase:?}") };
    assert_eq!((summary.complete, summary.titles as usize), (true, TITLES));
}

/// Shows page 3 short by one row, or with a row that cannot be read, so often.
fn odd_third_page(world: &World, mut times: u32, change: fn(&str) -> String) {
    let marketplace = audible_sim::Marketplace::US;
    world.outside.borrow_mut().goes_wrong(move |request: &HttpRequest| {
        let third = request.url.contains("/library/titles?page=3&");
        if !third || times == 0 {
            return None;
        }
        times -= 1;
        let language = audible_sim::Language::English;
        let page = page::library_page(&library(), marketplace, language, 3, SIZE);
        Some(Ok(ok(change(&page))))
    });
}

/// Takes the mark of a row from one of them.
fn one_row_less(page: &str) -> String {
    page.replacen("adbl-library-content-row-", "other-row-", 1).replacen(
        "class=\"adbl-library-content-row\"",
        "class=\"other-row\"",
        1,
    )
}

#[test]
fn a_page_that_shows_less_than_it_should_is_fetched_again() {
    let mut world = World::of(library());
    odd_third_page(&world, 1, one_row_less);
    let (items, pages) = read_all(&mut world);
    exact(&world, &items);
    assert_eq!(pages, 7 + 1 + 2);
}

#[test]
fn what_stays_missing_is_named_and_fetched_when_the_person_asks() {
    let mut world = World::of(library());
    world.outside.borrow_mut().goes_wrong(|request: &HttpRequest| {
        let fourth = request.url.contains("/library/titles?page=4&");
        let (library, language) = (library(), audible_sim::Language::English);
        // The list promises the page, but it shows the third once more.
        fourth.then(|| {
            let marketplace = audible_sim::Marketplace::US;
            Ok(ok(page::library_page(&library, marketplace, language, 3, SIZE)))
        })
    });
    let summary = ready(&mut world);
    assert_eq!((summary.complete, summary.titles as usize), (false, TITLES - SIZE));
    assert_eq!(summary.problems[0].place, "page 4");
    world.outside.borrow_mut().is_well_again();
    let before = world.browser.sent().len();
    world.ask(Request::FetchMissing);
    let phase = world.run();
    let Phase::Ready(summary) = phase else { panic!("{phase:?}") };
    assert_eq!((summary.complete, summary.titles as usize), (true, TITLES));
    let sent = world.browser.sent()[before..].to_vec();
    let pages = sent.iter().filter(|one| one.request.url.contains("/library/titles?")).count();
    assert_eq!(pages, 1 + 2, "the missing page, and a look at the first and the last");
    world.ask(Request::Send);
    let phase = world.run();
    let Phase::Done(receipt) = phase else { panic!("{phase:?}") };
    assert_eq!((receipt.complete, receipt.read as usize), (true, TITLES));
    assert_eq!(world.browser.stored().into_keys().collect::<Vec<_>>(), ["state"]);
}

/// Pages asked for by size, where those of 50 and 40 never come from the page `from` on.
fn sizes(world: &mut World, from: u32) -> [usize; 3] {
    world.outside.borrow_mut().goes_wrong(move |request: &HttpRequest| {
        let (_, query) = request.url.split_once("/library/titles?page=")?;
        let page: u32 = query.split('&').next()?.parse().ok()?;
        let large = query.contains("pageSize=50") || query.contains("pageSize=40");
        (large && page >= from).then_some(Err(HttpError::TimedOut))
    });
    world.import();
    let sent = world.browser.sent();
    ["pageSize=50", "pageSize=40", "pageSize=30"]
        .map(|size| sent.iter().filter(|one| one.request.url.contains(size)).count())
}

#[test]
fn where_large_pages_never_come_smaller_ones_do() {
    let library = Library::generate(21, 70);
    let mut world = World::of(library.clone());
    assert_eq!(sizes(&mut world, 1), [3, 1, 3 + 2]);
    let items: Vec<Item> =
        world.outside.borrow().chunks().into_iter().flat_map(|chunk| chunk.items).collect();
    exact(&world, &items);
    // Where some have come, it takes longer to give them up; what is in flight ends by itself.
    let mut world = World::of(library);
    let [large, middle, small] = sizes(&mut world, 2);
    assert!((7..=9).contains(&large) && (7..=9).contains(&middle), "{large} and {middle}");
    assert_eq!(small, 3 + 2);
}

#[test]
fn a_shop_that_wants_rest_gets_it_from_the_next_run_too_unless_the_person_tries() {
    let mut world = World::of(library());
    world.outside.borrow_mut().page_size = Some(SIZE);
    world.prepare();
    world.outside.borrow_mut().goes_wrong(|request: &HttpRequest| {
        let page = request.url.contains("/library/titles?");
        page.then(|| Ok(status(200, "<h1>Whoops!</h1>".to_owned())))
    });
    world.ask(Request::Read);
    world.run_while(|ms| ms < 10_000);
    let Phase::Waiting { resumes_at_ms: Some(end), .. } = world.phase() else { panic!("no rest") };
    world.outside.borrow_mut().is_well_again();
    world.ask(Request::Discard);
    let before = world.browser.sent().len();
    world.ask(Request::Read);
    world.run_while(|ms| ms < 60_000);
    let phase = world.phase();
    let Phase::Waiting { resumes_at_ms, .. } = phase else { panic!("{phase:?}") };
    assert_eq!((resumes_at_ms, world.browser.sent().len()), (Some(end), before));
    world.ask(Request::TryNow);
    assert!(matches!(world.run(), Phase::Ready(_)));
}
