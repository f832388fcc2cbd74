// SPDX-License-Identifier: MIT
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use percent_encoding::utf8_percent_encode;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::feed::Feed;
use crate::path::COMPONENT;
use crate::{Client, Error, Event, Op, Position, Result};

/// How many events wait in the client; beyond that they wait in the network and in the server.
const BUFFERED_EVENTS: usize = 64;

/// A watch before it begins, from [`Client::watch`].
///
/// Without [`since`](Self::since) and [`initial`](Self::initial) it shows every change made after
/// [`start`](Self::start) has returned, whatever happens to the connection in between.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> memorykv::Result<()> {
/// # let client = memorykv::Client::from_env()?;
/// use memorykv::EventKind;
///
/// let mut watch = client.watch().prefix("doc/chat/").start().await?;
/// client.put("doc/chat/1", "hello").await?;
///
/// let event = watch.next().await.expect("a watch goes on until it is dropped")?;
/// match event.kind {
///     EventKind::Insert { key, data, .. } => {
///         assert_eq!((key.as_str(), &data[..]), ("doc/chat/1", &b"hello"[..]));
///     }
///     other => panic!("{other:?}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a watch begins with start()"]
pub struct WatchBuilder {
    client: Client,
    prefix: String,
    ops: Vec<Op>,
    start: Start,
    lossless: bool,
    reconnect_wait: Duration,
    idle_timeout: Duration,
}

/// Where a connection to the feed begins.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start {
    Now,
    Since(Position),
    Initial,
}

impl WatchBuilder {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            prefix: String::new(),
            ops: Op::CHANGES.to_vec(),
            start: Start::Now,
            lossless: false,
            reconnect_wait: Duration::from_millis(500),
            idle_timeout: Duration::from_secs(150),
        }
    }

    /// Only what concerns keys with this prefix.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Only these kinds of events ([`Op::CHANGES`]). Gaps, and what belongs to
    /// [`initial`](Self::initial), come always.
    pub fn ops(mut self, ops: impl IntoIterator<Item = Op>) -> Self {
        self.ops = ops.into_iter().collect();
        self
    }

    /// First every change after this position, then what happens from now on, without a hole in
    /// between. Takes the place of [`initial`](Self::initial).
    pub fn since(mut self, position: Position) -> Self {
        self.start = Start::Since(position);
        self
    }

    /// First an insert for every key as it stands, then [`Synced`](crate::EventKind::Synced), then
    /// every change after that. Takes the place of [`since`](Self::since).
    pub fn initial(mut self) -> Self {
        self.start = Start::Initial;
        self
    }

    /// When this watch is too slow, the server closes the connection rather than leave changes out;
    /// the watch then resumes, and nothing is missing as long as the server holds it.
    pub fn lossless(mut self) -> Self {
        self.lossless = true;
        self
    }

    /// The first pause before connecting again (500 ms). It doubles up to 30 s while the server
    /// stays away, half of it at random, and gives way to what the server says in `Retry-After`.
    pub fn reconnect_wait(mut self, wait: Duration) -> Self {
        self.reconnect_wait = wait;
        self
    }

    /// After how long without a word, pings included, the connection is taken for dead (150 s). It
    /// should be more than two of the server's heartbeats, which are 60 s apart unless configured.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Begins. Needs a tokio runtime, in which the watch goes on by itself.
    ///
    /// # Errors
    /// Those of [`Client::position`] when the watch begins now; otherwise none.
    pub async fn start(self) -> Result<Watch> {
        let start = match self.start {
            Start::Now => Start::Since(self.client.position().await?),
            other => other,
        };
        let state = Arc::new(Mutex::new(State {
            status: Status::Connecting,
            position: match start {
                Start::Since(position) => Some(position),
                _ => None,
            },
        }));
        let (sender, events) = mpsc::channel(BUFFERED_EVENTS);
        let feed = Feed {
            target: self.target(),
            heartbeats: self.ops.contains(&Op::Heartbeat),
            client: self.client,
            start,
            incomplete: false,
            reconnect_wait: self.reconnect_wait,
            idle_timeout: self.idle_timeout,
            state: state.clone(),
            events: sender,
        };
        Ok(Watch { events, state, task: Some(tokio::spawn(feed.run())) })
    }

    /// The feed's path and query, without where to begin.
    fn target(&self) -> String {
        let mut ops = self.ops.clone();
        // They carry the present seq past every filter, so that a watch that sees few events does not
        // fall behind what the server holds.
        if !ops.contains(&Op::Heartbeat) {
            ops.push(Op::Heartbeat);
        }
        let names: Vec<_> = ops.iter().map(|op| op.name()).collect();
        let mut target = format!("/wal?format=json&op={}", names.join(","));
        if !self.prefix.is_empty() {
            target.push_str(&format!("&prefix={}", utf8_percent_encode(&self.prefix, COMPONENT)));
        }
        if self.lossless {
            target.push_str("&lossless=true");
        }
        target
    }
}

/// What the connection of a [`Watch`] is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It is being made.
    Connecting,
    /// It stands.
    Connected,
    /// It will be made again after a pause.
    Waiting {
        /// Why it is not there.
        reason: String,
        /// How long the pause is as a whole.
        pause: Duration,
    },
    /// The watch has ended with an error.
    Ended,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) status: Status,
    /// Of the last event received.
    pub(crate) position: Option<Position>,
}

/// The live feed: a `Stream` of events that connects again by itself.
///
/// Changes come in the order in which they happened, none twice, and none is missing without a
/// [`Gap`](crate::EventKind::Gap). An error ends the watch; a broken connection is none. Dropping it
/// ends the connection.
#[derive(Debug)]
pub struct Watch {
    events: mpsc::Receiver<Result<Event>>,
    state: Arc<Mutex<State>>,
    task: Option<JoinHandle<()>>,
}

impl Watch {
    /// The next event. `None` only after an error. Can be dropped before its end; nothing is lost.
    ///
    /// # Errors
    /// When the server refuses the watch: [`Error::Unauthorized`], [`Error::Forbidden`],
    /// [`Error::Refused`]; when its certificate is not to be trusted: [`Error::Certificate`];
    /// [`Error::Protocol`] when something comes that is no event.
    pub async fn next(&mut self) -> Option<Result<Event>> {
        self.events.recv().await
    }

    /// What the connection is doing.
    pub fn status(&self) -> Status {
        self.state.lock().expect("nothing panics while it is locked").status.clone()
    }

    /// Where the server's history was at the last sign of it, which may be further on than the last
    /// event taken. To resume another time, keep the [`position`](Event::position) of the last event
    /// that was dealt with.
    pub fn received(&self) -> Option<Position> {
        self.state.lock().expect("nothing panics while it is locked").position
    }

    /// Ends the watch, and returns when its connection has ended.
    pub async fn stop(mut self) {
        self.events.close();
        while self.events.recv().await.is_some() {}
        if let Some(task) = self.task.take() {
            // It has no result; that it panicked has been said by the panic.
            let _ = task.await;
        }
    }
}

impl Stream for Watch {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_recv(context)
    }
}

/// Whether an error of a connection ends the watch.
pub(crate) fn is_final(error: &Error) -> bool {
    match error {
        Error::Server { .. } => false,
        _ => !error.is_transient(),
    }
}
