//! Benchmarks: each one measures us beside the least that the same work can cost, in one run.
//!
//! `cargo xtask bench [reading] [import] [memory]`; without a name all of them run.

mod import;
mod memory;
mod reading;
mod server;

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        bail!("another TLS provider was installed before ours");
    }
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let [name] = asked.as_slice()
        && name == memory::CHILD
    {
        return memory::child().await;
    }
    if let Some(unknown) = asked.iter().find(|name| !NAMES.contains(&name.as_str())) {
        bail!("there is no benchmark {unknown}; there are {}", NAMES.join(", "));
    }
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|each| each == name);
    if wanted("reading") {
        reading::run();
    }
    if wanted("import") {
        import::run().await?;
    }
    if wanted("memory") {
        memory::run().await?;
    }
    Ok(())
}

const NAMES: [&str; 3] = ["reading", "import", "memory"];

/// One line of the result.
#[expect(clippy::print_stdout, reason = "the result of the command")]
fn tell(line: &str) {
    println!("{line}");
}
