//! nginx in front of a server, below a sub-path, as people run it at home.

use std::{path::Path, process::Command};

use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::{
    process::{self, Owned},
    tools,
    wait::until,
};

/// A proxy on a port of its own. It ends when this is dropped.
pub struct Nginx {
    port: u16,
    folder: TempDir,
    process: Option<Owned>,
}

impl Nginx {
    /// Chooses a port; nothing listens yet.
    pub fn prepare() -> Result<Self> {
        Ok(Self { port: process::port()?, folder: tempfile::tempdir()?, process: None })
    }

    /// Where browsers reach the server: `http://127.0.0.1:PORT/mefeed`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/mefeed", self.port)
    }

    /// Starts it in front of `server`. Some people let it take the sub-path off, some do not.
    pub async fn start(&mut self, server: &str, strip: bool) -> Result<()> {
        let file = self.folder.path().join("nginx.conf");
        let target = if strip { format!("{server}/") } else { server.to_owned() };
        std::fs::write(&file, configuration(self.folder.path(), self.port, &target))?;
        let mut command = Command::new(tools::path("MEFEED_NGINX")?);
        command.arg("-p").arg(self.folder.path()).arg("-c").arg(&file);
        command.arg("-e").arg(self.folder.path().join("error.log"));
        self.process = Some(Owned::spawn(command)?);
        until("nginx to listen", async || {
            Ok(TcpStream::connect(("127.0.0.1", self.port)).await.is_ok().then_some(()))
        })
        .await
        .with_context(|| {
            let log = std::fs::read_to_string(self.folder.path().join("error.log"));
            format!("nginx says: {}", log.unwrap_or_default())
        })
    }
}

/// What docs/self-hosting.md recommends, on loopback and with all files in `folder`. Who is not root
/// stays who they are; root's workers may enter the folder only as root.
fn configuration(folder: &Path, port: u16, target: &str) -> String {
    let folder = folder.display();
    format!(
        "daemon off;
         user root;
         worker_processes 1;
         pid {folder}/nginx.pid;
         error_log {folder}/error.log;
         events {{ worker_connections 64; }}
         http {{
             access_log off;
             client_body_temp_path {folder}/body;
             proxy_temp_path {folder}/proxy;
             fastcgi_temp_path {folder}/fastcgi;
             uwsgi_temp_path {folder}/uwsgi;
             scgi_temp_path {folder}/scgi;
             server {{
                 listen 127.0.0.1:{port};
                 location /mefeed/ {{
                     client_max_body_size 64m;
                     proxy_pass {target};
                     proxy_set_header Host $http_host;
                     proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                     proxy_set_header X-Forwarded-Proto $scheme;
                 }}
                 location / {{ return 404; }}
             }}
         }}"
    )
}
