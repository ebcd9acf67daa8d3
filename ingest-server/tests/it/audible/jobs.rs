//! Two servers share two hundred connections; one of them is killed half-way.

use std::{collections::BTreeMap, sync::Arc};

use audible_sim::Control;
use ingest_server::{
    accounts,
    app::{App, Settings},
    audible::{
        connect::{self, Ask},
        jobs,
    },
    audit,
    clock::{Clock, System},
};
use uuid::Uuid;

use super::world::{World, connections, shop};
use crate::{
    databases::{self, Kind},
    harness::settings,
};

const CONNECTIONS: usize = 200;

#[tokio::test]
async fn two_servers_do_each_job_once_a_time_and_lose_none_when_one_is_killed() {
    databases::with(Kind::Postgres, two_servers).await;
}

async fn two_servers(database: String) {
    let sim = shop(3).await;
    let first = Settings { audible: connections(&sim), ..settings(database.clone()) };
    let second = Settings { audible: connections(&sim), ..settings(database) };
    let world = World::with(sim, first).await;
    let first = world.server.app.clone();
    let clock = Arc::clone(&world.server.clock) as Arc<dyn Clock>;
    let second = App::open_with(second, clock, Arc::new(System)).await.unwrap();

    let mut people = Vec::new();
    for number in 0..CONNECTIONS {
        let email = format!("person{number}@home.example");
        let person = accounts::add_account(&first, &email, "").await.unwrap();
        let file = world.shop().give_device("us", "Me Feed - Web").unwrap();
        let ask = Ask::AuthFile { text: file.to_string(), marketplace: None };
        connect::connect(&first, person.id, ask).await.unwrap();
        people.push(person.id);
    }

    // The first syncs are due. The first server is killed in the middle of its work.
    let killed = tokio::spawn({
        let first = first.clone();
        async move { jobs::run_due(&first).await }
    });
    let helping = tokio::spawn({
        let second = second.clone();
        async move { jobs::run_due(&second).await }
    });
    syncs(world.shop(), 60).await;
    killed.abort();
    assert!(killed.await.unwrap_err().is_cancelled());
    helping.await.unwrap().unwrap();
    let left = people.len() - done(&second, &people).await.values().sum::<usize>();
    assert!((1..=2).contains(&left), "what the killed one worked on is leased: {left}");
    world.later(119);
    assert_eq!(jobs::run_due(&second).await.unwrap(), 0, "its leases hold");
    world.later(2);
    assert_eq!(jobs::run_due(&second).await.unwrap(), left);
    assert_eq!(times(&second, &people).await, BTreeMap::from([(1, CONNECTIONS)]));

    // The next ones are due within a day and its twentieth, and not before its nineteen twentieths.
    world.later(22 * 3_600);
    let early = tokio::join!(jobs::run_due(&first), jobs::run_due(&second));
    assert_eq!((early.0.unwrap(), early.1.unwrap()), (0, 0));
    world.later(4 * 3_600);
    let (one, other) = tokio::join!(jobs::run_due(&first), jobs::run_due(&second));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one + other, CONNECTIONS);
    assert!(one > 0 && other > 0, "both work: {one} and {other}");
    assert_eq!(times(&second, &people).await, BTreeMap::from([(2, CONNECTIONS)]));
    second.store().close().await;
}

/// Waits until so many syncs have come to their last request.
async fn syncs(shop: &Control, count: usize) {
    let came = || {
        let requests = shop.requests();
        requests.iter().filter(|request| request.path == "/1.0/wishlist").count()
    };
    while came() < count {
        tokio::task::yield_now().await;
    }
}

/// How many syncs of each person are done.
async fn done(app: &App, people: &[Uuid]) -> BTreeMap<Uuid, usize> {
    let mut done = BTreeMap::new();
    for person in people {
        let noted = audit::noted(app, *person, None, 100).await.unwrap().entries;
        assert!(noted.iter().all(|entry| entry.result == "done"), "{noted:?}");
        done.insert(*person, noted.iter().filter(|entry| entry.what == "sync").count());
    }
    done
}

/// How many people have so many syncs.
async fn times(app: &App, people: &[Uuid]) -> BTreeMap<usize, usize> {
    let mut times = BTreeMap::new();
    for count in done(app, people).await.into_values() {
        *times.entry(count).or_default() += 1;
    }
    times
}
