//! Talks to the person's server: is it there, does it take the token, does it take a chunk.

use shared::{
    ids::Marketplace,
    wire::v1::{
        Chunk, ImportReceipt, ImportRequest, MAIN_LIBRARY, Reading, Run, SCHEMA_VERSION, Source,
    },
};

use super::{Worker, keys};
use crate::{
    browser::{Browser, HttpRequest, HttpResponse},
    messages::ServerTrouble,
    plan::{Event, Failure, Ticket},
    server,
};

impl<B: Browser> Worker<B> {
    /// Asks for the version first, without the token, and only then whether the token may import.
    pub(super) async fn check_server(&self, address: String, token: String) -> Event {
        let result = self.try_server(&address, &token).await;
        Event::Checked { address, token, result }
    }

    async fn try_server(&self, address: &str, token: &str) -> Result<String, ServerTrouble> {
        let answer = self.ask_server(server::version_request(address)).await?;
        let version = server::version(&answer)?;
        let answer = self.ask_server(self.dry_run(address, token)).await?;
        server::taken(&answer).map(|()| version)
    }

    /// Asks whether the token may import, by importing nothing.
    pub(super) fn dry_run(&self, address: &str, token: &str) -> HttpRequest {
        let nothing = self.nothing();
        let key = format!("{}:0", nothing.run.id);
        server::import_request(address, token, &key, keys::text(&nothing), true)
    }

    /// Every question to the server goes through here, with the headers that are bound to its origin.
    pub(super) async fn ask_server(
        &self,
        mut request: HttpRequest,
    ) -> Result<HttpResponse, ServerTrouble> {
        let memory = self.memory.lock().await;
        let proxy = memory.state.as_ref().and_then(|state| state.proxy.as_ref());
        request.extra = proxy.map(|proxy| proxy.of(&request.url)).unwrap_or_default();
        drop(memory);
        self.browser.send(request).await.map_err(|_| ServerTrouble::NotReachable)
    }

    /// A request of no titles, for a dry run.
    pub(super) fn nothing(&self) -> ImportRequest {
        ImportRequest {
            schema_version: SCHEMA_VERSION,
            run: Run {
                id: self.fresh_run(),
                source: Source::Extension,
                marketplace: Some(Marketplace::Us),
                client: self.client.clone(),
                library: MAIN_LIBRARY.to_owned(),
                source_total: Some(0),
                reading: Some(Reading { complete: false, seen: 0 }),
                chunk: Chunk { index: 0, last: true },
                not_sent: Vec::new(),
            },
            items: Vec::new(),
        }
    }

    /// Sends a chunk's stored bytes; a repeated chunk carries the same key and the same bytes.
    pub(super) async fn send_chunk(
        &self,
        ticket: Ticket,
        address: &str,
        token: &str,
    ) -> Result<Box<ImportReceipt>, Failure> {
        let stored = self.browser.get(&keys::chunk(ticket.run, ticket.unit)).await;
        let bytes = stored.ok().flatten().ok_or(Failure::Unavailable(None))?;
        let key = format!("{}:{}", ticket.run, ticket.unit);
        let request = server::import_request(address, token, &key, bytes, false);
        let answer =
            self.ask_server(request).await.map_err(|trouble| Failure::Server(trouble, None))?;
        let rest = answer.retry_after_ms;
        server::taken(&answer).map_err(|trouble| Failure::Server(trouble, rest))?;
        serde_json::from_str(&answer.body)
            .map_err(|_| Failure::Server(ServerTrouble::NotMeFeed, None))
    }
}
