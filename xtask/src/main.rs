//! The commands of the project: each one sets up what it needs and starts the programs that do the work.

mod bench;
mod check;
mod demo;
mod dist;
mod extension;
mod postgres;
mod process;
mod run;
mod say;
mod setup;
mod soak;
mod steps;
mod test;
mod tidy;
mod workspace;
mod xvfb;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// What a person typed after `cargo xtask`.
#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, tests, packs and runs Me Feed Audible connector")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the whole way in a real browser, against the simulator; needs no account
    Demo {
        /// End after one import and print one line of JSON
        #[arg(long)]
        once: bool,
        /// Passed on to the demo program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Builds the extension and starts the server on its embedded database
    Run {
        /// Passed on to `ingest-server serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// The whole check; what continuous integration runs
    Test,
    /// The quick part of the check, for every few minutes
    Check,
    /// The long forms: large libraries, packing twice, advisories
    Soak,
    /// The benchmarks; ratios come from one run
    Bench {
        /// Passed on to the benchmark program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Checks the rules of the source tree
    Tidy,
    /// Builds dist/chrome and dist/firefox and checks the WASM budgets
    BuildExtension {
        /// Record today's WASM sizes as the new measure, with the reason why they grew
        #[arg(long, value_name = "REASON")]
        accept_sizes: Option<String>,
    },
    /// Packs both store packages and the source archive
    Dist {
        /// Build from two fresh clones at different paths and compare the bytes
        #[arg(long)]
        verify: bool,
    },
}

fn main() -> ExitCode {
    match Workspace::find().and_then(|workspace| obey(&workspace, Arguments::parse().command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failed(&error);
            ExitCode::FAILURE
        }
    }
}

fn obey(workspace: &Workspace, command: Command) -> Result<()> {
    match command {
        Command::Demo { once, rest } => demo::run(workspace, once, &rest),
        Command::Run { rest } => run::run(workspace, &rest),
        Command::Test => test::run(workspace),
        Command::Check => check::run(workspace),
        Command::Soak => soak::run(workspace),
        Command::Bench { rest } => bench::run(workspace, &rest),
        Command::Tidy => tidy::run(workspace),
        Command::BuildExtension { accept_sizes } => {
            extension::build_within_budget(workspace, accept_sizes.as_deref())
        }
        Command::Dist { verify: true } => dist::verify(workspace),
        Command::Dist { verify: false } => dist::run(workspace),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_follows_run_reaches_the_server_untouched() {
        let arguments = Arguments::parse_from(["xtask", "run", "--listen", "127.0.0.1:9000"]);
        let Command::Run { rest } = arguments.command else { panic!("another command") };
        assert_eq!(rest, ["--listen", "127.0.0.1:9000"]);
    }
}
