//! The person's server as a destination.

use std::{fs::File, io::Read as _, net::IpAddr, path::Path, time::Duration};

use anyhow::{Context as _, Result, bail};
use reqwest::{
    Body, Client,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
    redirect,
};
use serde_json::Value;
use shared::ids::Marketplace;
use url::{Host, Url};

/// Where a server takes Audible's own JSON.
const PATH: &str = "/api/import/audible-json";

/// Holds the token where no file is named.
const TOKEN: &str = "MEFEED_TOKEN";

/// Longest token file.
const LONGEST_TOKEN: u64 = 4 * 1024;

/// Longest answer.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// For the whole library; the server stores it before it answers.
const TIME_OUT: Duration = Duration::from_secs(1_800);

/// A server and the token for it.
pub(crate) struct Server {
    url: Url,
    token: String,
    http: Client,
}

impl Server {
    /// Checks what can be checked before anybody signs in.
    pub(crate) fn new(url: &Url, token_file: Option<&Path>) -> Result<Self> {
        if !is_private(url) {
            bail!("a token goes to https addresses or to this machine only");
        }
        let mut url = url.clone();
        url.set_path(&format!("{}{PATH}", url.path().trim_end_matches('/')));
        let http = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(TIME_OUT)
            .build()
            .context("preparing the way to the server")?;
        Ok(Self { url, token: token(token_file)?, http })
    }

    /// Sends the library; the answer is a sentence for the person.
    pub(crate) async fn send(&self, library: File, marketplace: Marketplace) -> Result<String> {
        let length = library.metadata().context("reading the library back")?.len();
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("marketplace", marketplace.code());
        let body = Body::from(tokio::fs::File::from_std(library));
        let request = self.http.post(url).bearer_auth(&self.token).body(body);
        let request =
            request.header(CONTENT_TYPE, "application/json").header(CONTENT_LENGTH, length);
        let answer = request.send().await.map_err(reqwest::Error::without_url);
        let mut answer = answer.context("the server cannot be reached")?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LONGEST_ANSWER {
                bail!("the server's answer is too long");
            }
        }
        let told: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if !status.is_success() {
            let why = told["detail"].as_str().or(told["title"].as_str()).unwrap_or_default();
            bail!("the server refuses the library with status {}: {why}", status.as_u16());
        }
        if told["imported"].is_null() {
            bail!("the server answered with something else than a receipt");
        }
        Ok(format!(
            "Your server has the library: {} new titles, {} changed, {} as they were, {} rejected.",
            told["imported"], told["updated"], told["unchanged"], told["rejected"]
        ))
    }
}

/// Whether nobody on the way can read what is sent there.
fn is_private(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

fn token(file: Option<&Path>) -> Result<String> {
    let text = match file {
        Some(path) => {
            let named = || format!("reading {}", path.display());
            let mut text = String::new();
            let file = File::open(path).with_context(named)?;
            file.take(LONGEST_TOKEN).read_to_string(&mut text).with_context(named)?;
            text
        }
        None => std::env::var(TOKEN).unwrap_or_default(),
    };
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        bail!("the server's token is missing; put it into {TOKEN} or a --token-file");
    }
    Ok(token.to_owned())
}
