//! Days of purchase: read when asked for, by year, in every form that shops write; never invented,
//! and never at the cost of a title.

use std::collections::BTreeMap;

use audible_sim::{
    Language, Library, Marketplace, order,
    page::{HistoryAsked, history_page, redesigned},
};
use extension::{
    extract::{PageKind, history},
    messages::{Phase, Request, Step, Summary, Trouble},
};
use proptest::prelude::*;
use shared::ids;

use crate::{
    outside::{ok, status},
    world::World,
};

const TITLES: usize = 260;

fn ready_of(marketplace: Marketplace) -> World {
    let mut world =
        World::in_language(Library::generate(31, TITLES), marketplace, Language::English);
    world.browser.store("settings", r#"{"requests_per_second":1000}"#);
    world.prepare();
    world.ask(Request::Read);
    assert!(matches!(world.run(), Phase::Ready(_)));
    world
}

fn ready() -> World {
    ready_of(Marketplace::US)
}

fn summary(phase: Phase) -> Summary {
    let Phase::Ready(summary) = phase else { panic!("not ready: {phase:?}") };
    summary
}

/// Days by ASIN, as the server got them.
fn sent(world: &World) -> BTreeMap<String, String> {
    let items = world.outside.borrow().chunks().into_iter().flat_map(|chunk| chunk.items);
    items.filter_map(|item| Some((item.asin, item.purchase_date?))).collect()
}

fn asked_history(world: &World) -> Vec<String> {
    let sent = world.browser.sent().into_iter().map(|sent| sent.request.url);
    sent.filter(|url| url.contains("/account/purchase-history")).collect()
}

#[test]
fn every_title_that_was_ordered_gets_its_day_in_every_shop() {
    for marketplace in audible_sim::marketplace::ALL {
        let mut world = ready_of(marketplace);
        assert!(asked_history(&world).is_empty(), "nobody has asked for it yet");
        let before = summary(world.phase());
        assert_eq!((before.dated, before.history_open), (None, true));
        world.ask(Request::ReadHistory);
        let found = summary(world.run());
        let days = order::days(&world.outside.borrow().library);
        assert_eq!(found.dated, u32::try_from(days.len()).ok(), "{}", marketplace.code);
        assert!(!found.history_open && found.problem_count == before.problem_count);
        world.ask(Request::Send);
        assert!(matches!(world.run(), Phase::Done(_)));
        assert_eq!(sent(&world), days, "{}", marketplace.code);
        let asked = asked_history(&world);
        let distinct: std::collections::BTreeSet<&String> = asked.iter().collect();
        assert_eq!(distinct.len(), asked.len(), "no page is asked for twice");
        let left = world.browser.stored().into_keys().collect::<Vec<_>>();
        assert_eq!(left, ["settings", "state"]);
    }
}

#[test]
fn a_fresh_sign_in_is_asked_for_and_the_person_may_go_on_without() {
    let mut world = ready();
    let titles = summary(world.phase()).titles;
    let first = newest_year(&world);
    world.outside.borrow_mut().goes_wrong(move |request| {
        let history = request.url.contains("/account/purchase-history");
        // The year that comes first can be read; then the site wants to be sure.
        let wants = history && !request.url.contains("last_90") && !request.url.contains(&first);
        wants.then(|| Ok(ok(audible_sim::page::captcha_page(Marketplace::US))))
    });
    world.ask(Request::ReadHistory);
    let phase = world.run();
    let Phase::Waiting { during: Step::History, trouble: Trouble::Captcha, .. } = phase else {
        panic!("{phase:?}")
    };
    world.ask(Request::OpenAudible);
    let opened = world.browser.tabs().pop().expect("a tab");
    assert_eq!(opened, "https://www.audible.com/account/purchase-history");
    world.ask(Request::Stop);
    let found = summary(world.run());
    let some = found.dated.expect("what was read is used");
    assert!(some > 0 && found.titles == titles && found.history_open);
    // Later it goes on where it was.
    world.outside.borrow_mut().is_well_again();
    let before = asked_history(&world).len();
    world.ask(Request::ReadHistory);
    let found = summary(world.run());
    let days = order::days(&world.outside.borrow().library);
    assert_eq!(found.dated, u32::try_from(days.len()).ok());
    let again = asked_history(&world).split_off(before);
    assert!(again.iter().all(|url| !url.contains("last_90")), "{again:?}");
}

fn newest_year(world: &World) -> String {
    let outside = world.outside.borrow();
    let days = order::days(&outside.library);
    let newest = days.values().max().expect("an order");
    format!("df={}", &newest[..4])
}

#[test]
fn a_changed_history_is_named_and_costs_no_title() {
    let mut world = ready();
    let before = summary(world.phase());
    world.outside.borrow_mut().goes_wrong(|request| {
        let history = request.url.contains("/account/purchase-history");
        history.then(|| Ok(ok("<html><body id=new>Orders</body></html>".to_owned())))
    });
    world.ask(Request::ReadHistory);
    let found = summary(world.run());
    assert_eq!((found.titles, found.dated, found.history_open), (before.titles, Some(0), false));
    assert_eq!(found.problem_count, before.problem_count + 1);
    let note = found.problems.iter().find(|problem| problem.place == "purchase history").unwrap();
    assert_eq!(note.field, "purchase_date");
    world.outside.borrow_mut().is_well_again();
    world.ask(Request::Send);
    assert!(matches!(world.run(), Phase::Done(receipt) if receipt.complete));
}

#[test]
fn what_was_left_out_stays_left_out_and_an_outage_is_waited_for() {
    let mut world = ready();
    let left_out = world.outside.borrow().library.titles()[0].asin.clone();
    world.ask(Request::Choose { left_out: vec![left_out.clone()] });
    world.run();
    let mut times = 0;
    world.outside.borrow_mut().goes_wrong(move |request| {
        let history = request.url.contains("/account/purchase-history");
        times += u32::from(history);
        (history && times < 4).then(|| Ok(status(503, String::new())))
    });
    world.ask(Request::ReadHistory);
    let found = summary(world.run());
    assert!(!found.history_open);
    world.ask(Request::Send);
    let Phase::Done(receipt) = world.run() else { panic!("not done") };
    assert!(receipt.complete);
    assert!(!sent(&world).contains_key(&left_out));
}

#[test]
fn a_worker_that_ends_at_any_call_finds_the_same_days() {
    let mut read = World::of(Library::generate(31, 60));
    read.prepare();
    read.ask(Request::Read);
    assert!(matches!(read.run(), Phase::Ready(_)));
    let stored = read.browser.stored();
    let days = order::days(&read.outside.borrow().library);
    let mut lives = 0;
    for calls in 1.. {
        let mut world = World::of(Library::generate(31, 60));
        for (key, value) in &stored {
            world.browser.store(key, value);
        }
        world.browser.grant(world.marketplace());
        world.browser.end_after(calls);
        for request in [Request::ReadHistory, Request::Send] {
            for _ in 0..2 {
                world.ask(request.clone());
                world.run_while(|_| true);
            }
        }
        let phase = (0..2).find_map(|_| world.ask(Request::Look)).expect("an answer").phase;
        assert!(matches!(phase, Phase::Done(_)), "ended at call {calls}: {phase:?}");
        assert_eq!(sent(&world), days, "ended at call {calls}");
        if world.ended == 0 {
            break;
        }
        lives += world.ended;
    }
    assert!(lives > 20, "{lives}");
}

/// A page of 2024 with these days, one order each.
fn page_with(days: &[&str]) -> String {
    let row = |(at, day): (usize, &&str)| {
        format!(
            "<tr><td class=\"ui-it-purchasehistory-item-purchasedate\">{day}</td>\
             <td><a data-order-item-asin=\"B0{at:08}\" data-order-id=\"D{at}\">x</a></td></tr>"
        )
    };
    let rows: String = days.iter().enumerate().map(row).collect();
    format!("<select id=\"ui-it-purchase-history-date-filter\"></select><table>{rows}</table>")
}

fn days_of(days: &[&str], marketplace: ids::Marketplace) -> Vec<String> {
    let found = history(&page_with(days), marketplace, Some(2024)).expect("a page");
    found.orders.into_iter().map(|(_, day)| day.to_string()).collect()
}

#[test]
fn days_are_read_in_the_shops_form_unless_the_page_proves_another() {
    use ids::Marketplace::{Ca, De, Jp, Us};
    assert_eq!(days_of(&["03-04-24"], Us), ["2024-03-04"]);
    assert_eq!(days_of(&["03.04.2024"], De), ["2024-04-03"]);
    assert_eq!(days_of(&["2024-03-04"], Ca), ["2024-03-04"]);
    assert_eq!(days_of(&["24/03/04"], Jp), ["2024-03-04"]);
    assert_eq!(days_of(&["2024-03-04"], De), ["2024-03-04"]);
    // No month is above 12, and all days of a page are written alike.
    assert_eq!(days_of(&["03-04-24", "25-04-24"], Us), ["2024-04-03", "2024-04-25"]);
    assert_eq!(days_of(&["03-04-24", "04-25-24"], De), ["2024-03-04", "2024-04-25"]);
}

#[test]
fn a_day_that_is_none_or_of_another_year_is_named_and_not_guessed() {
    let days = ["05-06-24", "05-07-24", "30-02-24", "05-08-23", "May 2024", "05-09-24", "05-10-24"];
    let found = history(&page_with(&days), ids::Marketplace::De, Some(2024)).expect("a page");
    assert_eq!(found.orders.len(), 4);
    let named: Vec<(&str, &str)> =
        found.problems.iter().map(|one| (one.asin.as_deref().unwrap(), &*one.place)).collect();
    let expected = [("B000000002", "row 3"), ("B000000003", "row 4"), ("B000000004", "row 5")];
    assert_eq!(named, expected);
}

#[test]
fn only_the_first_row_of_an_order_says_when_and_no_other_order_is_taken_for_it() {
    let html = "<select id=ui-it-purchase-history-date-filter><option value=2024></select><table>\
        <tr><td><a href=\"/account/order-details?orderId=D1&ref=x\"></a></td>\
        <td class=ui-it-purchasehistory-item-purchasedate>02-01-24</td></tr>\
        <tr><td><a data-order-item-asin=B000000001 data-order-id=D1></a></td></tr>\
        <tr><td><a data-order-item-asin=B000000002 data-order-id=D1></a></td></tr>\
        <tr><td><a data-order-item-asin=B000000003 data-order-id=D2></a></td></tr></table>";
    let found = history(html, ids::Marketplace::De, Some(2024)).expect("a page");
    let days: Vec<String> =
        found.orders.iter().map(|(asin, day)| format!("{asin} {day}")).collect();
    assert_eq!(days, ["B000000001 2024-01-02", "B000000002 2024-01-02"]);
    assert_eq!(found.problems[0].asin.as_deref(), Some("B000000003"));
    assert_eq!(found.years, [2024]);
}

fn shown() -> String {
    let asked = HistoryAsked { filter: "2008", page: 1, size: Some(40) };
    history_page(&Library::generate(31, 40), Marketplace::US, Language::English, asked)
}

#[test]
fn a_redesigned_history_is_told_from_an_empty_one() {
    let us = ids::Marketplace::Us;
    assert_eq!(history(&redesigned(&shown()), us, Some(2008)), Err(PageKind::Unknown));
    let nothing = history(&page_with(&[]), us, Some(2008)).expect("an empty year");
    assert!(nothing.orders.is_empty() && nothing.problems.is_empty());
    let unknown_rows = page_with(&[]) + "<a href=\"/account/order-details?orderId=1\">1</a>";
    assert_eq!(history(&unknown_rows, us, Some(2008)), Err(PageKind::Unknown));
    let sign_in = "<form name=signIn action=/ap/signin></form>";
    assert_eq!(history(sign_in, us, None), Err(PageKind::SignIn));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_torn_history_never_gives_a_day_that_it_did_not_show(
        at in 0.0..1.0_f64, junk in "[<>/&\"'= a-z0-9-]{0,12}",
    ) {
        let whole = shown();
        let truth = history(&whole, ids::Marketplace::Us, Some(2008)).expect("a page");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place")]
        let at = (whole.len() as f64 * at) as usize;
        let at = (at..=whole.len()).find(|at| whole.is_char_boundary(*at)).unwrap();
        let torn = format!("{}{junk}{}", &whole[..at], &whole[at..]);
        if let Ok(found) = history(&torn, ids::Marketplace::Us, Some(2008)) {
            let shown = |order: &&(String, _)| truth.orders.contains(order);
            let invented = found.orders.iter().filter(|order| !shown(order)).count();
            // The junk may fall into one value, and its order has at most three titles.
            prop_assert!(invented <= 3, "{invented}");
        }
    }
}
