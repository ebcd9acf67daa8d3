//! Compares what was sent with what the simulator's titles really are, field by field.

use audible_sim::{Truth, truth::TruthState};
use shared::wire::v1::{Item, ListeningState};

/// Every title, once, in order, with every field.
#[track_caller]
pub(crate) fn same(items: &[Item], truths: &[Truth]) {
    let sent: Vec<&str> = items.iter().map(|item| &*item.asin).collect();
    let owned: Vec<&str> = truths.iter().map(|truth| &*truth.asin).collect();
    assert_eq!(sent, owned);
    for (item, truth) in items.iter().zip(truths) {
        one(item, truth);
    }
}

#[track_caller]
fn one(item: &Item, truth: &Truth) {
    let asin = &truth.asin;
    assert_eq!(item.title, truth.title, "{asin}");
    assert_eq!(item.subtitle, truth.subtitle, "{asin}");
    people(item, truth);
    series(item, truth);
    assert_eq!(item.runtime_minutes, truth.runtime_minutes, "{asin}");
    assert_eq!(item.release_date, truth.release_date, "{asin}");
    assert_eq!(item.publisher, truth.publisher, "{asin}");
    assert_eq!(item.language, truth.language, "{asin}");
    assert_eq!(item.categories, truth.categories, "{asin}");
    assert_eq!(words(item.summary.as_deref()), words(truth.summary.as_deref()), "{asin}");
    assert_eq!(item.cover_url, truth.cover_url, "{asin}");
    let rating = item.rating.map(|rating| (rating.average, rating.count));
    let owned = truth.rating.as_ref().map(|rating| (rating.average, u64::from(rating.count)));
    assert_eq!(rating, owned, "{asin}");
    assert_eq!(item.my_rating, truth.my_rating, "{asin}");
    listening(item, truth);
    assert_eq!(item.content_type.as_ref(), Some(&truth.content_type), "{asin}");
    assert_eq!(item.delivery_type.as_ref(), Some(&truth.delivery_type), "{asin}");
    assert_eq!(item.sku, truth.sku, "{asin}");
    let availability = item.availability.expect("a row says whether it can be played");
    assert_eq!(availability.plus, Some(truth.plus), "{asin}");
    assert_eq!(availability.available, Some(truth.available), "{asin}");
    assert_eq!(availability.preorder, Some(truth.preorder), "{asin}");
    assert_eq!(item.favorite.unwrap_or_default(), truth.favorite, "{asin}");
    assert_eq!(item.collections, truth.collections, "{asin}");
    assert_eq!(item.source_extra.contains_key("pdf_url"), truth.pdf, "{asin}");
    assert_eq!(item.enriched, truth.enriched, "{asin}");
    assert_eq!(item.audible_url.as_ref(), Some(&truth.audible_url), "{asin}");
}

#[track_caller]
fn people(item: &Item, truth: &Truth) {
    let authors: Vec<_> = item.authors.iter().map(|one| (&one.name, &one.asin)).collect();
    let owned: Vec<_> = truth.authors.iter().map(|one| (&one.name, &one.asin)).collect();
    assert_eq!(authors, owned, "{}", truth.asin);
    let narrators: Vec<&String> = item.narrators.iter().map(|one| &one.name).collect();
    assert_eq!(narrators, truth.narrators.iter().collect::<Vec<_>>(), "{}", truth.asin);
}

#[track_caller]
fn series(item: &Item, truth: &Truth) {
    let series: Vec<_> =
        item.series.iter().map(|one| (&one.title, one.asin.as_ref(), &one.sequence)).collect();
    let owned: Vec<_> =
        truth.series.iter().map(|one| (&one.title, Some(&one.asin), &one.sequence)).collect();
    assert_eq!(series, owned, "{}", truth.asin);
}

#[track_caller]
fn listening(item: &Item, truth: &Truth) {
    let (Some(heard), Some(owned)) = (&item.listening, &truth.listening) else {
        assert_eq!(item.listening.is_some(), truth.listening.is_some(), "{}", truth.asin);
        return;
    };
    let state = match owned.state {
        TruthState::NotStarted => ListeningState::NotStarted,
        TruthState::InProgress => ListeningState::InProgress,
        TruthState::Finished => ListeningState::Finished,
    };
    assert_eq!(heard.state, state, "{}", truth.asin);
    let percent = heard.percent.expect("every state has a percentage");
    let percent = serde_json::to_value(percent).unwrap().as_f64().unwrap();
    assert!((percent - f64::from(owned.percent)).abs() < 0.05, "{}: {percent}", truth.asin);
    assert_eq!(heard.minutes_left, owned.minutes_left, "{}", truth.asin);
}

fn words(text: Option<&str>) -> Option<String> {
    text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}
