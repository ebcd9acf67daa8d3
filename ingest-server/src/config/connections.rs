//! Arguments of connections with Audible.

use std::path::{Path, PathBuf};

use anyhow::Context;
use audible_client::secret::Secret as KeyText;
use clap::Args;
use url::Url;

use crate::audible::{self, vault::MasterKey};

/// Connections with Audible that the server keeps.
#[derive(Debug, Args)]
pub(super) struct AudibleArgs {
    /// Base64 of 32 bytes that seal the secrets of connections with Audible; without it there are none.
    #[arg(long, global = true, env = "AUDIBLE_ENCRYPTION_KEY", hide_env_values = true)]
    audible_encryption_key: Option<KeyText>,
    /// File with that key.
    #[arg(
        long,
        global = true,
        env = "AUDIBLE_ENCRYPTION_KEY_FILE",
        conflicts_with = "audible_encryption_key"
    )]
    audible_encryption_key_file: Option<PathBuf>,
    /// The key before, until `rotate-key` has sealed everything with the new one.
    #[arg(long, global = true, env = "AUDIBLE_ENCRYPTION_KEY_PREVIOUS", hide_env_values = true)]
    audible_encryption_key_previous: Option<KeyText>,
    /// File with that key.
    #[arg(
        long,
        global = true,
        env = "AUDIBLE_ENCRYPTION_KEY_PREVIOUS_FILE",
        conflicts_with = "audible_encryption_key_previous"
    )]
    audible_encryption_key_previous_file: Option<PathBuf>,
    /// Let people connect by giving the server their Amazon password. Amazon's own page is the better way.
    #[arg(long, global = true, env = "MEFEED_AUDIBLE_PASSWORD_LOGIN", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, default_value = "false", default_missing_value = "true")]
    audible_password_login: bool,
    /// Address that is told when a connection stops syncing.
    #[arg(long, global = true, env = "MEFEED_WEBHOOK_URL", hide_env_values = true)]
    webhook_url: Option<Url>,
}

impl AudibleArgs {
    pub(super) fn settings(&self) -> anyhow::Result<audible::Settings> {
        let key = key(
            "AUDIBLE_ENCRYPTION_KEY",
            self.audible_encryption_key.as_ref(),
            self.audible_encryption_key_file.as_deref(),
        )?;
        let previous_key = key_of_before(self)?;
        Ok(audible::Settings {
            key,
            previous_key,
            password_login: self.audible_password_login,
            webhook: self.webhook_url.clone(),
            ..audible::Settings::default()
        })
    }
}

fn key_of_before(arguments: &AudibleArgs) -> anyhow::Result<Option<MasterKey>> {
    key(
        "AUDIBLE_ENCRYPTION_KEY_PREVIOUS",
        arguments.audible_encryption_key_previous.as_ref(),
        arguments.audible_encryption_key_previous_file.as_deref(),
    )
}

/// A key, given as text or by a file; an empty text is none, an empty file is a mistake.
fn key(
    name: &str,
    text: Option<&KeyText>,
    file: Option<&Path>,
) -> anyhow::Result<Option<MasterKey>> {
    let text = match file {
        Some(file) => std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?,
        None => text.map(KeyText::expose).unwrap_or_default().to_owned(),
    };
    if file.is_none() && text.trim().is_empty() {
        return Ok(None);
    }
    MasterKey::parse(&text).map(Some).with_context(|| name.to_owned())
}
