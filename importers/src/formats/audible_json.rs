//! Audible's own JSON, saved as its API answered: an object with `items`, a bare list, or several of either
//! one after the other.

use serde_json::Value;
use shared::product;

use crate::{
    draft::{Draft, Verdict},
    format::{Format, Names, Nested},
    json::Head,
};

pub(crate) const NESTED: Nested =
    Nested { format: Format::AudibleJson, is, lists: &["items", ""], title };

/// Fields that only Audible's own answers have, whatever groups were asked for.
const OWN: [&str; 10] = [
    "content_delivery_type",
    "product_images",
    "format_type",
    "issue_date",
    "publication_datetime",
    "library_status",
    "merchandising_summary",
    "publisher_name",
    "is_listenable",
    "origin_type",
];

fn is(head: &Head) -> bool {
    // A document that names its own format is another program's, with the same entries.
    head.text("format").is_none() && NESTED.lists.iter().any(|list| is_list(head, list))
}

/// Where the library has items, the wishlist and the catalog have products: what nobody has yet.
pub(crate) fn is_wishlist(head: &Head) -> bool {
    is_list(head, "products")
}

fn is_list(head: &Head, list: &str) -> bool {
    let entries = head.list(list);
    let names = Names::of_entries(entries);
    let written_out = entries
        .iter()
        .any(|entry| ["authors", "narrators"].into_iter().any(|people| entry[people].is_string()));
    let known = names.any(&OWN) || head.members.contains_key("response_groups");
    names.all(&["asin"]) && known && !written_out
}

fn title(entry: &Value, _: &Head, draft: &mut Draft) -> Verdict {
    draft.raw = product::owned(entry);
    keep_listening(draft);
    Verdict::Title
}

/// What the product says of listening stays as it is.
pub(super) fn keep_listening(draft: &mut Draft) {
    if let Some(heard) = draft.raw.listening.take() {
        draft.state = Some(heard.state);
        draft.percent = heard.percent;
        draft.left = heard.left;
        draft.finished_at = heard.finished_at;
    }
}
