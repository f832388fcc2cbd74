// SPDX-License-Identifier: MIT
//! Adapter of the conformance cases: reads commands and writes outcomes, a line each, as
//! sdks/conformance/README.md says. With the argument `blocking` it uses `memorykv::blocking`.

mod asynchronous;
mod blocking;
mod command;
mod outcome;

use std::io::{BufRead, Write};

use command::Command;
use serde_json::Value as Json;

/// What drives one of the two APIs.
trait Driver {
    fn perform(&mut self, command: &Command) -> memorykv::Result<Json>;
}

fn main() -> std::io::Result<()> {
    let mut driver: Box<dyn Driver> = match std::env::args().nth(1).as_deref() {
        None => Box::new(asynchronous::Adapter::new()?),
        Some("blocking") => Box::new(blocking::Adapter::default()),
        Some(other) => {
            eprintln!("unknown argument {other}; known here: blocking");
            std::process::exit(2);
        }
    };
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let command: Command = serde_json::from_str(&line?)?;
        let outcome = match driver.perform(&command) {
            Ok(outcome) => outcome,
            Err(error) => outcome::of_error(&error),
        };
        writeln!(output, "{outcome}")?;
        output.flush()?;
    }
    Ok(())
}
