// SPDX-License-Identifier: MIT
//! Prints every change, and keeps in a file how far it has come: stopped and started again, it goes
//! on where it was.
//!
//! cargo run --example resume <file>

use memorykv::{Client, EventKind, Position};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("usage: resume <file>")?;
    let client = Client::from_env()?;

    let mut watch = client.watch();
    if let Ok(text) = std::fs::read_to_string(&file) {
        watch = watch.since(text.trim().parse::<Position>()?);
    }
    let mut watch = watch.start().await?;
    while let Some(event) = watch.next().await.transpose()? {
        match &event.kind {
            EventKind::Gap { from, to } => println!("changes {from} to {to} are missing"),
            kind => println!("{kind:?}"),
        }
        // After the event has been dealt with, so that none is left out.
        if let Some(position) = event.position {
            std::fs::write(&file, position.to_string())?;
        }
    }
    Ok(())
}
