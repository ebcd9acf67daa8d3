//! The pages on the ways to a connection, each with one thing to do.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use shared::ids::Marketplace;

use super::{Visit, words};
use crate::{
    audible::ConnectionError,
    http::{
        error::Failure,
        pages::{
            frame::{Frame, Here},
            imports::shop,
            notice::Notice,
        },
    },
    locale::Locale,
};

/// What the person does next.
pub(super) enum Step {
    /// Sign in at Amazon, and paste the address on which it ends.
    Paste {
        /// Goes with the address.
        state: String,
        /// Where to sign in.
        authorize_url: String,
    },
    /// Enter e-mail address and password.
    Password {
        /// What was entered before.
        email: String,
    },
    /// Enter the code of the second factor.
    Code {
        /// Goes with the code.
        state: String,
    },
    /// Bring the file of another program.
    File,
}

/// `templates/audible-step.html`
#[derive(Template)]
#[template(path = "audible-step.html")]
struct StepPage<'a> {
    locale: Locale,
    base: &'a str,
    frame: Frame,
    notice: Option<Notice>,
    code: &'static str,
    site: String,
    title: String,
    shops: Vec<(&'static str, String)>,
    step: Step,
}

impl Visit {
    /// The page of a step.
    pub(super) fn step(&self, step: Step, marketplace: Marketplace) -> Result<Response, Failure> {
        self.drawn(step, marketplace, None)
    }

    /// The same once more, with why it did not go on.
    pub(super) fn step_again(
        &self,
        step: Step,
        marketplace: Marketplace,
        error: ConnectionError,
    ) -> Result<Response, Failure> {
        let error = words::of_a_person(error)?;
        let notice = words::notice(self.locale, &error);
        Ok(error.marked(self.drawn(step, marketplace, Some(notice))?))
    }

    /// The same once more, with what is wrong with the form.
    pub(super) fn step_wrong(
        &self,
        step: Step,
        marketplace: Marketplace,
        text: &str,
    ) -> Result<Response, Failure> {
        let notice = Notice::danger(self.locale.text(text).to_owned());
        let answer = self.drawn(step, marketplace, Some(notice))?;
        Ok(ConnectionError::Request("what the page says").marked(answer))
    }

    fn drawn(
        &self,
        step: Step,
        marketplace: Marketplace,
        notice: Option<Notice>,
    ) -> Result<Response, Failure> {
        let (locale, code) = (self.locale, marketplace.code());
        let (shop_name, site) = (shop(code), format!("amazon.{}", marketplace.tld()));
        let title = match &step {
            Step::Paste { .. } => locale.filled("audible.step.title", &[("shop", &shop_name)]),
            Step::Password { .. } => locale.filled("audible.password.title", &[("site", &site)]),
            Step::Code { .. } => locale.text("audible.code.title").to_owned(),
            Step::File => locale.text("audible.file.title").to_owned(),
        };
        let page = StepPage {
            locale,
            base: self.app.settings().base_path(),
            frame: Frame::new(locale, Here::Settings, &self.account),
            notice,
            code,
            site,
            title,
            shops: super::super::files::shops(),
            step,
        };
        Ok(Html(page.render()?).into_response())
    }
}

impl StepPage<'_> {
    fn with_site(&self, name: &str) -> String {
        self.locale.filled(name, &[("site", &self.site)])
    }

    /// There the way by a pasted address is said to be closed.
    fn leads_on(&self) -> bool {
        self.code == Marketplace::Br.code()
    }
}
