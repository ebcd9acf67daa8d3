//! One library row: nesting, classes, ids and size as in captured rows, words and layout our own.

use super::{Look, TEASER_LENGTH, buttons};
use crate::html::{blanks, escape, query_value, slug};
use crate::library::{Progress, SeriesEntry, Shape, Title};

/// Appends the row of `title`, which is the `index`-th of its page.
pub(super) fn write(out: &mut String, look: &Look, title: &Title, index: usize) {
    let asin = &title.asin;
    *out += &format!(
        "<div id=\"adbl-library-content-row-{asin}\" class=\"adbl-library-content-row\">\n  \
         <div id=\"\" class=\"bc-row-responsive\n    bc-spacing-top-s2\" style=\"\">\n"
    );
    blanks(out, 700);
    cover(out, look, title);
    *out += "<div class=\"bc-col-responsive\n    bc-spacing-top-none\n    bc-col-10\">\n\
             <div id=\"\" class=\"bc-row-responsive\n  display-flex\" style=\"\">\n\
             <div class=\"bc-col-responsive\n    bc-col-9\">\n<span>\n\
             <ul class=\"bc-list\n    bc-list-nostyle\">\n";
    labels(out, look, title);
    *out += "</ul>\n</span>\n</div>\n";
    blanks(out, 900);
    checkbox(out, title);
    action(out, look, title, index);
    *out += "</div>\n";
    buttons::write(out, look, title);
    *out += "</div>\n</div>\n";
    blanks(out, 600);
    *out += "<div id=\"\" class=\"bc-row-responsive\n  bc-spacing-top-base\n  bc-spacing-base\" style=\"\">\n\
             <div class=\"bc-col-responsive\n    bc-col-10\n    bc-col-offset-2\">\n\
             <div id=\"\" class=\"bc-row-responsive\n  library-item-divider\" style=\"\">\n\
             <div class=\"bc-divider\n    bc-divider-secondary\">\n</div>\n</div>\n</div>\n</div>\n</div>\n";
    blanks(out, 500);
}

/// Address of the title in the store, with the tail that real links carry.
fn store_link(look: &Look, title: &Title) -> String {
    let asin = &title.asin;
    let name = slug(&title.title);
    let tail = "ref_pageloadid=not_applicable&amp;plink=sim&amp;pageLoadId=sim";
    match title.shape {
        Shape::Book { .. } => {
            let kind = if look.marketplace.code == "de" { "Hoerbuch" } else { "Audiobook" };
            format!("/pd/{name}-{kind}/{asin}?{tail}")
        }
        Shape::Show | Shape::Episode { .. } => format!("/podcast/{name}/{asin}?{tail}"),
    }
}

fn cover(out: &mut String, look: &Look, title: &Title) {
    let author = title.authors.first().map(|author| author.name.as_str());
    let text = look.language.cover_text(&title.title, author);
    *out += &format!(
        "<div class=\"bc-col-responsive\n    bc-spacing-top-none\n    bc-col-2\">\n\
         <div id=\"\" class=\"bc-row-responsive\" style=\"\">\n\
         <a class=\"bc-link\n    bc-color-link\" tabindex=\"0\" href=\"{}\">\n",
        store_link(look, title)
    );
    blanks(out, 400);
    if let Some(url) = title.cover_url() {
        *out += &format!(
            "<img id=\"\" class=\"bc-pub-block\n    bc-image-inset-border js-only-element\" \
             src=\"{url}\" alt=\"{}\" style=\"\">\n",
            escape(&text)
        );
    }
    *out += "</a>\n</div>\n</div>\n";
    blanks(out, 600);
}

fn labels(out: &mut String, look: &Look, title: &Title) {
    headline(out, look, title);
    let old = matches!(title.shape, Shape::Book { old_layout: true });
    if let Shape::Episode { show, show_asin } = &title.shape {
        let link = link(&format!("/podcast/{}/{show_asin}", slug(show)), show);
        people(out, old, "parentTitleLabel", look.language.words().from_show, &[link]);
    }
    let authors: Vec<String> = title.authors.iter().map(|a| author_link(look, a)).collect();
    people(out, old, "authorLabel", look.language.written_by(look.marketplace), &authors);
    let narrators: Vec<String> = title
        .narrators
        .iter()
        .map(|name| link(&format!("/search?searchNarrator={}", query_value(name)), name))
        .collect();
    people(out, old, "narratorLabel", look.language.words().narrated_by, &narrators);
    series(out, look, title);
    if title.shape != Shape::Show {
        rating_bar(out, look, title);
    }
    if let Some(teaser) = title.teaser(TEASER_LENGTH) {
        *out += &format!(
            "<li class=\"bc-list-item\n    summaryLabel\n  bc-spacing-s0_5\n  bc-spacing-top-s1\">\n\
             <span class=\"bc-text\n    merchandisingSummary\n    bc-size-body\n    bc-color-secondary\">\n\
             <p>{}</p>\n</span>\n</li>\n",
            escape(&teaser)
        );
    }
    blanks(out, 400);
}

/// The first list item. Shows have no link around their title.
fn headline(out: &mut String, look: &Look, title: &Title) {
    let full = title.full_title();
    let text = format!(
        "<span class=\"bc-text\n    bc-size-headline3\">\n    {}\n  </span>\n",
        escape(&full)
    );
    *out += "<li class=\"bc-list-item\n    bc-spacing-s0_5\">\n";
    blanks(out, 350);
    if title.shape == Shape::Show {
        *out += &text;
    } else {
        *out += &format!(
            "<a class=\"bc-link\n    bc-color-base\" tabindex=\"0\" href=\"{}\">\n{text}</a>\n",
            store_link(look, title)
        );
    }
    *out += "</li>\n";
    blanks(out, 250);
}

fn link(href: &str, text: &str) -> String {
    format!(
        "<a class=\"bc-link\n    bc-color-base\" tabindex=\"0\" href=\"{}\">{}</a>",
        escape(href),
        escape(text)
    )
}

/// The German shop links every author by a search, the others by id where there is one.
fn author_link(look: &Look, author: &crate::library::Person) -> String {
    let href = match &author.asin {
        Some(asin) if look.marketplace.code != "de" => {
            format!("/author/{}/{asin}?ref=sim", slug(&author.name))
        }
        _ => format!("/search?searchAuthor={}", query_value(&author.name)),
    };
    link(&href, &author.name)
}

/// A label with its links; nothing at all when there is nobody to name.
fn people(out: &mut String, old_layout: bool, class: &str, words: &str, links: &[String]) {
    if links.is_empty() {
        return;
    }
    let (on_item, on_text) = if old_layout { (class, "") } else { ("", class) };
    *out += &format!(
        "<li class=\"bc-list-item\n    {on_item}\n  bc-spacing-s0_5\">\n\
         <span class=\"bc-text\n    {on_text}\n    bc-color-secondary\">\n  {words}\n"
    );
    blanks(out, 350);
    *out += &links.join(",\n                \n        \n  ");
    *out += "\n</span>\n</li>\n";
    blanks(out, 250);
}

fn series(out: &mut String, look: &Look, title: &Title) {
    if title.series.is_empty() {
        return;
    }
    *out += &format!(
        "<li class=\"bc-list-item\n    seriesLabel\n  bc-spacing-s0_5\">\n\
         <span class=\"bc-text\n    bc-color-secondary\">\n  {}\n",
        look.language.words().series
    );
    blanks(out, 150);
    let entries: Vec<String> = title.series.iter().map(|e| series_entry(look, e)).collect();
    *out += &entries.join("\n  ,\n  ");
    *out += "\n</span>\n</li>\n";
    blanks(out, 250);
}

fn series_entry(look: &Look, entry: &SeriesEntry) -> String {
    let name = escape(&entry.title);
    let path = slug(&entry.title);
    let position = entry.shown.as_deref().map(|number| {
        let text = look.language.position(number);
        format!(
            "\n  ,\n                \n        \n<span class=\"bc-text\">\n  {}\n</span>",
            escape(&text)
        )
    });
    format!(
        "<a class=\"bc-link\n    bc-size-callout\n    bc-color-base\" tabindex=\"0\" \
         href=\"/series/{path}-Audiobooks/{}?ref=sim\">\n  {name}\n</a>{}",
        entry.asin,
        position.unwrap_or_default()
    )
}

fn rating_bar(out: &mut String, look: &Look, title: &Title) {
    let words = look.language.words();
    let (asin, stars) = (&title.asin, title.my_rating);
    *out += &format!(
        "<li class=\"bc-list-item\n    ratingAndReviewLabel\n  bc-spacing-s0_5\">\n\
         <div id=\"adbl-prod-rate-review-bar\" class=\"bc-box\n    bc-box-padding-none\n    \
         adbl-prod-rate-review-bar-group\n  bc-spacing-top-none\">\n\
         <input type=\"hidden\" name=\"asinForRatingStars\" value=\"{asin}\" class=\"asin-for-rating-stars\">\n\
         <input type=\"hidden\" name=\"ratingsCsrfToken\" value=\"sim\" class=\"ratings-csrf-token\">\n\
         <div class=\"bc-trigger\n    bc-trigger-tooltip\">\n\
         <div class=\"bc-rating-stars adbl-prod-rate-review-bar adbl-prod-rate-review-bar-overall\" \
         data-star-count=\"{stars}\" role=\"radiogroup\" tabindex=\"0\" asin=\"{asin}\">\n\
         <h3 class=\"bc-pub-offscreen\">{}</h3>\n",
        words.stars
    );
    for (number, name) in (1_u8..).zip(words.star_names) {
        star(out, number, name, number == stars, number <= stars);
    }
    *out += &format!(
        "</div>\n\
         <div class=\"bc-tooltip bc-tooltip-left bc-hidden bc-palette-inverse bc-rating-stars-tooltip\" role=\"tooltip\">\n\
         <div class=\"bc-tooltip-inner bc-color-background-inverse bc-color-background-base\">\n\
         <div class=\"bc-tooltip-message bc-color-base\">\n</div>\n</div>\n</div>\n</div>\n&nbsp;\n\
         <a class=\"bc-link\n    bc-color-base\" tabindex=\"0\" \
         href=\"/write-review?asin={asin}&amp;rdpath=%2Flibrary%2Ftitles\">\n  {}\n</a>\n</div>\n</li>\n",
        words.review
    );
    blanks(out, 350);
}

fn star(out: &mut String, number: u8, name: &str, checked: bool, filled: bool) {
    let (hidden, fill) = if filled { ("", "full") } else { (" bc-pub-hidden", "empty") };
    *out += &format!(
        "<span class=\"bc-rating-star\" data-index=\"{number}\" data-text=\"{name}\" role=\"radio\" \
         aria-checked=\"{checked}\" aria-label=\"{name}\" tabindex=\"0\">\n\t\n\t\n\t\n\t\n\
         <i aria-hidden=\"true\" class=\"bc-icon bc-icon-fill-active bc-icon-star-empty-s2 \
         star-border{hidden} bc-icon-star-empty bc-icon-size-small bc-color-active\">\n</i>\n\t\n\t\n\t\n\t\n\
         <i aria-hidden=\"true\" class=\"bc-icon bc-icon-star-{fill}-s2 bc-icon-star-{fill} \
         bc-icon-size-small bc-color-active bc-icon-fill-active\">\n</i>\n</span>\n"
    );
}

fn checkbox(out: &mut String, title: &Title) {
    let asin = &title.asin;
    let cover = title.cover_url().unwrap_or_default();
    *out += &format!(
        "<div class=\"bc-col-responsive\n    adbl-library-select-row-checkbox bc-pub-hidden\n    bc-col-1\n    bc-col-offset-2\">\n\
         <div style=\"height: 171px;\" class=\"bc-box\n    bc-box-padding-base\n    checkbox-container\">\n\
         <div id=\"\" class=\"bc-checkbox\n    adbl-library-item-select-checkbox adbl-library-item-select-checkbox-{asin}\">\n\
         <label class=\"bc-label-wrapper\">\n<div class=\"bc-checkbox-wrapper\">\n\
         <input type=\"checkbox\" value=\"{asin}\" autocomplete=\"off\" data-asin=\"{asin}\" \
         data-img-url=\"{cover}\" data-img-alt-text=\"\">\n\
         <span class=\"bc-checkbox-icon-container bc-color-border-base\">\n\
         <span class=\"bc-checkbox-icon-inner\">\n\
         <div class=\"bc-color-background-active bc-checkbox-check\">\n\
         <i aria-hidden=\"true\" class=\"bc-icon\n    bc-icon-fill-inverse\n    bc-icon-check-s2\n    bc-checkbox-icon\n    bc-icon-check\n    bc-color-inverse\">\n</i>\n\
         </div>\n</span>\n</span>\n</div>\n\
         <span class=\"bc-checkbox-label bc-size-callout\">\n</span>\n</label>\n</div>\n</div>\n</div>\n"
    );
    blanks(out, 700);
}

/// The right column: progress, the hidden fields and the large button.
fn action(out: &mut String, look: &Look, title: &Title, index: usize) {
    *out += "<div class=\"bc-col-responsive\n    adbl-library-action\n    bc-col-2\n    bc-col-offset-1\">\n";
    blanks(out, 500);
    if let Some(progress) = title.progress {
        progress_row(out, look, title, progress);
    }
    *out += "<div id=\"\" class=\"bc-row-responsive\n  adbl-library-item\n  bc-spacing-top-s2\" style=\"\">\n";
    hidden_fields(out, title, index);
    blanks(out, 700);
    buttons::main(out, look, title);
    *out += "</div>\n";
    if let Some(plus) = title.plus {
        blanks(out, 300);
        *out += "<form class=\"adbl-library-return-form\" method=\"post\" action=\"/library/return\">\n";
        hidden_fields(out, title, index);
        buttons::return_fields(out, look, plus);
        *out += "</form>\n";
    }
    *out += "</div>\n";
    blanks(out, 700);
}

fn hidden_fields(out: &mut String, title: &Title, index: usize) {
    *out += &format!(
        "  <input type=\"hidden\" name=\"asin\" value=\"{}\">\n  \
         <input type=\"hidden\" name=\"contentType\" value=\"{}\">\n  \
         <input type=\"hidden\" name=\"contentDeliveryType\" value=\"{}\">\n  \
         <input type=\"hidden\" name=\"asinIndex\" value=\"{index}\">\n  \
         <input type=\"hidden\" name=\"isMobile\" value=\"false\">\n",
        title.asin, title.content_type, title.delivery_type
    );
    if let (Shape::Book { old_layout: true }, Some(progress)) = (&title.shape, title.progress) {
        let finished = progress == Progress::Finished;
        *out += &format!("  <input type=\"hidden\" name=\"isFinished\" value=\"{finished}\">\n");
    }
}

/// The word for a finished book stands in every row; only its visibility tells.
fn progress_row(out: &mut String, look: &Look, title: &Title, progress: Progress) {
    let asin = &title.asin;
    let hidden = if progress == Progress::Finished { "" } else { "bc-pub-hidden" };
    *out += &format!(
        "<div id=\"\" class=\"bc-row-responsive\n  bc-spacing-top-s2\" style=\"\">\n\
         <span class=\"bc-text\n    {hidden}\n    bc-color-secondary\" id=\"time-remaining-finished-{asin}\">\n  {}\n</span>\n",
        look.language.words().finished
    );
    blanks(out, 300);
    match progress {
        Progress::Finished => {}
        Progress::NotStarted => {
            *out += &format!(
                "<div id=\"time-remaining-display-{asin}\" class=\"bc-row-responsive\" style=\"\">\n\
                 <div class=\"bc-col-responsive\">\n\
                 <span class=\"bc-text\n    bc-color-secondary\">\n  {}\n</span>\n</div>\n</div>\n",
                look.language.length(title.runtime_minutes)
            );
        }
        Progress::InProgress { meter, minutes_left } => {
            let left = look.language.remaining(minutes_left);
            *out += &format!(
                "<div id=\"time-remaining-display-{asin}\" class=\"bc-row-responsive\" style=\"\">\n\
                 <div class=\"bc-col-responsive\n    no-padding-right\n    bc-spacing-top-s1\n    bc-text-right\n    bc-col-5\">\n\
                 <div class=\"bc-meter\n    bc-color-background-tertiary\" style=\"height:5px\">\n\
                 <div role=\"progressbar\" aria-valuemin=\"0\" aria-valuemax=\"100\" aria-valuenow=\"{meter}\" \
                 class=\"bc-meter-bar bc-color-background-progress\" style=\"width:{meter}%\">\n</div>\n</div>\n</div>\n\
                 <div class=\"bc-col-responsive\n    small-padding-left\n    bc-text-left\n    bc-col-7\">\n\
                 <span class=\"bc-text\n    bc-color-secondary\">\n  {}\n</span>\n</div>\n</div>\n",
                escape(&left)
            );
        }
    }
    *out += "</div>\n";
    blanks(out, 500);
}
