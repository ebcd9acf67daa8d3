//! The page for files: what it says to each kind of file, and one from the form to its receipt.

use anyhow::Result;

use super::Walk;

impl Walk {
    pub(super) async fn files(&self) -> Result<()> {
        self.open("files").await?;
        self.shoot_page("files").await?;
        for (name, sample, shows) in [
            ("file-refused", "audible_cli/wishlist/input.csv", "[role=alert]"),
            ("file-nothing", "amazon_data/purchases/input.csv", ".picking"),
            ("file-shelves", "goodreads/export/input.csv", ".picking"),
            ("file-without-shop", "audible_cli/tsv/input.tsv", ".picking"),
            ("file-preview", "libation/csv_american/input.csv", ".picking"),
        ] {
            self.world.bring(sample).await?;
            self.shows(shows).await?;
            self.shoot_page(name).await?;
        }
        self.press(".picks input:checked").await?;
        self.press("button[value=import]").await?;
        self.shows(".notice-ok").await?;
        self.shoot_page("file-imported").await?;
        self.press(".receipt a").await?;
        self.shows("h1 + .lead").await?;
        self.shoot_page("file-receipt").await
    }
}
