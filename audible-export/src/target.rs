//! Where the library goes: a file that is complete or not there, the standard output, or a server.

use std::{
    io::{self, BufWriter, Seek, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::NamedTempFile;
use url::{Host, Url};

use crate::{arguments::Arguments, say};

/// The variable with the token of the server.
const TOKEN: &str = "MEFEED_TOKEN";

/// What is done with the library once it is complete.
pub(crate) enum Target {
    /// Becomes this file.
    File(PathBuf),
    /// Is printed.
    Output,
    /// Is sent to this address with this token.
    Server(Url, String),
}

impl Target {
    /// Looks at everything that could fail before anybody signs in.
    pub(crate) fn new(arguments: &Arguments) -> Result<Self> {
        if let Some(server) = &arguments.upload {
            ensure!(
                arguments.allow_http || is_closed(server),
                "the library and the token would go to {} over an open line; use https, or say \
                 --allow-http",
                server.host_str().unwrap_or_default()
            );
            return Ok(Self::Server(door(server)?, token(arguments.token_file.as_deref())?));
        }
        let path = arguments.output.clone();
        if path.as_os_str() == "-" {
            return Ok(Self::Output);
        }
        ensure!(!path.exists(), "{} is there already; name another file", path.display());
        Ok(Self::File(path))
    }

    /// A file without a name of its own, in the folder where it may stay, that only its owner can read.
    pub(crate) fn draft(&self) -> Result<Draft> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".audible-export-");
        let file = match self {
            Self::File(path) => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                builder.tempfile_in(folder.unwrap_or(Path::new(".")))
            }
            Self::Output | Self::Server(..) => builder.tempfile(),
        };
        Draft::new(file.context("cannot make a file for the library")?)
    }

    /// Puts the complete library where it goes.
    pub(crate) async fn take(self, draft: Draft) -> Result<()> {
        let mut file = draft.finished()?;
        match self {
            Self::File(path) => {
                file.persist_noclobber(&path)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                say::line(&format!("The library is in {}", path.display()));
            }
            Self::Output => {
                file.rewind()?;
                let mut out = io::stdout().lock();
                io::copy(&mut file, &mut out).context("cannot print the library")?;
                out.flush()?;
            }
            Self::Server(address, token) => send(address, &token, file).await?,
        }
        Ok(())
    }
}

/// A library that is being written, in the form of Audible's own JSON.
pub(crate) struct Draft {
    out: BufWriter<NamedTempFile>,
    first: bool,
}

impl Draft {
    fn new(file: NamedTempFile) -> Result<Self> {
        let mut out = BufWriter::new(file);
        out.write_all(b"{\"items\":[").context("cannot write the library")?;
        Ok(Self { out, first: true })
    }

    /// Adds a title as Audible sent it.
    pub(crate) fn add(&mut self, item: &Value) -> Result<()> {
        let between: &[u8] = if self.first { b"\n" } else { b",\n" };
        self.first = false;
        self.out.write_all(between).context("cannot write the library")?;
        serde_json::to_writer(&mut self.out, item).context("cannot write the library")
    }

    fn finished(mut self) -> Result<NamedTempFile> {
        self.out.write_all(b"\n]}\n").context("cannot write the library")?;
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all().context("cannot write the library")?;
        Ok(file)
    }
}

/// Nobody reads along: by TLS, or on the same machine.
fn is_closed(server: &Url) -> bool {
    let here = match server.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    server.scheme() == "https" || (server.scheme() == "http" && here)
}

/// Where a server takes Audible's own JSON; the server may live below a path.
fn door(server: &Url) -> Result<Url> {
    ensure!(matches!(server.scheme(), "http" | "https"), "a server's address begins with https://");
    let mut door = server.clone();
    door.set_query(None);
    door.set_fragment(None);
    let path = format!("{}/api/import/audible-json", server.path().trim_end_matches('/'));
    door.set_path(&path);
    Ok(door)
}

fn token(file: Option<&Path>) -> Result<String> {
    let text = match file {
        Some(file) => std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?,
        None => std::env::var(TOKEN).unwrap_or_default(),
    };
    let token = text.trim().to_owned();
    if token.is_empty() {
        bail!("there is no token: set {TOKEN}, or name a file with --token-file");
    }
    Ok(token)
}

async fn send(address: Url, token: &str, mut file: NamedTempFile) -> Result<()> {
    file.rewind()?;
    let length = file.as_file().metadata()?.len();
    let marker = address.host_str().unwrap_or_default().to_owned();
    let body = reqwest::Body::from(tokio::fs::File::from_std(file.reopen()?));
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = client
        .post(address)
        .bearer_auth(token)
        .header("content-type", "application/json")
        .header("content-length", length)
        .body(body)
        .send()
        .await
        .map_err(reqwest::Error::without_url)
        .with_context(|| format!("cannot reach {marker}"))?;
    let status = answer.status();
    let text = answer.text().await.map_err(reqwest::Error::without_url)?;
    let told: Value = serde_json::from_str(&text).unwrap_or_default();
    if !status.is_success() {
        let why = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
        bail!("{marker} answers {status}: {}. {}", why("title"), why("detail"));
    }
    let count = |name: &str| told.get(name).and_then(Value::as_u64).unwrap_or_default();
    say::line(&format!(
        "{marker} has taken the library: {} new, {} changed, {} unchanged, {} not taken",
        count("imported"),
        count("updated"),
        count("unchanged"),
        count("rejected")
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_over_closed_lines() {
        for (address, closed) in [
            ("https://home.example/mefeed", true),
            ("http://127.0.0.1:8787", true),
            ("http://[::1]:8787/", true),
            ("http://localhost:8787", true),
            ("http://192.168.1.5:8787", false),
            ("http://localhost.example", false),
            ("ftp://127.0.0.1", false),
        ] {
            assert_eq!(is_closed(&address.parse().unwrap()), closed, "{address}");
        }
    }

    #[test]
    fn the_door_lies_below_the_path_of_the_server() {
        for (address, door_of) in [
            ("https://home.example", "https://home.example/api/import/audible-json"),
            (
                "https://home.example/mefeed/?x=1#y",
                "https://home.example/mefeed/api/import/audible-json",
            ),
        ] {
            assert_eq!(door(&address.parse().unwrap()).unwrap().as_str(), door_of);
        }
        assert!(door(&"ftp://home.example".parse().unwrap()).is_err());
    }
}
