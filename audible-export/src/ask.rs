//! The sign-in in the person's own browser, and the address that they paste.

use std::{
    io::{BufRead as _, Read as _, stdin},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Result, bail};
use audible_client::{attempt::Attempt, landing::AuthorizationCode};
use tokio::{sync::mpsc, time::timeout};

use crate::say::say;

/// How often an address may be pasted.
const TRIES: usize = 5;

/// Most that is read of standard input.
const MOST: u64 = 256 * 1024;

/// What is pasted arrives at once; lines that come within this time belong together.
const TOGETHER: Duration = Duration::from_millis(200);

/// Shows where to sign in and waits for the address at its end.
pub(crate) async fn code(attempt: &Attempt, open: bool) -> Result<AuthorizationCode> {
    let url = attempt.authorize_url();
    say("Sign in at Amazon in your browser:\n");
    say(format_args!("{url}\n"));
    if open && !opened(url.as_str()) {
        say("It could not be opened with xdg-open; please open it yourself.");
    }
    say("At the end you see a page that says that something was not found. That is right.");
    let mut lines = lines();
    for _ in 0..TRIES {
        say("Paste the address of that page here and press Enter:");
        let Some(pasted) = pasted(&mut lines).await else { break };
        match AuthorizationCode::from_landing(&pasted, attempt.marketplace()) {
            Ok(code) => return Ok(code),
            Err(why) => say(format_args!("That does not work: {why}.")),
        }
    }
    bail!("no address with a code of a sign-in was pasted");
}

fn opened(url: &str) -> bool {
    let quiet = || Stdio::null();
    let mut command = Command::new("xdg-open");
    command.arg(url).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn().is_ok()
}

/// A line and those that came with it; none at the end of the input.
async fn pasted(lines: &mut mpsc::UnboundedReceiver<String>) -> Option<String> {
    let mut text = lines.recv().await?;
    while let Ok(Some(line)) = timeout(TOGETHER, lines.recv()).await {
        text.push('\n');
        text.push_str(&line);
    }
    Some(text)
}

/// Lines of standard input. A thread of its own reads them: the program must be able to end while that
/// still waits.
fn lines() -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    thread::spawn(move || {
        let mut input = stdin().lock().take(MOST);
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).trim().to_owned();
            line.clear();
            if sender.send(text).is_err() {
                return;
            }
        }
    });
    receiver
}
