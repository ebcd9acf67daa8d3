//! The server may die at any moment: what was answered stays, what was not is sent again, and nothing
//! is there twice.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::Value;
use shared::samples;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    databases::{self, on_both},
    harness::{IMPORT, Server, chunk_of, key},
    lines,
};

/// Imports, each ended once by the server's death.
const IMPORTS: usize = 50;
/// Titles of one import; each brings ten that are new.
const TITLES: usize = 100;
/// Names the random points.
const SEED: u64 = 20_261_124;

on_both![fifty_imports_survive_the_death_of_the_server_at_random_points];

/// The real program, which is killed when this is dropped.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    /// On a port that nobody else has: its log says which.
    fn start(database: &str, folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ingest-server"))
            .args(["--listen", "127.0.0.1:0", "--database-url", database, "--data-dir"])
            .arg(folder)
            .arg("serve")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the server ends before it listens");
            if let Some((_, rest)) = line.split_once("listening address=") {
                break rest.split_whitespace().next().unwrap().parse().unwrap();
            }
        };
        // The rest is read, so that nothing stands in the way of what the server logs.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { child, address }
    }

    /// Sends a request, or only so many bytes of it; an answer that does not come whole is none.
    async fn ask(&self, line: &str, headers: &str, body: &str, most: usize) -> String {
        let mut answer = String::new();
        if let Ok(mut stream) = self.begin(line, headers, body, most).await
            && stream.read_to_string(&mut answer).await.is_err()
        {
            answer.clear();
        }
        answer
    }

    async fn begin(
        &self,
        line: &str,
        headers: &str,
        body: &str,
        most: usize,
    ) -> std::io::Result<TcpStream> {
        let length = body.len();
        let request = format!(
            "{line}\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        );
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(&request.as_bytes()[..request.len().min(most)]).await?;
        Ok(stream)
    }

    fn die(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The JSON of an answer that came whole.
fn receipt(answer: &str) -> Value {
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

async fn fifty_imports_survive_the_death_of_the_server_at_random_points(database: String) {
    let _turn = lines::turn().await;
    let server = Server::start(database.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut dice = StdRng::seed_from_u64(SEED);
    let mut program = Program::start(&database, folder.path());
    let (mut before, mut after) = (0, 0);
    for import in 0..IMPORTS {
        let items: Vec<_> = (import * 10..import * 10 + TITLES).map(samples::item).collect();
        let run = samples::run_id(u8::try_from(100 + import).unwrap()).to_string();
        let body = chunk_of(&run, 0, true, &items, TITLES);
        let headers = format!(
            "Authorization: Bearer {}\r\nContent-Type: application/json\r\nIdempotency-Key: {}\r\n",
            server.token,
            key(&body)
        );
        let (line, body) = (format!("POST {IMPORT} HTTP/1.1"), body.to_string());
        // A part of the request, or all of it and some of the server's work.
        let whole = dice.random_bool(0.7);
        let most = if whole { usize::MAX } else { dice.random_range(0..body.len()) };
        let stream = program.begin(&line, &headers, &body, most).await.unwrap();
        for _ in 0..dice.random_range(0..4_000_000_u32) {
            std::hint::spin_loop();
        }
        program.die();
        drop(stream);
        let stored = server.size().await;
        let new = if import == 0 { TITLES } else { 10 };
        let had = i64::try_from(if import == 0 { 0 } else { TITLES + (import - 1) * 10 }).unwrap();
        assert!(
            [had, had + i64::try_from(new).unwrap()].contains(&stored),
            "seed {SEED}, import {import}: {stored} titles are a part of an import"
        );
        if stored == had {
            before += 1;
        } else {
            after += 1;
        }

        program = Program::start(&database, folder.path());
        let first = program.ask(&line, &headers, &body, usize::MAX).await;
        let told = receipt(&first);
        assert_eq!(
            (told["imported"].as_u64(), told["run"]["complete"].as_bool()),
            (Some(u64::try_from(new).unwrap()), Some(true)),
            "seed {SEED}, import {import}: what was stored before the death is answered as then"
        );
        let again = program.ask(&line, &headers, &body, usize::MAX).await;
        assert_eq!(receipt(&again), told, "seed {SEED}, import {import}");
    }
    program.die();
    assert!(before > 0 && after > 0, "seed {SEED}: {before} before, {after} after the writing");
    let all = i64::try_from(TITLES + (IMPORTS - 1) * 10).unwrap();
    assert_eq!(server.size().await, all);
    let runs = server.get("/api/imports?limit=200").await.ok();
    let runs = runs["runs"].as_array().unwrap();
    assert_eq!(runs.len(), IMPORTS);
    assert!(runs.iter().all(|run| run["complete"] == true && run["received"] == TITLES));
}
