//! Every selector of a library page as data, compiled once.
//!
//! Seen on captured pages of www.audible.com (2025) and www.audible.de (2021 and 2024); see
//! `docs/audible.md` for what each one rests on.

use std::{collections::BTreeMap, sync::LazyLock};

use super::dom::Selector;

/// The compiled selectors.
pub(super) static SELECTORS: LazyLock<Selectors> = LazyLock::new(Selectors::compile);

macro_rules! selectors {
    ($($(#[$doc:meta])* $name:ident = $css:expr;)*) => {
        /// One field a selector.
        pub(super) struct Selectors {
            $($(#[$doc])* pub(super) $name: Selector,)*
        }

        /// Every selector by name, for those who compare.
        pub fn sources() -> BTreeMap<&'static str, &'static str> {
            BTreeMap::from([$((stringify!($name), $css),)*])
        }

        impl Selectors {
            fn compile() -> Self {
                Self { $($name: compiled($css),)* }
            }
        }
    };
}

#[expect(clippy::expect_used, reason = "constants below; a test compiles every one of them")]
fn compiled(css: &'static str) -> Selector {
    Selector::parse(css)
        .expect("the selectors of this file use nothing that the parser does not know")
}

selectors! {
    // The frame.
    /// The list of titles, empty in an empty library.
    list = "#adbl-library-content-main";
    /// Things that only a title has; inside a list without known rows they prove a new layout.
    title_like = "#adbl-library-content-main [data-asin], #adbl-library-content-main input[name=\"asin\"], \
        #adbl-library-content-main a[href*=\"/pd/\"], #adbl-library-content-main a[href*=\"/podcast/\"], \
        #adbl-library-content-main [role=\"progressbar\"]";
    /// Marks of a person who is signed in.
    signed_in = "#navigation-sign-out-link, #navigation-barker-link, .ui-it-barker-text, a[href*=\"/signout\"]";
    /// Marks of the sign-in page, and of an Audible page that offers to sign in.
    sign_in = "form[name=\"signIn\"], form[action*=\"/ap/signin\"], #ap_email, #ap_password";
    /// The link that signed-out Audible pages carry.
    sign_in_link = ".ui-it-sign-in-link";
    /// Marks of the security check.
    captcha = "form[action*=\"validateCaptcha\"], form[action*=\"captcha\"], form[action*=\"Captcha\"], \
        #captchacharacters, [name=\"captcha\"], img[src*=\"captcha\"], #auth-captcha-image";
    /// Where the block page says "Whoops".
    headings = "title, h1, h2, h3, p";
    /// Paging.
    next_button = ".nextButton";
    page_number = ".pagingElements .pageNumberElement";
    page_number_anywhere = ".pageNumberElement";

    // The row.
    /// One title.
    row = ".adbl-library-content-row, [id^=\"adbl-library-content-row-\"]";
    asin_data = ".adbl-library-item-button-row[data-asin]";
    asin_input = "input[name=\"asin\"]";
    asin_stars = ".bc-rating-stars[asin]";
    title = "ul.bc-list-nostyle > li:first-child .bc-size-headline3, ul.bc-list-nostyle > li:first-child h2, \
        ul.bc-list-nostyle > li:first-child h3";
    title_anywhere = ".bc-size-headline3";
    cover = "img.bc-image-inset-border[src]";
    cover_anywhere = "img[src*=\"/images/I/\"]";
    author = ".authorLabel a";
    narrator = ".narratorLabel a";
    series = ".seriesLabel";
    parent_title = ".parentTitleLabel a";
    summary = ".merchandisingSummary";
    own_rating = ".adbl-prod-rate-review-bar-overall[data-star-count]";
    own_stars = ".adbl-prod-rate-review-bar-overall .bc-rating-star[aria-checked=\"true\"][data-index]";
    content_type = "input[name=\"contentType\"]";
    delivery_type = "input[name=\"contentDeliveryType\"]";
    plus = "input[name=\"origin-type\"][value=\"AudibleDiscovery\"]";
    inaccessible = ".adbl-library-inaccessible-button";
    prerelease = "input[name=\"isPrerelease\"]";
    collections = "input[id^=\"collectionIds-\"]";
    unfavorite = "[id^=\"remove-from-favorites-button\"]";
    pdf = "a[href*=\"/companion-file/\"]";
    episodes = ".adbl-episodes-link > a";
    any_link = "a[href]";

    // The purchase history.
    /// Which time to show; every page of the history has it.
    history_filter = "#ui-it-purchase-history-date-filter";
    history_years = "#ui-it-purchase-history-date-filter option";
    history_pages = ".purchase-history-pagination-button";
    history_row = "tr";
    history_order = "a[href*=\"/account/order-details\"]";
    history_day = ".ui-it-purchasehistory-item-purchasedate";
    history_item = "a[data-order-item-asin]";

    // Listening.
    finished_label = "[id^=\"time-remaining-finished-\"]";
    time_display = "[id^=\"time-remaining-display-\"]";
    meter = "[role=\"progressbar\"][aria-valuenow]";
    mark_finished = "[id^=\"mark-as-finished-button\"]";
    mark_unfinished = "[id^=\"mark-as-unfinished-button\"]";
    is_finished_input = "input[name=\"isFinished\"]";
}

#[cfg(test)]
mod tests {
    use super::SELECTORS;

    #[test]
    fn every_selector_is_valid() {
        assert_ne!(SELECTORS.row, SELECTORS.list);
    }
}
