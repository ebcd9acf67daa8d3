//! Broken ways to a server: small listeners on loopback, each wrong in its own way.

use std::sync::Arc;

use anyhow::Result;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// A listener that ends when it is dropped.
pub struct Broken {
    host: String,
    task: JoinHandle<()>,
}

impl Drop for Broken {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Broken {
    /// Listens on loopback; `answers` gives the whole answer to a path.
    pub async fn start(answers: impl Fn(&str) -> String + Send + Sync + 'static) -> Result<Self> {
        Self::listen(None, answers).await
    }

    /// The same, speaking TLS.
    pub async fn encrypted(
        tls: TlsAcceptor,
        answers: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Result<Self> {
        Self::listen(Some(tls), answers).await
    }

    async fn listen(
        tls: Option<TlsAcceptor>,
        answers: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let host = listener.local_addr()?.to_string();
        let answers = Arc::new(answers);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answers, tls) = (Arc::clone(&answers), tls.clone());
                tokio::spawn(async move {
                    // A browser that hangs up, or does not like what it hears, is no error here.
                    let _ = match tls {
                        None => converse(stream, &*answers).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => converse(stream, &*answers).await,
                            Err(_) => Ok(()),
                        },
                    };
                });
            }
        });
        Ok(Self { host, task })
    }

    /// Address without trailing slash.
    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.host)
    }
}

/// Host and port at which nobody listens.
pub async fn closed_port() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    Ok(listener.local_addr()?.to_string())
}

/// An answer that every origin may read; `headers` end with a line break.
pub fn answer(status: &str, headers: &str, body: &str) -> String {
    unreadable(status, &format!("{headers}access-control-allow-origin: *\r\n"), body)
}

/// The same without the header that lets extensions read it.
pub fn unreadable(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n{body}"
    )
}

/// What Me Feed says about itself, with this wire version.
pub fn me_feed(wire_version: u32) -> String {
    let version = serde_json::json!({
        "product": "me-feed", "version": "7.7.7", "wire_versions": [wire_version],
        "server_time": "2026-11-23T12:00:00Z",
    });
    version.to_string()
}

/// One request and its answer.
async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answers: &impl Fn(&str) -> String,
) -> Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let ended = stream.read_buf(&mut head).await? == 0;
        // Like every web server: what is no HTTP, as a greeting in TLS, is hung up on.
        if ended || head.len() > 16_384 || !head[0].is_ascii_uppercase() {
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default();
    stream.write_all(answers(path).as_bytes()).await?;
    Ok(stream.shutdown().await?)
}
