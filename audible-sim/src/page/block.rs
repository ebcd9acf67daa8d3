//! Pages that come instead of the library: a riddle for robots, a soft block, an outage.

use crate::marketplace::Marketplace;

/// Where the answer to the riddle goes.
pub(crate) const CAPTCHA_PATH: &str = "/errors/validateCaptcha";

/// The riddle for robots, with every mark by which it is known.
pub fn captcha_page(marketplace: Marketplace) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>Audible.{}</title></head>\n<body>\n\
         <h4>Enter the characters you see below</h4>\n\
         <p>This helps us to tell people from programs.</p>\n\
         <form method=\"get\" action=\"{CAPTCHA_PATH}\" name=\"\">\n\
         <input type=\"hidden\" name=\"amzn\" value=\"sim\">\n\
         <img src=\"/captcha/sim.jpg\" alt=\"\">\n\
         <input autocomplete=\"off\" spellcheck=\"false\" id=\"captchacharacters\" name=\"field-keywords\" type=\"text\">\n\
         <button type=\"submit\">OK</button>\n</form>\n</body>\n</html>\n",
        marketplace.lang, marketplace.tld
    )
}

/// The soft block that follows too many requests; it comes with status 200.
pub fn whoops_page(marketplace: Marketplace) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>Audible.{}</title></head>\n<body>\n\
         <div class=\"adbl-page adbl-error-page\">\n\
         <h1 class=\"bc-heading\">Whoops. We're not sure what happened.</h1>\n\
         <p class=\"bc-text\">Please try again in a little while.</p>\n\
         <a class=\"bc-link\" href=\"/\">audible</a>\n</div>\n</body>\n</html>\n",
        marketplace.lang, marketplace.tld
    )
}

/// The outage page, HTML even where JSON was asked for.
pub fn unavailable_page() -> String {
    "<!DOCTYPE html>\n<html>\n<head><title>Website Temporarily Unavailable</title></head>\n<body>\n\
     <h1>Website Temporarily Unavailable</h1>\n<p>We will be back soon.</p>\n</body>\n</html>\n"
        .to_owned()
}
