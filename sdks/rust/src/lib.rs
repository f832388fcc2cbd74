// SPDX-License-Identifier: MIT
//! Client of MemoryKV, the in-memory key-value server that
//! can be watched: its REST API and its live feed, for async programs on tokio. For other programs
//! there is `blocking`, behind the feature of that name.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> memorykv::Result<()> {
//! use memorykv::{Client, EventKind};
//!
//! let client = Client::from_env()?; // or Client::new("http://127.0.0.1:8080")
//!
//! let mut watch = client.watch().prefix("doc/user/").start().await?;
//!
//! client.put("doc/user/1", "Ann").content_type("text/plain").await?;
//! let value = client.get("doc/user/1").await?.expect("just written");
//! assert_eq!(value.text(), Some("Ann"));
//!
//! let event = watch.next().await.expect("a watch goes on")?;
//! assert!(matches!(event.kind, EventKind::Insert { key, .. } if key == "doc/user/1"));
//! # Ok(())
//! # }
//! ```
//!
//! - **Keys** are text of 1 to 1,024 bytes, percent-encoded here. **Values** are [`bytes::Bytes`],
//!   taken from whatever becomes that: `&'static str`, `String`, `Vec<u8>`, `Bytes`. With
//!   [`Client::put_json`] and [`Client::get_json`] they are what serde makes of them.
//! - **Conditions**: a value has a [`Revision`]; [`Put::if_revision`], [`Put::if_absent`] and the like
//!   write only if nobody else did.
//! - **Many keys**: [`Client::list`] pages by itself, [`Client::batch`] writes all or nothing.
//! - **The feed**: [`Client::watch`] is a stream of typed [`Event`]s that connects again by itself and
//!   resumes where it was. What the server no longer holds comes as [`EventKind::Gap`].
//! - **When something fails**: each way is a variant of [`Error`]. Calls that can be made twice are
//!   repeated, see [`ClientBuilder::retries`]; a call never takes longer than
//!   [`ClientBuilder::timeout`].

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod backoff;
mod batch;
#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod config;
mod error;
mod event;
mod feed;
mod list;
mod path;
mod position;
mod transport;
mod value;
mod watch;
mod write;

pub use batch::{Operation, Outcome};
pub use bytes::Bytes;
pub use client::Client;
pub use config::ClientBuilder;
pub use error::{Error, Result};
pub use event::{Event, EventKind, Op};
pub use list::{Entry, List, Page, Pages};
pub use position::{Position, Revision};
pub use value::{Auth, Fetched, Info, Limits, Previous, Value};
pub use watch::{Status, Watch, WatchBuilder};
pub use write::{Delete, Expire, Pending, Put, Written};
