//! What happens, one after the other: sign in, register, read, take the device off, give out.

use std::{process::ExitCode, sync::Arc};

use anyhow::{Context as _, Error, Result, anyhow};
use audible_client::{
    account::Account,
    attempt::Attempt,
    client::{Client, Manners, Network},
    error::AudibleError,
    library::Ask,
};
use shared::ids::Marketplace;

use crate::{
    arguments::Arguments,
    ask, clock,
    destination::{Destination, Draft, Finished},
    say::{self, say},
    stop::Stop,
};

const FAILED: u8 = 1;
const INCOMPLETE: u8 = 3;
const DEVICE_LEFT: u8 = 4;
const STOPPED: u8 = 130;

/// A library that was read.
struct Read {
    library: Finished,
    complete: bool,
}

/// Why there is none.
enum Unread {
    Failed(Error),
    Stopped,
}

/// Does everything and says how it went.
pub(crate) async fn run(arguments: Arguments) -> ExitCode {
    let shop = arguments.marketplace;
    let (destination, draft, account, mut stop) = match begin(&arguments).await {
        Ok(begun) => begun,
        Err(error) => {
            say::error(&error);
            return FAILED.into();
        }
    };
    let read = read(&account, draft, &mut stop).await;
    // Whatever became of the reading, the device goes.
    let device_left = tokio::select! {
        taken_off = take_off(&account, shop) => !taken_off,
        () = stop.wait() => {
            say(format_args!("Not waited for Amazon any more. {}", by_hand(shop)));
            true
        }
    };
    let code = match read {
        Err(Unread::Stopped) => {
            say("Stopped; nothing was saved.");
            STOPPED
        }
        Err(Unread::Failed(error)) => {
            say::error(&error);
            FAILED
        }
        Ok(read) => match destination.deliver(read.library, shop, &mut stop).await {
            Err(error) => {
                say::error(&error);
                FAILED
            }
            Ok(()) if !read.complete => INCOMPLETE,
            Ok(()) => 0,
        },
    };
    if code == 0 && device_left { DEVICE_LEFT.into() } else { code.into() }
}

/// Up to the registered device. Until then Ctrl-C ends the program at once, for there is nothing to
/// tidy up.
async fn begin(arguments: &Arguments) -> Result<(Destination, Draft, Arc<Account>, Stop)> {
    let shop = arguments.marketplace;
    let destination = Destination::of(arguments)?;
    // Whether a file can be made there; it goes at once, for Ctrl-C would leave it behind.
    drop(destination.open()?);
    let client = Client::new(&Network::default(), Manners::default(), clock::now())
        .context("preparing the way to Audible")?;
    let attempt = Attempt::new(shop, &clock::random());
    let code = ask::code(&attempt, arguments.open).await?;
    let stop = Stop::listen()?;
    let draft = destination.open()?;
    let credentials = match client.register(&attempt, &code).await {
        Ok(credentials) => credentials,
        Err(error) => {
            // Amazon may have registered it and only its answer was lost.
            if !matches!(error, AudibleError::CodeRefused) {
                say(format_args!(
                    "It is not known whether a device was registered. {}",
                    by_hand(shop)
                ));
            }
            return Err(Error::new(error).context("registering with Amazon"));
        }
    };
    say(format_args!("Amazon now lists the device \"{}\".", credentials.device_name));
    Ok((destination, draft, Arc::new(client.account(credentials)), stop))
}

/// Reads in a task of its own, so that not even a mistake of ours keeps the device.
async fn read(account: &Arc<Account>, draft: Draft, stop: &mut Stop) -> Result<Read, Unread> {
    let mut task = tokio::spawn(read_all(Arc::clone(account), draft));
    tokio::select! {
        done = &mut task => match done {
            Ok(read) => read.map_err(Unread::Failed),
            Err(_) => Err(Unread::Failed(anyhow!("this program has a mistake; please report it"))),
        },
        () = stop.wait() => {
            task.abort();
            // Ended in any case; its file goes with it.
            let _ = task.await;
            Err(Unread::Stopped)
        }
    }
}

async fn read_all(account: Arc<Account>, mut draft: Draft) -> Result<Read> {
    let mut reading = account.library(Ask::Full).keeping_raw();
    while let Some(page) = reading.next().await.context("reading the library")? {
        for title in &page.raw {
            draft.push(title)?;
        }
        let total = reading.total().map(|total| format!(" of {total}")).unwrap_or_default();
        say(format_args!("{}{total} titles", reading.seen()));
    }
    let complete = reading.is_complete();
    if !complete {
        say("Titles are missing: Audible did not give all that it counts.");
    }
    Ok(Read { library: draft.finish()?, complete })
}

/// Takes the device off Amazon's list and says so; false when it is still there.
async fn take_off(account: &Account, shop: Marketplace) -> bool {
    match account.deregister().await {
        Ok(()) => {
            say("The device has been taken off Amazon's list.");
            true
        }
        Err(error) => {
            say::error(&Error::new(error).context("taking the device off Amazon's list"));
            say(by_hand(shop));
            false
        }
    }
}

fn by_hand(shop: Marketplace) -> String {
    format!(
        "Please look at \"Manage Your Content and Devices\" (https://www.amazon.{}/mycd) under \
         Devices and remove \"Me Feed - Web\" there.",
        shop.tld()
    )
}
