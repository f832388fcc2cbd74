// SPDX-License-Identifier: MIT
use std::time::{Duration, Instant};

use memorykv::Result;
use memorykv::blocking::{Client, Watch};
use serde_json::Value as Json;

use crate::command::{Command, revision};
use crate::{Driver, outcome};

/// Drives `memorykv::blocking`.
#[derive(Default)]
pub struct Adapter {
    client: Option<Client>,
    watch: Option<Watch>,
}

impl Driver for Adapter {
    fn perform(&mut self, command: &Command) -> Result<Json> {
        match command.name.as_str() {
            "open" => {
                self.stop();
                self.client = Some(command.builder().build_blocking()?);
                Ok(outcome::done())
            }
            "close" => {
                self.stop();
                self.client = None;
                Ok(outcome::done())
            }
            "watch" => {
                self.stop();
                self.watch = Some(self.start(command)?);
                Ok(outcome::done())
            }
            "events" => self.events(command),
            "stop" => {
                self.stop();
                Ok(outcome::done())
            }
            _ => self.request(command),
        }
    }
}

impl Adapter {
    fn request(&self, command: &Command) -> Result<Json> {
        let client = self.client();
        let key = command.key.as_str();
        let list = client.list(&command.prefix);
        match command.name.as_str() {
            "get" => match &command.if_none_match {
                None => client.get(key).map(outcome::of_value),
                Some(known) => client.get_if_changed(key, revision(known)).map(outcome::of_fetched),
            },
            "put" => self.put(command),
            "delete" => {
                let mut delete = client.delete(key);
                if let Some(known) = &command.if_match {
                    delete = delete.if_revision(revision(known));
                }
                delete.send().map(outcome::of_removed)
            }
            "touch" => {
                let ttl = command.ttl().filter(|ttl| !ttl.is_zero());
                let mut touch =
                    ttl.map_or_else(|| client.persist(key), |ttl| client.expire(key, ttl));
                if let Some(known) = &command.if_match {
                    touch = touch.if_revision(revision(known));
                }
                touch.send().map(outcome::of_found)
            }
            "list" => {
                let mut list = list;
                if let Some(limit) = command.limit {
                    list = list.page_size(limit);
                }
                if let Some(after) = &command.after {
                    list = list.after(after);
                }
                list.page().map(outcome::of_page)
            }
            "keys" => {
                let size = command.page.expect("a size of pages");
                list.page_size(size).keys().collect::<Result<_>>().map(outcome::of_keys)
            }
            "entries" => {
                let list = command.page.map_or(list.clone(), |size| list.page_size(size));
                list.entries().collect::<Result<_>>().map(outcome::of_entries)
            }
            "count" => list.count().map(outcome::of_count),
            "delete_prefix" => client.delete_prefix(&command.prefix).map(outcome::of_keys),
            "delete_all" => client.delete_all().map(outcome::of_keys),
            "batch" => {
                let operations = command.operations.iter().map(Command::operation);
                client.batch(operations).map(outcome::of_batch)
            }
            "ping" => client.ping().map(|()| outcome::done()),
            "info" => client.info().map(outcome::of_info),
            _ => command.unknown(),
        }
    }

    fn put(&self, command: &Command) -> Result<Json> {
        let mut put = self.client().put(&command.key, command.data());
        if let Some(content_type) = &command.content_type {
            put = put.content_type(content_type);
        }
        if let Some(ttl) = command.ttl() {
            put = put.ttl(ttl);
        }
        if command.return_previous {
            put = put.return_previous();
        }
        put = match (command.if_match.as_deref(), command.if_none_match.as_deref()) {
            (None, None) => put,
            (Some("*"), None) => put.if_exists(),
            (Some(text), None) => put.if_revision(revision(text)),
            (None, Some("*")) => put.if_absent(),
            other => panic!("no such condition of a put: {other:?}"),
        };
        put.send().map(outcome::of_written)
    }

    fn start(&self, command: &Command) -> Result<Watch> {
        let mut watch = self.client().watch().prefix(&command.prefix).ops(command.ops());
        if let Some(since) = &command.since {
            watch = watch.since(since.parse()?);
        }
        if command.initial {
            watch = watch.initial();
        }
        if command.lossless {
            watch = watch.lossless();
        }
        if let Some(wait) = command.reconnect_wait_ms {
            watch = watch.reconnect_wait(Duration::from_millis(wait));
        }
        if let Some(timeout) = command.idle_timeout_ms {
            watch = watch.idle_timeout(Duration::from_millis(timeout));
        }
        watch.start()
    }

    fn events(&mut self, command: &Command) -> Result<Json> {
        let watch = self.watch.as_mut().expect("a watch");
        let deadline = Instant::now() + command.timeout();
        let mut events = Vec::new();
        let mut ended = None;
        while events.len() < command.count {
            match watch.next_within(deadline.saturating_duration_since(Instant::now())) {
                Some(Ok(event)) => events.push(event),
                Some(Err(error)) => ended = Some(error),
                None => break,
            }
        }
        Ok(outcome::of_events(events, ended))
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("a client")
    }

    fn stop(&mut self) {
        if let Some(watch) = self.watch.take() {
            watch.stop();
        }
    }
}
