//! The person signs in by the own browser and pastes the address on which that ended.

use anyhow::{Context, Result, bail};
use audible_client::{
    attempt::Attempt,
    landing::{AuthorizationCode, NoCode},
};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Stdin};

use crate::say;

/// Longest line that is read, in bytes; no address is longer.
const LONGEST: u64 = 64 * 1024;

/// Shows where to sign in, and asks until what is pasted has the code.
pub(crate) async fn code(attempt: &Attempt) -> Result<AuthorizationCode> {
    say::line("Open this address in your browser and sign in there:\n");
    say::line(attempt.authorize_url().as_str());
    say::line(
        "\nAfter signing in, Amazon shows a page that it cannot find. Copy the whole address of that page \
         out of your browser, paste it here and press Enter:",
    );
    let mut input = BufReader::new(tokio::io::stdin());
    loop {
        let pasted = line(&mut input).await?;
        match AuthorizationCode::from_landing(&pasted, attempt.marketplace()) {
            Ok(code) => return Ok(code),
            Err(why) => say::line(&format!("{}. Paste the address once more:", advice(why))),
        }
    }
}

async fn line(input: &mut BufReader<Stdin>) -> Result<String> {
    let mut bytes = Vec::new();
    let read = input.take(LONGEST).read_until(b'\n', &mut bytes).await;
    if read.context("cannot read what you paste")? == 0 {
        bail!("nothing was pasted; no device was registered");
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

const fn advice(why: NoCode) -> &'static str {
    match why {
        NoCode::Empty => "The line is empty",
        NoCode::OtherPage => "This is not the address of the page on which the sign-in ended",
        NoCode::SignInPage => "This is the address of the sign-in page; sign in there first",
        NoCode::WithoutCode => "The sign-in ended without a code; open the address above again",
        NoCode::OtherMarketplace => "This sign-in was at another shop",
        NoCode::TooLong => "This is longer than any such address",
    }
}
