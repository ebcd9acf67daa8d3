//! The mark on the button, while nobody looks.

use audible_sim::Library;
use extension::messages::{Mark, Phase, Request};

use crate::{outside::status, world::World};

#[test]
fn the_button_is_marked_when_a_run_asks_and_when_it_is_done() {
    let mut world = World::of(Library::generate(3, 30));
    world.import();
    let given = |world: &World| world.browser.marks().into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(given(&world), [Mark::Ready, Mark::Done]);
    // Who looks takes the mark away, and it does not come back.
    world.ask(Request::Look);
    world.run();
    assert_eq!((given(&world).len(), world.browser.marks().last()), (2, Some(&None)));
}

#[test]
fn nobody_is_called_who_looks_already() {
    let mut world = World::of(Library::generate(3, 30));
    world.browser.watch(true);
    world.import();
    assert!(world.browser.marks().iter().all(Option::is_none), "{:?}", world.browser.marks());
}

#[test]
fn a_run_that_waits_for_the_person_says_so_once() {
    let mut world = World::of(Library::generate(3, 30));
    world.prepare();
    world.outside.borrow_mut().goes_wrong(|request| {
        request.url.contains("/library/titles").then(|| {
            Ok(extension::browser::HttpResponse { redirected: true, ..status(0, String::new()) })
        })
    });
    world.ask(Request::Read);
    let phase = world.run();
    assert!(matches!(phase, Phase::Waiting { .. }), "{phase:?}");
    let marks = world.browser.marks();
    assert_eq!(marks.iter().flatten().collect::<Vec<_>>(), [&Mark::Asks]);
}
