// SPDX-License-Identifier: MIT
//! Counts up a number that others may be counting up at the same time, without losing a count.
//!
//! cargo run --example counter

use memorykv::{Client, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> memorykv::Result<()> {
    let client = Client::from_env()?;
    println!("{}", count_up(&client, "example/counter").await?);
    Ok(())
}

async fn count_up(client: &Client, key: &str) -> memorykv::Result<u64> {
    loop {
        let (next, put) = match client.get(key).await? {
            Some(value) => {
                let next = value.json::<u64>()? + 1;
                (next, client.put_json(key, &next).if_revision(value.revision))
            }
            None => (1, client.put_json(key, &1).if_absent()),
        };
        match put.await {
            Ok(_) => return Ok(next),
            Err(Error::PreconditionFailed { .. }) => {} // somebody was faster
            Err(error) => return Err(error),
        }
    }
}
