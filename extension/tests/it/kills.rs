//! The browser ends the worker whenever it likes: storage alone carries a run to the same end.

use std::collections::BTreeMap;

use audible_sim::Library;
use extension::messages::{Phase, Request};

use crate::{
    outside::{SERVER, TOKEN},
    world::World,
};

/// Five titles on three pages.
fn small() -> World {
    let world = World::of(Library::generate(13, 5));
    world.outside.borrow_mut().page_size = Some(2);
    world
}

/// Asks for what a person would ask for, until all is sent.
fn through(world: &mut World) {
    for _ in 0..60 {
        match world.ask(Request::Look).map(|snapshot| snapshot.phase) {
            Some(Phase::Done(_)) => return,
            Some(Phase::Idle) => {
                let marketplace = world.marketplace();
                world.ask(Request::ChooseMarketplace { marketplace });
                world.ask(Request::Read);
            }
            Some(Phase::Ready(_)) => {
                world.ask(Request::Send);
            }
            _ => {}
        }
        world.run_while(|_| true);
    }
    panic!("the run never ends: {:?}", world.ask(Request::Look));
}

/// What the server took, with the run's id blotted out; one run alone.
fn taken(world: &World) -> Vec<String> {
    let outside = world.outside.borrow();
    let chunks = outside.chunks();
    let ids: Vec<String> = chunks.iter().map(|chunk| chunk.run.id.to_string()).collect();
    assert!(ids.iter().all(|id| Some(id) == ids.first()), "chunks of one run: {ids:?}");
    let mut bodies: Vec<(u32, String)> = chunks
        .iter()
        .map(|chunk| {
            let key = format!("{}:{}", ids[0], chunk.run.chunk.index);
            (chunk.run.chunk.index, outside.taken[&key].replace(&ids[0], "the run"))
        })
        .collect();
    bodies.sort();
    bodies.into_iter().map(|(_, body)| body).collect()
}

fn undisturbed() -> Vec<String> {
    let mut world = small();
    world.prepare();
    through(&mut world);
    taken(&world)
}

#[test]
fn a_worker_that_ends_at_any_call_leaves_a_run_that_the_next_one_finishes_the_same() {
    let whole = undisturbed();
    let mut lives = 0;
    for calls in 1.. {
        let mut world = small();
        world.prepare();
        world.browser.end_after(calls);
        through(&mut world);
        assert_eq!(taken(&world), whole, "ended at call {calls}");
        if world.ended == 0 {
            break;
        }
        lives += world.ended;
    }
    assert!(lives > 60, "a run makes more calls than {lives}");
}

#[test]
fn workers_that_end_again_and_again_still_get_there() {
    let whole = undisturbed();
    for each in [18, 20, 30] {
        let mut world = small();
        world.prepare();
        world.calls_of_a_life(each);
        through(&mut world);
        assert!(world.ended > 0, "every {each} calls");
        assert_eq!(taken(&world), whole, "every {each} calls");
    }
}

/// A worker may end after it has done what it was asked and before it has said so: then it is asked again.
#[test]
fn a_message_that_comes_twice_does_what_it_does_once() {
    let marketplace = small().marketplace();
    let requests = [
        Request::Look,
        Request::ChooseMarketplace { marketplace },
        Request::SetServer { address: SERVER.to_owned(), token: TOKEN.to_owned() },
        Request::ForgetServer,
        Request::Read,
        Request::Stop,
        Request::TryNow,
        Request::Send,
        Request::Compare,
        Request::ReadHistory,
        Request::FetchMissing,
        Request::Discard,
    ];
    let after = |before: &Request, asked: &[Request]| {
        let mut world = small();
        world.prepare();
        world.ask(Request::Read);
        world.run();
        world.ask(before.clone());
        for request in asked {
            world.ask(request.clone());
        }
        world.run();
        let snapshot = world.ask(Request::Look).expect("a worker that answers");
        (snapshot, world.browser.stored().into_keys().collect::<Vec<_>>(), taken(&world))
    };
    // From a library that was read, from one that is being read, and from one that is being sent.
    for before in [Request::Look, Request::Read, Request::Send] {
        for request in &requests {
            let twice = [request.clone(), request.clone()];
            assert_eq!(
                after(&before, &twice[..1]),
                after(&before, &twice),
                "{before:?}, {request:?}"
            );
        }
    }
}

/// A run of 501 titles that has been read, as it lies in storage.
fn two_chunks() -> BTreeMap<String, String> {
    let mut world = World::of(Library::generate(17, 501));
    world.prepare();
    world.ask(Request::Read);
    world.run();
    world.browser.stored()
}

#[test]
fn chunks_are_sent_whole_and_once_wherever_a_worker_ends_between_them() {
    let stored = two_chunks();
    let begun = |calls: Option<u32>| {
        let mut world = World::of(Library::generate(17, 501));
        for (key, value) in &stored {
            world.browser.store(key, value);
        }
        if let Some(calls) = calls {
            world.browser.end_after(calls);
        }
        world.ask(Request::Send);
        through(&mut world);
        world
    };
    let whole = taken(&begun(None));
    assert_eq!(whole.len(), 2);
    let mut repeated = 0;
    for calls in 1.. {
        let world = begun(Some(calls));
        assert_eq!(taken(&world), whole, "ended at call {calls}");
        repeated += world.outside.borrow().repeated;
        if world.ended == 0 {
            break;
        }
    }
    assert!(repeated >= 2, "answers that found nobody are asked for again with the same bytes");
}
