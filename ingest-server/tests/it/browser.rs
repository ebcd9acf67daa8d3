//! A browser that keeps its cookie, for tests of pages.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode, header, request::Builder},
};
use ingest_server::accounts;
use uuid::Uuid;

use crate::harness::{Answer, Server};

pub(crate) struct Browser<'a> {
    pub(crate) server: &'a Server,
    pub(crate) cookie: String,
    pub(crate) address: SocketAddr,
    pub(crate) agent: &'static str,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        let address = "192.168.1.7:5000".parse().unwrap();
        Self { server, cookie: String::new(), address, agent: "X11; Linux Firefox/140.0" }
    }

    /// Signs in by a one-time link.
    pub(crate) async fn signed_in(server: &'a Server, account: Uuid) -> Self {
        let link = accounts::one_time_link(&server.app, account).await.unwrap();
        let mut browser = Self::new(server);
        let answer = browser.follow(&link).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        browser
    }

    /// Opens a link that signs in.
    pub(crate) async fn follow(&mut self, link: &str) -> Answer {
        let secret = link.split_once('#').unwrap().1;
        self.submit("/sign-in/link", &format!("secret={secret}")).await
    }

    pub(crate) async fn get(&self, address: &str) -> Answer {
        let request = self.with(Request::get(address));
        self.server.ask(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, address: &str, form: &str) -> Answer {
        let request = self.form(Request::post(address));
        self.server.ask(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// Posts and keeps the cookie that comes back.
    pub(crate) async fn submit(&mut self, address: &str, form: &str) -> Answer {
        let answer = self.post(address, form).await;
        let cookie = answer.header("set-cookie");
        if !cookie.is_empty() {
            cookie.split(';').next().unwrap().clone_into(&mut self.cookie);
        }
        answer
    }

    pub(crate) async fn ask(&self, method: Method, address: &str) -> Answer {
        let request = self.form(Request::builder().method(method).uri(address));
        self.server.ask(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn is_signed_in(&self) -> bool {
        self.get("/settings").await.status == StatusCode::OK
    }

    fn with(&self, request: Builder) -> Builder {
        request
            .header(header::COOKIE, &self.cookie)
            .header(header::USER_AGENT, self.agent)
            .extension(ConnectInfo(self.address))
    }

    fn form(&self, request: Builder) -> Builder {
        self.with(request).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    }
}
