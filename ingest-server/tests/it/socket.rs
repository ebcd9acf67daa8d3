//! Over a real socket: stopping, and an answer to a body that is refused.

use std::time::Duration;

use ingest_server::serve;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::harness::{IMPORT, Server};

#[tokio::test]
async fn a_refused_body_gets_its_answer_and_the_server_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    let server = Server::start(format!("sqlite://{}", file.display())).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, told) = oneshot::channel::<()>();
    let running = tokio::spawn(serve(listener, server.app.clone(), async move {
        told.await.unwrap();
    }));

    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = 9 * 1024 * 1024;
    let head = format!(
        "POST {IMPORT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Authorization: Bearer {}\r\nContent-Length: {length}\r\n\r\n",
        server.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; length]).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("body_too_large"), "{answer}");

    stop.send(()).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), running).await;
    ended.expect("the server stops").unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
