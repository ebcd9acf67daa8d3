//! The server below an address of its host: `https://home.example/mefeed/`.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use ingest_server::accounts;
use shared::samples;

use crate::{
    databases::{self, on_both},
    harness::{Answer, Server, run_of, settings},
};

on_both![
    every_address_on_a_page_lies_below_the_sub_path_and_leads_somewhere,
    programs_reach_the_server_whether_the_proxy_takes_the_sub_path_off_or_not,
];

async fn start(database: String) -> Server {
    let mut settings = settings(database);
    settings.public_url = "https://home.example/mefeed/".parse().unwrap();
    Server::with(settings).await
}

async fn page(server: &Server, address: &str, cookie: &str) -> Answer {
    let request = Request::get(address).header(header::COOKIE, cookie);
    server.ask(request.body(Body::empty()).unwrap()).await
}

/// Addresses of links, files and forms that stay on this host.
fn addresses(page: &str) -> Vec<&str> {
    let begins = ["href=\"", "src=\"", "action=\""];
    let found = begins.iter().flat_map(|begin| page.split(begin).skip(1));
    found.filter_map(|rest| rest.split('"').next()).filter(|one| one.starts_with('/')).collect()
}

async fn every_address_on_a_page_lies_below_the_sub_path_and_leads_somewhere(database: String) {
    let server = start(database).await;
    let items: Vec<_> = samples::items(70);
    server.import(&run_of(&items)).await.ok();

    let to_sign_in = page(&server, "/mefeed/", "").await;
    assert_eq!(to_sign_in.header("location"), "/mefeed/sign-in");
    let link = accounts::one_time_link(&server.app, server.account.id).await.unwrap();
    let secret = link.strip_prefix("https://home.example/mefeed/sign-in#").unwrap();
    let form = Request::post("/mefeed/sign-in/link")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("secret={secret}")));
    let signed_in = server.ask(form.unwrap()).await;
    assert_eq!(signed_in.header("location"), "/mefeed/");
    let cookie = signed_in.header("set-cookie").to_owned();
    assert!(cookie.contains("Path=/mefeed") && cookie.contains("Secure"), "{cookie}");
    // Another server at the host's root has its own, which the browser sends, too.
    let cookie = cookie.split(';').next().unwrap();
    let cookie = &format!("{cookie}; mefeed_session=AAAAAAAAAAAAAAAAAAAAAA");

    for (address, status) in [
        ("/mefeed", StatusCode::OK),
        ("/mefeed/?view=list&q=harbour", StatusCode::OK),
        ("/mefeed/sign-in", StatusCode::OK),
        ("/mefeed/nowhere", StatusCode::NOT_FOUND),
        ("/mefeedlike/sign-in", StatusCode::NOT_FOUND),
    ] {
        let shown = page(&server, address, cookie).await;
        assert_eq!(shown.status, status, "{address}");
        let found = addresses(&shown.text);
        assert!(found.len() >= 4, "{address}: {found:?}");
        for one in found {
            assert!(one.starts_with("/mefeed/"), "{address} leads to {one}");
            let there = page(&server, &one.replace("&amp;", "&"), cookie).await.status;
            let is_form = there == StatusCode::METHOD_NOT_ALLOWED;
            assert!(there == StatusCode::OK || is_form, "{one} on {address}: {there}");
        }
    }
}

async fn programs_reach_the_server_whether_the_proxy_takes_the_sub_path_off_or_not(
    database: String,
) {
    let server = start(database).await;
    for base in ["/mefeed", ""] {
        assert_eq!(server.get(&format!("{base}/healthz")).await.status, StatusCode::OK);
        server.get(&format!("{base}/api/library?limit=1")).await.ok();
        server.get(&format!("{base}/api/nothing")).await.problem(404, "not_found");
        let asked = server
            .request(Method::OPTIONS, &format!("{base}/api/version"))
            .header(header::ORIGIN, "moz-extension://5f0c1d2e")
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "GET");
        let preflight = server.ask(asked.body(Body::empty()).unwrap()).await;
        let allowed = preflight.header("access-control-allow-origin");
        assert_eq!(allowed, "moz-extension://5f0c1d2e", "{base}");
    }
}
