//! Arguments and environment variables, and what each command does.

mod connections;

use std::{
    io::{self, IsTerminal, Write},
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;
use shared::ids::Marketplace;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;
use uuid::Uuid;

use self::connections::AudibleArgs;
use crate::{
    accounts::{self, Scopes},
    app::{App, Settings},
    audible::rotate::{self, Rotated},
    export::{Export, Format},
    files::{self, FileImport, FileProblem, FileReceipt},
    logging::{self, LogFormat},
    secret::Secret,
    serve::{Listeners, serve, told_to_stop},
};

/// Keeps audiobook libraries that the Me Feed Audible connector reads.
#[derive(Debug, Parser)]
#[command(name = "ingest-server", version)]
pub struct Command {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Args)]
struct Common {
    /// Address and port to listen on.
    #[arg(long, global = true, env = "MEFEED_LISTEN", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Where browsers reach the server; http:// and the listening address if not given.
    #[arg(long, global = true, env = "MEFEED_PUBLIC_URL")]
    public_url: Option<Url>,
    /// sqlite://… or postgres://…; a file in the data folder if not given.
    #[arg(long, global = true, env = "MEFEED_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Folder for the server's own files.
    #[arg(long, global = true, env = "MEFEED_DATA_DIR", default_value = "mefeed-data")]
    data_dir: PathBuf,
    /// Address and port for /metrics alone, without a token: for a private network.
    #[arg(long, global = true, env = "MEFEED_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// Token for /metrics on the server's own address.
    #[arg(long, global = true, env = "MEFEED_METRICS_TOKEN", hide_env_values = true)]
    metrics_token: Option<String>,
    /// File with that token.
    #[arg(
        long,
        global = true,
        env = "MEFEED_METRICS_TOKEN_FILE",
        conflicts_with = "metrics_token"
    )]
    metrics_token_file: Option<PathBuf>,
    /// Proxies, as addresses or networks separated by commas, whose X-Forwarded-For is believed.
    #[arg(long, global = true, env = "MEFEED_TRUSTED_PROXY", value_delimiter = ',', value_parser = proxy)]
    trusted_proxy: Vec<IpNet>,
    /// Largest body of an import, in bytes.
    #[arg(long, global = true, env = "MEFEED_BODY_LIMIT", default_value_t = 8 * 1024 * 1024)]
    body_limit: usize,
    /// Largest export file that is taken, in bytes.
    #[arg(long, global = true, env = "MEFEED_FILE_LIMIT", default_value_t = 64 * 1024 * 1024)]
    file_limit: usize,
    /// Forget imports after so many days; the titles stay. Without it all are kept.
    #[arg(long, global = true, env = "MEFEED_KEEP_IMPORTS_DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    keep_imports_days: Option<u16>,
    #[command(flatten)]
    audible: AudibleArgs,
    /// Form of log lines.
    #[arg(long, global = true, env = "MEFEED_LOG_FORMAT", value_enum, default_value_t)]
    log_format: LogFormat,
    /// What to log: error, warn, info, debug, or a filter for each module.
    #[arg(long, global = true, env = "MEFEED_LOG", default_value = "info,sqlx=warn")]
    log: String,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Run the server.
    Serve,
    /// Accounts.
    #[command(subcommand)]
    User(UserAction),
    /// API tokens.
    #[command(subcommand)]
    Token(TokenAction),
    /// Import an export file of another program into somebody's library.
    Import {
        /// The file, as the program wrote it.
        file: PathBuf,
        /// E-mail address of the account.
        #[arg(long)]
        user: String,
        /// The shop of titles of which the file does not say it: us, uk, de, fr, ca, it, au, in, jp, es, br.
        #[arg(long, value_parser = Marketplace::parse)]
        marketplace: Option<Marketplace>,
        /// Say what would happen, and write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Write somebody's library into a file, or to the standard output.
    Export {
        /// E-mail address of the account.
        #[arg(long)]
        user: String,
        /// json has everything and can be imported again.
        #[arg(long, value_enum, default_value = "json")]
        format: Format,
        /// The new file; an existing one is never overwritten.
        file: Option<PathBuf>,
    },
    /// Write a consistent copy of the SQLite database, also while the server runs.
    Backup {
        /// The new file; an existing one is never overwritten.
        file: PathBuf,
    },
    /// Seal the secrets of all connections with AUDIBLE_ENCRYPTION_KEY; those that
    /// AUDIBLE_ENCRYPTION_KEY_PREVIOUS opens. The server may run meanwhile; what was interrupted goes on.
    RotateKey,
    /// Ask the running server whether it is well; the exit code answers.
    Healthcheck,
}

#[derive(Debug, Subcommand)]
enum UserAction {
    /// Add an account and print a link with which the person chooses a password.
    Add {
        /// E-mail address.
        email: String,
        /// What pages call the person.
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Print a link with which the person chooses another password.
    ResetPassword {
        /// E-mail address.
        email: String,
    },
    /// Print a link that signs in once.
    Link {
        /// E-mail address.
        email: String,
    },
}

#[derive(Debug, Subcommand)]
enum TokenAction {
    /// Make a token and print it; it is shown this once.
    Create {
        /// E-mail address of the account.
        #[arg(long)]
        user: String,
        /// What the token is for.
        #[arg(long)]
        name: String,
        /// What it may do, separated by commas.
        #[arg(long, default_value_t)]
        scope: Scopes,
    },
    /// List an account's tokens: id, name, scopes, last use.
    List {
        /// E-mail address of the account.
        #[arg(long)]
        user: String,
    },
    /// Revoke a token: it works no more from now on.
    Revoke {
        /// E-mail address of the account.
        #[arg(long)]
        user: String,
        /// The token's id, as `token list` shows it.
        id: Uuid,
    },
}

impl Command {
    /// Does what was asked for.
    ///
    /// # Errors
    ///
    /// For people at a terminal: what went wrong and what to do.
    pub async fn run(self) -> anyhow::Result<()> {
        logging::start(self.common.log_format, &self.common.log);
        if matches!(self.action, Action::Healthcheck) {
            return healthcheck(self.common.listen).await;
        }
        let app = self.common.open().await?;
        match self.action {
            Action::Serve => self.common.serve(app).await,
            Action::User(UserAction::Add { email, name }) => {
                let account = accounts::add_account(&app, &email, &name).await?;
                let link = accounts::password_link(&app, account.id).await?;
                hand_over(&app, "password", &account.id.to_string(), &link)
            }
            Action::User(UserAction::ResetPassword { email }) => {
                let account = accounts::find_account(&app, &email).await?;
                let link = accounts::password_link(&app, account.id).await?;
                hand_over(&app, "password", &account.id.to_string(), &link)
            }
            Action::User(UserAction::Link { email }) => {
                let account = accounts::find_account(&app, &email).await?;
                let link = accounts::one_time_link(&app, account.id).await?;
                hand_over(&app, "sign-in", &account.id.to_string(), &link)
            }
            Action::Token(action) => action.run(&app).await,
            Action::Import { file, user, marketplace, dry_run } => {
                let account = accounts::find_account(&app, &user).await?;
                let ask = FileImport { account, marketplace, dry_run, only: None };
                import(&app, &file, ask).await
            }
            Action::Export { user, format, file } => {
                let account = accounts::find_account(&app, &user).await?;
                export(Export::new(app, account.id, format), file.as_deref()).await
            }
            Action::Backup { file } => {
                app.store().backup(&file).await?;
                say(&format!("The copy is in {}", file.display()))
            }
            Action::RotateKey => rotate_key(&app).await,
            Action::Healthcheck => Ok(()),
        }
    }
}

/// Imports a file and says what became of it, with every problem by its place.
async fn import(app: &App, path: &Path, ask: FileImport) -> anyhow::Result<()> {
    let name = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("cannot open {name}"))?;
    let receipt = files::import(app, ask, file).await.with_context(|| format!("{name}"))?;
    for FileProblem { place, asin, field, detail } in &receipt.problems {
        let of = [asin.as_deref().unwrap_or_default(), field].join(" ");
        say(&format!("{place}: {} {detail}", of.trim()))?;
    }
    let FileReceipt { format_name, imported, updated, unchanged, .. } = &receipt;
    let FileReceipt { ignored, rejected, others, problems_total, whole, .. } = &receipt;
    say(&format!(
        "{format_name}: {imported} new, {updated} changed, {unchanged} unchanged, {ignored} ignored, \
         {rejected} not taken, {others} no audiobooks; {problems_total} problems"
    ))?;
    anyhow::ensure!(whole, "the file breaks off before its end; what stands before was taken");
    Ok(())
}

/// Writes an export, a part at a time. Libraries are nobody else's business: the file is for its owner.
async fn export(mut parts: Export, file: Option<&Path>) -> anyhow::Result<()> {
    let mut out: Box<dyn Write> = match file {
        Some(path) => Box::new(
            new_private_file(path).with_context(|| format!("cannot write {}", path.display()))?,
        ),
        None => Box::new(io::stdout()),
    };
    while let Some(part) = parts.part().await? {
        out.write_all(&part)?;
    }
    Ok(out.flush()?)
}

/// Seals everything with the new key, and says what became of it.
async fn rotate_key(app: &App) -> anyhow::Result<()> {
    let Rotated { resealed, current, unopened } = rotate::rotate(app).await?;
    say(&format!("{resealed} sealed with the new key, {current} were so before"))?;
    anyhow::ensure!(
        unopened == 0,
        "{unopened} cannot be opened by either key and stay as they are; set the key that they were \
         sealed with as AUDIBLE_ENCRYPTION_KEY_PREVIOUS and run this again"
    );
    say(
        "AUDIBLE_ENCRYPTION_KEY_PREVIOUS is needed no more, save for sign-ins that began before: they end \
         within 30 minutes.",
    )
}

impl TokenAction {
    async fn run(self, app: &App) -> anyhow::Result<()> {
        match self {
            Self::Create { user, name, scope } => {
                let account = accounts::find_account(app, &user).await?;
                say(&accounts::create_token(app, account.id, &name, scope).await?)
            }
            Self::List { user } => {
                let account = accounts::find_account(app, &user).await?;
                for token in app.store().tokens(account.id).await? {
                    let used =
                        token.last_used_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
                    say(&format!("{}  {}  {}  used: {used}", token.id, token.name, token.scopes))?;
                }
                Ok(())
            }
            Self::Revoke { user, id } => {
                let account = accounts::find_account(app, &user).await?;
                let revoked = accounts::revoke_token(app, account.id, id).await?;
                anyhow::ensure!(revoked, "{} has no such token that works", account.email);
                say("The token works no more.")
            }
        }
    }
}

impl Common {
    async fn open(&self) -> anyhow::Result<App> {
        make_private_folder(&self.data_dir)
            .with_context(|| format!("cannot make the folder {}", self.data_dir.display()))?;
        let public_url = match &self.public_url {
            Some(address) => address.clone(),
            None => Url::parse(&format!("http://{}", self.listen))?,
        };
        let file = || format!("sqlite://{}", self.data_dir.join("mefeed.db").display());
        let database = self.database_url.clone().unwrap_or_else(file);
        let mut settings = Settings::new(public_url, database, self.data_dir.clone());
        settings.body_limit = self.body_limit;
        settings.file_limit = self.file_limit;
        settings.keep_imports_days = self.keep_imports_days;
        settings.trusted_proxies.clone_from(&self.trusted_proxy);
        settings.metrics_token = self.metrics_token()?;
        settings.audible = self.audible.settings()?;
        App::open(settings).await.context("cannot open the database")
    }

    fn metrics_token(&self) -> anyhow::Result<Option<Secret>> {
        let text = match &self.metrics_token_file {
            Some(file) => Some(
                std::fs::read_to_string(file)
                    .with_context(|| format!("cannot read {}", file.display()))?,
            ),
            None => self.metrics_token.clone(),
        };
        text.map(|text| Secret::new(&text).context("MEFEED_METRICS_TOKEN")).transpose()
    }

    async fn serve(&self, app: App) -> anyhow::Result<()> {
        rotate::check(&app).await?;
        let listener = TcpListener::bind(self.listen)
            .await
            .with_context(|| format!("cannot listen on {}; is it in use?", self.listen))?;
        tracing::info!(address = %listener.local_addr()?, public_url = %app.settings().public_url, "listening");
        if let Some(link) = accounts::owner_link(&app).await? {
            tracing::warn!("there is no account yet: open the link that makes the first one");
            hand_over(&app, "setup", "owner", &link)?;
        }
        let numbers = match self.metrics_listen {
            Some(address) => Some(
                TcpListener::bind(address)
                    .await
                    .with_context(|| format!("cannot listen on {address} for /metrics"))?,
            ),
            None => None,
        };
        serve(Listeners { people: listener, numbers }, app, told_to_stop()).await?;
        Ok(())
    }
}

/// A terminal is read by the person who typed; anything else may be kept as a log, so the link goes
/// into a file that only the owner can read.
fn hand_over(app: &App, what: &str, whose: &str, link: &str) -> anyhow::Result<()> {
    if io::stdout().is_terminal() {
        return say(&format!("Open this link within 30 minutes; it works once:\n{link}"));
    }
    let path = app.settings().data_dir.join(format!("{what}-{whose}.txt"));
    write_privately(&path, link).with_context(|| format!("cannot write {}", path.display()))?;
    say(&format!("The link, which works once within 30 minutes, is in {}", path.display()))
}

/// `192.168.1.2` or `192.168.1.0/24`
fn proxy(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "write an address such as 192.168.1.2 or a network such as 10.0.0.0/8".into())
}

/// Libraries are nobody else's business; a folder that is there already keeps its rights.
fn make_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn write_privately(path: &Path, text: &str) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    writeln!(new_private_file(path)?, "{text}")
}

fn new_private_file(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn say(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}

async fn healthcheck(address: SocketAddr) -> anyhow::Result<()> {
    let asked = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET /healthz HTTP/1.0\r\nHost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut head = [0; 12];
        stream.read_exact(&mut head).await?;
        io::Result::Ok(head)
    };
    let head = tokio::time::timeout(Duration::from_secs(5), asked)
        .await
        .context("the server does not answer")?
        .with_context(|| format!("no server at {address}"))?;
    anyhow::ensure!(head.ends_with(b" 200"), "the server is not well");
    Ok(())
}
