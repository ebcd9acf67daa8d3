//! The product on this machine: both extensions built, the server on its embedded database.

use std::{env, fs, path::Path};

use anyhow::{Context, Result};

use crate::{extension, process, say, workspace::Workspace};

/// Variable that tells the server where to keep its data.
const DATA: &str = "MEFEED_DATA_DIR";

/// Builds, says what to do next, and serves until it is interrupted.
pub(crate) fn run(workspace: &Workspace, rest: &[String]) -> Result<()> {
    extension::build(workspace)?;
    let data = env::var_os(DATA).map_or_else(|| workspace.target.join("mefeed-data"), Into::into);
    fs::create_dir_all(&data).with_context(|| format!("create {}", data.display()))?;
    say::heading("What to do next");
    for line in advice(&workspace.dist(), &data) {
        say::note(&line);
    }
    let mut cargo = workspace.cargo(["run", "--locked", "-p", "ingest-server", "--", "serve"]);
    process::run(cargo.args(rest).env(DATA, &data))
}

fn advice(dist: &Path, data: &Path) -> Vec<String> {
    let (dist, data) = (dist.display(), data.display());
    let server = format!("{DATA}='{data}' cargo run -q -p ingest-server --");
    vec![
        "1. Open the link that the server prints below at its first start, and make your account."
            .to_owned(),
        format!("     For another link: {server} user reset-password --help"),
        "2. Load the extension:".to_owned(),
        format!(
            "     Chrome, Edge, Brave: chrome://extensions, Developer mode, Load unpacked: {dist}/chrome"
        ),
        format!(
            "     Firefox: about:debugging, This Firefox, Load Temporary Add-on: {dist}/firefox/manifest.json"
        ),
        "3. Click its icon, enter the address below, press Connect, and read your library."
            .to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_names_both_folders_and_the_data() {
        let text = advice(Path::new("/p/dist"), Path::new("/p/data")).join("\n");
        for part in ["/p/dist/chrome", "/p/dist/firefox/manifest.json", "MEFEED_DATA_DIR='/p/data'"]
        {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
    }
}
