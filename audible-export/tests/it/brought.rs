//! A library that goes to the person's own server.

use std::sync::Arc;

use audible_sim::Config;
use ingest_server::{
    accounts::{self, Scopes},
    app::{App, Settings},
    clock::System,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::program::World;

struct Server {
    url: String,
    app: App,
    token: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
    _data: tempfile::TempDir,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let data = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}", data.path().join("library.sqlite").display());
        let settings = Settings::new(url.parse().unwrap(), database, data.path().to_owned());
        let app = App::open_with(settings, Arc::new(System), Arc::new(System)).await.unwrap();
        let account = accounts::add_account(&app, "reader@home.example", "Rea Der").await.unwrap();
        let token =
            accounts::create_token(&app, account.id, "export", Scopes::default()).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(ingest_server::serve(listener, app.clone(), async {
            // A dropped sender says stop, too.
            let _ = stopped.await;
        }));
        Self { url, app, token, stop, task, _data: data }
    }

    /// How many titles it has.
    async fn titles(&self) -> u64 {
        let account = accounts::find_account(&self.app, "reader@home.example").await.unwrap();
        let scopes = "library:read".parse().unwrap();
        let token = accounts::create_token(&self.app, account.id, "t", scopes).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let address = format!("{}/api/library?limit=1", self.url);
        let answer = http.get(address).bearer_auth(token).send().await.unwrap();
        let page: serde_json::Value = answer.json().await.unwrap();
        page["total"].as_u64().unwrap()
    }

    async fn end(self) {
        drop(self.stop);
        self.task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_library_goes_to_the_server_and_a_second_time_changes_nothing() {
    let (world, server) = (World::new(120).await, Server::start().await);
    let titles = world.sim.control().api_truth().len();
    let arguments = ["--marketplace", "de", "--upload", &server.url];
    for (imported, unchanged) in [(titles, 0), (0, titles)] {
        let ended = world.export(&arguments, Some(&server.token)).await;
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        let told =
            format!("{imported} new titles, 0 changed, {unchanged} as they were, 0 rejected");
        assert!(ended.said.contains(&told), "{}", ended.said);
        assert!(!ended.said.contains(&server.token));
        assert_eq!(server.titles().await, titles as u64);
    }
    assert_eq!((world.files(), world.devices()), (vec![], vec![false, false]));
    server.end().await;
}

#[tokio::test]
async fn a_library_that_the_server_refuses_is_kept_as_a_file() {
    let (world, server) = (World::new(30).await, Server::start().await);
    let token = world.path("token");
    std::fs::write(&token, "mf_unknown\n").unwrap();
    let arguments = ["--marketplace", "de", "--upload", &server.url, "--token-file", "token"];
    let ended = world.export(&arguments, None).await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(
        ended.said.contains("the server refuses the library with status 401"),
        "{}",
        ended.said
    );
    assert!(!ended.said.contains("mf_unknown"));
    world.is_right(&std::fs::read_to_string(world.path("audible_library.json")).unwrap());
    assert_eq!((world.devices(), server.titles().await), (vec![false], 0));
    // What an earlier try left is kept, too.
    let again = world.export(&arguments, None).await;
    assert_eq!(again.code, Some(1), "{}", again.said);
    assert!(again.said.contains("status 401"), "{}", again.said);
    world.is_right(&std::fs::read_to_string(world.path("audible_library-2.json")).unwrap());
    server.end().await;
}

#[tokio::test]
async fn what_cannot_work_is_said_before_anybody_signs_in() {
    let world = World::new(Config::default().titles.min(4)).await;
    for (arguments, token, code, why) in [
        (&["--upload", "http://home.example"][..], Some("mf_x"), 1, "https addresses"),
        (&["--upload", "https://home.example"], None, 1, "put it into MEFEED_TOKEN"),
        (&["--upload", "https://home.example", "--token-file", "no"], None, 1, "reading no"),
        (
            &["--output", "a.json", "--upload", "https://home.example"],
            None,
            2,
            "cannot be used with",
        ),
        (&["--output", "no/such/folder.json"], None, 1, "no/such"),
    ] {
        let arguments = [&["--marketplace", "de"], arguments].concat();
        let ended = world.start(&arguments, token).ended().await;
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.said);
        assert!(ended.said.contains(why), "{arguments:?}: {}", ended.said);
        assert!(!ended.said.contains("amazon"), "{}", ended.said);
    }
    let elsewhere = world.start(&["--marketplace", "nl"], None).ended().await;
    assert_eq!(elsewhere.code, Some(2), "{}", elsewhere.said);
    assert!(elsewhere.said.contains("nl"), "{}", elsewhere.said);
    assert_eq!(world.devices(), Vec::<bool>::new());
}
