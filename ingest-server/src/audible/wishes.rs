//! Use case: the wishlist, as the last sync found it.

use std::cmp::Reverse;

use jiff::Timestamp;
use shared::{ids::Marketplace, wire::v1};

use crate::{
    app::App,
    store::{AccountId, StoreError, connections::WishRow, rows::Key},
};

/// A title of a wishlist.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The shop.
    pub marketplace: Marketplace,
    /// The title, as in an import.
    pub item: v1::Item,
    /// When it was added, as Audible says it.
    pub added_at: Option<String>,
}

/// The wishlist of one shop, or of all as one list; newest first, and then what Audible gives no date, in
/// its order.
///
/// # Errors
///
/// The database's, or a row that cannot be read.
pub async fn all(
    app: &App,
    owner: AccountId,
    marketplace: Option<Marketplace>,
) -> Result<Vec<Wish>, StoreError> {
    let code = marketplace.map_or("", Marketplace::code);
    let rows = app.store().wishes(owner, code).await?;
    let unread = |column, reason: &dyn std::fmt::Display| {
        StoreError::row("wishes", column, Key(owner), reason)
    };
    let wish = |row: WishRow| {
        Ok(Wish {
            marketplace: Marketplace::parse(&row.marketplace)
                .map_err(|error| unread("marketplace", &error))?,
            item: serde_json::from_str(&row.item).map_err(|error| unread("item", &error))?,
            added_at: row.added_at,
        })
    };
    let mut wishes = rows.into_iter().map(wish).collect::<Result<Vec<_>, StoreError>>()?;
    wishes.sort_by_cached_key(|wish| Reverse(moment(wish)));
    Ok(wishes)
}

fn moment(wish: &Wish) -> Option<Timestamp> {
    wish.added_at.as_deref()?.parse().ok()
}
