// SPDX-License-Identifier: MIT
//! Keeps a copy of all keys with a prefix up to date, and prints how many there are whenever that
//! changes: what a cache or an index does. Ends after as many changes as it is told, or never.
//!
//! cargo run --example replica [<prefix> [<changes>]]

use std::collections::BTreeMap;

use memorykv::{Bytes, Client, EventKind};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let prefix = arguments.next().unwrap_or_default();
    let mut changes = arguments.next().map(|text| text.parse::<u64>()).transpose()?;
    let client = Client::from_env()?;

    // Each time round the copy begins anew: after a gap what it holds is no longer to be trusted.
    loop {
        let mut copy = BTreeMap::<String, Bytes>::new();
        let mut complete = false;
        let mut watch = client.watch().prefix(&prefix).initial().lossless().start().await?;
        while let Some(event) = watch.next().await.transpose()? {
            match event.kind {
                EventKind::Insert { key, data, .. } => drop(copy.insert(key, data)),
                EventKind::Delete { key } | EventKind::Expire { key } => drop(copy.remove(&key)),
                EventKind::DeletePrefix { prefix } => {
                    copy.retain(|key, _| !key.starts_with(&prefix))
                }
                EventKind::DeleteAll => copy.clear(),
                EventKind::Restarted => copy.clear(),
                EventKind::Synced => complete = true,
                EventKind::Gap { from, to } => {
                    println!("changes {from} to {to} are missing, once more from the beginning");
                    break;
                }
                _ => continue,
            }
            if !complete {
                continue;
            }
            println!("{} keys", copy.len());
            if let Some(left) = &mut changes {
                if *left == 0 {
                    return Ok(());
                }
                *left -= 1;
            }
        }
    }
}
