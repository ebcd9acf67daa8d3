//! The program as a person starts it: arguments, a terminal to type into, and what it prints.

use std::{
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Command as Tool, Stdio},
};

use audible_sim::{Config, Sim};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStderr, Command},
};

use crate::person;

/// An imitation of Audible, and a folder that the program runs in.
pub(crate) struct World {
    pub(crate) sim: Sim,
    pub(crate) folder: TempDir,
}

/// How it ended.
pub(crate) struct Ended {
    /// None after a signal.
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) said: String,
    pub(crate) printed: String,
}

/// It runs.
pub(crate) struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    said: String,
}

impl World {
    pub(crate) async fn new(titles: usize) -> Self {
        let sim = Sim::start(Config { titles, ..Config::default() }).await.unwrap();
        Self { sim, folder: tempfile::tempdir().unwrap() }
    }

    /// Starts it, with a token in its environment where one is needed.
    pub(crate) fn start(&self, arguments: &[&str], token: Option<&str>) -> Program {
        let certificate = self.folder.path().join("authority.pem");
        std::fs::write(&certificate, self.sim.certificate_pem()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_audible-export"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("MEFEED_TOKEN")
            .env("HTTPS_PROXY", format!("http://{}", self.sim.proxy()))
            .env("SSL_CERT_FILE", certificate)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(token) = token {
            command.env("MEFEED_TOKEN", token);
        }
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Program { child, lines, said: String::new() }
    }

    /// Starts it, signs in, and waits for its end.
    pub(crate) async fn export(&self, arguments: &[&str], token: Option<&str>) -> Ended {
        let mut program = self.start(arguments, token);
        program.signs_in(&self.sim).await;
        let ended = program.ended().await;
        for secret in self.sim.control().secrets() {
            assert!(!ended.said.contains(&secret) && !ended.printed.contains(&secret));
        }
        ended
    }

    /// Names of what lies in the folder, without what this test put there.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "authority.pem").collect()
    }

    /// Whether each device that was ever registered is on the list, still.
    pub(crate) fn devices(&self) -> Vec<bool> {
        let devices = self.sim.control().registered();
        assert!(devices.iter().all(|device| device.name == "Me Feed - Web"));
        devices.iter().map(|device| device.registered).collect()
    }

    /// ASINs of a library in a text, after checking that they are the truth.
    pub(crate) fn is_right(&self, text: &str) {
        let library: serde_json::Value = serde_json::from_str(text).unwrap();
        let mut asins: Vec<_> = library["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|title| title["asin"].as_str().unwrap().to_owned())
            .collect();
        let truth = self.sim.control().api_truth();
        let mut truth: Vec<_> = truth.into_iter().map(|title| title.asin).collect();
        asins.sort();
        truth.sort();
        assert_eq!(asins, truth);
    }

    /// Waits until Amazon was asked for a path with `part` in it.
    pub(crate) async fn asked_for(&self, part: &str) {
        let asked =
            || self.sim.control().requests().iter().any(|record| record.path.contains(part));
        while !asked() {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        Path::join(self.folder.path(), name)
    }
}

impl Program {
    /// Waits for a line that has `part`.
    pub(crate) async fn says(&mut self, part: &str) -> String {
        while let Some(line) = self.lines.next_line().await.unwrap() {
            self.said.push_str(&line);
            self.said.push('\n');
            if line.contains(part) {
                return line;
            }
        }
        panic!("it never said {part:?}, but {}", self.said);
    }

    /// Pastes a line.
    pub(crate) async fn pastes(&mut self, text: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        input.write_all(format!("{text}\n").as_bytes()).await.unwrap();
    }

    /// Does what it asks for: opens the address, signs in, pastes where that ended.
    pub(crate) async fn signs_in(&mut self, sim: &Sim) {
        let address = self.says("https://www.amazon.").await;
        let landed = person::signs_in(sim, address.trim()).await;
        self.says("Paste the address").await;
        self.pastes(&landed).await;
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        self.hears("-INT");
    }

    /// The system has this word for it.
    pub(crate) fn hears(&self, word: &str) {
        let id = self.child.id().unwrap().to_string();
        assert!(Tool::new("kill").args([word, &id]).status().unwrap().success());
    }

    pub(crate) async fn ended(mut self) -> Ended {
        let mut output = self.child.stdout.take().unwrap();
        let mut printed = String::new();
        let says = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                self.said.push_str(&line);
                self.said.push('\n');
            }
        };
        // Both at once: a pipe that nobody reads would stop the program.
        let ((), read) = tokio::join!(says, output.read_to_string(&mut printed));
        read.unwrap();
        let status = self.child.wait().await.unwrap();
        Ended { code: status.code(), signal: status.signal(), said: self.said, printed }
    }
}
