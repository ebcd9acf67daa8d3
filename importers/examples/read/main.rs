//! Prints what a file yields, as JSON: `cargo run -p importers --example read -- FILE`.

mod told;

use std::{fs::File, io::Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a file")?;
    let found = told::told(File::open(path)?);
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&found)?)?;
    Ok(())
}
