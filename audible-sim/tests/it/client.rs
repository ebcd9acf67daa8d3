//! A browser-like client behind the simulator's proxy: cookies by hand, redirects not followed.

use std::collections::BTreeMap;

use audible_sim::{Config, Sim};
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Certificate, Client, Method, Proxy, RequestBuilder, Response, redirect};

pub(crate) struct Browser {
    http: Client,
    /// Cookies of the web site, name to value.
    pub(crate) cookies: BTreeMap<String, String>,
}

pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) cookie_lines: Vec<String>,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

pub(crate) async fn start(titles: usize) -> (Sim, Browser) {
    let sim = Sim::start(Config { titles, ..Config::default() }).await.unwrap();
    let browser = Browser::new(&sim);
    (sim, browser)
}

pub(crate) async fn start_signed_in(titles: usize) -> (Sim, Browser) {
    let (sim, mut browser) = start(titles).await;
    browser.sign_in("com").await;
    (sim, browser)
}

impl Browser {
    pub(crate) fn new(sim: &Sim) -> Browser {
        // Every test asks for it; the first one wins.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = Client::builder()
            .proxy(Proxy::all(format!("http://{}", sim.proxy())).unwrap())
            .tls_certs_only([Certificate::from_pem(sim.certificate_pem().as_bytes()).unwrap()])
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        Browser { http, cookies: BTreeMap::new() }
    }

    pub(crate) fn request(&self, url: &str) -> RequestBuilder {
        self.ask(Method::GET, url)
    }

    fn ask(&self, method: Method, url: &str) -> RequestBuilder {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        self.http.request(method, url).header(COOKIE, pairs.collect::<Vec<_>>().join("; "))
    }

    /// A form, as a browser sends it.
    pub(crate) async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Page {
        Page::read(self.ask(Method::POST, url).form(fields).send().await.unwrap()).await
    }

    /// Anything at all.
    pub(crate) async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, String)],
        body: String,
    ) -> Page {
        let mut request = self.ask(method.parse().unwrap(), url).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        Page::read(request.send().await.unwrap()).await
    }

    pub(crate) fn keep_cookies(&mut self, page: &Page) {
        for line in &page.cookie_lines {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    pub(crate) async fn get(&self, url: &str) -> Page {
        Page::read(self.request(url).send().await.unwrap()).await
    }

    /// A library page of the United States.
    pub(crate) async fn library(&self, query: &str) -> Page {
        self.get(&format!("https://www.audible.com/library/titles{query}")).await
    }

    /// The whole way: library, sign-in form, ticket, cookies. The answer is the last redirect.
    pub(crate) async fn sign_in(&mut self, tld: &str) -> Page {
        let first = self.get(&format!("https://www.audible.{tld}/library/titles?page=2")).await;
        assert_eq!(first.status, 302);
        let form = self.get(&first.location).await;
        assert!(form.text.contains("name=\"signIn\""));
        let start = "name=\"openid.return_to\" value=\"";
        let return_to = form.text.split_once(start).unwrap().1.split_once('"').unwrap().0;
        let fields = [("openid.return_to", return_to), ("email", "a@b.example"), ("password", "x")];
        let hop = self.post(&format!("https://www.amazon.{tld}/ap/signin"), &fields).await;
        let arrived = self.get(&hop.location).await;
        self.keep_cookies(&arrived);
        arrived
    }
}

impl Page {
    pub(crate) async fn read(response: Response) -> Page {
        let header = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let lines = response.headers().get_all(SET_COOKIE).iter();
        Page {
            status: response.status().as_u16(),
            location: header(LOCATION.as_str()).unwrap_or_default(),
            cookie_lines: lines.map(|line| line.to_str().unwrap().to_owned()).collect(),
            content_type: header("content-type").unwrap_or_default(),
            retry_after: header("retry-after"),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    /// The text of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// ASINs of the rows, from top to bottom.
    pub(crate) fn asins(&self) -> Vec<String> {
        asins(&self.text)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

pub(crate) fn asins(html: &str) -> Vec<String> {
    let rows = html.split("id=\"adbl-library-content-row-").skip(1);
    rows.map(|row| row.split_once('"').unwrap().0.to_owned()).collect()
}
