//! Starts the simulator: makes its certificate, opens both listeners, stops when dropped.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::control::Control;
use crate::marketplace::{self, Marketplace};
use crate::words::Language;
use crate::{proxy, server};

/// What to show and where to listen.
#[derive(Debug, Clone)]
pub struct Config {
    /// Titles in the library.
    pub titles: usize,
    /// Same seed, same titles.
    pub seed: u64,
    /// Words that differ from the usual ones, by marketplace code or domain ending.
    pub languages: BTreeMap<String, Language>,
    /// Address of the TLS listener; port 0 takes a free one.
    pub https: SocketAddr,
    /// Address of the proxy; port 0 takes a free one.
    pub proxy: SocketAddr,
}

impl Default for Config {
    fn default() -> Config {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Config { titles: 245, seed: 1, languages: BTreeMap::new(), https: any, proxy: any }
    }
}

/// Names a file to which every simulator adds, at its end, what must stand in no log, one a line: secrets
/// that it gave out or was told, and titles.
const SECRETS_FILE: &str = "AUDIBLE_SIM_SECRETS";

/// So many of the titles.
const MOST_TITLES: usize = 100;

/// A running simulator. Dropping it closes both listeners and every connection.
#[derive(Debug)]
pub struct Sim {
    https: SocketAddr,
    proxy: SocketAddr,
    certificate_pem: String,
    authority_key: Vec<u8>,
    control: Control,
    tasks: JoinSet<()>,
}

impl Sim {
    /// Starts both listeners; they answer as soon as this returns.
    ///
    /// # Errors
    ///
    /// An unknown marketplace in `languages`, or an address that cannot be bound.
    pub async fn start(config: Config) -> anyhow::Result<Sim> {
        let control = Control::new(config.seed, config.titles);
        for (name, language) in &config.languages {
            if Marketplace::find(name).is_none() {
                bail!("unknown marketplace {name:?}");
            }
            control.set_language(name, *language);
        }
        let identity = Identity::new().context("making the certificate")?;
        let certificate_pem = identity.authority_pem.clone();
        let authority_key = identity.authority_key.clone();
        let tls = TlsAcceptor::from(Arc::new(identity.tls()?));
        let (https_listener, https) = bind(config.https).await?;
        let (proxy_listener, proxy) = bind(config.proxy).await?;
        let mut tasks = JoinSet::new();
        tasks.spawn(server::serve(https_listener, tls, control.clone()));
        tasks.spawn(proxy::serve(proxy_listener, https, control.clone()));
        Ok(Sim { https, proxy, certificate_pem, authority_key, control, tasks })
    }

    /// Address of the TLS listener.
    pub fn https(&self) -> SocketAddr {
        self.https
    }

    /// Address of the proxy, which tunnels the simulated hosts and refuses all others.
    pub fn proxy(&self) -> SocketAddr {
        self.proxy
    }

    /// Certificate of the authority that signed the listener's own; trust this one.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The authority's public key as DER (SubjectPublicKeyInfo), for browsers that trust keys.
    pub fn authority_key(&self) -> &[u8] {
        &self.authority_key
    }

    /// Every host name that is served.
    pub fn hosts() -> Vec<String> {
        marketplace::hosts()
    }

    /// The handle to steer it.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Stops and waits until both ports are free again.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        if let Some(file) = std::env::var_os(SECRETS_FILE) {
            let library = self.control.library();
            let titles = library.titles().iter().take(MOST_TITLES).map(|title| title.title.clone());
            let all: Vec<String> = self.control.secrets().into_iter().chain(titles).collect();
            let opened = OpenOptions::new().append(true).create(true).open(file);
            // Whoever looks for secrets and finds none in the file notices.
            let _ = opened
                .and_then(|mut file| file.write_all(format!("{}\n", all.join("\n")).as_bytes()));
        }
    }
}

async fn bind(address: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener =
        TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))?;
    let bound = listener.local_addr().context("asking for the own address")?;
    Ok((listener, bound))
}

/// An authority made for this run and the certificate that it signed for every host.
struct Identity {
    authority_pem: String,
    authority_key: Vec<u8>,
    chain: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: KeyPair,
}

impl Identity {
    fn new() -> anyhow::Result<Identity> {
        let authority_key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "Audible simulator authority");
        let authority = params.self_signed(&authority_key)?;
        let public_key = authority_key.subject_public_key_info();
        let issuer = Issuer::new(params, authority_key);

        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(marketplace::hosts())?;
        params.distinguished_name.push(DnType::CommonName, "Audible simulator");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &issuer)?;
        let chain = vec![certificate.der().clone(), authority.der().clone()];
        Ok(Identity { authority_pem: authority.pem(), authority_key: public_key, chain, key })
    }

    fn tls(self) -> anyhow::Result<ServerConfig> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(self.chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}
