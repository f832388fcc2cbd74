// SPDX-License-Identifier: MIT
//! One request and its answer: repetitions, the time they may take, and errors.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LINK, RETRY_AFTER,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout_at};

use crate::backoff::Backoff;
use crate::client::Inner;
use crate::{Error, Result, Revision};

const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A request before it is sent.
#[derive(Debug)]
pub(crate) struct Call {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Option<Bytes>,
    repeatable: bool,
}

impl Call {
    /// `target` is a path, with a query where there is one.
    pub(crate) fn new(method: Method, target: String) -> Self {
        Self { method, target, headers: HeaderMap::new(), body: None, repeatable: true }
    }

    pub(crate) fn header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }

    pub(crate) fn body(&mut self, body: Bytes) {
        self.body = Some(body);
    }

    pub(crate) fn query(&mut self, name: &str, value: impl std::fmt::Display) {
        let sign = if self.target.contains('?') { '&' } else { '?' };
        self.target.push_str(&format!("{sign}{name}={value}"));
    }

    /// What must not be sent twice.
    pub(crate) fn once(&mut self) {
        self.repeatable = false;
    }
}

/// An answer with a status that is no error for somebody: 2xx, 304 or 404.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    headers: HeaderMap,
}

impl Reply {
    pub(crate) fn found(&self) -> bool {
        self.status != 404
    }

    /// The value's revision, which every answer that shows or writes a value has.
    pub(crate) fn revision(&self) -> Result<Revision> {
        self.text(ETAG)
            .and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok())
            .map(Revision)
            .ok_or_else(|| Error::protocol("an answer without a revision in ETag"))
    }

    pub(crate) fn content_type(&self) -> String {
        self.text(CONTENT_TYPE).unwrap_or("application/octet-stream").to_owned()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::protocol(format!("JSON of another shape: {error}")))
    }

    /// The target of the link with `rel="next"` (RFC 8288).
    pub(crate) fn next_link(&self) -> Option<&str> {
        self.headers
            .get_all(LINK)
            .iter()
            .filter_map(|field| field.to_str().ok())
            .flat_map(|field| field.split('<').skip(1))
            .filter_map(|link| link.split_once('>'))
            .find(|(_, parameters)| {
                parameters
                    .split([';', ','])
                    .any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"))
            })
            .map(|(target, _)| target)
    }

    fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn is_success(&self) -> bool {
        matches!(self.status, 200..=299 | 304 | 404)
    }

    fn into_error(self) -> Error {
        let retry_after = self.text(RETRY_AFTER).and_then(parse_retry_after);
        problem(self.status, self.text(CONTENT_TYPE), &self.body, retry_after)
    }
}

#[derive(Deserialize, Default)]
struct Problem {
    title: Option<String>,
    detail: Option<String>,
    index: Option<usize>,
}

/// The error that an answer is, with the words of its problem document (RFC 9457).
pub(crate) fn problem(
    status: u16,
    content_type: Option<&str>,
    body: &[u8],
    retry_after: Option<Duration>,
) -> Error {
    let is_problem = content_type.is_some_and(|text| text.starts_with("application/problem+json"));
    let Problem { title, detail, index } = match is_problem {
        true => serde_json::from_slice(body).unwrap_or_default(),
        false => Problem::default(),
    };
    let detail = detail.or(title).unwrap_or_else(|| {
        let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
        reason.unwrap_or("no explanation").to_owned()
    });
    Error::from_status(status, detail, index, retry_after)
}

/// Seconds or a date (RFC 9110, 10.2.3).
pub(crate) fn parse_retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

impl Inner {
    /// Sends, and repeats where that helps and the time allows.
    pub(crate) async fn send(&self, call: Call) -> Result<Reply> {
        let deadline = Instant::now() + self.timeout;
        let mut backoff = Backoff::new(self.retry_wait, LONGEST_PAUSE);
        let mut left = if call.repeatable { self.retries } else { 0 };
        loop {
            let error = match timeout_at(deadline, self.attempt(&call)).await {
                Err(_) => return Err(Error::Timeout(self.timeout)),
                Ok(Ok(reply)) if reply.is_success() => return Ok(reply),
                Ok(Ok(reply)) => reply.into_error(),
                Ok(Err(error)) => error,
            };
            let pause = error.retry_after().unwrap_or_else(|| backoff.pause());
            let in_time = Instant::now().checked_add(pause).is_some_and(|end| end < deadline);
            if left == 0 || !error.is_transient() || !in_time {
                return Err(error);
            }
            left -= 1;
            sleep(pause).await;
        }
    }

    /// As `send`, for what is always there.
    pub(crate) async fn send_found(&self, call: Call) -> Result<Reply> {
        let reply = self.send(call).await?;
        match reply.status {
            404 => Err(reply.into_error()),
            304 => Err(Error::protocol("status 304")),
            _ => Ok(reply),
        }
    }

    async fn attempt(&self, call: &Call) -> Result<Reply> {
        let mut request = self
            .http
            .request(call.method.clone(), format!("{}{}", self.base, call.target))
            .headers(call.headers.clone());
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(body) = &call.body {
            request = request.body(body.clone());
        }
        let mut response = request.send().await.map_err(transport_error)?;
        let headers = std::mem::take(response.headers_mut());
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(transport_error)?;
        Ok(Reply { status, body, headers })
    }
}

fn transport_error(error: reqwest::Error) -> Error {
    if error.is_builder() {
        return Error::invalid(error.to_string());
    }
    // The URL is known to whoever asked, and the cause says more than "error sending request".
    let error = error.without_url();
    match std::error::Error::source(&error) {
        Some(source) => {
            Error::distrust(source).unwrap_or_else(|| Error::connection(innermost(source)))
        }
        None => Error::connection(error),
    }
}

fn innermost(mut error: &(dyn std::error::Error + 'static)) -> String {
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(link: &str) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert(LINK, HeaderValue::from_str(link).unwrap());
        Reply { status: 200, body: Bytes::new(), headers }
    }

    #[test]
    fn next_links_are_found_among_others() {
        assert_eq!(reply("</keys?after=a>; rel=\"next\"").next_link(), Some("/keys?after=a"));
        assert_eq!(reply("</a>; rel=prev, </b,c>; x=y;rel=next").next_link(), Some("/b,c"));
        assert_eq!(reply("</a>; rel=\"prev\"").next_link(), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(parse_retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(parse_retry_after("Thu, 01 Jan 1970 00:00:00 GMT"), Some(Duration::ZERO));
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        assert!(parse_retry_after(&later).unwrap() > Duration::from_secs(90));
        assert_eq!(parse_retry_after("soon"), None);
    }
}
