// SPDX-License-Identifier: MIT
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::client::{Client, Inner};
use crate::{Error, Result};

/// As good as none, and a time that can be added to now.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The options of a [`Client`], from [`Client::builder`].
///
/// ```
/// use std::time::Duration;
///
/// let client = memorykv::Client::builder("https://kv.example:8443")
///     .token("s3cret")
///     .timeout(Duration::from_secs(5))
///     .retries(5)
///     .build()?;
/// # Ok::<(), memorykv::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "options do nothing until build()"]
pub struct ClientBuilder {
    url: String,
    token: Option<Secret>,
    ca_file: Option<PathBuf>,
    timeout: Duration,
    retries: u32,
    retry_wait: Duration,
}

impl ClientBuilder {
    pub(crate) fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: None,
            ca_file: None,
            timeout: Duration::from_secs(30),
            retries: 3,
            retry_wait: Duration::from_millis(100),
        }
    }

    /// The token sent with every request (`Authorization: Bearer`).
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(Secret(token.into()));
        self
    }

    /// A PEM file with the certificates to trust, in place of those the system trusts.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// How long a call may take, its repetitions and the pauses between them included (30 s).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often a call that can be made twice is repeated (3); 0 for never.
    ///
    /// Repeated are reads, lists and writes without a condition, when the connection fails and after
    /// 408, 429, 502, 503 and 504. Writes with a condition and batches are sent once: the answer to a
    /// second try would not speak of the first. Of a repeated write the same holds for what it says
    /// of the value before: a repeated delete may find that the first try has done it.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The first pause before a repetition (100 ms). It doubles each time, half of it at random, and
    /// gives way to what the server says in `Retry-After`.
    pub fn retry_wait(mut self, wait: Duration) -> Self {
        self.retry_wait = wait;
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when the URL, the token or the CA file is not as it has to be.
    pub fn build(self) -> Result<Client> {
        if !self.url.contains("://") {
            let text = format!("URL '{}' has no scheme, http:// or https://", self.url);
            return Err(Error::invalid(text));
        }
        let url = Url::parse(&self.url)
            .map_err(|error| Error::invalid(format!("URL '{}': {error}", self.url)))?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            other => {
                return Err(Error::invalid(format!("URL scheme '{other}' is not http or https")));
            }
        };
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err(Error::invalid(format!(
                "URL '{}': a server and at most a path are expected",
                self.url
            )));
        }
        let base = url.as_str().trim_end_matches('/').to_owned();
        let authorization = self.token.as_ref().map(authorization).transpose()?;
        let tls = tls_config(secure, self.ca_file.as_deref())?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            // The feed knows no proxies, and requests and feed have to reach the same server.
            .no_proxy()
            .tcp_nodelay(true)
            // The server closes connections after 60 s without a request.
            .pool_idle_timeout(Duration::from_secs(50))
            .user_agent(concat!("memorykv-rust/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::connection)?;
        Ok(Client::from_inner(Inner {
            http,
            base,
            authorization,
            tls: Arc::new(tls),
            timeout: self.timeout.min(LONGEST_TIMEOUT),
            retries: self.retries,
            retry_wait: self.retry_wait,
        }))
    }

    /// As [`build`](Self::build), for programs without async.
    ///
    /// # Errors
    /// Also [`Error::Connection`] when the system has no thread for it.
    #[cfg(feature = "blocking")]
    pub fn build_blocking(self) -> Result<crate::blocking::Client> {
        crate::blocking::Client::with(self.build()?)
    }
}

/// A text that debug output does not show.
#[derive(Clone)]
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("***")
    }
}

fn authorization(token: &Secret) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.0))
        .map_err(|_| Error::invalid("the token holds what a header field cannot hold"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// One configuration for requests and feed. Without TLS nothing is trusted, and nothing read.
fn tls_config(secure: bool, ca_file: Option<&Path>) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = ca_file {
        let fault = |what: String| Error::invalid(format!("CA file {}: {what}", path.display()));
        for certificate in CertificateDer::pem_file_iter(path).map_err(|e| fault(e.to_string()))? {
            roots
                .add(certificate.map_err(|error| fault(error.to_string()))?)
                .map_err(|error| fault(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(fault("holds no certificate".to_owned()));
        }
    } else if secure {
        // Some of a system's certificates may be odd; what counts is whether any can be used.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(Error::invalid("the system trusts no certificates; name a CA file"));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::invalid(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(builder: ClientBuilder) -> String {
        match builder.build() {
            Err(Error::InvalidArgument(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn faults_are_named() {
        assert!(fault(ClientBuilder::new("localhost:8080")).contains("no scheme"));
        assert!(fault(ClientBuilder::new("127.0.0.1:8080")).contains("no scheme"));
        assert!(fault(ClientBuilder::new("ftp://localhost")).contains("ftp"));
        assert!(fault(ClientBuilder::new("")).contains("URL"));
        assert!(fault(ClientBuilder::new("http://localhost/?a=b")).contains("path"));
        assert!(fault(ClientBuilder::new("http://a:b@localhost")).contains("path"));
        assert!(fault(ClientBuilder::new("http://localhost").token("a\nb")).contains("token"));
        assert!(fault(ClientBuilder::new("http://localhost").ca_file("/none")).contains("/none"));
        assert!(
            fault(ClientBuilder::new("http://localhost").ca_file("Cargo.toml")).contains("no cert")
        );
    }

    #[tokio::test]
    async fn no_timeout_is_too_long() {
        let builder = ClientBuilder::new("http://127.0.0.1:1").timeout(Duration::MAX).retries(0);
        let error = builder.build().unwrap().ping().await.unwrap_err();
        assert!(matches!(error, Error::Connection(_)), "{error}");
    }

    #[test]
    fn the_token_is_not_shown() {
        let builder = ClientBuilder::new("http://localhost").token("s3cret");
        assert!(!format!("{builder:?}").contains("s3cret"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("s3cret"));
    }
}
