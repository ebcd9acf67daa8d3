//! A proxy that tunnels the simulated hosts and nothing else, so that a browser behind it is alone.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::control::Control;
use crate::marketplace::Host;

/// Largest head of a request.
const MOST_HEAD: usize = 16 * 1024;

const TUNNEL: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";
const REFUSED: &[u8] = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const BROKEN: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const UNREACHABLE: &[u8] =
    b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Serves until the task is aborted; every tunnel ends with it.
pub(crate) async fn serve(listener: TcpListener, https: SocketAddr, control: Control) {
    let mut tunnels = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let control = control.clone();
                tunnels.spawn(async move {
                    // A client that hangs up is no error.
                    let _ = tunnel(stream, https, &control).await;
                });
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        while tunnels.try_join_next().is_some() {}
    }
}

async fn tunnel(mut client: TcpStream, https: SocketAddr, control: &Control) -> io::Result<()> {
    let Some(line) = first_line(&mut client).await? else {
        return close(client, BROKEN).await;
    };
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let known = target.strip_suffix(":443").and_then(Host::parse).is_some();
    if method != "CONNECT" || !known {
        control.note_refused(target.to_owned());
        return close(client, REFUSED).await;
    }
    let Ok(mut server) = TcpStream::connect(https).await else {
        return close(client, UNREACHABLE).await;
    };
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    client.write_all(TUNNEL).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

async fn close(mut client: TcpStream, answer: &[u8]) -> io::Result<()> {
    client.write_all(answer).await?;
    client.shutdown().await
}

/// Reads up to the empty line and keeps the first line. A client waits for the answer before it
/// sends more, so nothing behind the empty line can be lost.
async fn first_line(client: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= MOST_HEAD || client.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    let text = String::from_utf8_lossy(&head);
    Ok(text.lines().next().map(str::to_owned))
}
