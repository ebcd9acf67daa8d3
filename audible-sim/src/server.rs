//! The TLS listener: accepts connections, reads requests, writes answers, breaks them on command.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{COOKIE, HOST, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::control::{Arrival, Control, RequestRecord};
use crate::marketplace::Host;
use crate::signin;
use crate::site::{self, Answer, Question};

/// Largest request body that is read.
const MOST_BODY: usize = 64 * 1024;

/// Serves until the task is aborted; every connection ends with it.
pub(crate) async fn serve(listener: TcpListener, tls: TlsAcceptor, control: Control) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(connection(stream, tls.clone(), control.clone()));
            }
            // Out of file descriptors, most likely: give open connections time to end.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, tls: TlsAcceptor, control: Control) {
    // A failed handshake or a broken connection is the client's affair.
    let _ = stream.set_nodelay(true);
    let Ok(stream) = tls.accept(stream).await else { return };
    let control = Arc::new(control);
    let service = service_fn(move |request| {
        let control = Arc::clone(&control);
        async move { Ok::<_, Infallible>(respond(&control, request).await) }
    });
    let http = hyper::server::conn::http1::Builder::new();
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(control: &Control, request: Request<Incoming>) -> Response<Payload> {
    let header = |name| request.headers().get(&name).and_then(|value| value.to_str().ok());
    let authority = request.uri().authority().map(hyper::http::uri::Authority::as_str);
    let name = header(HOST).or(authority).unwrap_or_default().to_owned();
    let Some(host) = Host::parse(&name) else {
        return response(Answer::misdirected(), None);
    };
    let cookies: Vec<&str> =
        request.headers().get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    let mut question = Question {
        host,
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        cookies: cookies.join("; "),
        headers: headers(&request),
        body: Vec::new(),
    };
    let arrival = control.arrived(host, record(&name, &question));
    question.body = read_body(request.into_body()).await;
    let answer = site::answer(control, &question);
    if !answer.delay.is_zero() {
        tokio::time::sleep(answer.delay).await;
    }
    arrival.answered(answer.status);
    response(answer, Some(arrival))
}

/// Headers with their names in small letters.
fn headers(request: &Request<Incoming>) -> Vec<(String, String)> {
    let texts = request.headers().iter();
    texts
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect()
}

fn record(host: &str, question: &Question) -> RequestRecord {
    RequestRecord {
        method: question.method.clone(),
        host: host.split(':').next().unwrap_or_default().to_owned(),
        path: question.path.clone(),
        query: question.query.clone(),
        at: Instant::now(),
        status: None,
        carried_session_cookie: signin::carries_session(&question.cookies),
        signed: question.header("x-adp-signature").is_some(),
        in_flight: 0,
    }
}

async fn read_body(mut body: Incoming) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < MOST_BODY {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        let Some(Ok(frame)) = frame else { break };
        bytes.extend(frame.into_data().unwrap_or_default());
    }
    bytes
}

fn response(answer: Answer, arrival: Option<Arrival>) -> Response<Payload> {
    let length = answer.body.len();
    let mut bytes = Bytes::from(answer.body);
    if answer.cut {
        bytes.truncate(length / 2);
    }
    let payload = Payload {
        bytes: Some(bytes),
        promised: u64::try_from(length).unwrap_or_default(),
        end: if answer.cut { End::Pause } else { End::Whole },
        _arrival: arrival,
    };
    let mut response = Response::new(payload);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}

/// A body in one piece, or the first half of one.
struct Payload {
    bytes: Option<Bytes>,
    /// The length that the head announces.
    promised: u64,
    end: End,
    /// Counts the request as open until the body is written.
    _arrival: Option<Arrival>,
}

enum End {
    Whole,
    /// One turn of waiting, in which the first half is flushed.
    Pause,
    Break,
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            End::Pause => {
                self.end = End::Break;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            End::Break => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && matches!(self.end, End::Whole)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
