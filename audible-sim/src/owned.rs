//! A title of the library as the API gives it: what the catalog has, and what is the person's own.

use serde_json::{Map, Value, json};

use crate::catalog::{self, Groups};
use crate::holding::{Holding, Wish, added_at, bought_at};
use crate::library::{Progress, Shape, Title};

/// Groups that the library has and the catalog has not.
pub(crate) const GROUPS: [&str; 16] = [
    "is_archived",
    "is_downloaded",
    "is_finished",
    "is_playable",
    "is_removable",
    "is_returnable",
    "is_visible",
    "listening_status",
    "order_details",
    "origin_asin",
    "pdf_url",
    "percent_complete",
    "profile_sharing",
    "purchase_date",
    "shared",
    "ws4v_rights",
];

/// One entry of the list. Groups that were not asked for leave their fields there, as null.
pub(crate) fn item(title: &Title, holding: &Holding, groups: &Groups, revoked: bool) -> Value {
    let mut item = catalog::described(title, groups);
    let mut put = |asked: bool, name: &str, value: Value| {
        item.insert(name.to_owned(), if asked { value } else { Value::Null });
    };
    let plus = title.plus;
    let available = plus.is_none_or(|plus| plus.available);
    let origin = if plus.is_some() { "AudibleComplimentaryOriginal" } else { "Purchase" };
    let added = added_at(title).map(|at| {
        json!({
            "date_added": at,
            "is_pending": null,
            "is_preordered": plus.is_some_and(|plus| plus.preorder),
            "is_removable": plus.is_some(),
            "is_visible": true,
        })
    });
    put(true, "status", json!(if revoked { "Revoked" } else { "Active" }));
    put(true, "purchase_date", json!(bought_at(title)));
    put(true, "library_status", json!(added));
    let finished = title.progress == Some(Progress::Finished);
    let percent = percent(title.progress);
    put(groups.any(&["is_finished"]), "is_finished", json!(finished));
    put(groups.any(&["percent_complete"]), "percent_complete", json!(percent));
    put(groups.any(&["listening_status"]), "listening_status", listening(title, holding));
    put(groups.any(&["is_downloaded"]), "is_downloaded", json!(false));
    put(groups.any(&["is_playable"]), "is_playable", json!(available && !revoked));
    put(groups.any(&["is_archived"]), "is_archived", json!(false));
    put(groups.any(&["is_removable"]), "is_removable", json!(plus.is_some()));
    put(groups.any(&["is_visible"]), "is_visible", json!(true));
    put(groups.any(&["product_plans"]), "is_ayce", json!(plus.is_some()));
    put(groups.any(&["order_details", "origin_asin"]), "origin_type", json!(origin));
    put(groups.any(&["origin_asin"]), "origin_asin", json!(title.asin));
    let rights = json!({ "is_consumable": available && !revoked });
    put(groups.any(&["customer_rights"]), "customer_rights", rights);
    let pdf = title.pdf.then(|| format!("https://www.audible.com/companion-file/{}", title.asin));
    put(groups.any(&["pdf_url"]), "pdf_url", json!(pdf));
    put(groups.any(&["provided_review"]), "provided_review", review(title));
    if let Shape::Episode { show, .. } = &title.shape {
        put(groups.any(&["product_attrs"]), "publication_name", json!(show));
    }
    Value::Object(item)
}

/// Percent as a number that is not always whole; a finished one sometimes stops at 99.
fn percent(progress: Option<Progress>) -> f64 {
    match progress {
        Some(Progress::Finished) => 99.0,
        Some(Progress::InProgress { meter, .. }) => f64::from(meter.min(100)),
        _ => 0.0,
    }
}

fn listening(title: &Title, holding: &Holding) -> Value {
    let Some(progress) = title.progress else { return Value::Null };
    let left = match progress {
        Progress::InProgress { minutes_left, .. } => u64::from(minutes_left) * 60,
        Progress::Finished => 0,
        Progress::NotStarted => u64::from(title.runtime_minutes) * 60,
    };
    // Half of the titles say the day themselves; it is that of their newest mark.
    let at = holding.finished_at(title).filter(|_| title.runtime_minutes.is_multiple_of(2));
    json!({
        "is_finished": progress == Progress::Finished,
        "percent_complete": percent(Some(progress)),
        "time_remaining_seconds": left,
        "finished_at_timestamp": at,
    })
}

fn review(title: &Title) -> Value {
    if title.my_rating == 0 {
        return Value::Null;
    }
    let stars = json!(title.my_rating);
    json!({ "ratings": {
        "overall_rating": stars, "performance_rating": stars, "story_rating": stars,
    } })
}

/// A title of the wishlist.
pub(crate) fn wish(wish: &Wish, groups: &Groups) -> Value {
    let mut product: Map<String, Value> = catalog::described(&wish.title, groups);
    product.insert("added_timestamp".to_owned(), json!(wish.added_at));
    Value::Object(product)
}
