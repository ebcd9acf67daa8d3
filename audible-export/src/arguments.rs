//! What can be said on the command line. No secret can: other users of the machine read it there.

use std::path::PathBuf;

use clap::Parser;
use shared::ids::{Marketplace, NotAMarketplace};
use url::Url;

/// Where the library goes unless something else is asked for.
pub(crate) const FILE: &str = "audible_library.json";

const CODES: &str = "\
Ends with 0 when everything went well, 1 when there is no library, 2 when the command line is wrong, \
3 when titles are missing in the file, 4 when the device is still on Amazon's list, \
130 when it was stopped.

You sign in at Amazon in your own browser. Amazon lists a new device, \"Me Feed - Web\", until the \
library was read; then this program takes it off the list again, also when the reading failed.";

/// Saves your Audible library as Audible itself tells it.
#[derive(Debug, Parser)]
#[command(version, after_help = CODES)]
pub(crate) struct Arguments {
    /// Your shop: us, uk, de, fr, ca, it, au, in, jp, es or br
    #[arg(long, value_name = "SHOP", value_parser = marketplace)]
    pub(crate) marketplace: Marketplace,
    /// The file to make, which must not be there yet; - for standard output
    #[arg(long, value_name = "FILE", default_value = FILE, conflicts_with = "upload")]
    pub(crate) output: PathBuf,
    /// Brings the library to your server instead; its token is read from MEFEED_TOKEN or --token-file
    #[arg(long, value_name = "URL")]
    pub(crate) upload: Option<Url>,
    /// A file with nothing but the server's token
    #[arg(long, value_name = "FILE", requires = "upload")]
    pub(crate) token_file: Option<PathBuf>,
    /// Opens Amazon's sign-in with xdg-open
    #[arg(long)]
    pub(crate) open: bool,
}

fn marketplace(code: &str) -> Result<Marketplace, NotAMarketplace> {
    Marketplace::parse(code)
}
