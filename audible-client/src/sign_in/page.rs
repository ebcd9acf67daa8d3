//! Which page of Amazon's sign-in it is, and the form on it.

use scraper::{ElementRef, Html, Selector};
use serde::{Deserialize, Serialize};
use url::Url;

/// A script's report on the browser. We have nothing to report and do not invent it.
const BROWSER_REPORT: &str = "metadata1";

const ANTI_AUTOMATION: &str =
    "[name='cvf_aamation_response_token'], #cvf-aamation-challenge-form, #aacb-captcha-header";
const CAPTCHA: &str = "img[alt*='CAPTCHA' i], #auth-captcha-image, #auth-captcha-image-container, \
     form[action*='validateCaptcha'], input[name='cvf_captcha_input'], input[name='guess']";
const SECOND_FACTOR: &str = "#auth-mfa-form, #verification-code-form";
const CHOICE: &str = "#auth-select-device-form";
const MAILED_CODE: &str = "#cvf-page-content form";
const APPROVAL: &str = "#resend-approval-alert, #resend-approval-form";
const SIGN_IN: &str = "form[name='signIn']";
const COMPLAINT: &str =
    "#auth-error-message-box, #auth-warning-message-box, #ap_error_page_message";

/// A page as far as it matters.
pub(super) struct Page {
    pub(super) kind: Kind,
    /// Amazon complains about what was sent before.
    pub(super) complains: bool,
}

/// What a page asks for. Forms hold secrets, and so there is no `Debug`.
pub(super) enum Kind {
    /// E-mail address, password or both.
    SignIn {
        form: Form,
        email: bool,
        password: bool,
    },
    /// Which way a code shall be sent; the form has the answer in it.
    Choice(Form),
    /// A code; `field` takes it.
    Code {
        form: Form,
        field: &'static str,
    },
    Captcha,
    Approval,
    AntiAutomation,
    Unknown,
}

/// A form as a browser would send it: where to, and the fields that are filled already. A password may be
/// among them, and so there is no `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Form {
    pub(super) action: Url,
    pub(super) fields: Vec<(String, String)>,
}

impl Form {
    /// Sets a field, wherever it stood before.
    pub(super) fn fill(&mut self, name: &str, value: &str) {
        self.fields.retain(|(own, _)| own != name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }
}

/// Reads a page that was answered at an address.
pub(super) fn read(html: &str, at: &Url) -> Page {
    let html = Html::parse_document(html);
    Page { kind: kind(&html, at), complains: first(&html, COMPLAINT).is_some() }
}

fn kind(html: &Html, at: &Url) -> Kind {
    // A riddle can stand on a page together with the form that it guards, so riddles come first.
    if first(html, ANTI_AUTOMATION).is_some() {
        return Kind::AntiAutomation;
    }
    if first(html, CAPTCHA).is_some() {
        return Kind::Captcha;
    }
    if let Some(form) = first(html, SECOND_FACTOR) {
        return code(form, at, "otpCode");
    }
    if let Some(form) = first(html, CHOICE) {
        return choice(form, at).map_or(Kind::Unknown, Kind::Choice);
    }
    if first(html, APPROVAL).is_some() {
        return Kind::Approval;
    }
    if let Some(form) = first(html, MAILED_CODE).filter(|form| has(*form, "input[name='code']")) {
        return code(form, at, "code");
    }
    first(html, SIGN_IN).and_then(|element| sign_in(element, at)).unwrap_or(Kind::Unknown)
}

fn sign_in(element: ElementRef<'_>, at: &Url) -> Option<Kind> {
    let form = form(element, at)?;
    let one_by_one =
        |(name, value): &(String, String)| name == "subPageType" && value == "SignInClaimCollect";
    let first_of_two = form.fields.iter().any(one_by_one);
    let email = has(element, "input[name='email']:not([type='hidden'])");
    let password = has(element, "input[name='password'][type='password']") && !first_of_two;
    (email || password).then_some(Kind::SignIn { form, email, password })
}

fn code(element: ElementRef<'_>, at: &Url, field: &'static str) -> Kind {
    form(element, at).map_or(Kind::Unknown, |form| Kind::Code { form, field })
}

/// The way that is chosen already, else an app's code, else the first.
fn choice(element: ElementRef<'_>, at: &Url) -> Option<Form> {
    let mut form = form(element, at)?;
    let options = || all(element, "input[type='radio'][name][value]");
    let chosen = options()
        .find(|option| option.attr("checked").is_some())
        .or_else(|| options().find(|option| option.attr("value").is_some_and(is_app)))
        .or_else(|| options().next())?;
    form.fill(chosen.attr("name")?, chosen.attr("value")?);
    Some(form)
}

fn is_app(value: &str) -> bool {
    value.contains("TOTP")
}

/// Only a form that is posted: what is typed in must not become part of an address.
fn form(element: ElementRef<'_>, at: &Url) -> Option<Form> {
    if !element.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")) {
        return None;
    }
    let action = at.join(element.attr("action").unwrap_or_default().trim()).ok()?;
    let hidden = all(element, "input[type='hidden'][name]");
    let button = all(element, "input[type='submit'][name]").take(1);
    let fields = hidden.chain(button).filter_map(|input| {
        let name = input.attr("name").filter(|name| *name != BROWSER_REPORT)?;
        Some((name.to_owned(), input.attr("value").unwrap_or_default().to_owned()))
    });
    Some(Form { action, fields: fields.collect() })
}

fn first<'a>(html: &'a Html, css: &str) -> Option<ElementRef<'a>> {
    html.select(&selector(css)).next()
}

fn has(element: ElementRef<'_>, css: &str) -> bool {
    element.select(&selector(css)).next().is_some()
}

fn all<'a>(element: ElementRef<'a>, css: &str) -> impl Iterator<Item = ElementRef<'a>> {
    element.select(&selector(css)).collect::<Vec<_>>().into_iter()
}

#[expect(clippy::expect_used, reason = "constants of this file; a test reads a page with each")]
fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("a selector that can be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Url {
        Url::parse("https://www.amazon.de/ap/signin?x=1").unwrap()
    }

    fn reads(html: &str) -> Page {
        read(html, &at())
    }

    const FORM: &str = r#"<form name="signIn" method="post" action="/ap/signin">
        <input type="hidden" name="appActionToken" value="a&amp;b">
        <input type="hidden" name="metadata1" value="">
        <input type="email" name="email"><input type="password" name="password">
        <input type="submit" id="signInSubmit"></form>"#;

    #[test]
    fn a_form_is_taken_as_a_browser_would_send_it_without_a_report_on_the_browser() {
        let Kind::SignIn { form, email: true, password: true } = reads(FORM).kind else {
            unreachable!("the form is found");
        };
        assert_eq!(form.action.as_str(), "https://www.amazon.de/ap/signin");
        assert_eq!(form.fields, [("appActionToken".to_owned(), "a&b".to_owned())]);
    }

    #[test]
    fn an_address_alone_is_asked_for_first_where_there_are_two_pages() {
        let hint = r#"<input type="hidden" name="subPageType" value="SignInClaimCollect">"#;
        let html = FORM.replace("<input type=\"email\"", &format!("{hint}<input type=\"email\""));
        let kind = reads(&html).kind;
        assert!(matches!(kind, Kind::SignIn { email: true, password: false, .. }));
    }

    #[test]
    fn a_form_that_would_put_the_password_into_an_address_is_none() {
        let html = FORM.replace("method=\"post\"", "method=\"get\"");
        assert!(matches!(reads(&html).kind, Kind::Unknown));
        assert!(matches!(reads(&FORM.replace("method=\"post\"", "")).kind, Kind::Unknown));
    }

    #[test]
    fn what_guards_a_form_comes_before_the_form() {
        let with = |more: &str| reads(&format!("{FORM}{more}")).kind;
        assert!(matches!(with("<img alt='Visual captcha image, CAPTCHA'>"), Kind::Captcha));
        assert!(matches!(with("<img id='auth-captcha-image'>"), Kind::Captcha));
        assert!(matches!(
            with("<input type='hidden' name='cvf_aamation_response_token'>"),
            Kind::AntiAutomation
        ));
        assert!(matches!(with("<div id='resend-approval-alert'></div>"), Kind::Approval));
        assert!(matches!(reads("<p>Something else</p>").kind, Kind::Unknown));
        assert!(matches!(reads("").kind, Kind::Unknown));
    }

    #[test]
    fn a_code_is_asked_for_in_three_ways() {
        for (html, expected) in [
            ("<form id=auth-mfa-form method=post action=/ap/signin></form>", "otpCode"),
            ("<form id=verification-code-form method=post action=x></form>", "otpCode"),
            (
                "<div id=cvf-page-content><form method=post action=verify><input name=code>\
                 </form></div>",
                "code",
            ),
        ] {
            let kind = reads(html).kind;
            assert!(matches!(kind, Kind::Code { field, .. } if field == expected), "{expected}");
        }
    }

    #[test]
    fn the_way_of_a_code_is_the_chosen_one_else_the_app_else_the_first() {
        let option = |value: &str, more: &str| {
            format!("<input type=radio name=otpDeviceContext value='{value}' {more}>")
        };
        let chosen = |options: &str| {
            let html = format!(
                "<form id=auth-select-device-form method=post action=/ap/mfa>{options}</form>"
            );
            match reads(&html).kind {
                Kind::Choice(form) => form.fields,
                _ => unreachable!("a page of another kind"),
            }
        };
        let field = |value: &str| vec![("otpDeviceContext".to_owned(), value.to_owned())];
        let (sms, app, voice) = (option("a,SMS", ""), option("b,TOTP", ""), option("c", "checked"));
        assert_eq!(chosen(&format!("{sms}{app}{voice}")), field("c"));
        assert_eq!(chosen(&format!("{sms}{app}")), field("b,TOTP"));
        assert_eq!(chosen(&sms), field("a,SMS"));
    }

    #[test]
    fn a_complaint_is_seen_beside_the_form() {
        assert!(!reads(FORM).complains);
        for id in ["auth-error-message-box", "auth-warning-message-box", "ap_error_page_message"] {
            assert!(reads(&format!("<div id='{id}'>No</div>{FORM}")).complains);
        }
    }
}
