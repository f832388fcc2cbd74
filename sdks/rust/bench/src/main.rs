// SPDX-License-Identifier: MIT
//! memorykv-bench sdk|bare <url> <seconds> <concurrency> <keys> <length of a value>
//!
//! Reads the keys `bench:000000` and on in turn, so many at a time, through the crate or through bare
//! reqwest, and prints how many requests were answered in how many seconds. Ends with 1 as soon as an
//! answer is not a value of that length.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use memorykv::Bytes;

type Fault = Box<dyn Error + Send + Sync>;

#[derive(Clone)]
enum Way {
    Sdk(memorykv::Client),
    Bare(reqwest::Client, Arc<str>),
}

impl Way {
    async fn get(&self, key: &str) -> Result<Bytes, Fault> {
        match self {
            Self::Sdk(client) => Ok(client.get(key).await?.ok_or("no such key")?.data),
            Self::Bare(client, url) => {
                let answer = client.get(format!("{url}/{key}")).send().await?;
                Ok(answer.error_for_status()?.bytes().await?)
            }
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [way, url, seconds, concurrency, keys, length] = arguments.as_slice() else {
        return Err(
            "usage: memorykv-bench sdk|bare <url> <seconds> <concurrency> <keys> <length>".into()
        );
    };
    let way = match way.as_str() {
        "sdk" => Way::Sdk(memorykv::Client::new(url)?),
        "bare" => {
            // Fails only when there is one already.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?;
            Way::Bare(client, url.trim_end_matches('/').into())
        }
        other => return Err(format!("unknown: {other}").into()),
    };
    let (keys, length): (u64, usize) = (keys.parse()?, length.parse()?);
    let time = Duration::from_secs_f64(seconds.parse()?);

    let next = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..concurrency.parse()?)
        .map(|_: u32| {
            let (way, next) = (way.clone(), next.clone());
            tokio::spawn(async move {
                let mut done = 0u64;
                while start.elapsed() < time {
                    let number = next.fetch_add(1, Ordering::Relaxed) % keys;
                    let value = way.get(&format!("bench:{number:06}")).await?;
                    if value.len() != length {
                        return Err(format!("a value of {} bytes", value.len()).into());
                    }
                    done += 1;
                }
                Ok::<_, Fault>(done)
            })
        })
        .collect();
    let mut requests = 0;
    for task in tasks {
        requests += task.await??;
    }
    println!("{{\"requests\": {requests}, \"seconds\": {}}}", start.elapsed().as_secs_f64());
    Ok(())
}
