//! Item to wire: nothing is lost, and [`crate::validate`] takes the way back.

use super::v1;
use crate::{
    ids::Marketplace,
    item::{Item, Listening, Person},
    percent::Percent,
    when::When,
};

impl v1::Item {
    /// The wire form; `audible_url` is filled in when the marketplace is known.
    pub fn from_item(item: &Item, marketplace: Option<Marketplace>) -> Self {
        let availability = v1::Availability {
            plus: item.availability.plus,
            available: item.availability.available,
            preorder: item.availability.preorder,
        };
        Self {
            asin: item.asin.to_string(),
            title: item.title.clone(),
            subtitle: item.subtitle.clone(),
            authors: item.authors.iter().map(person).collect(),
            narrators: item.narrators.iter().map(person).collect(),
            series: item
                .series
                .iter()
                .map(|series| v1::Series {
                    title: series.title.clone(),
                    asin: series.asin.as_ref().map(ToString::to_string),
                    sequence: series.sequence.clone(),
                })
                .collect(),
            runtime_minutes: item.runtime_minutes,
            release_date: item.release_date.map(|day| When::Day(day).to_string()),
            purchase_date: item.purchase_date.map(|when| when.to_string()),
            publisher: item.publisher.clone(),
            language: item.language.clone(),
            categories: item.categories.clone(),
            summary: item.summary.clone(),
            cover_url: item.cover_url.clone(),
            rating: item
                .rating
                .map(|rating| v1::Rating { average: rating.average, count: rating.count }),
            my_rating: item.my_rating,
            listening: item.listening.map(listening),
            content_type: item.content_type.clone(),
            delivery_type: item.delivery_type.clone(),
            sku: item.sku.clone(),
            availability: (availability != v1::Availability::default()).then_some(availability),
            favorite: item.favorite,
            collections: item.collections.clone(),
            enriched: item.enriched,
            audible_url: marketplace.map(|shop| shop.product_url(&item.asin)),
            rank: item.rank,
            source_extra: item.source_extra.clone(),
        }
    }
}

fn person(person: &Person) -> v1::Person {
    v1::Person { name: person.name.clone(), asin: person.asin.as_ref().map(ToString::to_string) }
}

fn listening(listening: Listening) -> v1::Listening {
    let plain = |state, percent| v1::Listening {
        state,
        percent: Some(percent),
        minutes_left: None,
        finished_at: None,
    };
    match listening {
        Listening::NotStarted => plain(v1::ListeningState::NotStarted, Percent::ZERO),
        Listening::InProgress { percent, minutes_left } => {
            v1::Listening { minutes_left, ..plain(v1::ListeningState::InProgress, percent) }
        }
        Listening::Finished { percent, on } => v1::Listening {
            finished_at: on.map(|on| on.to_string()),
            ..plain(v1::ListeningState::Finished, percent)
        },
    }
}
