//! Listens until told to stop, then lets open requests end.

use std::{future::Future, net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, sync::oneshot};

use crate::{app::App, audible::jobs, http, sweep};

/// How long open requests may take after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Where the server listens.
#[derive(Debug)]
pub struct Listeners {
    /// For people and programs.
    pub people: TcpListener,
    /// For monitoring alone.
    pub numbers: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(people: TcpListener) -> Self {
        Self { people, numbers: None }
    }
}

/// Serves until `shutdown` ends, then answers what is open, at most 20 seconds, and closes the
/// database.
///
/// # Errors
///
/// The listener's.
pub async fn serve(
    listeners: impl Into<Listeners>,
    app: App,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let Listeners { people, numbers } = listeners.into();
    let (told, drain) = oneshot::channel();
    let stop = async move {
        shutdown.await;
        tracing::info!("stopping; open requests may end");
        let _ = told.send(());
    };
    let routes = http::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(people, routes).with_graceful_shutdown(stop);
    let result = tokio::select! {
        result = server => result,
        () = time_is_up(drain) => {
            tracing::warn!("stopped with requests still open");
            Ok(())
        }
        result = numbers_alone(numbers, app.clone()) => result,
        never = jobs::work(app.clone()) => match never {},
        never = sweep::work(app.clone()) => match never {},
    };
    jobs::give_back(&app).await;
    app.store().close().await;
    result
}

/// Answers monitoring for as long as the server runs; never ends without a listener.
async fn numbers_alone(listener: Option<TcpListener>, app: App) -> std::io::Result<()> {
    match listener {
        Some(listener) => axum::serve(listener, http::metrics::alone(app)).await,
        None => std::future::pending().await,
    }
}

async fn time_is_up(told: oneshot::Receiver<()>) {
    match told.await {
        Ok(()) => tokio::time::sleep(DRAIN).await,
        Err(_) => std::future::pending().await,
    }
}

/// Ends at Ctrl-C or, on Unix, at SIGTERM.
pub async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            },
            Err(_) => interrupted().await,
        }
    }
    #[cfg(not(unix))]
    interrupted().await;
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
