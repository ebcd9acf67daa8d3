//! The pages of that sign-in, with the names that programs look for.

use super::{APPROVED_PATH, FACTOR_PATH, RIDDLE_PATH};
use crate::html::escape;
use crate::marketplace::Marketplace;
use crate::signin::{SIGN_IN_PATH, STYLE};

fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\" class=\"a-no-js\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title dir=\"ltr\">{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <div id=\"a-page\">\n{body}\n\
         <p class=\"note\">A simulated sign-in: any words do, and none are kept.</p>\n\
         </div>\n</body>\n</html>\n"
    )
}

fn hidden(id: &str) -> String {
    format!("<input type=\"hidden\" name=\"workflowState\" value=\"{}\">", escape(id))
}

const COMPLAINT: &str = "<div id=\"auth-error-message-box\" class=\"a-box a-alert a-alert-error\">\
     <h4 class=\"a-alert-heading\">There was a problem</h4>\
     <span class=\"a-list-item\">That is not right.</span></div>\n";

/// The form for e-mail address and password, or for one of them: the address alone while it is not
/// `with_password`, the password alone once the address is known.
pub(super) fn sign_in(
    shop: Marketplace,
    id: &str,
    email: Option<&str>,
    with_password: bool,
    wrong: bool,
) -> String {
    let action = if with_password { "SIGNIN_PWD_COLLECT" } else { "SIGNIN_CLAIM_COLLECT" };
    let kind = if with_password { "SignInCollectPassword" } else { "SignInClaimCollect" };
    let address = match email {
        Some(email) => {
            format!("<input type=\"hidden\" name=\"email\" value=\"{}\">", escape(email))
        }
        None => "<label for=\"ap_email\">Email</label>\n<input type=\"email\" maxlength=\"128\" \
                 id=\"ap_email\" name=\"email\" autocomplete=\"username\">"
            .to_owned(),
    };
    let password = if with_password {
        "<label for=\"ap_password\">Password</label>\n<input type=\"password\" maxlength=\"1024\" \
         id=\"ap_password\" name=\"password\" autocomplete=\"current-password\">"
    } else {
        ""
    };
    let body = format!(
        "<h2>Amazon.{tld}</h2>\n{complaint}<form name=\"signIn\" method=\"post\" novalidate \
         action=\"https://{host}{SIGN_IN_PATH}\" class=\"auth-validate-form\">\n\
         <input type=\"hidden\" name=\"appActionToken\" value=\"sim\">\n\
         <input type=\"hidden\" name=\"appAction\" value=\"{action}\">\n\
         <input type=\"hidden\" name=\"subPageType\" value=\"{kind}\">\n\
         <input type=\"hidden\" name=\"metadata1\" value=\"\">\n{hidden}\n\
         <h1>Sign in</h1>\n{address}\n{password}\n\
         <input id=\"signInSubmit\" class=\"a-button-input\" type=\"submit\" value=\"Sign in\">\n\
         </form>",
        tld = shop.tld,
        host = shop.amazon(),
        complaint = if wrong { COMPLAINT } else { "" },
        hidden = hidden(id),
    );
    page("Amazon Sign In", &body)
}

/// A form with some content and a button.
fn form(id: &str, attributes: &str, path: &str, content: &str) -> String {
    format!(
        "<form {attributes} method=\"post\" action=\"{path}\">\n{}\n{content}\n\
         <input id=\"continue\" class=\"a-button-input\" type=\"submit\" value=\"Continue\">\n</form>",
        hidden(id)
    )
}

pub(super) fn captcha(id: &str) -> String {
    let content = "<img alt=\"Visual CAPTCHA image, continue down for an audio option.\" \
         id=\"auth-captcha-image\" src=\"data:,\">\n\
         <input type=\"hidden\" name=\"use_image_captcha\" value=\"true\">\n\
         <label for=\"auth-captcha-guess\">Type the characters you see</label>\n\
         <input type=\"text\" id=\"auth-captcha-guess\" name=\"guess\">";
    page("Amazon Sign In", &form(id, "name=\"signIn\"", SIGN_IN_PATH, content))
}

pub(super) fn second_factor(id: &str, wrong: bool) -> String {
    let content = "<h1>Two-Step Verification</h1>\n<label for=\"auth-mfa-otpcode\">Enter OTP</label>\n\
         <input type=\"tel\" id=\"auth-mfa-otpcode\" name=\"otpCode\" maxlength=\"20\">\n\
         <input type=\"hidden\" name=\"mfaSubmit\" value=\"Submit\">\n\
         <input type=\"checkbox\" name=\"rememberDevice\" value=\"\"> Do not ask again";
    let complaint = if wrong { COMPLAINT } else { "" };
    let form = form(id, "id=\"auth-mfa-form\"", FACTOR_PATH, content);
    page("Two-Step Verification", &format!("{complaint}{form}"))
}

pub(super) fn approval(id: &str) -> String {
    let alert = "<div id=\"resend-approval-alert\"><h1>Approve the notification</h1>\
         <p>We sent a notification to your device.</p></div>\n";
    let form = form(id, "id=\"resend-approval-form\"", APPROVED_PATH, "");
    page("Approve the notification", &format!("{alert}{form}"))
}

pub(super) fn anti_automation(id: &str) -> String {
    let content = "<input type=\"hidden\" name=\"cvf_aamation_response_token\" value=\"\">\n\
         <input type=\"hidden\" name=\"cvf_captcha_captcha_action\" value=\"verifyAamationChallenge\">";
    let form = form(id, "id=\"cvf-aamation-challenge-form\"", RIDDLE_PATH, content);
    let script = "<script>const form = document.getElementById('cvf-aamation-challenge-form');\
         form.elements.cvf_aamation_response_token.value = 'looked-at'; form.submit();</script>";
    page("Amazon Sign In", &format!("{form}\n{script}"))
}

pub(super) fn unknown(id: &str) -> String {
    let body = form(id, "id=\"sim-invented\"", RIDDLE_PATH, "<h1>Something new</h1>");
    page("Amazon", &body)
}

/// An address or a step that Amazon does not understand.
pub(super) fn broken() -> String {
    page(
        "Amazon Sign In",
        "<div id=\"ap_error_page_title\"><h1>Looks like something went wrong</h1></div>\
         <div id=\"ap_error_page_message\">Please enable cookies, or return to the application and \
         begin again.</div>",
    )
}

/// What stands at the end: an address that means something, and no page.
pub(super) fn not_found() -> String {
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Page Not Found</title>\
     </head><body><h1>Looking for something?</h1><p>The Web address you entered is not a functioning \
     page on our site.</p></body></html>\n"
        .to_owned()
}
