// SPDX-License-Identifier: MIT
//! The connection behind a watch: made, read, and made again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::{
    AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT,
};
use tokio_tungstenite::tungstenite::http::{HeaderValue, Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message as Frame};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
};

use crate::backoff::Backoff;
use crate::event::{Message, decode};
use crate::transport::{parse_retry_after, problem};
use crate::watch::{Start, State, Status, is_final};
use crate::{Client, Error, Event, EventKind, Position, Result};

const LONGEST_PAUSE: Duration = Duration::from_secs(30);

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

pub(crate) struct Feed {
    pub(crate) client: Client,
    /// Path and query, without where to begin.
    pub(crate) target: String,
    /// Whether heartbeats are handed out.
    pub(crate) heartbeats: bool,
    pub(crate) start: Start,
    /// Initial inserts have been handed out, and `synced` has not.
    pub(crate) incomplete: bool,
    pub(crate) reconnect_wait: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) events: mpsc::Sender<Result<Event>>,
}

impl Feed {
    /// Until the watch is dropped, or an error ends it.
    pub(crate) async fn run(mut self) {
        let events = self.events.clone();
        tokio::select! {
            () = events.closed() => {}
            error = self.follow() => {
                self.set_status(Status::Ended);
                let _ = events.send(Err(error)).await;
            }
        }
    }

    async fn follow(&mut self) -> Error {
        let mut backoff = Backoff::new(self.reconnect_wait, LONGEST_PAUSE);
        loop {
            self.set_status(Status::Connecting);
            let error = match self.connect().await {
                Ok(mut socket) => {
                    self.set_status(Status::Connected);
                    self.read(&mut socket, &mut backoff).await
                }
                Err(error) => error,
            };
            if is_final(&error) {
                return error;
            }
            let pause = error.retry_after().unwrap_or_else(|| backoff.pause());
            self.set_status(Status::Waiting { reason: error.to_string(), pause });
            sleep(pause).await;
        }
    }

    async fn connect(&mut self) -> Result<Socket> {
        if std::mem::take(&mut self.incomplete) {
            self.hand_out(Event {
                kind: EventKind::Restarted,
                position: None,
                seq: None,
                time: String::new(),
            })
            .await;
        }
        // A value can be of any size the server is configured for, and so can its event.
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let connector = Connector::Rustls(self.client.inner.tls.clone());
        let connecting =
            connect_async_tls_with_config(self.request()?, Some(config), true, Some(connector));
        let limit = self.client.inner.timeout;
        match timeout(limit, connecting).await {
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(tungstenite::Error::Http(response))) => Err(refusal(&response)),
            Ok(Err(error)) => Err(Error::connection(error)),
            Err(_) => Err(Error::Timeout(limit)),
        }
    }

    fn request(&self) -> Result<Request<()>> {
        let inner = &self.client.inner;
        // http becomes ws, https wss.
        let base = inner.base.replacen("http", "ws", 1);
        let start = match self.start {
            Start::Initial => "&initial=true".to_owned(),
            Start::Since(position) => format!("&since={position}"),
            Start::Now => String::new(),
        };
        let mut request = format!("{base}{}{start}", self.target)
            .into_client_request()
            .map_err(|error| Error::invalid(error.to_string()))?;
        let headers = request.headers_mut();
        let agent = concat!("memorykv-rust/", env!("CARGO_PKG_VERSION"));
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        if let Some(authorization) = &inner.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        Ok(request)
    }

    /// Hands events out until the connection ends; why it did.
    async fn read(&mut self, socket: &mut Socket, backoff: &mut Backoff) -> Error {
        loop {
            let frame = match timeout(self.idle_timeout, socket.next()).await {
                Err(_) => return Error::Timeout(self.idle_timeout),
                Ok(None) => return Error::connection("the feed ended"),
                Ok(Some(Err(error))) => return Error::connection(error),
                Ok(Some(Ok(frame))) => frame,
            };
            backoff.reset();
            let handled = match frame {
                Frame::Text(text) => self.handle(&text).await,
                Frame::Binary(_) => Err(Error::protocol("a binary message on the feed")),
                Frame::Close(Some(close)) => {
                    return Error::connection(format!("closed with {}", close.code));
                }
                _ => Ok(()),
            };
            if let Err(error) = handled {
                return error;
            }
        }
    }

    async fn handle(&mut self, text: &str) -> Result<()> {
        let event = match decode(text)? {
            Message::Event(event) => event,
            Message::Unknown(position) => {
                self.reached(position);
                return Ok(());
            }
        };
        match event.kind {
            EventKind::Synced | EventKind::Gap { .. } => {
                self.incomplete = false;
                self.start = event.position.map_or(self.start, Start::Since);
            }
            EventKind::Insert { initial: true, .. } => self.incomplete = true,
            _ => {}
        }
        self.reached(event.position);
        if self.heartbeats || !matches!(event.kind, EventKind::Heartbeat { .. }) {
            self.hand_out(event).await;
        }
        Ok(())
    }

    /// Resumes there next time, unless the initial state has to be complete first.
    fn reached(&mut self, position: Option<Position>) {
        if let (Start::Since(at), Some(position)) = (&mut self.start, position) {
            *at = position;
            self.state.lock().expect("nothing panics while it is locked").position = Some(position);
        }
    }

    /// Waits while the watch does not take what there is. When it is gone, `run` is about to end.
    async fn hand_out(&self, event: Event) {
        let _ = self.events.send(Ok(event)).await;
    }

    fn set_status(&self, status: Status) {
        self.state.lock().expect("nothing panics while it is locked").status = status;
    }
}

fn refusal(response: &Response<Option<Vec<u8>>>) -> Error {
    let field = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let body = response.body().as_deref().unwrap_or_default();
    let retry_after = field(RETRY_AFTER).and_then(parse_retry_after);
    problem(response.status().as_u16(), field(CONTENT_TYPE), body, retry_after)
}
