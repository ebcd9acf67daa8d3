//! Before anything is sent: what the server would make of it, and what is left out.

use audible_sim::Library;
use extension::messages::{Choice, Compared, Phase, Request, ServerTrouble};

use crate::{outside::status, world::World};

const TITLES: usize = 620;

/// A library that was read and can be sent; the server has its oldest 600 titles already.
fn ready() -> World {
    let mut world = World::of(Library::generate(29, 600));
    world.browser.store("settings", r#"{"requests_per_second":1000}"#);
    assert!(matches!(world.import(), Phase::Done(_)));
    world.outside.borrow_mut().grow(Library::generate(29, TITLES));
    world.ask(Request::Read);
    assert!(matches!(world.run(), Phase::Ready(_)));
    world
}

fn choice(world: &mut World) -> Choice {
    world.run();
    world.ask(Request::Look).expect("an answer").choice.expect("something to choose from")
}

/// The twenty newest titles.
fn newest(world: &World) -> Vec<String> {
    let outside = world.outside.borrow();
    outside.library.titles()[..20].iter().map(|title| title.asin.clone()).collect()
}

#[test]
fn the_server_says_of_each_title_what_it_would_make_of_it_and_stores_nothing() {
    let mut world = ready();
    let taken = world.outside.borrow().taken.len();
    world.ask(Request::Compare);
    let choice = choice(&mut world);
    let expected = Compared { done: 2, of: 2, imported: 20, unchanged: 600, ..Compared::default() };
    assert_eq!(choice.compared, Some(expected));
    assert_eq!(world.outside.borrow().taken.len(), taken);
    let stored = world.browser.stored();
    let lines: Vec<&str> =
        (0..2).flat_map(|part| stored[&format!("verdict/{}/{part}", choice.run)].lines()).collect();
    assert_eq!(lines.len(), TITLES);
    for (line, asin) in lines.iter().zip(newest(&world)) {
        assert_eq!(*line, format!("{asin} imported"));
    }
    assert!(lines[20].ends_with(" unchanged"));
    let batches =
        (0..choice.batches).map(|batch| &stored[&format!("mapped/{}/{batch}", choice.run)]);
    let titles: usize = batches.map(|text| text.lines().count() - 1).sum();
    assert_eq!(titles, TITLES, "every title lies in storage to be looked at");
}

#[test]
fn a_server_in_trouble_is_named_and_asked_for_the_rest_alone() {
    let mut world = ready();
    let mut asked = 0;
    world.outside.borrow_mut().goes_wrong(move |request| {
        let dry = request.url.ends_with("?dry_run=true");
        asked += u32::from(dry);
        (dry && asked == 2).then(|| Ok(status(502, String::new())))
    });
    world.ask(Request::Compare);
    let compared = choice(&mut world).compared.unwrap();
    assert_eq!((compared.done, compared.of), (1, 2));
    assert!(compared.trouble.is_some_and(|trouble| trouble != ServerTrouble::NotMeFeed));
    world.outside.borrow_mut().is_well_again();
    let before = world.browser.sent().len();
    world.ask(Request::Compare);
    let compared = choice(&mut world).compared.unwrap();
    assert_eq!((compared.done, compared.trouble, compared.imported), (2, None, 20));
    assert_eq!(world.browser.sent().len(), before + 1);
}

#[test]
fn what_is_left_out_is_not_sent_and_leaves_the_run_complete() {
    let mut world = ready();
    let left_out = newest(&world);
    let twice = left_out.iter().chain(&left_out).cloned().collect();
    world.ask(Request::Choose { left_out: twice });
    assert_eq!(choice(&mut world).left_out, 20);
    let Phase::Ready(summary) = world.phase() else { panic!("not ready") };
    assert_eq!((summary.titles, summary.source_total), (600, 620));
    world.ask(Request::Choose { left_out: left_out[..3].to_vec() });
    world.run();
    world.ask(Request::Send);
    let phase = world.run();
    let Phase::Done(receipt) = phase else { panic!("{phase:?}") };
    assert_eq!((receipt.imported, receipt.unchanged, receipt.total), (17, 600, 617));
    assert_eq!((receipt.source_total, receipt.read, receipt.complete), (620, 620, true));
    let outside = world.outside.borrow();
    let mut sent = outside.chunks().into_iter().filter(|chunk| !chunk.run.not_sent.is_empty());
    let last = sent.next().expect("a chunk that names them");
    assert!(last.run.chunk.last && sent.next().is_none());
    assert_eq!(last.run.not_sent, left_out[..3]);
    assert_eq!(world.browser.stored().into_keys().collect::<Vec<_>>(), ["settings", "state"]);
}

#[test]
fn nothing_can_be_chosen_any_more_once_chunks_were_cut() {
    let mut world = ready();
    world.outside.borrow_mut().goes_wrong(|request| {
        let import = request.url.ends_with("/import-from-extension");
        import.then(|| Ok(status(401, r#"{"code":"token_revoked","title":"No"}"#.to_owned())))
    });
    world.ask(Request::Send);
    world.run();
    world.ask(Request::ForgetServer);
    world.outside.borrow_mut().is_well_again();
    assert!(matches!(world.run(), Phase::Ready(_)));
    let left_out = newest(&world);
    world.ask(Request::Choose { left_out });
    let choice = choice(&mut world);
    assert_eq!((choice.settled, choice.left_out), (true, 0));
}

#[test]
fn a_worker_that_ends_at_any_call_of_choosing_leaves_a_choice_that_is_whole() {
    let library = || Library::generate(29, 30);
    let mut read = World::of(library());
    read.prepare();
    read.ask(Request::Read);
    assert!(matches!(read.run(), Phase::Ready(_)));
    let stored = read.browser.stored();
    let mut lives = 0;
    for calls in 1.. {
        let mut world = World::of(library());
        for (key, value) in &stored {
            world.browser.store(key, value);
        }
        let left_out = newest(&world);
        let never = world.outside.borrow().library.titles()[25].asin.clone();
        world.browser.end_after(calls);
        let ignore = Request::Ignore { asins: vec![never.clone()], wanted: false };
        let choose = Request::Choose { left_out };
        // Asked twice, as a person does who sees nothing happen.
        for request in [Request::Compare, ignore, choose, Request::Send] {
            for _ in 0..2 {
                world.ask(request.clone());
                world.run_while(|_| true);
            }
        }
        let phase = (0..2).find_map(|_| world.ask(Request::Look)).expect("an answer").phase;
        let Phase::Done(receipt) = phase else { panic!("ended at call {calls}: {phase:?}") };
        let sent: usize =
            world.outside.borrow().chunks().iter().map(|chunk| chunk.items.len()).sum();
        let numbers = (receipt.total, sent, receipt.ignored, receipt.complete);
        assert_eq!(numbers, (10, 10, 1, true), "ended at call {calls}");
        assert!(world.outside.borrow().ignored.contains(&never), "ended at call {calls}");
        if world.ended == 0 {
            break;
        }
        lives += world.ended;
    }
    assert!(lives > 30, "{lives}");
}

#[test]
fn titles_that_are_never_to_be_imported_are_told_to_the_server_and_shown_so() {
    let mut world = ready();
    world.ask(Request::Compare);
    let never = newest(&world)[..3].to_vec();
    world.ask(Request::Ignore { asins: never.clone(), wanted: false });
    let choice_then = choice(&mut world);
    assert_eq!((choice_then.told, choice_then.untold), (1, None));
    let verdicts = world.browser.stored()[&format!("verdict/{}/0", choice_then.run)].clone();
    let lines: Vec<&str> = verdicts.lines().collect();
    assert_eq!(lines[2], format!("{} ignored", never[2]));
    assert!(lines[3].ends_with(" imported"));
    // One of them is wanted again: what the server makes of it is not known until it is asked.
    world.ask(Request::Ignore { asins: never[..1].to_vec(), wanted: true });
    let run = choice(&mut world).run;
    let verdicts = world.browser.stored()[&format!("verdict/{run}/0")].clone();
    assert!(verdicts.starts_with(&format!("{} ignored", never[1])), "{verdicts}");
    assert_eq!(world.outside.borrow().ignored, never[1..].iter().cloned().collect());
    world.ask(Request::Send);
    let Phase::Done(receipt) = world.run() else { panic!("not done") };
    assert_eq!((receipt.imported, receipt.ignored, receipt.complete), (18, 2, true));
}

#[test]
fn a_server_that_cannot_be_told_is_named_and_nothing_is_pretended() {
    let mut world = ready();
    world.ask(Request::Compare);
    world.run();
    world.outside.borrow_mut().goes_wrong(|request| {
        request.url.ends_with("/api/ignored").then(|| Ok(status(502, String::new())))
    });
    let never = newest(&world)[..3].to_vec();
    world.ask(Request::Ignore { asins: never, wanted: false });
    let choice = choice(&mut world);
    assert!(choice.untold.is_some() && choice.told == 0);
    assert!(!world.browser.stored()[&format!("verdict/{}/0", choice.run)].contains("ignored"));
}

#[test]
fn never_import_holds_although_send_or_discard_follows_before_the_server_has_answered() {
    let mut world = ready();
    let never = newest(&world)[..3].to_vec();
    world.ask_at_once([
        Request::Ignore { asins: never[..1].to_vec(), wanted: false },
        Request::Ignore { asins: never[1..2].to_vec(), wanted: false },
        Request::Send,
    ]);
    let Phase::Done(receipt) = world.run() else { panic!("not done") };
    assert_eq!((receipt.imported, receipt.ignored, receipt.complete), (18, 2, true));
    world.ask(Request::Read);
    assert!(matches!(world.run(), Phase::Ready(_)));
    let ignore = Request::Ignore { asins: never[2..].to_vec(), wanted: false };
    world.ask_at_once([ignore, Request::Discard]);
    assert_eq!(world.run(), Phase::Idle);
    assert_eq!(world.outside.borrow().ignored, never.into_iter().collect());
}

#[test]
fn nothing_is_sent_when_the_server_cannot_be_told_what_never_to_import() {
    let mut world = ready();
    world.outside.borrow_mut().goes_wrong(|request| {
        request.url.ends_with("/api/ignored").then(|| Ok(status(502, String::new())))
    });
    let taken = world.outside.borrow().taken.len();
    let asins = newest(&world)[..3].to_vec();
    world.ask_at_once([Request::Ignore { asins: asins.clone(), wanted: false }, Request::Send]);
    assert!(matches!(world.run(), Phase::Ready(_)));
    assert!(choice(&mut world).untold.is_some());
    assert_eq!(world.outside.borrow().taken.len(), taken);
    // Without a server there is nobody to be told, and nothing waits for it.
    world.ask_at_once([Request::Ignore { asins, wanted: false }, Request::ForgetServer]);
    assert!(matches!(world.run(), Phase::Ready(_)));
}

#[test]
fn a_complete_reading_is_sent_without_asking_where_the_person_wants_it_so() {
    let mut world = World::of(Library::generate(29, 60));
    world.prepare();
    world.ask(Request::ImportWithoutAsking { on: true });
    world.ask(Request::Read);
    let phase = world.run();
    assert!(matches!(&phase, Phase::Done(receipt) if receipt.imported == 60), "{phase:?}");
    assert!(world.ask(Request::Look).expect("an answer").without_asking);
    world.ask(Request::ImportWithoutAsking { on: false });
    world.ask(Request::Read);
    assert!(matches!(world.run(), Phase::Ready(_)));
}

#[test]
fn a_library_of_a_household_is_sent_by_its_name() {
    let mut world = World::of(Library::generate(29, 60));
    world.import();
    world.ask(Request::NameLibrary { name: format!(" Ada\u{7}{} ", "x".repeat(80)) });
    world.ask(Request::Read);
    world.run();
    world.ask(Request::Send);
    assert!(matches!(world.run(), Phase::Done(_)));
    let names = world.outside.borrow().chunks();
    let names: Vec<String> = names.into_iter().map(|chunk| chunk.run.library).collect();
    let ada = format!("Ada{}", "x".repeat(57));
    assert!(names.contains(&"main".to_owned()) && names.contains(&ada), "{names:?}");
}
