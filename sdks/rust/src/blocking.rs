// SPDX-License-Identifier: MIT
//! The same client for programs without async, behind the feature `blocking`.
//!
//! Calls do what those of the same name in [`crate`] do, and return when it is done; what there is
//! awaited is sent with `send()` here. All of it panics when it is called from async code.
//!
//! ```
//! use memorykv::blocking::Client;
//!
//! let client = Client::from_env()?; // or Client::new("http://127.0.0.1:8080")
//!
//! client.put("doc/blocking/1", "hello").content_type("text/plain").send()?;
//! let value = client.get("doc/blocking/1")?.expect("just written");
//! assert_eq!(value.text(), Some("hello"));
//!
//! for key in client.list("doc/blocking/").keys() {
//!     println!("{}", key?);
//! }
//!
//! let position = client.position()?;
//! client.delete("doc/blocking/1").send()?;
//! let mut watch = client.watch().prefix("doc/blocking/").since(position).start()?;
//! let event = watch.next().expect("a watch goes on")?;
//! println!("{:?}", event.kind);
//! # Ok::<(), memorykv::Error>(())
//! ```

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use crate::{
    Bytes, ClientBuilder, Entry, Error, Event, Fetched, Info, Op, Operation, Outcome, Page,
    Position, Result, Revision, Status, Value,
};

/// Where the async client runs: one thread for its connections.
#[derive(Debug)]
struct Engine(Option<Runtime>);

impl Engine {
    fn new() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("memorykv")
            .enable_all()
            .build()
            .map_err(Error::connection)?;
        Ok(Self(Some(runtime)))
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        self.0.as_ref().expect("there until it is dropped").block_on(future)
    }
}

impl Drop for Engine {
    /// Does not wait, so that the last handle may be dropped anywhere.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A client of one server, as [`crate::Client`]. Cheap to clone, and to be used from many threads.
#[derive(Debug, Clone)]
pub struct Client {
    client: crate::Client,
    engine: Arc<Engine>,
}

impl Client {
    /// As [`crate::Client::new`].
    pub fn new(url: impl Into<String>) -> Result<Self> {
        Self::builder(url).build_blocking()
    }

    /// The options of a client, made with [`ClientBuilder::build_blocking`].
    pub fn builder(url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(url)
    }

    /// As [`crate::Client::from_env`].
    pub fn from_env() -> Result<Self> {
        Self::with(crate::Client::from_env()?)
    }

    pub(crate) fn with(client: crate::Client) -> Result<Self> {
        Ok(Self { client, engine: Arc::new(Engine::new()?) })
    }

    /// As [`crate::Client::get`].
    pub fn get(&self, key: impl AsRef<str>) -> Result<Option<Value>> {
        self.engine.run(self.client.get(key))
    }

    /// As [`crate::Client::get_if_changed`].
    pub fn get_if_changed(&self, key: impl AsRef<str>, known: Revision) -> Result<Fetched> {
        self.engine.run(self.client.get_if_changed(key, known))
    }

    /// As [`crate::Client::get_json`].
    pub fn get_json<T: DeserializeOwned>(&self, key: impl AsRef<str>) -> Result<Option<T>> {
        self.engine.run(self.client.get_json(key))
    }

    /// As [`crate::Client::put`].
    pub fn put(&self, key: impl Into<String>, value: impl Into<Bytes>) -> Request<crate::Put> {
        self.request(self.client.put(key, value))
    }

    /// As [`crate::Client::put_json`].
    pub fn put_json<T>(&self, key: impl Into<String>, value: &T) -> Request<crate::Put>
    where
        T: Serialize + ?Sized,
    {
        self.request(self.client.put_json(key, value))
    }

    /// As [`crate::Client::delete`].
    pub fn delete(&self, key: impl Into<String>) -> Request<crate::Delete> {
        self.request(self.client.delete(key))
    }

    /// As [`crate::Client::expire`].
    pub fn expire(&self, key: impl Into<String>, ttl: Duration) -> Request<crate::Expire> {
        self.request(self.client.expire(key, ttl))
    }

    /// As [`crate::Client::persist`].
    pub fn persist(&self, key: impl Into<String>) -> Request<crate::Expire> {
        self.request(self.client.persist(key))
    }

    /// As [`crate::Client::list`].
    pub fn list(&self, prefix: impl Into<String>) -> List {
        List { list: self.client.list(prefix), engine: self.engine.clone() }
    }

    /// As [`crate::Client::delete_prefix`].
    pub fn delete_prefix(&self, prefix: impl AsRef<str>) -> Result<Vec<String>> {
        self.engine.run(self.client.delete_prefix(prefix))
    }

    /// As [`crate::Client::delete_all`].
    pub fn delete_all(&self) -> Result<Vec<String>> {
        self.engine.run(self.client.delete_all())
    }

    /// As [`crate::Client::batch`].
    pub fn batch(&self, operations: impl IntoIterator<Item = Operation>) -> Result<Vec<Outcome>> {
        self.engine.run(self.client.batch(operations))
    }

    /// As [`crate::Client::watch`].
    pub fn watch(&self) -> WatchBuilder {
        WatchBuilder { builder: self.client.watch(), engine: self.engine.clone() }
    }

    /// As [`crate::Client::ping`].
    pub fn ping(&self) -> Result<()> {
        self.engine.run(self.client.ping())
    }

    /// As [`crate::Client::info`].
    pub fn info(&self) -> Result<Info> {
        self.engine.run(self.client.info())
    }

    /// As [`crate::Client::position`].
    pub fn position(&self) -> Result<Position> {
        self.engine.run(self.client.position())
    }

    fn request<T>(&self, request: T) -> Request<T> {
        Request { request, engine: self.engine.clone() }
    }
}

/// A [`Put`](crate::Put), [`Delete`](crate::Delete) or [`Expire`](crate::Expire) before it is sent.
#[derive(Debug)]
#[must_use = "a request does nothing until send()"]
pub struct Request<T> {
    request: T,
    engine: Arc<Engine>,
}

impl<T> Request<T> {
    fn map(self, change: impl FnOnce(T) -> T) -> Self {
        Self { request: change(self.request), engine: self.engine }
    }
}

impl<T, R> Request<T>
where
    T: IntoFuture<Output = Result<R>>,
{
    /// Sends it, and returns what the server answers.
    pub fn send(self) -> Result<R> {
        self.engine.run(self.request.into_future())
    }
}

impl Request<crate::Put> {
    /// As [`crate::Put::content_type`].
    pub fn content_type(self, content_type: impl Into<String>) -> Self {
        self.map(|put| put.content_type(content_type))
    }

    /// As [`crate::Put::ttl`].
    pub fn ttl(self, ttl: Duration) -> Self {
        self.map(|put| put.ttl(ttl))
    }

    /// As [`crate::Put::if_revision`].
    pub fn if_revision(self, revision: Revision) -> Self {
        self.map(|put| put.if_revision(revision))
    }

    /// As [`crate::Put::if_exists`].
    pub fn if_exists(self) -> Self {
        self.map(crate::Put::if_exists)
    }

    /// As [`crate::Put::if_absent`].
    pub fn if_absent(self) -> Self {
        self.map(crate::Put::if_absent)
    }

    /// As [`crate::Put::return_previous`].
    pub fn return_previous(self) -> Self {
        self.map(crate::Put::return_previous)
    }
}

impl Request<crate::Delete> {
    /// As [`crate::Delete::if_revision`].
    pub fn if_revision(self, revision: Revision) -> Self {
        self.map(|delete| delete.if_revision(revision))
    }
}

impl Request<crate::Expire> {
    /// As [`crate::Expire::if_revision`].
    pub fn if_revision(self, revision: Revision) -> Self {
        self.map(|expire| expire.if_revision(revision))
    }
}

/// As [`crate::List`].
#[derive(Debug, Clone)]
#[must_use = "a list fetches nothing by itself"]
pub struct List {
    list: crate::List,
    engine: Arc<Engine>,
}

impl List {
    /// As [`crate::List::after`].
    pub fn after(self, after: impl Into<String>) -> Self {
        Self { list: self.list.after(after), ..self }
    }

    /// As [`crate::List::page_size`].
    pub fn page_size(self, keys: u32) -> Self {
        Self { list: self.list.page_size(keys), ..self }
    }

    /// As [`crate::List::keys`].
    pub fn keys(&self) -> Pages<String> {
        Pages { pages: self.list.keys(), engine: self.engine.clone() }
    }

    /// As [`crate::List::entries`].
    pub fn entries(&self) -> Pages<Entry> {
        Pages { pages: self.list.entries(), engine: self.engine.clone() }
    }

    /// As [`crate::List::page`].
    pub fn page(&self) -> Result<Page<String>> {
        self.engine.run(self.list.page())
    }

    /// As [`crate::List::entries_page`].
    pub fn entries_page(&self) -> Result<Page<Entry>> {
        self.engine.run(self.list.entries_page())
    }

    /// As [`crate::List::count`].
    pub fn count(&self) -> Result<u64> {
        self.engine.run(self.list.count())
    }
}

/// All pages of a [`List`]: an iterator over what is on them, which ends after an error.
#[derive(Debug)]
pub struct Pages<T> {
    pages: crate::Pages<T>,
    engine: Arc<Engine>,
}

impl<T: Unpin> Iterator for Pages<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        self.engine.run(self.pages.next())
    }
}

/// As [`crate::WatchBuilder`].
#[derive(Debug, Clone)]
#[must_use = "a watch begins with start()"]
pub struct WatchBuilder {
    builder: crate::WatchBuilder,
    engine: Arc<Engine>,
}

impl WatchBuilder {
    /// As [`crate::WatchBuilder::prefix`].
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        self.map(|builder| builder.prefix(prefix))
    }

    /// As [`crate::WatchBuilder::ops`].
    pub fn ops(self, ops: impl IntoIterator<Item = Op>) -> Self {
        self.map(|builder| builder.ops(ops))
    }

    /// As [`crate::WatchBuilder::since`].
    pub fn since(self, position: Position) -> Self {
        self.map(|builder| builder.since(position))
    }

    /// As [`crate::WatchBuilder::initial`].
    pub fn initial(self) -> Self {
        self.map(crate::WatchBuilder::initial)
    }

    /// As [`crate::WatchBuilder::lossless`].
    pub fn lossless(self) -> Self {
        self.map(crate::WatchBuilder::lossless)
    }

    /// As [`crate::WatchBuilder::reconnect_wait`].
    pub fn reconnect_wait(self, wait: Duration) -> Self {
        self.map(|builder| builder.reconnect_wait(wait))
    }

    /// As [`crate::WatchBuilder::idle_timeout`].
    pub fn idle_timeout(self, timeout: Duration) -> Self {
        self.map(|builder| builder.idle_timeout(timeout))
    }

    /// As [`crate::WatchBuilder::start`].
    pub fn start(self) -> Result<Watch> {
        let watch = self.engine.run(self.builder.start())?;
        Ok(Watch { watch, engine: self.engine })
    }

    fn map(self, change: impl FnOnce(crate::WatchBuilder) -> crate::WatchBuilder) -> Self {
        Self { builder: change(self.builder), engine: self.engine }
    }
}

/// As [`crate::Watch`]: an iterator over events that waits for the next one, and ends after an error.
#[derive(Debug)]
pub struct Watch {
    watch: crate::Watch,
    engine: Arc<Engine>,
}

impl Watch {
    /// The next event, if it comes within this time.
    pub fn next_within(&mut self, time: Duration) -> Option<Result<Event>> {
        let next = async { tokio::time::timeout(time, self.watch.next()).await };
        self.engine.run(next).ok().flatten()
    }

    /// As [`crate::Watch::status`].
    pub fn status(&self) -> Status {
        self.watch.status()
    }

    /// As [`crate::Watch::received`].
    pub fn received(&self) -> Option<Position> {
        self.watch.received()
    }

    /// As [`crate::Watch::stop`].
    pub fn stop(self) {
        self.engine.run(self.watch.stop());
    }
}

impl Iterator for Watch {
    type Item = Result<Event>;

    fn next(&mut self) -> Option<Result<Event>> {
        self.engine.run(self.watch.next())
    }
}
