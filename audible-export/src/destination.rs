//! Where the library goes: a file, standard output, a server. It is written aside first, so that there
//! is never half of one.

use std::{
    fs::File,
    io::{BufWriter, Seek as _, Write, copy, stdout},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::Value;
use shared::ids::Marketplace;
use tempfile::NamedTempFile;

use crate::{
    arguments::{Arguments, FILE},
    say::say,
    stop::Stop,
    upload::Server,
};

/// Largest library that is written; ten thousand titles take a tenth.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// Checked before anybody signs in.
pub(crate) enum Destination {
    File(PathBuf),
    StandardOutput,
    Server(Server),
}

impl Destination {
    pub(crate) fn of(arguments: &Arguments) -> Result<Self> {
        if let Some(url) = &arguments.upload {
            return Server::new(url, arguments.token_file.as_deref()).map(Self::Server);
        }
        if arguments.output == Path::new("-") {
            return Ok(Self::StandardOutput);
        }
        if arguments.output.exists() {
            bail!("{} is there already; name another file", arguments.output.display());
        }
        Ok(Self::File(arguments.output.clone()))
    }

    /// A file beside the place where the library may end.
    pub(crate) fn open(&self) -> Result<Draft> {
        let path = match self {
            Self::File(path) => path,
            Self::StandardOutput => return Draft::new(&std::env::temp_dir()),
            Self::Server(_) => Path::new(FILE),
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        Draft::new(folder.unwrap_or(Path::new(".")))
    }

    /// Gives a finished library out.
    pub(crate) async fn deliver(
        self,
        library: Finished,
        marketplace: Marketplace,
        stop: &mut Stop,
    ) -> Result<()> {
        let server = match self {
            Self::File(path) => return library.save_as(&path),
            Self::StandardOutput => return library.print(),
            Self::Server(server) => server,
        };
        let sent = tokio::select! {
            sent = server.send(library.reader()?, marketplace) => sent,
            () = stop.wait() => Err(anyhow!("stopped before the server had answered")),
        };
        match sent {
            Ok(told) => {
                say(told);
                Ok(())
            }
            // Another sign-in would mean another device; so what was read is kept.
            Err(error) => match library.save_as(&free(Path::new(FILE))) {
                Ok(()) => Err(error),
                Err(unsaved) => Err(error.context(format!("{unsaved:#}"))),
            },
        }
    }
}

/// The name, or the first one with a number that is not taken.
fn free(name: &Path) -> PathBuf {
    let stem = name.with_extension("");
    let numbered = (2..1_000).map(|number| format!("{}-{number}.json", stem.display()).into());
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name: &PathBuf| !name.exists()).unwrap_or_else(|| name.to_owned())
}

/// A library that is being written; only its owner can read it, and it goes when it is dropped.
pub(crate) struct Draft {
    file: BufWriter<NamedTempFile>,
    written: u64,
    titles: u64,
}

/// A library written to its end.
pub(crate) struct Finished(NamedTempFile);

impl Draft {
    fn new(folder: &Path) -> Result<Self> {
        let file = tempfile::Builder::new()
            .prefix(".audible_library-")
            .suffix(".part")
            .tempfile_in(folder)
            .with_context(|| format!("making a file in {}", folder.display()))?;
        let mut draft = Self { file: BufWriter::new(file), written: 0, titles: 0 };
        draft.write(b"{\"items\":[")?;
        Ok(draft)
    }

    /// A title as Audible sent it.
    pub(crate) fn push(&mut self, title: &Value) -> Result<()> {
        let text = serde_json::to_string(title).context("writing a title")?;
        self.write(if self.titles == 0 { b"\n" } else { b",\n" })?;
        self.titles += 1;
        self.write(text.as_bytes())
    }

    pub(crate) fn finish(mut self) -> Result<Finished> {
        self.write(b"\n]}\n")?;
        let file = self.file.into_inner().map_err(|error| error.into_error());
        let file = file.context("writing the library")?;
        file.as_file().sync_all().context("writing the library")?;
        Ok(Finished(file))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.written += u64::try_from(bytes.len())?;
        if self.written > LARGEST {
            bail!("the library is larger than any library");
        }
        self.file.write_all(bytes).context("writing the library")
    }
}

impl Finished {
    fn reader(&self) -> Result<File> {
        let mut file = self.0.reopen().context("reading the library back")?;
        file.rewind().context("reading the library back")?;
        Ok(file)
    }

    fn save_as(self, path: &Path) -> Result<()> {
        self.0
            .persist_noclobber(path)
            .with_context(|| format!("naming the library {}", path.display()))?;
        say(format_args!("The library is in {}.", path.display()));
        Ok(())
    }

    fn print(self) -> Result<()> {
        let mut out = stdout().lock();
        copy(&mut self.reader()?, &mut out).context("writing to standard output")?;
        out.flush().context("writing to standard output")
    }
}
