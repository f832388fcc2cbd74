// SPDX-License-Identifier: MIT
use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;

use crate::batch::bytes_of;
use crate::{Error, Position, Result};

/// A kind of event that a watch can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// A value was written.
    Insert,
    /// An expiry was set or cleared.
    Touch,
    /// A key was removed.
    Delete,
    /// All keys with a prefix were removed.
    DeletePrefix,
    /// All keys were removed.
    DeleteAll,
    /// A key's time was over.
    Expire,
    /// A key was read.
    Read,
    /// All keys were listed.
    List,
    /// Keys with a prefix were listed.
    ListPrefix,
    /// Some watch answered the server's ping.
    Heartbeat,
}

impl Op {
    /// What changes the store.
    pub const CHANGES: [Self; 6] = [
        Self::Insert,
        Self::Touch,
        Self::Delete,
        Self::DeletePrefix,
        Self::DeleteAll,
        Self::Expire,
    ];

    /// Everything.
    pub const ALL: [Self; 10] = [
        Self::Insert,
        Self::Touch,
        Self::Delete,
        Self::DeletePrefix,
        Self::DeleteAll,
        Self::Expire,
        Self::Read,
        Self::List,
        Self::ListPrefix,
        Self::Heartbeat,
    ];

    /// Its name in the feed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Touch => "touch",
            Self::Delete => "delete",
            Self::DeletePrefix => "delete_prefix",
            Self::DeleteAll => "delete_all",
            Self::Expire => "expire",
            Self::Read => "read",
            Self::List => "list",
            Self::ListPrefix => "list_prefix",
            Self::Heartbeat => "heartbeat",
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// What it was.
    pub kind: EventKind,
    /// Where a watch resumes after this event. Initial inserts have none, and [`EventKind::Restarted`].
    pub position: Option<Position>,
    /// Its own seq when it changed the store, else that of the last change before it; of an initial
    /// insert the value's revision. Gaps and [`EventKind::Restarted`] have none.
    pub seq: Option<u64>,
    /// When it was, by the server's clock: RFC 3339 in UTC. Empty for [`EventKind::Restarted`].
    pub time: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// A value was written.
    Insert {
        /// The key.
        key: String,
        /// The value's bytes.
        data: Bytes,
        /// The value's content type.
        content_type: String,
        /// After how many seconds it expires, if it does.
        ttl: Option<Duration>,
        /// It is part of the state that [`initial`](crate::WatchBuilder::initial) asked for.
        initial: bool,
    },
    /// An expiry was set, or cleared when `ttl` is `None`.
    Touch {
        /// The key.
        key: String,
        /// After how many seconds it expires.
        ttl: Option<Duration>,
    },
    /// A key was removed.
    Delete {
        /// The key.
        key: String,
    },
    /// All keys with a prefix were removed.
    DeletePrefix {
        /// The prefix.
        prefix: String,
    },
    /// All keys were removed.
    DeleteAll,
    /// A key's time was over.
    Expire {
        /// The key.
        key: String,
    },
    /// A key was read.
    Read {
        /// The key.
        key: String,
        /// It was there.
        found: bool,
    },
    /// All keys were listed.
    List,
    /// Keys with a prefix were listed.
    ListPrefix {
        /// The prefix.
        prefix: String,
    },
    /// Some watch answered the server's ping.
    Heartbeat {
        /// The address of that watch.
        peer: String,
    },
    /// The initial state is complete.
    Synced,
    /// The changes from `from` to `to`, both included, do not come; all after them do.
    ///
    /// When the position's epoch is not that of the event before, the history is another one, and all
    /// that was known is void. Whoever keeps a copy begins anew with
    /// [`initial`](crate::WatchBuilder::initial).
    Gap {
        /// The first that is missing.
        from: u64,
        /// The last that is missing.
        to: u64,
    },
    /// The connection broke before the initial state was complete. It comes again from its beginning:
    /// forget what initial inserts there were.
    Restarted,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    op: Cow<'a, str>,
    epoch: u64,
    seq: Option<u64>,
    #[serde(default)]
    time: String,
    key: Option<String>,
    prefix: Option<String>,
    value: Option<String>,
    #[serde(borrow)]
    value_base64: Option<Cow<'a, str>>,
    #[serde(rename = "type")]
    content_type: Option<String>,
    ttl: Option<u64>,
    found: Option<bool>,
    #[serde(default)]
    initial: bool,
    from: Option<u64>,
    to: Option<u64>,
    peer: Option<String>,
}

/// A message of the feed.
pub(crate) enum Message {
    Event(Event),
    /// Of a later version of the server. It counts for the position only.
    Unknown(Option<Position>),
}

/// Reads an event in the feed's JSON form.
pub(crate) fn decode(text: &str) -> Result<Message> {
    match serde_json::from_str(text) {
        Ok(wire) => decode_wire(wire),
        Err(error) => decode_head(text).ok_or_else(|| {
            Error::protocol(format!("a message of the feed that is no event: {error}"))
        }),
    }
}

/// An event of a later version may have members of other types under the names that are known.
fn decode_head(text: &str) -> Option<Message> {
    #[derive(Deserialize)]
    struct Head {
        op: String,
        epoch: u64,
        seq: Option<u64>,
    }
    let Head { op, epoch, seq } = serde_json::from_str(text).ok()?;
    let known = Op::ALL.iter().any(|known| known.name() == op) || matches!(&*op, "synced" | "gap");
    (!known).then(|| Message::Unknown(seq.map(|seq| Position { epoch, seq })))
}

fn decode_wire(wire: Wire) -> Result<Message> {
    let op = wire.op;
    let missing = |name| Error::protocol(format!("an event '{op}' without '{name}'"));
    let key = wire.key.ok_or_else(|| missing("key"));
    let prefix = wire.prefix.ok_or_else(|| missing("prefix"));
    let mut at = wire.seq;
    let kind = match &*op {
        "insert" => EventKind::Insert {
            key: key?,
            data: bytes_of(wire.value, wire.value_base64)?,
            content_type: wire.content_type.ok_or_else(|| missing("type"))?,
            ttl: wire.ttl.map(Duration::from_secs),
            initial: wire.initial,
        },
        "touch" => EventKind::Touch {
            key: key?,
            ttl: wire.ttl.filter(|ttl| *ttl != 0).map(Duration::from_secs),
        },
        "delete" => EventKind::Delete { key: key? },
        "delete_prefix" => EventKind::DeletePrefix { prefix: prefix? },
        "delete_all" => EventKind::DeleteAll,
        "expire" => EventKind::Expire { key: key? },
        "read" => EventKind::Read { key: key?, found: wire.found.ok_or_else(|| missing("found"))? },
        "list" => EventKind::List,
        "list_prefix" => EventKind::ListPrefix { prefix: prefix? },
        "heartbeat" => EventKind::Heartbeat { peer: wire.peer.unwrap_or_default() },
        "synced" => EventKind::Synced,
        "gap" => {
            let to = wire.to.ok_or_else(|| missing("to"))?;
            at = Some(to);
            EventKind::Gap { from: wire.from.ok_or_else(|| missing("from"))?, to }
        }
        _ => return Ok(Message::Unknown(at.map(|seq| Position { epoch: wire.epoch, seq }))),
    };
    if at.is_none() {
        return Err(missing("seq"));
    }
    let position = at.filter(|_| !wire.initial).map(|seq| Position { epoch: wire.epoch, seq });
    Ok(Message::Event(Event { kind, position, seq: wire.seq, time: wire.time }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Event {
        match decode(text) {
            Ok(Message::Event(event)) => event,
            Ok(Message::Unknown(_)) => panic!("unknown: {text}"),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn inserts_hold_text_or_bytes() {
        let text = event(
            r#"{"seq":5,"epoch":3,"time":"2026-11-23T20:15:00.123Z","op":"insert","key":"k\n","value":"two\nlines","size":9,"type":"text/plain","ttl":60}"#,
        );
        assert_eq!(text.position, Some(Position { epoch: 3, seq: 5 }));
        assert_eq!(text.time, "2026-11-23T20:15:00.123Z");
        assert_eq!(
            text.kind,
            EventKind::Insert {
                key: "k\n".into(),
                data: Bytes::from_static(b"two\nlines"),
                content_type: "text/plain".into(),
                ttl: Some(Duration::from_secs(60)),
                initial: false,
            }
        );
        let bytes = event(
            r#"{"seq":5,"epoch":3,"op":"insert","key":"b","value_base64":"//4=","type":"a/b","initial":true}"#,
        );
        assert_eq!((bytes.position, bytes.seq), (None, Some(5)));
        assert!(
            matches!(bytes.kind, EventKind::Insert { data, initial: true, .. } if data == b"\xff\xfe"[..])
        );
    }

    #[test]
    fn a_gap_resumes_at_its_end() {
        let gap = event(r#"{"epoch":3,"op":"gap","from":6,"to":40}"#);
        assert_eq!(gap.kind, EventKind::Gap { from: 6, to: 40 });
        assert_eq!(gap.position, Some(Position { epoch: 3, seq: 40 }));
        assert_eq!(gap.seq, None);
    }

    #[test]
    fn a_touch_with_zero_clears() {
        let touch = event(r#"{"seq":1,"epoch":3,"op":"touch","key":"k","ttl":0}"#);
        assert_eq!(touch.kind, EventKind::Touch { key: "k".into(), ttl: None });
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        for text in [
            "",
            "Insert { key: k, value: v }",
            "[]",
            r#"{"op":"delete"}"#,
            r#"{"op":"delete","seq":1,"epoch":1}"#,
            r#"{"op":"delete","key":"k","epoch":1}"#,
            r#"{"op":"delete","key":7,"seq":1,"epoch":1}"#,
            r#"{"op":"insert","key":"k","seq":1,"epoch":1,"type":"t/t"}"#,
            r#"{"op":"insert","key":"k","seq":1,"epoch":1,"type":"t/t","value_base64":"?"}"#,
        ] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_op_of_a_later_version_counts_for_the_position() {
        let message = decode(r#"{"seq":6,"epoch":3,"op":"rename","key":"a","to":"b"}"#);
        assert!(matches!(message, Ok(Message::Unknown(Some(Position { epoch: 3, seq: 6 })))));
    }
}
