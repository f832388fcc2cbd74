// SPDX-License-Identifier: MIT
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue, IF_NONE_MATCH};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::batch::{self, Operation, Outcome};
use crate::path::{key_path, prefix_path};
use crate::transport::Call;
use crate::{
    ClientBuilder, Delete, Error, Expire, Fetched, Info, List, Position, Put, Result, Revision,
    Value, WatchBuilder,
};

/// A client of one server. Cheap to clone; clones share their connections.
///
/// Calls can be made from many tasks at once, and reuse connections. A call that is dropped before
/// its end may have been done or not.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> memorykv::Result<()> {
/// use memorykv::Client;
///
/// let client = Client::from_env()?;
/// client.put("greeting", "hello").await?;
/// let value = client.get("greeting").await?.expect("just written");
/// assert_eq!(value.data, "hello");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    /// The server's URL without a slash at its end.
    pub(crate) base: String,
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    pub(crate) timeout: Duration,
    pub(crate) retries: u32,
    pub(crate) retry_wait: Duration,
}

impl Client {
    /// A client of the server at `url`, such as `http://127.0.0.1:8080`, with the default options.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when the URL is none. Nothing is sent yet.
    pub fn new(url: impl Into<String>) -> Result<Self> {
        Self::builder(url).build()
    }

    /// The options of a client of the server at `url`.
    pub fn builder(url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(url)
    }

    /// A client as the environment says: the server is `MEMORYKV_URL`, `http://127.0.0.1:8080` when
    /// that is not set, with `MEMORYKV_TOKEN` and `MEMORYKV_CA_FILE` where they are set.
    pub fn from_env() -> Result<Self> {
        let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        let url = variable("MEMORYKV_URL");
        let mut builder = Self::builder(url.as_deref().unwrap_or("http://127.0.0.1:8080"));
        if let Some(token) = variable("MEMORYKV_TOKEN") {
            builder = builder.token(token);
        }
        if let Some(path) = variable("MEMORYKV_CA_FILE") {
            builder = builder.ca_file(path);
        }
        builder.build()
    }

    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// The value of a key, `None` when there is no such key.
    pub async fn get(&self, key: impl AsRef<str>) -> Result<Option<Value>> {
        let call = Call::new(Method::GET, key_path(key.as_ref())?);
        let reply = self.inner.send(call).await?;
        match reply.status {
            404 => Ok(None),
            200 => Value::from_reply(reply).map(Some),
            status => Err(Error::protocol(format!("status {status}"))),
        }
    }

    /// The value of a key, unless it still has this revision; then it does not travel.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> memorykv::Result<()> {
    /// # let client = memorykv::Client::from_env()?;
    /// use memorykv::Fetched;
    ///
    /// let written = client.put("doc/cached", "text").await?;
    /// let fetched = client.get_if_changed("doc/cached", written.revision).await?;
    /// assert!(matches!(fetched, Fetched::Unchanged));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_if_changed(&self, key: impl AsRef<str>, known: Revision) -> Result<Fetched> {
        let mut call = Call::new(Method::GET, key_path(key.as_ref())?);
        call.header(IF_NONE_MATCH, tag(known));
        let reply = self.inner.send(call).await?;
        match reply.status {
            404 => Ok(Fetched::Missing),
            304 => Ok(Fetched::Unchanged),
            200 => Value::from_reply(reply).map(Fetched::Changed),
            status => Err(Error::protocol(format!("status {status}"))),
        }
    }

    /// A key's value made from JSON, `None` when there is no such key.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> memorykv::Result<()> {
    /// # let client = memorykv::Client::from_env()?;
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Debug, PartialEq, Serialize, Deserialize)]
    /// struct User {
    ///     name: String,
    /// }
    ///
    /// let ann = User { name: "Ann".into() };
    /// client.put_json("doc/user", &ann).await?;
    /// assert_eq!(client.get_json("doc/user").await?, Some(ann));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Json`] when the value is not JSON of this shape.
    pub async fn get_json<T: DeserializeOwned>(&self, key: impl AsRef<str>) -> Result<Option<T>> {
        self.get(key).await?.map(|value| value.json()).transpose()
    }

    /// Writes a value; see [`Put`] for the conditions and options it can have.
    ///
    /// Without a content type it is `application/octet-stream`.
    pub fn put(&self, key: impl Into<String>, value: impl Into<Bytes>) -> Put {
        Put::new(self.clone(), key.into(), Ok(value.into()))
    }

    /// Writes a value as JSON, with the content type `application/json`.
    ///
    /// An error in making JSON of it comes as [`Error::Json`] from awaiting the result.
    pub fn put_json<T: Serialize + ?Sized>(&self, key: impl Into<String>, value: &T) -> Put {
        let body = serde_json::to_vec(value).map(Bytes::from).map_err(Error::Json);
        Put::new(self.clone(), key.into(), body).content_type("application/json")
    }

    /// Removes a key and gives the value it had, `None` when there was no such key.
    pub fn delete(&self, key: impl Into<String>) -> Delete {
        Delete::new(self.clone(), key.into())
    }

    /// Lets a key expire after some whole seconds, without touching its value. `false` when there is
    /// no such key.
    pub fn expire(&self, key: impl Into<String>, ttl: Duration) -> Expire {
        Expire::new(self.clone(), key.into(), Some(ttl))
    }

    /// Takes a key's expiry away. `false` when there is no such key.
    pub fn persist(&self, key: impl Into<String>) -> Expire {
        Expire::new(self.clone(), key.into(), None)
    }

    /// The keys that begin with a prefix, all keys for `""`: to list, to count, with values or
    /// without, see [`List`].
    pub fn list(&self, prefix: impl Into<String>) -> List {
        List::new(self.clone(), prefix.into())
    }

    /// Removes all keys that begin with a prefix, in one step, and gives them in byte order. The
    /// empty prefix is that of all keys.
    pub async fn delete_prefix(&self, prefix: impl AsRef<str>) -> Result<Vec<String>> {
        let call = Call::new(Method::DELETE, prefix_path(prefix.as_ref()));
        self.inner.send_found(call).await?.json()
    }

    /// Removes all keys, in one step, and gives them in byte order.
    pub async fn delete_all(&self) -> Result<Vec<String>> {
        self.delete_prefix("").await
    }

    /// Several writes, all of them or none, with nothing in between: up to 10,000.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> memorykv::Result<()> {
    /// # let client = memorykv::Client::from_env()?;
    /// use memorykv::{Error, Operation};
    ///
    /// client.delete_prefix("doc/account/").await?;
    /// client
    ///     .batch([
    ///         Operation::put("doc/account/1", "100").content_type("text/plain"),
    ///         Operation::put("doc/account/2", "50").if_absent(),
    ///     ])
    ///     .await?;
    /// let again = client
    ///     .batch([
    ///         Operation::delete("doc/account/1"),
    ///         Operation::put("doc/account/2", "0").if_absent(),
    ///     ])
    ///     .await;
    /// assert!(matches!(again, Err(Error::PreconditionFailed { index: Some(1), .. })));
    /// assert_eq!(client.list("doc/account/").count().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`] with the index of the operation whose condition does not hold;
    /// then nothing has been changed.
    pub async fn batch(
        &self,
        operations: impl IntoIterator<Item = Operation>,
    ) -> Result<Vec<Outcome>> {
        let (body, count) = batch::encode(operations)?;
        let mut call = Call::new(Method::POST, "/-/batch".to_owned());
        call.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        call.body(body);
        call.once();
        batch::decode(&self.inner.send_found(call).await?, count)
    }

    /// The live feed: what happens to keys from now on, from a position on, or beginning with the
    /// state as it stands. See [`WatchBuilder`].
    pub fn watch(&self) -> WatchBuilder {
        WatchBuilder::new(self.clone())
    }

    /// Whether the server answers.
    pub async fn ping(&self) -> Result<()> {
        self.inner.send_found(Call::new(Method::GET, "/ping".to_owned())).await.map(drop)
    }

    /// What the server says of itself.
    pub async fn info(&self) -> Result<Info> {
        self.inner.send_found(Call::new(Method::GET, "/-/info".to_owned())).await?.json()
    }

    /// Where the server's history is now.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] when the server says so only to those with a token.
    pub async fn position(&self) -> Result<Position> {
        self.info().await?.position().ok_or_else(|| Error::Unauthorized {
            detail: "the server tells its position to those with a token only".to_owned(),
        })
    }
}

/// A revision as an entity tag.
pub(crate) fn tag(revision: Revision) -> HeaderValue {
    HeaderValue::try_from(format!("\"{revision}\"")).expect("digits and quotes fit a header field")
}
