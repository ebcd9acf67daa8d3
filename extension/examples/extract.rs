//! Prints what a saved library page yields, as one JSON object: `extract PAGE.html`.

use std::{env, fs, process::ExitCode};

use extension::extract::{PageKind, extract};

fn main() -> ExitCode {
    let Some(path) = env::args_os().nth(1) else {
        eprintln!("usage: extract PAGE.html");
        return ExitCode::from(2);
    };
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("cannot read {}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    };
    let extracted = extract(&String::from_utf8_lossy(&bytes));
    if extracted.kind != PageKind::Library {
        eprintln!("not a library page that can be read: {:?}", extracted.kind);
    }
    match serde_json::to_string(&extracted) {
        Ok(json) => {
            print(&json);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot print the result: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the output is the purpose of this program")]
fn print(json: &str) {
    println!("{json}");
}
