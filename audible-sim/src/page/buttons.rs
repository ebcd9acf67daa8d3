//! The buttons of a row and the hidden fields between them.

use super::Look;
use crate::html::{blanks, escape, query_value, slug};
use crate::library::{Plus, Progress, Shape, Title};

/// The large button of the right column.
pub(super) fn main(out: &mut String, look: &Look, title: &Title) {
    let words = look.language.words();
    if title.shape == Shape::Show {
        *out += &format!(
            "<span class=\"bc-text\n    adbl-episodes-link\">\n\
             <a class=\"bc-link\n    bc-color-link\" tabindex=\"0\" \
             href=\"/library/episodes?parentAsin={}&amp;parentTitle={}\">{}</a>\n</span>\n",
            title.asin,
            query_value(&title.title),
            words.episodes
        );
        return;
    }
    let (kind, class, text) = if title.plus.is_some_and(|plus| !plus.available) {
        ("secondary", "adbl-library-inaccessible-button", words.unavailable)
    } else {
        ("primary", "adbl-library-listen-now-button", words.listen)
    };
    large(out, kind, class, text);
}

fn large(out: &mut String, kind: &str, class: &str, text: &str) {
    *out += &format!(
        "<span class=\"bc-button\n  bc-button-{kind}\n  {class}\n  bc-button-small\">\n\
         <button class=\"bc-button-text\" type=\"button\" tabindex=\"0\">\n\
         <span class=\"bc-text\n    bc-button-text-inner\n    bc-size-action-small\">\n"
    );
    blanks(out, 250);
    *out += &format!(
        "<span class=\"bc-text\n    bc-size-callout\">\n  {text}\n</span>\n</span>\n</button>\n</span>\n"
    );
}

/// What only a lent title has: where it comes from and how to give it back.
pub(super) fn return_fields(out: &mut String, look: &Look, plus: Plus) {
    let words = look.language.words();
    let [done, failed, again] = words.remove_texts;
    *out += &format!(
        "  <input type=\"hidden\" name=\"origin-type\" value=\"AudibleDiscovery\">\n  \
         <input type=\"hidden\" name=\"return-hmac\" value=\"sim\">\n  \
         <input type=\"hidden\" name=\"handler-message-suffix\" value=\"minerva-book-return-toast\">\n  \
         <input type=\"hidden\" name=\"isPrerelease\" value=\"{}\">\n  \
         <input type=\"hidden\" name=\"remove-from-lib-dialog-id\" value=\"\">\n  \
         <input type=\"hidden\" name=\"remove-from-lib-success-text\" value=\"{done}\">\n  \
         <input type=\"hidden\" name=\"remove-from-lib-failure-text\" value=\"{failed}\">\n  \
         <input type=\"hidden\" name=\"remove-from-lib-failure-toast-button\" value=\"{again}\">\n",
        plus.preorder
    );
    large(out, "secondary", "return-book-button", words.remove);
}

/// The line of small buttons under the row.
pub(super) fn write(out: &mut String, look: &Look, title: &Title) {
    let asin = &title.asin;
    *out += &format!(
        "<div id=\"\" class=\"bc-row-responsive\" style=\"\">\n\
         <input type=\"hidden\" name=\"target-identity-directed-id\" value=\"sim\">\n\
         <div class=\"bc-box\n    bc-box-padding-none\n    adbl-library-item-button-row\n  bc-spacing-top-s1\" data-asin=\"{asin}\">\n"
    );
    favorites(out, look, title);
    collections(out, look, title);
    if let Some(progress) = title.progress {
        finished(out, look, asin, progress == Progress::Finished);
    }
    files(out, look, title);
    *out += "</div>\n</div>\n";
}

/// One small button; hidden ones stay in the page.
struct Small<'a> {
    id: String,
    class: &'a str,
    icon: &'a str,
    text: &'a str,
    label: Option<&'a str>,
    visible: bool,
}

fn small(out: &mut String, button: &Small<'_>) {
    let Small { id, class, icon, text, label, visible } = button;
    let id = if id.is_empty() { String::new() } else { format!(" id=\"{id}\"") };
    let hidden = if *visible { "" } else { " bc-pub-hidden" };
    let label = label.map(|label| format!(" aria-label=\"{label}\"")).unwrap_or_default();
    blanks(out, 650);
    *out += &format!(
        "<span{id} class=\"bc-button\n  bc-button-simple\n  {class}{hidden}\n  bc-button-small\n  bc-button-inline\">\n\
         <button class=\"bc-button-text\" type=\"button\" tabindex=\"0\">\n\
         <span class=\"bc-text\n    bc-button-text-inner\n    bc-size-action-small\">\n\
         <span class=\"{icon} library-button-row-icon\">&nbsp;</span>\n\
         <span class=\"bc-text\"{label}>{text}</span>\n</span>\n</button>\n</span>\n"
    );
}

fn hidden(out: &mut String, name: &str, value: &str) {
    *out += &format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escape(value));
    blanks(out, 120);
}

fn favorites(out: &mut String, look: &Look, title: &Title) {
    let words = look.language.words();
    let asin = &title.asin;
    small(
        out,
        &Small {
            id: format!("add-to-favorites-button-{asin}"),
            class: "add-to-favorites-button",
            icon: "favorite-icon",
            text: words.add_favorite,
            label: None,
            visible: !title.favorite,
        },
    );
    hidden(out, "addToFavoritesCsrfToken", "sim");
    small(
        out,
        &Small {
            id: format!("remove-from-favorites-button-{asin}"),
            class: "remove-from-favorites-button",
            icon: "unfavorite-icon",
            text: words.remove_favorite,
            label: None,
            visible: title.favorite,
        },
    );
    hidden(out, "removeFromFavoritesCsrfToken", "sim");
    *out += "<!-- texts of the notes that appear after a press -->\n";
    let names = [
        "addToFavoritesSuccessMessage",
        "addToFavoritesFailureMessage",
        "removeFromFavoritesSuccessMessage",
        "removeFromFavoritesFailureMessage",
    ];
    for (name, text) in names.into_iter().zip(words.favorite_texts) {
        hidden(out, name, text);
    }
}

fn collections(out: &mut String, look: &Look, title: &Title) {
    let words = look.language.words();
    let asin = &title.asin;
    small(
        out,
        &Small {
            id: String::new(),
            class: "add-item-to-collection-button",
            icon: "add-to-collection-icon",
            text: words.add_to,
            label: Some(words.add_to_collection),
            visible: true,
        },
    );
    *out += &format!(
        "<input type=\"hidden\" name=\"collectionIds-{asin}\" value=\"[{}]\" id=\"collectionIds-{asin}\">\n",
        title.collections.join(", ")
    );
}

fn finished(out: &mut String, look: &Look, asin: &str, is_finished: bool) {
    let words = look.language.words();
    small(
        out,
        &Small {
            id: format!("mark-as-unfinished-button-{asin}"),
            class: "mark-as-unfinished-button",
            icon: "unfinished-icon",
            text: words.mark_unfinished,
            label: None,
            visible: is_finished,
        },
    );
    small(
        out,
        &Small {
            id: format!("mark-as-finished-button-{asin}"),
            class: "mark-as-finished-button",
            icon: "finished-icon",
            text: words.mark_finished,
            label: None,
            visible: !is_finished,
        },
    );
    *out += "<input type=\"hidden\" name=\"markAsFinishedToken\" value=\"sim\" class=\"markAsFinished-csrf-token\">\n";
}

fn files(out: &mut String, look: &Look, title: &Title) {
    let words = look.language.words();
    let asin = &title.asin;
    blanks(out, 500);
    if title.pdf {
        file(out, "pdf", &format!("/companion-file/{asin}"), asin, words.pdf);
    }
    let playable = title.plus.is_none_or(|plus| plus.available && !plus.preorder);
    if playable && title.shape != Shape::Show {
        let name = query_value(&slug(&title.title));
        let href = format!("/library/download?asin={asin}&amp;codec=AAX_44_128&amp;name={name}");
        file(out, "download", &href, asin, words.download);
    }
}

fn file(out: &mut String, kind: &str, href: &str, asin: &str, text: &str) {
    *out += &format!(
        "<span id=\"{kind}-button-{asin}\" class=\"bc-button\n  bc-button-simple\n  bc-button-small\n  bc-button-inline\">\n\
         <a class=\"bc-button-text\" href=\"{href}\" tabindex=\"0\" role=\"button\">\n\
         <span class=\"bc-text\n    bc-button-text-inner\n    bc-size-action-small\">\n\
         <i aria-hidden=\"true\" class=\"bc-icon\n    bc-icon-fill-base\n    bc-icon-{kind}-s2\n    library-button-row-icon\n    bc-icon-{kind}\n    bc-color-base\">\n</i>\n\
         <span class=\"bc-text\n    small-padding-left\">{text}</span>\n</span>\n</a>\n</span>\n"
    );
}
