// SPDX-License-Identifier: MIT
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use memorykv::{
    Bytes, Client, ClientBuilder, Error, Op, Operation, Position, Put, Result, Revision,
    WatchBuilder,
};
use serde::Deserialize;

/// A command of `run`, with the members of all of them.
#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields, default)]
pub struct Command {
    #[serde(rename = "do")]
    pub name: String,
    pub url: String,
    pub token: Option<String>,
    pub ca_file: Option<String>,
    pub timeout_ms: Option<u64>,
    pub retries: Option<u32>,
    pub retry_wait_ms: Option<u64>,
    pub op: String,
    pub key: String,
    pub value: Option<String>,
    #[serde(rename = "type")]
    pub content_type: Option<String>,
    pub ttl: Option<u64>,
    pub if_match: Option<String>,
    pub if_none_match: Option<String>,
    pub return_previous: bool,
    pub prefix: String,
    pub limit: Option<u32>,
    pub after: Option<String>,
    pub page: Option<u32>,
    pub operations: Vec<Command>,
    pub ops: Vec<String>,
    pub since: Option<String>,
    pub initial: bool,
    pub lossless: bool,
    pub reconnect_wait_ms: Option<u64>,
    pub idle_timeout_ms: Option<u64>,
    pub count: usize,
}

impl Command {
    /// The bytes of `value`.
    pub fn data(&self) -> Bytes {
        let text = self.value.as_deref().expect("a command with a value");
        BASE64.decode(text).expect("base64").into()
    }

    pub fn ttl(&self) -> Option<Duration> {
        self.ttl.map(Duration::from_secs)
    }

    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms.expect("a command with a timeout"))
    }

    pub fn builder(&self) -> ClientBuilder {
        let mut builder = Client::builder(&self.url);
        if let Some(token) = &self.token {
            builder = builder.token(token);
        }
        if let Some(path) = &self.ca_file {
            builder = builder.ca_file(path);
        }
        if let Some(retries) = self.retries {
            builder = builder.retries(retries);
        }
        if let Some(timeout) = self.timeout_ms {
            builder = builder.timeout(Duration::from_millis(timeout));
        }
        if let Some(wait) = self.retry_wait_ms {
            builder = builder.retry_wait(Duration::from_millis(wait));
        }
        builder
    }

    pub fn put(&self, client: &Client) -> Put {
        let mut put = client.put(&self.key, self.data());
        if let Some(content_type) = &self.content_type {
            put = put.content_type(content_type);
        }
        if let Some(ttl) = self.ttl() {
            put = put.ttl(ttl);
        }
        if self.return_previous {
            put = put.return_previous();
        }
        match (self.if_match.as_deref(), self.if_none_match.as_deref()) {
            (None, None) => put,
            (Some("*"), None) => put.if_exists(),
            (Some(text), None) => put.if_revision(revision(text)),
            (None, Some("*")) => put.if_absent(),
            other => panic!("no such condition of a put: {other:?}"),
        }
    }

    pub fn operation(&self) -> Operation {
        let mut operation = match self.op.as_str() {
            "put" => Operation::put(&self.key, self.data()),
            _ => Operation::delete(&self.key),
        };
        if let Some(content_type) = &self.content_type {
            operation = operation.content_type(content_type);
        }
        if let Some(ttl) = self.ttl() {
            operation = operation.ttl(ttl);
        }
        match (self.if_match.as_deref(), self.if_none_match.as_deref()) {
            (None, None) => operation,
            (Some("*"), None) => operation.if_exists(),
            (Some(text), None) => operation.if_revision(revision(text)),
            (None, Some("*")) => operation.if_absent(),
            other => panic!("no such condition of an operation: {other:?}"),
        }
    }

    pub fn watch(&self, mut watch: WatchBuilder) -> Result<WatchBuilder> {
        watch = watch.prefix(&self.prefix).ops(self.ops());
        if let Some(since) = &self.since {
            watch = watch.since(since.parse::<Position>()?);
        }
        if self.initial {
            watch = watch.initial();
        }
        if self.lossless {
            watch = watch.lossless();
        }
        if let Some(wait) = self.reconnect_wait_ms {
            watch = watch.reconnect_wait(Duration::from_millis(wait));
        }
        if let Some(timeout) = self.idle_timeout_ms {
            watch = watch.idle_timeout(Duration::from_millis(timeout));
        }
        Ok(watch)
    }

    pub fn ops(&self) -> impl Iterator<Item = Op> {
        let op = |name: &String| Op::ALL.into_iter().find(|op| op.name() == name).expect("an op");
        self.ops.iter().map(op)
    }

    pub fn unknown<T>(&self) -> Result<T> {
        Err(Error::InvalidArgument(format!("no such command: {}", self.name)))
    }
}

pub fn revision(text: &str) -> Revision {
    Revision(text.parse().expect("a revision"))
}
