//! Library pages: paging with its traps, sizes, languages, the states of a row.

use audible_sim::library::Library;
use audible_sim::page::{library_page, row};
use audible_sim::{Case, Language, Marketplace, Sim};

use crate::client::{asins, start, start_signed_in};

/// Markup of one row of this kind.
fn case(case: Case, language: Language) -> String {
    let library = Library::of(&[case]);
    row(&library.titles()[0], Marketplace::US, language)
}

/// Markup with white space collapsed, so that tests read like the page.
fn tidy(html: &str) -> String {
    html.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Tags with the attributes that carry structure; texts and labels are left out.
fn structure(html: &str) -> String {
    let mut kept = String::new();
    let labels = ["alt=\"", "aria-label=\"", "data-text=\"", "html lang=\""];
    let messages = ["SuccessMessage", "FailureMessage", "-text", "-toast-button"];
    for tag in html.split('<').skip(1) {
        let tag = tag.split_once('>').unwrap().0;
        for attribute in tidy(tag).split("\" ") {
            let is_label = labels.iter().any(|label| attribute.starts_with(label));
            let is_message = attribute.starts_with("value=")
                && messages.iter().any(|message| tag.contains(message));
            if !is_label && !is_message {
                kept.push_str(attribute);
            }
        }
        kept.push('\n');
    }
    kept
}

/// The class of the list of pages, white space made even.
const PAGE_LIST: &str = "bc-list-horizontal pagingElements";

/// What stands between the tags.
fn texts(html: &str) -> String {
    html.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect()
}

#[tokio::test]
async fn pages_of_twenty_end_with_a_disabled_link_to_a_page_that_is_not_there() {
    let (sim, browser) = start_signed_in(45).await;
    let pages = [
        browser.library("").await,
        browser.library("?page=2").await,
        browser.library("?page=3&pageSize=").await,
    ];
    let shown: Vec<String> = pages.iter().flat_map(|page| page.asins()).collect();
    let truth: Vec<String> = sim.control().truth("us").into_iter().map(|t| t.asin).collect();
    assert_eq!(shown, truth);
    assert_eq!(pages.each_ref().map(|page| page.asins().len()), [20, 20, 5]);

    let first = tidy(&pages[0].text);
    assert!(first.contains(PAGE_LIST));
    assert!(first.contains(
        "href=\"/library/titles?page=0\" tabindex=\"0\" role=\"button\" aria-disabled=\"true\""
    ));
    assert!(first.contains("href=\"/library/titles?page=2\" tabindex=\"0\" role=\"button\">"));
    let last = tidy(&pages[2].text);
    assert!(last.contains("nextButton refinementFormButton bc-button-disabled"));
    assert!(last.contains(
        "href=\"/library/titles?page=4\" tabindex=\"0\" role=\"button\" aria-disabled=\"true\""
    ));
}

#[tokio::test]
async fn a_single_page_and_an_empty_library_have_no_page_list() {
    let (sim, browser) = start_signed_in(20).await;
    assert!(!tidy(&browser.library("").await.text).contains(PAGE_LIST));
    sim.control().set_titles(0);
    let empty = browser.library("").await;
    assert_eq!(empty.status, 200);
    assert!(empty.text.contains("id=\"adbl-library-content-main\""));
    assert!(empty.asins().is_empty());
}

#[tokio::test]
async fn a_page_beyond_the_end_is_a_frame_without_rows() {
    let (_sim, browser) = start_signed_in(45).await;
    let beyond = browser.library("?page=9&pageSize=50").await;
    assert_eq!(beyond.status, 200);
    assert!(beyond.text.contains("adbl-library-content-main"));
    assert!(beyond.asins().is_empty());
    assert!(!tidy(&beyond.text).contains(PAGE_LIST));
}

#[tokio::test]
async fn sorted_by_title_the_same_titles_come_in_another_order() {
    let (_sim, browser) = start_signed_in(20).await;
    let newest = browser.library("?sortBy=PURCHASE_DATE.dsc").await.asins();
    let mut by_title = browser.library("?sortBy=SHORT_TITLE.asc").await.asins();
    assert_ne!(newest, by_title);
    let mut same = newest;
    same.sort();
    by_title.sort();
    assert_eq!(same, by_title);
}

#[tokio::test]
async fn the_library_address_leads_to_the_titles() {
    let (_sim, browser) = start(1).await;
    let page = browser.get("https://www.audible.com/library").await;
    assert_eq!((page.status, page.location.as_str()), (302, "/library/titles"));
}

#[tokio::test]
async fn five_thousand_titles_are_served_in_pages_of_fifty() {
    let (_sim, browser) = start_signed_in(5011).await;
    let last = browser.library("?page=101&pageSize=50").await;
    assert_eq!(last.asins().len(), 11);
    assert!(tidy(&last.text).contains("bc-color-base\">101</span>"));
}

#[test]
fn a_row_weighs_what_real_rows_weigh() {
    for kind in Case::ALL {
        let size = case(kind, Language::English).len();
        // A show has no buttons for progress and download, neither here nor there.
        let least = if matches!(kind, Case::PodcastParent | Case::Show) { 15_000 } else { 20_000 };
        assert!((least..40_000).contains(&size), "{kind:?} has {size} bytes");
    }
}

#[test]
fn the_same_seed_gives_the_same_library_and_a_larger_one_ends_with_the_smaller() {
    let (small, large) = (Library::generate(7, 200), Library::generate(7, 260));
    assert_eq!(small.titles(), &large.titles()[60..]);
    assert_ne!(Library::generate(8, 200).titles(), small.titles());
}

#[test]
fn ten_thousand_titles_have_different_asins_of_ten_characters() {
    let library = Library::generate(1, 10_000);
    let mut asins: Vec<&str> = library.titles().iter().map(|t| t.asin.as_str()).collect();
    assert!(asins.iter().all(|asin| {
        asin.len() == 10 && asin.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    }));
    asins.sort_unstable();
    asins.dedup();
    assert_eq!(asins.len(), 10_000);
}

#[test]
fn about_half_is_not_started_and_a_quarter_is_finished() {
    let truth = Library::generate(1, 1000).truth(Marketplace::US);
    let count = |state: &str| {
        let json = truth.iter().map(|t| serde_json::to_value(&t.listening).unwrap());
        json.filter(|listening| listening["state"] == state).count()
    };
    assert!((480..620).contains(&count("not_started")));
    assert!((200..300).contains(&count("finished")));
    assert!((150..260).contains(&count("in_progress")));
}

#[test]
fn languages_differ_in_words_and_in_nothing_else() {
    let library = Library::of(&Case::ALL);
    let page = |language| library_page(&library, Marketplace::US, language, 1, 20);
    let (english, german, invented) =
        (page(Language::English), page(Language::German), page(Language::Invented));
    assert_ne!(english, german);
    assert_eq!(structure(&english), structure(&german));
    assert_eq!(structure(&english), structure(&invented));
    for word in ["Finished", "Beendet", "Series", "Serie", "Book 12", "m left", "By:"] {
        assert!(!texts(&invented).contains(word), "{word}");
    }
    assert!(tidy(&invented).contains("> Zubra 115-116 fenn <"));
}

#[test]
fn the_word_for_finished_is_in_every_book_and_only_its_visibility_tells() {
    for (kind, hidden) in
        [(Case::NotStarted, true), (Case::InProgress, true), (Case::Finished, false)]
    {
        let html = tidy(&case(kind, Language::English));
        let asin = &asins(&html)[0];
        let class = if hidden {
            "bc-text bc-pub-hidden bc-color-secondary"
        } else {
            "bc-text bc-color-secondary"
        };
        let span = format!(
            "<span class=\"{class}\" id=\"time-remaining-finished-{asin}\"> Finished </span>"
        );
        assert!(html.contains(&span), "{kind:?}");
        assert_eq!(html.contains("id=\"time-remaining-display-"), hidden);
    }
}

#[test]
fn a_meter_can_pass_one_hundred_and_the_rest_can_be_under_a_minute() {
    let beyond = case(Case::Beyond100, Language::English);
    assert!(beyond.contains("aria-valuenow=\"105\"") && beyond.contains("1m left"));
    let almost = case(Case::UnderOneMinute, Language::German);
    assert!(almost.contains("aria-valuenow=\"100\"") && almost.contains("&lt;1 min"));
}

#[test]
fn a_podcast_has_neither_progress_nor_a_link_around_its_title() {
    let html = tidy(&case(Case::PodcastParent, Language::English));
    assert!(!html.contains("time-remaining") && !html.contains("mark-as-"));
    assert!(!html.contains("data-star-count"));
    assert!(html.contains(
        "<li class=\"bc-list-item bc-spacing-s0_5\"> <span class=\"bc-text bc-size-headline3\">"
    ));
    assert!(html.contains("adbl-episodes-link"));
    assert!(tidy(&case(Case::PodcastEpisode, Language::English)).contains("parentTitleLabel"));
}

#[test]
fn a_lent_title_repeats_its_fields_in_a_form() {
    let lent = case(Case::Plus, Language::English);
    assert_eq!(lent.matches("name=\"contentType\"").count(), 2);
    assert!(lent.contains("name=\"origin-type\" value=\"AudibleDiscovery\""));
    assert!(lent.contains("name=\"isPrerelease\" value=\"false\""));
    let gone = case(Case::PlusUnavailable, Language::English);
    assert!(gone.contains("adbl-library-inaccessible-button"));
    assert!(!gone.contains("adbl-library-listen-now-button"));
    assert!(
        case(Case::Preorder, Language::English).contains("name=\"isPrerelease\" value=\"true\"")
    );
}

#[test]
fn the_layout_of_2021_has_its_label_classes_on_the_list_item() {
    let html = tidy(&case(Case::OldLayout, Language::English));
    assert!(html.contains("<li class=\"bc-list-item authorLabel bc-spacing-s0_5\">"));
    assert!(html.contains("name=\"isFinished\" value=\"false\""));
}

#[test]
fn a_row_of_noise_is_shown_but_is_no_truth() {
    let library = Library::of(&[Case::FirstListen, Case::Finished]);
    let page = library_page(&library, Marketplace::DE, Language::German, 1, 20);
    assert_eq!(asins(&page)[0], "B002V8N37Q");
    let truth = library.truth(Marketplace::DE);
    assert_eq!(truth.len(), 1);
    assert!(truth[0].audible_url.starts_with("https://www.audible.de/pd/"));
}

#[test]
fn forty_five_hosts_are_known() {
    let hosts = Sim::hosts();
    assert_eq!(hosts.len(), 45);
    assert!(hosts.iter().any(|host| host == "api.audible.co.jp"));
}
