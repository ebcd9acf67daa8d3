//! Saves a person's own Audible library as a file, or brings it to their server.
//!
//! Reading order: `arguments`, `export` (what happens, one after the other), `ask` (the address that
//! the person pastes), `destination` and `upload` (where the library goes), `stop`, `clock`, `say`.

mod arguments;
mod ask;
mod clock;
mod destination;
mod export;
mod say;
mod stop;
mod upload;

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    export::run(arguments::Arguments::parse()).await
}
