//! Troubles on command, the proxy's refusals and the record of requests.

use std::time::Duration;

use audible_sim::{Fault, Row, Times};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::client::{start, start_signed_in};

#[tokio::test]
async fn each_block_has_its_status_and_marks_and_is_gone_after_healing() {
    let (sim, browser) = start_signed_in(3).await;
    let blocks = [
        (Fault::Captcha, 200, "id=\"captchacharacters\""),
        (Fault::Whoops, 200, "Whoops. We're not sure what happened"),
        (Fault::TooMany { retry_after_s: None }, 429, "Too many"),
        (Fault::Unavailable, 503, "Temporarily Unavailable"),
    ];
    for (fault, status, mark) in blocks {
        sim.control().fail(fault, Times::Always);
        for _ in 0..2 {
            let page = browser.library("").await;
            assert_eq!(page.status, status);
            assert!(page.text.contains(mark), "{mark}");
            assert!(page.asins().is_empty());
        }
        sim.control().heal();
        assert_eq!(browser.library("").await.asins().len(), 3);
    }
}

#[tokio::test]
async fn a_throttled_answer_says_when_to_come_back_and_ends_after_its_count() {
    let (sim, browser) = start_signed_in(3).await;
    sim.control().fail(Fault::TooMany { retry_after_s: Some(7) }, Times::Next(1));
    let first = browser.library("").await;
    assert_eq!((first.status, first.retry_after.as_deref()), (429, Some("7")));
    assert_eq!(browser.library("").await.status, 200);
}

#[tokio::test]
async fn a_cut_page_announces_more_than_it_brings() {
    let (sim, browser) = start_signed_in(20).await;
    sim.control().fail(Fault::Cut, Times::Next(1));
    let url = "https://www.audible.com/library/titles";
    let mut response = browser.request(url).send().await.unwrap();
    let announced = response.content_length().unwrap();
    let mut arrived = 0;
    let broken = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => arrived += u64::try_from(chunk.len()).unwrap(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken && arrived > 0 && arrived < announced);
    assert_eq!(browser.library("").await.asins().len(), 20);
}

#[tokio::test]
async fn a_slow_page_is_whole_and_counts_as_open_while_it_is_awaited() {
    let (sim, browser) = start_signed_in(3).await;
    sim.control().forget_requests();
    sim.control().fail(Fault::Slow(Duration::from_millis(300)), Times::Next(3));
    let (one, two, three) =
        tokio::join!(browser.library(""), browser.library(""), browser.library(""));
    assert!([one, two, three].iter().all(|page| page.asins().len() == 3));
    assert_eq!(sim.control().peak_in_flight(), 3);
    assert!(sim.control().requests().iter().all(|request| request.status == Some(200)));
}

#[tokio::test]
async fn one_malformed_row_leaves_the_others_alone() {
    let (sim, browser) = start_signed_in(45).await;
    let whole = browser.library("?page=2").await.asins();
    let victim = sim.control().truth("us")[27].asin.clone();
    sim.control().fail(Fault::MalformedRow(Row::Asin(victim.clone())), Times::Next(1));
    assert!(browser.library("").await.asins().iter().all(|asin| !asin.is_empty()));
    let page = browser.library("?page=2").await;
    let mut expected = whole.clone();
    expected[7] = String::new();
    assert_eq!(page.asins(), expected);
    assert!(!page.text.contains(&victim));
    assert_eq!(browser.library("?page=2").await.asins(), whole);
    sim.control().fail(Fault::MalformedRow(Row::Index(0)), Times::Always);
    assert_eq!(browser.library("").await.asins()[0], "");
}

#[tokio::test]
async fn a_redesign_keeps_the_person_signed_in_and_nothing_that_readers_know() {
    let (sim, browser) = start_signed_in(20).await;
    sim.control().fail(Fault::ChangedLayout, Times::Always);
    let page = browser.library("").await;
    assert!(page.text.contains("ui-it-barker-text"));
    for known in ["adbl-", "bc-size-headline3", "authorLabel", "time-remaining", "name=\"asin\""] {
        assert!(!page.text.contains(known), "{known}");
    }
}

#[tokio::test]
async fn catalog_faults_do_not_touch_the_library() {
    let (sim, browser) = start_signed_in(3).await;
    let url = "https://api.audible.com/1.0/catalog/products?asins=B000000000";
    sim.control().fail(Fault::CatalogDown, Times::Next(1));
    sim.control().fail(Fault::CatalogTooMany { retry_after_s: Some(3) }, Times::Next(1));
    sim.control().fail(Fault::CatalogCut, Times::Next(1));
    assert_eq!(browser.library("").await.status, 200);
    let down = browser.get(url).await;
    assert_eq!((down.status, down.content_type.starts_with("text/html")), (503, true));
    assert_eq!(browser.get(url).await.status, 429);
    assert!(browser.request(url).send().await.unwrap().text().await.is_err());
    assert_eq!(browser.get(url).await.status, 200);
}

#[tokio::test]
async fn requests_are_written_down_and_can_be_forgotten() {
    let (sim, browser) = start_signed_in(3).await;
    sim.control().forget_requests();
    browser.library("?page=1&pageSize=50").await;
    let requests = sim.control().requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!((request.method.as_str(), request.host.as_str()), ("GET", "www.audible.com"));
    assert_eq!(
        (request.path.as_str(), request.query.as_str()),
        ("/library/titles", "page=1&pageSize=50")
    );
    assert_eq!(request.in_flight, 1);
}

async fn ask_proxy(sim: &audible_sim::Sim, head: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(sim.proxy()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_proxy_reaches_nothing_but_the_simulated_hosts() {
    let (sim, _browser) = start(1).await;
    let heads = [
        "CONNECT www.example.org:443 HTTP/1.1\r\nHost: www.example.org:443\r\n\r\n",
        "CONNECT www.audible.com:80 HTTP/1.1\r\nHost: www.audible.com:80\r\n\r\n",
        "GET http://www.audible.com/ HTTP/1.1\r\nHost: www.audible.com\r\n\r\n",
    ];
    for head in heads {
        assert!(ask_proxy(&sim, head).await.starts_with("HTTP/1.1 403"), "{head}");
    }
    let refused = sim.control().refused();
    assert_eq!(refused, ["www.example.org:443", "www.audible.com:80", "http://www.audible.com/"]);
}

#[tokio::test]
async fn an_unknown_host_on_the_listener_is_misdirected() {
    let (_sim, browser) = start(1).await;
    let request = browser.request("https://www.audible.com/").header("host", "www.example.org");
    assert_eq!(request.send().await.unwrap().status().as_u16(), 421);
}

#[tokio::test]
async fn after_stopping_nobody_listens() {
    let (sim, _browser) = start(1).await;
    let (https, proxy) = (sim.https(), sim.proxy());
    sim.stop().await;
    assert!(tokio::net::TcpStream::connect(https).await.is_err());
    assert!(tokio::net::TcpStream::connect(proxy).await.is_err());
}
