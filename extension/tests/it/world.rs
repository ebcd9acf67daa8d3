//! Drives a worker: lets it run dry, moves the clock to what falls due next, and starts a new life
//! where one has ended.

use std::rc::Rc;

use audible_sim::{Language, Library, Marketplace};
use extension::{
    browser::fake::{Fake, START_MS},
    doctor::{Diagnose, Report},
    messages::{Phase, Request, Snapshot},
    worker::Worker,
};
use futures::{executor::LocalPool, task::LocalSpawnExt};
use shared::{ids, wire::v1::Client};

use crate::outside::{self, SERVER, Shared, TOKEN};

/// A browser with the extension, and everything around it.
pub(crate) struct World {
    pub(crate) browser: Fake,
    pub(crate) outside: Shared,
    pool: LocalPool,
    worker: Option<Rc<Worker<Fake>>>,
    /// Calls after which every worker ends.
    each: Option<u32>,
    /// Workers that have ended.
    pub(crate) ended: u32,
}

impl World {
    /// A library in the language of its shop.
    pub(crate) fn of(library: Library) -> Self {
        Self::in_language(library, Marketplace::US, Language::English)
    }

    pub(crate) fn in_language(
        library: Library,
        marketplace: Marketplace,
        language: Language,
    ) -> Self {
        let outside = outside::outside(library, marketplace, language);
        let asked = Rc::clone(&outside);
        let browser = Fake::new(Box::new(move |request, _| asked.borrow_mut().answer(request)));
        Self { browser, outside, pool: LocalPool::new(), worker: None, each: None, ended: 0 }
    }

    pub(crate) fn marketplace(&self) -> ids::Marketplace {
        ids::Marketplace::parse(self.outside.borrow().marketplace.code).unwrap()
    }

    /// Server entered, shop chosen, both origins granted.
    pub(crate) fn prepare(&mut self) {
        let marketplace = self.marketplace();
        self.browser.grant(marketplace);
        self.ask(Request::ChooseMarketplace { marketplace });
        self.ask(Request::SetServer { address: SERVER.to_owned(), token: TOKEN.to_owned() });
        self.run();
    }

    /// The state after a request; `None` when the worker ended before it could answer.
    pub(crate) fn ask(&mut self, request: Request) -> Option<Snapshot> {
        let worker = self.worker();
        let (sender, mut receiver) = futures::channel::oneshot::channel();
        self.start(async move {
            let _ = sender.send(worker.request(request).await);
        });
        self.settle();
        receiver.try_recv().ok().flatten()
    }

    /// Asks several things, each before anything was done about the one before it.
    pub(crate) fn ask_at_once<const N: usize>(&mut self, requests: [Request; N]) {
        let worker = self.worker();
        for request in requests {
            let worker = Rc::clone(&worker);
            self.start(async move {
                worker.request(request).await;
            });
        }
        self.settle();
    }

    /// What the connection doctor finds.
    pub(crate) fn diagnose(&mut self, ask: Diagnose) -> Report {
        let worker = self.worker();
        let (sender, mut receiver) = futures::channel::oneshot::channel();
        self.start(async move {
            let _ = sender.send(worker.diagnose(ask).await);
        });
        self.run_while(|_| true);
        receiver.try_recv().ok().flatten().expect("a worker that answers")
    }

    pub(crate) fn phase(&mut self) -> Phase {
        self.ask(Request::Look).expect("a worker that answers").phase
    }

    pub(crate) fn permissions_changed(&mut self) {
        let worker = self.worker();
        self.start(async move { worker.permissions_changed().await });
        self.settle();
    }

    pub(crate) fn tab_loaded(&mut self, address: &str) {
        let (worker, address) = (self.worker(), address.to_owned());
        self.start(async move { worker.tab_loaded(&address).await });
        self.settle();
    }

    /// The tab with this number shows another address.
    pub(crate) fn tab_at(&mut self, tab: i64, address: &str) {
        self.browser.go_on(tab, Some(address));
        let (worker, address) = (self.worker(), address.to_owned());
        self.start(async move { worker.tab_moved(tab, Some(&address)).await });
        self.settle();
    }

    pub(crate) fn close_tab(&mut self, tab: i64) {
        self.browser.go_on(tab, None);
        let worker = self.worker();
        self.start(async move { worker.tab_moved(tab, None).await });
        self.settle();
    }

    /// Lets time pass until nothing is due any more.
    pub(crate) fn run(&mut self) -> Phase {
        self.run_while(|_| true);
        self.phase()
    }

    /// Lets time pass as long as something is due and `goes_on` agrees with the moment of it, given
    /// in milliseconds since the test began.
    pub(crate) fn run_while(&mut self, goes_on: impl Fn(i64) -> bool) {
        self.settle();
        for _ in 0..20_000 {
            let Some((at, alarm)) = self.browser.next_due() else { return };
            if !goes_on(at - START_MS) {
                return;
            }
            self.browser.move_to(at);
            if alarm {
                let worker = self.worker();
                self.start(async move { worker.wake().await });
            }
            self.settle();
        }
        panic!("the worker never comes to rest");
    }

    /// Ends the worker now; storage and alarm stay.
    pub(crate) fn kill(&mut self) {
        self.pool = LocalPool::new();
        self.worker = None;
        self.browser.revive();
        self.ended += 1;
        if let Some(calls) = self.each {
            self.browser.end_after(calls);
        }
    }

    /// From now on every worker ends after so many calls.
    pub(crate) fn calls_of_a_life(&mut self, calls: u32) {
        self.each = Some(calls);
        self.browser.end_after(calls);
    }

    /// Reads and sends; the last phase.
    pub(crate) fn import(&mut self) -> Phase {
        self.prepare();
        self.ask(Request::Read);
        let phase = self.run();
        assert!(matches!(phase, Phase::Ready(_)), "{phase:?}");
        self.ask(Request::Send);
        self.run()
    }

    fn worker(&mut self) -> Rc<Worker<Fake>> {
        let browser = self.browser.clone();
        let client = Client {
            name: "audible-connector".to_owned(),
            version: "0.1.0".to_owned(),
            browser: Some("chrome".to_owned()),
        };
        Rc::clone(self.worker.get_or_insert_with(|| Worker::new(browser, client)))
    }

    fn start(&mut self, work: impl Future<Output = ()> + 'static) {
        self.pool.spawner().spawn_local(work).unwrap();
    }

    fn settle(&mut self) {
        loop {
            self.pool.run_until_stalled();
            if self.browser.is_over() {
                return self.kill();
            }
            let tasks = self.browser.new_tasks();
            if tasks.is_empty() {
                return;
            }
            for task in tasks {
                self.start(task);
            }
        }
    }
}
