// SPDX-License-Identifier: MIT
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::batch::bytes_of;
use crate::path::{COMPONENT, prefix_path};
use crate::transport::{Call, Reply};
use crate::write::Pending;
use crate::{Client, Error, Result, Revision};

const PAGE_SIZE: u32 = 1000;

/// The keys that begin with a prefix, in byte order, from [`Client::list`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> memorykv::Result<()> {
/// # let client = memorykv::Client::from_env()?;
/// for n in 1..=5 {
///     client.put(format!("doc/list/{n}"), n.to_string()).await?;
/// }
/// let list = client.list("doc/list/").page_size(2);
///
/// let mut keys = list.keys(); // a Stream that fetches two at a time
/// assert_eq!(keys.next().await.transpose()?.as_deref(), Some("doc/list/1"));
///
/// let entries = list.entries().all().await?;
/// assert_eq!(entries[4].data, "5");
/// assert_eq!(list.count().await?, 5);
///
/// let page = list.page().await?;
/// assert_eq!(page.items, ["doc/list/1", "doc/list/2"]);
/// assert_eq!(page.next.as_deref(), Some("doc/list/2"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a list fetches nothing by itself"]
pub struct List {
    client: Client,
    prefix: String,
    after: Option<String>,
    page_size: u32,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// What [`List::after`] has to be for the next page; `None` on the last one.
    pub next: Option<String>,
}

/// A key with its value and what the server keeps about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value's bytes.
    pub data: Bytes,
    /// The value's content type.
    pub content_type: String,
    /// The value's revision.
    pub revision: Revision,
    /// How long the key has to live, in whole seconds rounded up; `None` when it does not expire.
    pub ttl: Option<Duration>,
}

#[derive(Deserialize)]
struct WireEntry {
    key: String,
    value: Option<String>,
    value_base64: Option<String>,
    #[serde(rename = "type")]
    content_type: String,
    revision: Revision,
    ttl: Option<u64>,
}

impl Entry {
    fn from_wire(wire: WireEntry) -> Result<Self> {
        Ok(Self {
            key: wire.key,
            data: bytes_of(wire.value, wire.value_base64.map(Into::into))?,
            content_type: wire.content_type,
            revision: wire.revision,
            ttl: wire.ttl.map(Duration::from_secs),
        })
    }
}

impl List {
    pub(crate) fn new(client: Client, prefix: String) -> Self {
        Self { client, prefix, after: None, page_size: PAGE_SIZE }
    }

    /// Only keys that come after this text in byte order. It need not be a key.
    pub fn after(mut self, after: impl Into<String>) -> Self {
        self.after = Some(after.into());
        self
    }

    /// How many keys to fetch at a time (1,000).
    pub fn page_size(mut self, keys: u32) -> Self {
        self.page_size = keys;
        self
    }

    /// The keys, fetched page by page as they are taken.
    ///
    /// A page shows the store as it was at one moment; the next page shows a later one. A key that is
    /// there all the time comes exactly once.
    pub fn keys(&self) -> Pages<String> {
        let fetch =
            |list: Self| -> Pending<Page<String>> { Box::pin(async move { list.page().await }) };
        Pages::new(self.clone(), fetch)
    }

    /// The keys with their values, fetched page by page as they are taken.
    pub fn entries(&self) -> Pages<Entry> {
        let fetch = |list: Self| -> Pending<Page<Entry>> {
            Box::pin(async move { list.entries_page().await })
        };
        Pages::new(self.clone(), fetch)
    }

    /// One page of keys.
    pub async fn page(&self) -> Result<Page<String>> {
        page_of(&self.fetch(false).await?, Ok)
    }

    /// One page of keys with their values.
    pub async fn entries_page(&self) -> Result<Page<Entry>> {
        page_of(&self.fetch(true).await?, Entry::from_wire)
    }

    /// How many keys begin with the prefix, whatever [`after`](Self::after) says.
    pub async fn count(&self) -> Result<u64> {
        #[derive(Deserialize)]
        struct Count {
            count: u64,
        }
        let mut call = Call::new(Method::GET, prefix_path(&self.prefix));
        call.query("count", true);
        let Count { count } = self.client.inner.send_found(call).await?.json()?;
        Ok(count)
    }

    async fn fetch(&self, values: bool) -> Result<Reply> {
        let mut call = Call::new(Method::GET, prefix_path(&self.prefix));
        call.query("limit", self.page_size);
        if let Some(after) = &self.after {
            call.query("after", utf8_percent_encode(after, COMPONENT));
        }
        if values {
            call.query("values", true);
        }
        self.client.inner.send_found(call).await
    }
}

fn page_of<Wire: DeserializeOwned, T>(
    reply: &Reply,
    convert: fn(Wire) -> Result<T>,
) -> Result<Page<T>> {
    let wire: Vec<Wire> = reply.json()?;
    let items = wire.into_iter().map(convert).collect::<Result<_>>()?;
    Ok(Page { items, next: reply.next_link().map(after_of).transpose()? })
}

/// The `after` of a link to the next page. The rest of it is what was asked for, and a server behind
/// another one may not know its own path.
fn after_of(link: &str) -> Result<String> {
    link.split_once('?')
        .and_then(|(_, query)| query.split('&').find_map(|pair| pair.strip_prefix("after=")))
        .and_then(|text| {
            let text = text.replace('+', " ");
            percent_decode_str(&text).decode_utf8().ok().map(|text| text.into_owned())
        })
        .ok_or_else(|| Error::protocol(format!("a link to the next page without 'after': {link}")))
}

type Fetch<T> = fn(List) -> Pending<Page<T>>;

/// All pages of a [`List`]: a `Stream` of what is on them.
///
/// It ends with the last key, or after an error.
pub struct Pages<T> {
    /// What to fetch next; `None` after the last page.
    list: Option<List>,
    fetch: Fetch<T>,
    pending: Option<Pending<Page<T>>>,
    items: VecDeque<T>,
}

impl<T: Unpin> Pages<T> {
    fn new(list: List, fetch: Fetch<T>) -> Self {
        Self { list: Some(list), fetch, pending: None, items: VecDeque::new() }
    }

    /// The next one, `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// All that are left.
    pub async fn all(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }
}

impl<T: Unpin> Stream for Pages<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            if self.pending.is_none() {
                let Some(list) = self.list.clone() else { return Poll::Ready(None) };
                self.pending = Some((self.fetch)(list));
            }
            let fetched = match &mut self.pending {
                Some(pending) => ready!(pending.as_mut().poll(context)),
                None => continue,
            };
            self.pending = None;
            let list = self.list.take();
            match fetched {
                Ok(page) => {
                    self.items = page.items.into();
                    self.list = page.next.and_then(|next| Some(list?.after(next)));
                }
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl<T> std::fmt::Debug for Pages<T> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Pages").field("list", &self.list).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_comes_after_the_link() {
        assert_eq!(after_of("/keys/p?after=a%2Bb+c&limit=2").unwrap(), "a+b c");
        assert_eq!(after_of("/keys?limit=2&after=").unwrap(), "");
        assert!(after_of("/keys?limit=2").is_err());
        assert!(after_of("/keys?after=%FF").is_err());
    }
}
