//! The sign-in for a device, in every variant, form by form until the landing.

use audible_sim::{Marketplace, SignInVariant};

use crate::client::{Browser, Page, start};
use crate::person::{Attempt, EMAIL, PASSWORD, address, begin, fill, landed_code};

const US: Marketplace = Marketplace::US;

/// Both at once.
const BOTH: [(&str, &str); 2] = [("email", EMAIL), ("password", PASSWORD)];

/// Signs in; each page has its marks, and what is typed into it leads on. The last one leads to the code.
async fn check(variant: SignInVariant, steps: &[(&str, &[(&str, &str)])]) {
    let (sim, mut browser) = start(1).await;
    sim.control().set_sign_in(variant.clone());
    let mut page = begin(&mut browser, &Attempt::new(US, 1).address()).await;
    for (mark, typed) in steps {
        assert_eq!(page.status, 200);
        assert!(page.text.contains(mark), "{variant:?}: {mark} in {}", page.text);
        page = fill(&browser, &page, US, typed).await;
    }
    assert!(landed_code(&page, US).len() >= 16, "{variant:?}");
    let secrets = sim.control().secrets();
    assert!(secrets.iter().any(|secret| secret == EMAIL), "what was typed in is a secret");
}

const FORM: &str = "name=\"signIn\"";

#[tokio::test]
async fn address_and_password_are_enough() {
    check(SignInVariant::Plain, &[(FORM, &BOTH)]).await;
}

#[tokio::test]
async fn address_and_password_on_two_pages() {
    let steps: [(&str, &[(&str, &str)]); 2] = [
        ("value=\"SignInClaimCollect\"", &[("email", EMAIL)]),
        ("id=\"ap_password\"", &[("password", PASSWORD)]),
    ];
    check(SignInVariant::TwoPages, &steps).await;
}

#[tokio::test]
async fn a_second_factor_is_asked_for_until_it_is_right_or_comes_with_the_password() {
    let variant = SignInVariant::SecondFactor("246813".to_owned());
    let steps: [(&str, &[(&str, &str)]); 4] = [
        (FORM, &BOTH),
        ("id=\"auth-mfa-form\"", &[("otpCode", "")]),
        ("id=\"auth-error-message-box\"", &[("otpCode", "246814")]),
        ("name=\"otpCode\"", &[("otpCode", "246813")]),
    ];
    check(variant.clone(), &steps).await;
    let both = format!("{PASSWORD}246813");
    check(variant, &[(FORM, &[("email", EMAIL), ("password", &both)])]).await;
}

#[tokio::test]
async fn a_picture_wants_letters() {
    let steps: [(&str, &[(&str, &str)]); 3] = [
        (FORM, &BOTH),
        ("id=\"auth-captcha-image\"", &[("guess", "")]),
        ("alt=\"Visual CAPTCHA image", &[("guess", "lsmtx")]),
    ];
    check(SignInVariant::Captcha, &steps).await;
}

/// Signs in as far as the page that waits for an approval.
async fn waits(browser: &mut Browser) -> Page {
    let form = begin(browser, &Attempt::new(US, 1).address()).await;
    let page = fill(browser, &form, US, &BOTH).await;
    assert_eq!(page.status, 302);
    assert!(page.location.starts_with("https://www.amazon.com/ap/cvf/approval?workflowState="));
    page
}

#[tokio::test]
async fn an_approval_is_given_elsewhere_and_whoever_looks_again_goes_on() {
    let (sim, mut browser) = start(1).await;
    sim.control().approve();
    sim.control().set_sign_in(SignInVariant::Approval);
    let waiting = waits(&mut browser).await.location;
    for _ in 0..2 {
        let page = browser.get(&waiting).await;
        assert!(page.text.contains("id=\"resend-approval-alert\""), "{}", page.text);
    }
    let stranger = Browser::new(&sim);
    sim.control().approve();
    let told = stranger.get(&waiting).await;
    assert!(told.text.contains("id=\"ap_error_page_message\""));
    landed_code(&browser.get(&waiting).await, US);
    assert_eq!(browser.get(&waiting).await.status, 200, "it is over");
}

#[tokio::test]
async fn a_person_who_has_approved_goes_on_by_the_page() {
    let (sim, mut browser) = start(1).await;
    sim.control().set_sign_in(SignInVariant::Approval);
    let waiting = waits(&mut browser).await.location;
    let page = browser.get(&waiting).await;
    landed_code(&fill(&browser, &page, US, &[]).await, US);
}

#[tokio::test]
async fn a_check_of_the_browser_goes_on_only_where_scripts_run() {
    let steps: [(&str, &[(&str, &str)]); 3] = [
        (FORM, &BOTH),
        ("name=\"cvf_aamation_response_token\" value=\"\"", &[]),
        ("id=\"cvf-aamation-challenge-form\"", &[("cvf_aamation_response_token", "looked-at")]),
    ];
    check(SignInVariant::AntiAutomation, &steps).await;
}

#[tokio::test]
async fn an_unknown_page_has_none_of_the_names_that_programs_know() {
    let steps: [(&str, &[(&str, &str)]); 2] = [(FORM, &BOTH), ("id=\"sim-invented\"", &[])];
    check(SignInVariant::Unknown, &steps).await;
    let (sim, mut browser) = start(1).await;
    sim.control().set_sign_in(SignInVariant::Unknown);
    let form = begin(&mut browser, &Attempt::new(US, 1).address()).await;
    let page = fill(&browser, &form, US, &BOTH).await;
    for known in ["signIn", "auth-", "cvf_", "resend-", "CAPTCHA", "ap_error"] {
        assert!(!page.text.contains(known), "{known}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_complained_about_and_leads_nowhere() {
    let (sim, mut browser) = start(1).await;
    let first = begin(&mut browser, &Attempt::new(US, 1).address()).await;
    assert!(!first.text.contains("auth-error-message-box"));
    for half in [[("email", EMAIL), ("password", "")], [("email", ""), ("password", PASSWORD)]] {
        let page = fill(&browser, &first, US, &half).await;
        assert!(page.text.contains("id=\"auth-error-message-box\""), "{half:?}");
    }
    sim.control().set_sign_in(SignInVariant::WrongPassword);
    let page = fill(&browser, &first, US, &BOTH).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains(FORM) && page.text.contains("id=\"auth-error-message-box\""));
}

#[tokio::test]
async fn a_sign_in_belongs_to_the_browser_that_began_it_and_ends_once() {
    let (sim, mut browser) = start(1).await;
    let form = begin(&mut browser, &Attempt::new(US, 1).address()).await;
    let stranger = Browser::new(&sim);
    let told = fill(&stranger, &form, US, &BOTH).await;
    assert!(told.text.contains("id=\"ap_error_page_message\""));
    landed_code(&fill(&browser, &form, US, &BOTH).await, US);
    let again = fill(&browser, &form, US, &BOTH).await;
    assert!(again.text.contains("id=\"ap_error_page_message\""));
}

#[tokio::test]
async fn an_address_of_which_one_part_is_wrong_or_missing_shows_no_form() {
    let (_sim, mut browser) = start(1).await;
    let right = Attempt::new(US, 1).parts();
    for (name, _) in &right {
        // Without this one it is the sign-in of the web site.
        let is_kind = *name == "openid.oa2.response_type";
        let mut wrong = right.clone();
        wrong.iter_mut().find(|(own, _)| own == name).unwrap().1 = "something".to_owned();
        let without: Vec<_> = right.iter().filter(|(own, _)| own != name).cloned().collect();
        for parts in [Some(wrong), (!is_kind).then_some(without)].into_iter().flatten() {
            let page = begin(&mut browser, &address(US, &parts)).await;
            assert_eq!(page.status, 400, "{name}");
            assert!(!page.text.contains(FORM), "{name}");
        }
    }
    let elsewhere = address(Marketplace::DE, &right);
    assert_eq!(begin(&mut browser, &elsewhere).await.status, 400, "of another shop");
}

#[tokio::test]
async fn where_a_sign_in_lands_there_is_no_page_and_one_shop_leads_on() {
    let (_sim, browser) = start(1).await;
    let landing = |tld: &str| format!("https://www.amazon.{tld}/ap/maplanding?openid.mode=id_res");
    let page = browser.get(&landing("de")).await;
    assert_eq!(page.status, 404);
    assert!(page.text.contains("Page Not Found"));
    let page = browser.get(&landing("com.br")).await;
    assert_eq!((page.status, page.location.as_str()), (302, "https://www.amazon.com.br/"));
}
