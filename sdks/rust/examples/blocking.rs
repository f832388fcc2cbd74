// SPDX-License-Identifier: MIT
//! Without async: writes, lists and watches from ordinary threads.
//!
//! cargo run --features blocking --example blocking

use memorykv::blocking::Client;
use memorykv::{EventKind, Operation};

fn main() -> memorykv::Result<()> {
    let client = Client::from_env()?;
    client.delete_prefix("example/")?;

    let watch = client.watch().prefix("example/").start()?;
    let watcher = std::thread::spawn(move || {
        for event in watch.take(3) {
            match event?.kind {
                EventKind::Insert { key, data, .. } => println!("{key}: {} bytes", data.len()),
                other => println!("{other:?}"),
            }
        }
        Ok(())
    });

    client.batch([
        Operation::put("example/1", "one").content_type("text/plain"),
        Operation::put("example/2", "two").content_type("text/plain"),
    ])?;
    for entry in client.list("example/").entries() {
        let entry = entry?;
        println!("{} has revision {}", entry.key, entry.revision);
    }
    client.delete("example/1").send()?;

    watcher.join().expect("the watching thread does not panic")
}
