//! Files that were begun by a server of another version.

use shared::{samples, wire::v1};

use super::databases::{self, on_both};
use crate::{
    accounts,
    app::{App, Settings},
    files::upload::{self, State},
};

on_both![an_import_goes_on_after_the_server_became_another_version];

async fn an_import_goes_on_after_the_server_became_another_version(address: String) {
    let public = "http://127.0.0.1:8787".parse().unwrap();
    let mut settings = Settings::new(public, address, std::env::temp_dir());
    let app = App::open(settings.clone()).await.unwrap();
    let account = accounts::add_account(&app, "reader@home.example", "").await.unwrap();
    let mut table =
        "mp,asin,kind,title,subtitle,full_title,purchase_date,runtime_min,language\n".to_owned();
    for index in 0..=v1::MAX_ITEMS {
        table.push_str(&format!("us,{},book,A,,,,,\n", samples::asin(index)));
    }
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, table.as_bytes()).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    let id = upload::begin(&app, account.clone(), "a.csv", None, file).await.unwrap();
    let upload = until(&app, account.id, id, State::Ready).await;

    // A server of an older version began importing, sent a chunk, and ended.
    settings.imports_at_once = 0;
    let older = App::open(settings).await.unwrap();
    upload::import(&older, account.clone(), upload).await.unwrap();
    let mut begun = upload::find(&app, account.id, id).await.unwrap().unwrap();
    begun.begun_by(&app, account.clone(), "0.0.1").await;

    let begun = upload::find(&app, account.id, id).await.unwrap().unwrap();
    assert!(begun.stalled && begun.has_runs());
    upload::import(&app, account.clone(), begun).await.unwrap();
    let done = until(&app, account.id, id, State::Done).await;
    assert_eq!(done.report.failure, None);
    assert_eq!(usize::try_from(done.report.receipt.imported).unwrap(), v1::MAX_ITEMS + 1);
}

async fn until(app: &App, owner: uuid::Uuid, id: uuid::Uuid, state: State) -> upload::Upload {
    loop {
        let upload = upload::find(app, owner, id).await.unwrap().unwrap();
        assert_eq!(upload.report.failure, None);
        if upload.state == state {
            return upload;
        }
        tokio::task::yield_now().await;
    }
}
