// SPDX-License-Identifier: MIT
use memorykv::{Client, Result, Watch};
use serde_json::Value as Json;
use tokio::runtime::Runtime;
use tokio::time::{Instant, timeout_at};

use crate::command::{Command, revision};
use crate::{Driver, outcome};

/// Drives the async API.
pub struct Adapter {
    runtime: Runtime,
    open: Open,
}

#[derive(Default)]
struct Open {
    client: Option<Client>,
    watch: Option<Watch>,
}

impl Adapter {
    pub fn new() -> std::io::Result<Self> {
        Ok(Self { runtime: Runtime::new()?, open: Open::default() })
    }
}

impl Driver for Adapter {
    fn perform(&mut self, command: &Command) -> Result<Json> {
        self.runtime.block_on(self.open.perform(command))
    }
}

impl Open {
    async fn perform(&mut self, command: &Command) -> Result<Json> {
        match command.name.as_str() {
            "open" => {
                self.stop().await;
                self.client = Some(command.builder().build()?);
                Ok(outcome::done())
            }
            "close" => {
                self.stop().await;
                self.client = None;
                Ok(outcome::done())
            }
            "watch" => {
                self.stop().await;
                let watch = self.client().watch();
                self.watch = Some(command.watch(watch)?.start().await?);
                Ok(outcome::done())
            }
            "events" => self.events(command).await,
            "stop" => {
                self.stop().await;
                Ok(outcome::done())
            }
            _ => self.request(command).await,
        }
    }

    async fn request(&self, command: &Command) -> Result<Json> {
        let client = self.client();
        let key = command.key.as_str();
        let list = client.list(&command.prefix);
        match command.name.as_str() {
            "get" => match &command.if_none_match {
                None => client.get(key).await.map(outcome::of_value),
                Some(known) => {
                    client.get_if_changed(key, revision(known)).await.map(outcome::of_fetched)
                }
            },
            "put" => command.put(client).await.map(outcome::of_written),
            "delete" => {
                let mut delete = client.delete(key);
                if let Some(known) = &command.if_match {
                    delete = delete.if_revision(revision(known));
                }
                delete.await.map(outcome::of_removed)
            }
            "touch" => {
                let ttl = command.ttl().filter(|ttl| !ttl.is_zero());
                let mut touch =
                    ttl.map_or_else(|| client.persist(key), |ttl| client.expire(key, ttl));
                if let Some(known) = &command.if_match {
                    touch = touch.if_revision(revision(known));
                }
                touch.await.map(outcome::of_found)
            }
            "list" => {
                let mut list = list;
                if let Some(limit) = command.limit {
                    list = list.page_size(limit);
                }
                if let Some(after) = &command.after {
                    list = list.after(after);
                }
                list.page().await.map(outcome::of_page)
            }
            "keys" => {
                let size = command.page.expect("a size of pages");
                list.page_size(size).keys().all().await.map(outcome::of_keys)
            }
            "entries" => {
                let list = command.page.map_or(list.clone(), |size| list.page_size(size));
                list.entries().all().await.map(outcome::of_entries)
            }
            "count" => list.count().await.map(outcome::of_count),
            "delete_prefix" => client.delete_prefix(&command.prefix).await.map(outcome::of_keys),
            "delete_all" => client.delete_all().await.map(outcome::of_keys),
            "batch" => {
                let operations = command.operations.iter().map(Command::operation);
                client.batch(operations).await.map(outcome::of_batch)
            }
            "ping" => client.ping().await.map(|()| outcome::done()),
            "info" => client.info().await.map(outcome::of_info),
            _ => command.unknown(),
        }
    }

    async fn events(&mut self, command: &Command) -> Result<Json> {
        let watch = self.watch.as_mut().expect("a watch");
        let deadline = Instant::now() + command.timeout();
        let mut events = Vec::new();
        let mut ended = None;
        while events.len() < command.count {
            match timeout_at(deadline, watch.next()).await {
                Ok(Some(Ok(event))) => events.push(event),
                Ok(Some(Err(error))) => ended = Some(error),
                Ok(None) | Err(_) => break,
            }
        }
        Ok(outcome::of_events(events, ended))
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("a client")
    }

    async fn stop(&mut self) {
        if let Some(watch) = self.watch.take() {
            watch.stop().await;
        }
    }
}
