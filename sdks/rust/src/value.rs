// SPDX-License-Identifier: MIT
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::transport::Reply;
use crate::{Error, Position, Result, Revision};

/// A value with what the server keeps about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Value {
    /// The bytes.
    pub data: Bytes,
    /// The content type it was written with.
    pub content_type: String,
    /// The revision, for conditions.
    pub revision: Revision,
}

impl Value {
    pub(crate) fn from_reply(reply: Reply) -> Result<Self> {
        Ok(Self {
            revision: reply.revision()?,
            content_type: reply.content_type(),
            data: reply.body,
        })
    }

    /// The bytes as text, `None` when they are not UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.data).ok()
    }

    /// What the bytes are as JSON.
    ///
    /// # Errors
    /// [`Error::Json`] when they are not JSON of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.data).map_err(Error::Json)
    }
}

/// What [`get_if_changed`](crate::Client::get_if_changed) found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The value, of another revision.
    Changed(Value),
    /// The value still has the revision.
    Unchanged,
    /// There is no such key.
    Missing,
}

/// A value that is gone: replaced or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Previous {
    /// The bytes.
    pub data: Bytes,
    /// The content type it was written with.
    pub content_type: String,
}

impl Previous {
    pub(crate) fn from_reply(reply: Reply) -> Self {
        Self { content_type: reply.content_type(), data: reply.body }
    }
}

/// What a server says of itself (`/-/info`).
///
/// What is an `Option` is for those with a token, where the server asks for tokens.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct Info {
    /// `MemoryKV`.
    pub name: String,
    /// The server's version.
    pub version: String,
    /// What the client's token may.
    #[serde(default)]
    pub auth: Auth,
    /// Names the history that seqs count in.
    pub epoch: Option<u64>,
    /// The last change.
    pub seq: Option<u64>,
    /// The last change that is as safe as the server's configuration promises.
    pub durable_seq: Option<u64>,
    /// How many keys there are. Not for a token confined to a prefix.
    pub keys: Option<u64>,
    /// Bytes of all keys and values. Not for a token confined to a prefix.
    pub stored_bytes: Option<u64>,
    /// When the server started: RFC 3339, UTC.
    pub started: Option<String>,
    /// What the server takes.
    pub limits: Option<Limits>,
}

impl Info {
    /// Where the server's history is.
    pub fn position(&self) -> Option<Position> {
        Some(Position { epoch: self.epoch?, seq: self.seq? })
    }
}

/// What a client may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Auth {
    /// The server asks for tokens.
    pub required: bool,
    /// What the token may: `read`, `write` or `admin`.
    pub role: Option<String>,
    /// The prefix of the keys that the token is confined to.
    pub prefix: Option<String>,
}

/// The limits of a server. 0 is no limit.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a key.
    pub max_key: u64,
    /// Bytes of a value.
    pub max_value: u64,
    /// Bytes of the whole store.
    pub max_memory: u64,
    /// Operations of a batch.
    pub max_batch_operations: u64,
    /// Bytes of past changes held for watches that come back.
    pub history: u64,
    /// Bytes of events that may wait for one watch.
    pub feed_buffer: u64,
}
