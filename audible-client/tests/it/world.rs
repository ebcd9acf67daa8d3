//! The client, and a simulator that it reaches through a proxy; one clock for both, and no pauses.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use audible_client::{
    account::Account,
    attempt::Attempt,
    client::{Client, Manners, Network},
    credentials::Credentials,
    landing::AuthorizationCode,
    secret::Secret,
    sign_in::SignIn,
};
use audible_sim::{Config, Control, Sim};
use jiff::Timestamp;
use shared::ids::Marketplace;

pub(crate) const EMAIL: &str = "robin@reader.example";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// When everything begins, in milliseconds since 1970.
const START: i64 = 1_772_600_767_891;

/// Patient enough for a slow machine, and never waiting for nothing.
pub(crate) const MANNERS: Manners = Manners {
    pause: Duration::ZERO,
    first_wait: Duration::ZERO,
    longest_wait: Duration::ZERO,
    tries: 3,
    time_out: Duration::from_secs(60),
};

pub(crate) struct World {
    pub(crate) sim: Sim,
    pub(crate) client: Client,
    now: Arc<AtomicI64>,
}

/// The way to a simulator.
pub(crate) fn network(sim: &Sim) -> Network {
    Network {
        proxy: Some(format!("http://{}", sim.proxy()).parse().unwrap()),
        authorities: Some(sim.certificate_pem().to_owned()),
    }
}

impl World {
    pub(crate) async fn new(titles: usize) -> Self {
        let sim = Sim::start(Config { titles, ..Config::default() }).await.unwrap();
        let now = Arc::new(AtomicI64::new(START));
        let client = client(&network(&sim), MANNERS, &now);
        let world = Self { sim, client, now };
        world.later(0);
        world
    }

    pub(crate) fn shop(&self) -> &Control {
        self.sim.control()
    }

    /// Lets so many seconds pass.
    pub(crate) fn later(&self, seconds: i64) {
        let now = self.now.fetch_add(seconds * 1_000, Ordering::SeqCst) + seconds * 1_000;
        self.shop().set_now_ms(now);
    }

    /// Another client with the same clock.
    pub(crate) fn client_with(&self, network: &Network, manners: Manners) -> Client {
        client(network, manners, &self.now)
    }

    /// An attempt; those with the same number have the same secrets.
    pub(crate) fn attempt(marketplace: Marketplace, number: u8) -> Attempt {
        Attempt::new(marketplace, &[number; 48])
    }

    /// The code of a sign-in by the form.
    pub(crate) async fn code(&self, attempt: &Attempt) -> AuthorizationCode {
        let password = Secret::new(PASSWORD);
        match self.client.sign_in(attempt, EMAIL, &password).await.unwrap() {
            SignIn::Done(code) => code,
            other => unreachable!("it asks for no more: {other:?}"),
        }
    }

    /// A device that was just registered.
    pub(crate) async fn registered(&self, marketplace: Marketplace) -> Credentials {
        let attempt = Self::attempt(marketplace, 1);
        let code = self.code(&attempt).await;
        self.client.register(&attempt, &code).await.unwrap()
    }

    /// The same, ready to ask.
    pub(crate) async fn account(&self) -> Account {
        self.client.account(self.registered(Marketplace::Us).await)
    }

    /// How the requests to a path were answered, in their order.
    pub(crate) fn answered(&self, path: &str) -> Vec<u16> {
        let requests = self.shop().requests().into_iter();
        requests.filter(|one| one.path == path).filter_map(|one| one.status).collect()
    }
}

fn client(network: &Network, manners: Manners, now: &Arc<AtomicI64>) -> Client {
    let now = Arc::clone(now);
    let now = Arc::new(move || {
        Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap_or_default()
    });
    Client::new(network, manners, now).unwrap()
}
