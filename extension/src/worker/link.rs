//! Talks to the person's server about its connection with Audible, and looks after the tab of a sign-in.

use std::rc::Rc;

use shared::ids::Marketplace;

use super::Worker;
use crate::{
    browser::Browser,
    link::{self, Place, Stop},
    messages::LinkTrouble,
    plan::{Event, LinkAsk, LinkSaid, Linking},
};

impl<B: Browser> Worker<B> {
    /// A tab is at another address of a host that we may see, or about to be; none says that it was
    /// closed.
    pub async fn tab_moved(self: &Rc<Self>, tab: i64, address: Option<&str>) {
        let place = address.map_or(Place::Gone, link::place);
        if place != Place::Elsewhere {
            self.tell_of(tab, place).await;
        }
    }

    /// Most tabs are none of ours: nothing is started for them.
    async fn tell_of(self: &Rc<Self>, tab: i64, place: Place) {
        let known = self.memory.lock().await.state.as_ref().map(|state| state.linking.clone());
        let linking = match known {
            Some(linking) => linking,
            None => self.load().await.linking,
        };
        if linking.as_ref().and_then(Linking::watched) == Some(tab) {
            self.handle(Event::TabAt { tab, place }).await;
        }
    }

    pub(super) async fn look_at(&self, tab: i64) -> Event {
        let address = self.browser.address(tab).await;
        let place = address.map_or(Place::Gone, |address| link::place(&address));
        Event::TabAt { tab, place }
    }

    /// A worker that ended just after it had opened the tab has left it there.
    pub(super) async fn open_sign_in(&self, address: &str) -> Option<i64> {
        match self.browser.find(address).await {
            Some(tab) => Some(tab),
            None => self.browser.show(None, address).await,
        }
    }

    /// While the host is held the address is seen, so it comes last.
    pub(super) async fn leave_tab(&self, tab: i64, back: bool) {
        let address = self.browser.address(tab).await;
        if address.is_some_and(|address| link::is_amazon(&address)) {
            if back {
                self.browser.lead_back(tab).await;
            } else {
                self.browser.close(tab).await;
            }
        }
        self.browser.release_amazon().await;
    }

    pub(super) async fn ask_link(
        &self,
        (address, token): (&str, &str),
        marketplace: Marketplace,
        ask: LinkAsk,
    ) -> Result<LinkSaid, Stop> {
        let request = match &ask {
            LinkAsk::Standing => link::standing_request(address, token, marketplace),
            LinkAsk::Begin => link::begin_request(address, token, marketplace),
            LinkAsk::Take { state, code } => {
                link::hand_over_request(address, token, marketplace, (state, code))
            }
        };
        let answer = self.ask_server(request).await;
        let answer = answer.map_err(|_| Stop::Again(LinkTrouble::ServerAway))?;
        let now_ms = self.browser.now_ms();
        match ask {
            LinkAsk::Standing => link::standing(&answer, now_ms).map(LinkSaid::Stands),
            LinkAsk::Begin => link::begun(&answer, marketplace, now_ms).map(LinkSaid::Begun),
            LinkAsk::Take { .. } => link::handed(&answer, now_ms).map(LinkSaid::Taken),
        }
    }
}
