// SPDX-License-Identifier: MIT
use std::time::Duration;

/// What a call of this crate gives.
pub type Result<T> = std::result::Result<T, Error>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a call failed.
///
/// A key that does not exist is no error: calls say so with `None` or `false`. Texts named `detail`
/// are the server's, and name what is at fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A condition of the write did not hold (412): somebody else wrote in between. Begin again
    /// with the read.
    #[error("precondition failed: {detail}")]
    PreconditionFailed {
        /// The server's explanation.
        detail: String,
        /// In a batch, which operation it was, from 0.
        index: Option<usize>,
    },

    /// The server wants a token, or another one (401).
    #[error("unauthorized: {detail}")]
    Unauthorized {
        /// The server's explanation.
        detail: String,
    },

    /// The token does not allow this (403).
    #[error("forbidden: {detail}")]
    Forbidden {
        /// The server's explanation.
        detail: String,
    },

    /// A value or a batch is over the server's limit (413).
    #[error("too large: {detail}")]
    TooLarge {
        /// The server's explanation, with the limit.
        detail: String,
    },

    /// Too many requests (429), still after all repetitions.
    #[error("rate limited: {detail}")]
    RateLimited {
        /// The server's explanation.
        detail: String,
        /// When the server wants to be asked again.
        retry_after: Option<Duration>,
    },

    /// The server cannot serve now (503), still after all repetitions.
    #[error("unavailable: {detail}")]
    Unavailable {
        /// The server's explanation.
        detail: String,
        /// When the server wants to be asked again.
        retry_after: Option<Duration>,
    },

    /// The store is at its limit (507). Reads and deletes go on.
    #[error("out of memory: {detail}")]
    OutOfMemory {
        /// The server's explanation, with the limit.
        detail: String,
    },

    /// The server refuses the request for another reason (any other 4xx).
    #[error("refused with status {status}: {detail}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's explanation.
        detail: String,
    },

    /// The server failed (any other 5xx).
    #[error("server error {status}: {detail}")]
    Server {
        /// The HTTP status.
        status: u16,
        /// The server's explanation.
        detail: String,
    },

    /// An argument cannot be right. Nothing was sent.
    #[error("invalid argument: {0}")]
    InvalidArgument(String),

    /// The call took longer than the client's timeout. A write may have been done or not.
    #[error("no answer within {0:?}")]
    Timeout(Duration),

    /// No connection, or it ended before the answer was whole. A write may have been done or not.
    #[error("connection failed: {0}")]
    Connection(#[source] Source),

    /// The server's certificate is not to be trusted: it has expired, names another host, or nobody
    /// vouches for it who is trusted here. Nothing was sent, and nothing is repeated.
    #[error("certificate not trusted: {0}")]
    Certificate(String),

    /// The answer is not what the server's contract says; perhaps it is no MemoryKV server.
    #[error("unexpected answer: {0}")]
    Protocol(String),

    /// A value could not be made from JSON, or into JSON.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Error {
    /// The HTTP status of the server's answer, when there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::PreconditionFailed { .. } => Some(412),
            Self::Unauthorized { .. } => Some(401),
            Self::Forbidden { .. } => Some(403),
            Self::TooLarge { .. } => Some(413),
            Self::RateLimited { .. } => Some(429),
            Self::Unavailable { .. } => Some(503),
            Self::OutOfMemory { .. } => Some(507),
            Self::Refused { status, .. } | Self::Server { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// When the server wants to be asked again, if it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Unavailable { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }

    /// Whether the same call may succeed later: what the client itself repeats.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connection(_) | Self::Timeout(_) => true,
            _ => matches!(self.status(), Some(408 | 429 | 502 | 503 | 504)),
        }
    }

    pub(crate) fn invalid(text: impl Into<String>) -> Self {
        Self::InvalidArgument(text.into())
    }

    pub(crate) fn protocol(text: impl Into<String>) -> Self {
        Self::Protocol(text.into())
    }

    pub(crate) fn connection(source: impl Into<Source>) -> Self {
        let source = source.into();
        Self::distrust(source.as_ref()).unwrap_or(Self::Connection(source))
    }

    /// `Certificate`, when that is what a connection failed for.
    pub(crate) fn distrust(error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        if let Some(rustls::Error::InvalidCertificate(reason)) = error.downcast_ref() {
            return Some(Self::Certificate(reason.to_string()));
        }
        // An I/O error passes over what it holds when it is asked for its source.
        match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(held) => Self::distrust(held),
            None => error.source().and_then(Self::distrust),
        }
    }

    pub(crate) fn from_status(
        status: u16,
        detail: String,
        index: Option<usize>,
        retry_after: Option<Duration>,
    ) -> Self {
        match status {
            401 => Self::Unauthorized { detail },
            403 => Self::Forbidden { detail },
            412 => Self::PreconditionFailed { detail, index },
            413 => Self::TooLarge { detail },
            429 => Self::RateLimited { detail, retry_after },
            503 => Self::Unavailable { detail, retry_after },
            507 => Self::OutOfMemory { detail },
            400..=499 => Self::Refused { status, detail },
            500..=599 => Self::Server { status, detail },
            _ => Self::Protocol(format!("status {status}")),
        }
    }
}
