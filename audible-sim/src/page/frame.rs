//! What stands around the rows: head, navigation, tabs, filters, foot.

use super::{Asked, Look};
use crate::html::escape;
use crate::library::Sort;

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#fff}\
a{color:#14506e}.adbl-main{max-width:1040px;margin:0 auto;padding:1rem}\
.bc-pub-hidden,.bc-hidden{display:none!important}.bc-pub-offscreen{position:absolute;left:-9999px}\
.bc-list-nostyle{list-style:none;margin:0;padding:0}.bc-size-headline3{font-weight:600;font-size:1.1rem}\
.adbl-library-content-row>div:first-child{display:grid;grid-template-columns:150px 1fr;gap:1.2rem}\
.adbl-library-content-row img{width:150px;height:150px;border-radius:4px}\
.display-flex{display:grid;grid-template-columns:1fr 190px;gap:1rem}.bc-divider{border-top:1px solid #ddd;margin:1rem 0}\
.bc-meter{background:#ddd}.bc-meter-bar{background:#c4651a;height:5px;max-width:100%}\
.pagingElements{display:flex;gap:.6rem}.adbl-top{background:#232f3e;color:#fff;padding:.7rem 1rem;display:flex;gap:1.4rem}\
.adbl-top a{color:#fff}.adbl-tabs{display:flex;gap:1.2rem;border-bottom:1px solid #ddd;padding:.6rem 0}";

/// Everything before the first row of a signed-in person's library.
pub(super) fn open(out: &mut String, look: &Look, asked: Asked) {
    let words = look.language.words();
    head(out, look, words.my_library, "Library Titles", true);
    top(out, look, true);
    *out += "<div class=\"adbl-main\" id=\"adbl-main\" role=\"main\">\n\
             <div class=\"bc-container\n    library-container\">\n";
    *out += &format!("<h1 class=\"bc-heading\n    bc-color-base\">{}</h1>\n", words.library);
    tabs(out, look);
    filters(out, look, asked);
    *out += "<div id=\"adbl-library-content-main\" class=\"bc-row-responsive\n  bc-spacing-top-s2\" style=\"\">\n";
}

pub(super) fn nothing_here(out: &mut String, look: &Look) {
    *out += &format!(
        "<div class=\"bc-box\n    adbl-library-empty-state\">\n<span class=\"bc-text\">{}</span>\n</div>\n",
        look.language.words().nothing_here
    );
}

pub(super) fn close_list(out: &mut String) {
    *out += "</div>\n";
}

pub(super) fn close(out: &mut String) {
    *out +=
        "</div>\n</div>\n<div id=\"bottom-0\" class=\"bc-container\"></div>\n</body>\n</html>\n";
}

/// The start page, which says whether somebody is signed in.
pub(crate) fn home_page(look: &Look, signed_in: bool) -> String {
    let words = look.language.words();
    let text = if signed_in { words.greeting } else { words.signed_out };
    plain_page(look, words.home, text, signed_in)
}

/// A page with one heading and one sentence.
pub(crate) fn plain_page(look: &Look, heading: &str, text: &str, signed_in: bool) -> String {
    let mut out = String::new();
    open_any(&mut out, look, heading, signed_in);
    out += &format!("<p>{}</p>\n", escape(text));
    out += "</div>\n</body>\n</html>\n";
    out
}

/// A page of a signed-in person up to its heading.
pub(super) fn open_plain(out: &mut String, look: &Look, heading: &str) {
    open_any(out, look, heading, true);
}

fn open_any(out: &mut String, look: &Look, heading: &str, signed_in: bool) {
    head(out, look, heading, heading, signed_in);
    top(out, look, signed_in);
    *out += &format!(
        "<div class=\"adbl-main\" id=\"adbl-main\" role=\"main\">\n<h1>{}</h1>\n",
        escape(heading)
    );
}

fn head(out: &mut String, look: &Look, title: &str, page_name: &str, signed_in: bool) {
    let market = look.marketplace;
    *out += &format!(
        "<!DOCTYPE html>\n<html lang=\"{}\" class=\"js-only\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>{} | Audible.{}</title>\n<style>{STYLE}</style>\n\
         <script type=\"text/javascript\">\nvar ue_t0 = 0, ue_id = 'SIM', ue_mid = '{}', ue_sn = '{}';\n</script>\n",
        look.language.tag(market),
        escape(title),
        market.tld,
        market.id,
        market.www(),
    );
    *out += &format!(
        "<script type=\"text/javascript\">\nvar autocomplete_config = {{\"apiEndpoint\": \"{}\"}};\n</script>\n",
        market.api()
    );
    if market.code == "us" {
        digital_data(out, page_name, signed_in);
    }
    *out += "</head>\n<body class=\"bc-palette-default\">\n";
}

/// Only the shop of the United States prints this block.
fn digital_data(out: &mut String, page_name: &str, signed_in: bool) {
    let status = if signed_in { "logged-in" } else { "logged-out" };
    *out += &format!(
        "<script type=\"text/javascript\">\nvar digitalData = {{\"page\": {{\"category\": {{\"pageType\": \"LIBRARY\"}}, \
         \"pageInfo\": {{\"pageName\": \"{}\"}}}}, \"userStatus\": {{\"loginStatus\": \"{status}\"}}}};\n</script>\n",
        escape(page_name)
    );
}

fn top(out: &mut String, look: &Look, signed_in: bool) {
    let words = look.language.words();
    *out += &format!(
        "<div id=\"top-0\" class=\"adbl-top\">\n<a class=\"bc-link\" href=\"/\">audible</a>\n\
         <a class=\"bc-link ui-it-header-library\" href=\"/library/titles\">{}</a>\n",
        words.library
    );
    if signed_in {
        let sign_out = if look.marketplace.code == "us" { "/signout" } else { "/account/signout" };
        *out += &format!(
            "<a id=\"navigation-barker-link\" class=\"bc-link\" href=\"/account/overview\">\
             <span class=\"bc-text\n    ui-it-barker-text\">{}</span></a>\n\
             <a id=\"navigation-sign-out-link\" class=\"bc-link\" href=\"{sign_out}\">{}</a>\n",
            words.greeting, words.sign_out
        );
    } else {
        *out += &format!(
            "<a class=\"bc-link\n    ui-it-sign-in-link\" href=\"/sign-in\">{}</a>\n",
            words.sign_in
        );
    }
    *out += "</div>\n";
}

fn tabs(out: &mut String, look: &Look) {
    const PATHS: [&str; 6] =
        ["titles", "audiobooks", "podcasts", "wishlist", "collections", "authors"];
    *out += "<div class=\"adbl-tabs bc-tab-group\" role=\"tablist\">\n";
    for (path, name) in PATHS.iter().zip(look.language.words().tabs) {
        *out += &format!(
            "<a class=\"bc-link\n    bc-tab-heading\" role=\"tab\" href=\"/library/{path}\">{name}</a>\n"
        );
    }
    *out += "</div>\n";
}

fn filters(out: &mut String, look: &Look, asked: Asked) {
    let words = look.language.words();
    let sorts = ["PURCHASE_DATE.dsc", "RUNTIME_MINUTES.asc", "SHORT_TITLE.asc", "AUTHORS.asc"];
    *out += "<form class=\"adbl-library-refinement-section\" method=\"get\" action=\"/library/titles\">\n\
             <input type=\"hidden\" name=\"searchTerm\" value=\"\">\n\
             <input type=\"hidden\" name=\"piltersCurrentValue\" value=\"All\">\n";
    *out += &format!("<label class=\"bc-label\">{}\n<select name=\"sortBy\">\n", words.sort);
    for (value, name) in sorts.iter().zip(words.sort_names) {
        let chosen = if Sort::parse(value) == asked.sort { " selected" } else { "" };
        *out += &format!("<option value=\"{value}\"{chosen}>{name}</option>\n");
    }
    *out += &format!(
        "</select>\n</label>\n<label class=\"bc-label\">{}\n<select name=\"pageSize\">\n",
        words.per_page
    );
    for size in [20, 30, 40, 50] {
        let chosen = if asked.page_size == Some(size) { " selected" } else { "" };
        let value = if size == 20 { String::new() } else { size.to_string() };
        *out += &format!("<option value=\"{value}\"{chosen}>{size}</option>\n");
    }
    *out += "</select>\n</label>\n</form>\n";
}
