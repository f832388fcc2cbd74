// SPDX-License-Identifier: MIT
//! Writes of one key. Each is a value that becomes a request when it is awaited.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};

use crate::client::tag;
use crate::path::key_path;
use crate::transport::Call;
use crate::{Client, Error, Previous, Result, Revision};

/// What awaiting a request gives.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

const PREFER: HeaderName = HeaderName::from_static("prefer");

#[derive(Debug, Clone, Copy)]
enum Condition {
    Revision(Revision),
    Exists,
    Absent,
}

impl Condition {
    /// A write with a condition is sent once: the answer to a second try would not be that to the
    /// first.
    fn add_to(condition: Option<Self>, call: &mut Call) {
        let any = HeaderValue::from_static("*");
        match condition {
            None => return,
            Some(Self::Revision(revision)) => call.header(IF_MATCH, tag(revision)),
            Some(Self::Exists) => call.header(IF_MATCH, any),
            Some(Self::Absent) => call.header(IF_NONE_MATCH, any),
        }
        call.once();
    }
}

/// The whole seconds of a time to live; the server tells if they are too many.
pub(crate) fn ttl_seconds(ttl: Duration) -> Result<u64> {
    if ttl.subsec_nanos() != 0 || ttl.is_zero() {
        return Err(Error::invalid(format!("ttl {ttl:?}: whole seconds from 1 on are expected")));
    }
    Ok(ttl.as_secs())
}

/// A write of a value, from [`Client::put`]; await it to make it.
///
/// A write that replaces a key without [`ttl`](Self::ttl) takes away an expiry the key had.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> memorykv::Result<()> {
/// # let client = memorykv::Client::from_env()?;
/// use std::time::Duration;
/// use memorykv::Error;
///
/// client
///     .put("doc/cart", "abc123")
///     .content_type("text/plain")
///     .ttl(Duration::from_secs(3600))
///     .await?;
///
/// // Read, change, write back, unless somebody else was faster.
/// let value = client.get("doc/cart").await?.expect("it lives for an hour");
/// client.put("doc/cart", "def456").if_revision(value.revision).await?;
/// let late = client.put("doc/cart", "ghi789").if_revision(value.revision).await;
/// assert!(matches!(late, Err(Error::PreconditionFailed { .. })));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a write does nothing until it is awaited"]
pub struct Put {
    client: Client,
    key: String,
    body: Result<Bytes>,
    content_type: Option<String>,
    ttl: Option<Duration>,
    condition: Option<Condition>,
    return_previous: bool,
}

/// What a write did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The key is new. After a repetition this, and `previous`, speak of the last try.
    pub created: bool,
    /// The revision of the value just written.
    pub revision: Revision,
    /// The value before, when there was one and [`Put::return_previous`] asked for it.
    pub previous: Option<Previous>,
}

impl Put {
    pub(crate) fn new(client: Client, key: String, body: Result<Bytes>) -> Self {
        Self {
            client,
            key,
            body,
            content_type: None,
            ttl: None,
            condition: None,
            return_previous: false,
        }
    }

    /// The content type to keep with the value.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Lets the key expire after some whole seconds.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// Only if the value's revision is this one. Takes the place of another condition.
    pub fn if_revision(mut self, revision: Revision) -> Self {
        self.condition = Some(Condition::Revision(revision));
        self
    }

    /// Only if the key exists. Takes the place of another condition.
    pub fn if_exists(mut self) -> Self {
        self.condition = Some(Condition::Exists);
        self
    }

    /// Only if the key does not exist. Takes the place of another condition.
    pub fn if_absent(mut self) -> Self {
        self.condition = Some(Condition::Absent);
        self
    }

    /// Brings the value that is replaced, too.
    pub fn return_previous(mut self) -> Self {
        self.return_previous = true;
        self
    }

    async fn run(self) -> Result<Written> {
        let mut call = Call::new(Method::PUT, key_path(&self.key)?);
        call.body(self.body?);
        if let Some(text) = self.content_type {
            let value = HeaderValue::try_from(&text)
                .map_err(|_| Error::invalid(format!("content type {text:?}")))?;
            call.header(CONTENT_TYPE, value);
        }
        if let Some(ttl) = self.ttl {
            call.query("ttl", ttl_seconds(ttl)?);
        }
        Condition::add_to(self.condition, &mut call);
        if !self.return_previous {
            call.header(PREFER, HeaderValue::from_static("return=minimal"));
        }
        let reply = self.client.inner.send_found(call).await?;
        let created = reply.status == 201;
        Ok(Written {
            created,
            revision: reply.revision()?,
            previous: (self.return_previous && !created).then(|| Previous::from_reply(reply)),
        })
    }
}

impl IntoFuture for Put {
    type Output = Result<Written>;
    type IntoFuture = Pending<Written>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// A removal of a key, from [`Client::delete`]; await it to make it.
#[derive(Debug)]
#[must_use = "a removal does nothing until it is awaited"]
pub struct Delete {
    client: Client,
    key: String,
    condition: Option<Condition>,
}

impl Delete {
    pub(crate) fn new(client: Client, key: String) -> Self {
        Self { client, key, condition: None }
    }

    /// Only if the value's revision is this one. A missing key does not meet it.
    pub fn if_revision(mut self, revision: Revision) -> Self {
        self.condition = Some(Condition::Revision(revision));
        self
    }

    async fn run(self) -> Result<Option<Previous>> {
        let mut call = Call::new(Method::DELETE, key_path(&self.key)?);
        Condition::add_to(self.condition, &mut call);
        let reply = self.client.inner.send(call).await?;
        Ok(reply.found().then(|| Previous::from_reply(reply)))
    }
}

impl IntoFuture for Delete {
    type Output = Result<Option<Previous>>;
    type IntoFuture = Pending<Option<Previous>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// A change of a key's expiry, from [`Client::expire`] and [`Client::persist`]; await it to make it.
#[derive(Debug)]
#[must_use = "a change does nothing until it is awaited"]
pub struct Expire {
    client: Client,
    key: String,
    ttl: Option<Duration>,
    condition: Option<Condition>,
}

impl Expire {
    pub(crate) fn new(client: Client, key: String, ttl: Option<Duration>) -> Self {
        Self { client, key, ttl, condition: None }
    }

    /// Only if the value's revision is this one. A missing key does not meet it.
    pub fn if_revision(mut self, revision: Revision) -> Self {
        self.condition = Some(Condition::Revision(revision));
        self
    }

    async fn run(self) -> Result<bool> {
        let mut call = Call::new(Method::PATCH, key_path(&self.key)?);
        call.query("ttl", self.ttl.map(ttl_seconds).transpose()?.unwrap_or(0));
        Condition::add_to(self.condition, &mut call);
        Ok(self.client.inner.send(call).await?.found())
    }
}

impl IntoFuture for Expire {
    type Output = Result<bool>;
    type IntoFuture = Pending<bool>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
