//! A person who signs in on Amazon's own page.

use std::sync::Once;

use audible_sim::Sim;
use reqwest::{Certificate, Client, Proxy, header, redirect};

/// What they type in.
pub(super) const EMAIL: &str = "rea.der@home.example";
pub(super) const PASSWORD: &str = "korrekt-Pferd-Batterie";

fn browser(sim: &Sim) -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Another test's client may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
    let certificate = Certificate::from_pem(sim.certificate_pem().as_bytes()).unwrap();
    Client::builder()
        .proxy(Proxy::all(format!("http://{}", sim.proxy())).unwrap())
        .tls_certs_only([certificate])
        .redirect(redirect::Policy::none())
        .build()
        .unwrap()
}

/// Opens the address, fills in the form, and gives the address on which that ends.
pub(super) async fn signs_in(sim: &Sim, authorize_url: &str) -> String {
    let browser = browser(sim);
    let form = browser.get(authorize_url).send().await.unwrap();
    assert_eq!(form.status(), 200);
    let cookie = form.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let html = form.text().await.unwrap();
    let value = |name: &str| {
        let rest = html.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
        rest.split_once('"').unwrap().0.to_owned()
    };
    let action = html.split_once("action=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let id = value("workflowState");
    let fields = [("workflowState", id.as_str()), ("email", EMAIL), ("password", PASSWORD)];
    let landed =
        browser.post(action).header(header::COOKIE, cookie).form(&fields).send().await.unwrap();
    assert_eq!(landed.status(), 302);
    landed.headers()[header::LOCATION].to_str().unwrap().to_owned()
}
