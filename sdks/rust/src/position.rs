// SPDX-License-Identifier: MIT
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// The revision of a value: the seq of the write that made it, which grows with every write.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl fmt::Display for Revision {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl From<u64> for Revision {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

/// A place in the history of a server's changes: just after the change `seq` of the history `epoch`.
///
/// As text, and in serde's formats, it is `epoch:seq`. Seqs of two positions can be compared only when
/// their epochs are equal; a server without a data directory begins a new epoch with each start.
///
/// ```
/// use memorykv::Position;
///
/// let position: Position = "1795464900123:42".parse()?;
/// assert_eq!((position.epoch, position.seq), (1795464900123, 42));
/// assert_eq!(position.to_string(), "1795464900123:42");
/// # Ok::<(), memorykv::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Position {
    /// Names the history.
    pub epoch: u64,
    /// The last change before the position, 0 when there was none.
    pub seq: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.epoch, self.seq)
    }
}

impl FromStr for Position {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let number = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|_| digits)
        };
        text.split_once(':')
            .and_then(|(epoch, seq)| Some(Self { epoch: number(epoch)?, seq: number(seq)? }))
            .ok_or_else(|| {
                Error::invalid(format!("'{text}' is no position, as in 1795464900123:42"))
            })
    }
}

impl TryFrom<String> for Position {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Position> for String {
    fn from(position: Position) -> Self {
        position.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_two_numbers_of_64_bits() {
        let largest = "18446744073709551615:18446744073709551615";
        assert_eq!(largest.parse::<Position>().unwrap().to_string(), largest);
        for text in
            ["", ":", "1", "1:", ":1", "1:2:3", "+1:2", "1:-2", "1: 2", "1:18446744073709551616"]
        {
            assert!(text.parse::<Position>().is_err(), "{text}");
        }
    }

    #[test]
    fn positions_are_text_in_json() {
        let position = Position { epoch: 3, seq: 7 };
        assert_eq!(serde_json::to_string(&position).unwrap(), "\"3:7\"");
        assert_eq!(serde_json::from_str::<Position>("\"3:7\"").unwrap(), position);
        assert!(serde_json::from_str::<Position>("\"3\"").is_err());
    }
}
