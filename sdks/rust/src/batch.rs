// SPDX-License-Identifier: MIT
use std::borrow::Cow;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::path::check_key;
use crate::transport::Reply;
use crate::write::ttl_seconds;
use crate::{Error, Result, Revision};

/// A write of a [batch](crate::Client::batch).
#[derive(Debug, Clone)]
pub struct Operation {
    key: String,
    /// `None` removes the key.
    value: Option<Bytes>,
    content_type: Option<String>,
    ttl: Option<Duration>,
    if_match: Option<Tag>,
    if_none_match: Option<Tag>,
}

impl Operation {
    /// Writes a value.
    pub fn put(key: impl Into<String>, value: impl Into<Bytes>) -> Self {
        Self { value: Some(value.into()), ..Self::delete(key) }
    }

    /// Removes a key. One that does not exist is no failure, unless there is a condition.
    pub fn delete(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: None,
            content_type: None,
            ttl: None,
            if_match: None,
            if_none_match: None,
        }
    }

    /// The content type to keep with the value. For a put.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Lets the key expire after some whole seconds. For a put.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// Only if the value's revision is this one, else the whole batch fails.
    pub fn if_revision(mut self, revision: Revision) -> Self {
        self.if_match = Some(Tag::Revision(revision));
        self
    }

    /// Only if the key exists, else the whole batch fails.
    pub fn if_exists(mut self) -> Self {
        self.if_match = Some(Tag::Any("*"));
        self
    }

    /// Only if the key does not exist, else the whole batch fails.
    pub fn if_absent(mut self) -> Self {
        self.if_none_match = Some(Tag::Any("*"));
        self
    }
}

/// What an operation of a batch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// A put made a new key.
    Created(Revision),
    /// A put replaced a value.
    Replaced(Revision),
    /// A delete removed a key.
    Deleted,
    /// A delete found no such key.
    Missing,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
enum Tag {
    Revision(Revision),
    Any(&'static str),
}

#[derive(Serialize)]
struct WireOperation {
    op: &'static str,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_match: Option<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_none_match: Option<Tag>,
}

#[derive(Serialize)]
struct WireBatch {
    operations: Vec<WireOperation>,
}

/// The body of a batch, and how many operations it has.
pub(crate) fn encode(operations: impl IntoIterator<Item = Operation>) -> Result<(Bytes, usize)> {
    let operations = operations
        .into_iter()
        .map(|operation| {
            check_key(&operation.key)?;
            let value = operation.value.as_deref();
            let text = value.and_then(|bytes| std::str::from_utf8(bytes).ok());
            Ok(WireOperation {
                op: if value.is_some() { "put" } else { "delete" },
                value: text.map(str::to_owned),
                value_base64: value.filter(|_| text.is_none()).map(|bytes| BASE64.encode(bytes)),
                content_type: operation.content_type,
                ttl: operation.ttl.map(ttl_seconds).transpose()?,
                if_match: operation.if_match,
                if_none_match: operation.if_none_match,
                key: operation.key,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let count = operations.len();
    Ok((serde_json::to_vec(&WireBatch { operations })?.into(), count))
}

pub(crate) fn decode(reply: &Reply, count: usize) -> Result<Vec<Outcome>> {
    #[derive(Deserialize)]
    struct WireResult {
        status: u16,
        revision: Option<Revision>,
    }
    #[derive(Deserialize)]
    struct WireResults {
        results: Vec<WireResult>,
    }
    let WireResults { results } = reply.json()?;
    if results.len() != count {
        return Err(Error::protocol(format!("{} results of {count} operations", results.len())));
    }
    results
        .into_iter()
        .map(|result| match (result.status, result.revision) {
            (201, Some(revision)) => Ok(Outcome::Created(revision)),
            (200, Some(revision)) => Ok(Outcome::Replaced(revision)),
            (200, None) => Ok(Outcome::Deleted),
            (404, None) => Ok(Outcome::Missing),
            (status, _) => Err(Error::protocol(format!("status {status} within a batch"))),
        })
        .collect()
}

/// The bytes that JSON holds as `value` or as `value_base64`.
pub(crate) fn bytes_of(value: Option<String>, base64: Option<Cow<'_, str>>) -> Result<Bytes> {
    match (value, base64) {
        (Some(text), None) => Ok(text.into()),
        (None, Some(text)) => BASE64
            .decode(text.as_bytes())
            .map(Bytes::from)
            .map_err(|error| Error::protocol(format!("value_base64: {error}"))),
        _ => Err(Error::protocol("neither value nor value_base64, or both")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(operation: Operation) -> String {
        String::from_utf8(encode([operation]).unwrap().0.to_vec()).unwrap()
    }

    #[test]
    fn operations_hold_what_applies() {
        assert_eq!(
            json(Operation::put("k", "v").ttl(Duration::from_secs(9)).if_revision(Revision(7))),
            r#"{"operations":[{"op":"put","key":"k","value":"v","ttl":9,"if_match":7}]}"#
        );
        assert_eq!(
            json(Operation::put("k", &b"\xff\0"[..]).content_type("a/b").if_absent()),
            r#"{"operations":[{"op":"put","key":"k","value_base64":"/wA=","type":"a/b","if_none_match":"*"}]}"#
        );
        assert_eq!(
            json(Operation::delete("k").if_exists()),
            r#"{"operations":[{"op":"delete","key":"k","if_match":"*"}]}"#
        );
    }

    #[test]
    fn faults_are_found_before_anything_is_sent() {
        assert!(encode([Operation::delete("")]).is_err());
        assert!(encode([Operation::put("k", "").ttl(Duration::from_millis(10))]).is_err());
    }
}
