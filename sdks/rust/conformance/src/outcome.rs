// SPDX-License-Identifier: MIT
//! What the API gives, as the outcomes that `run` compares.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use memorykv::{
    Entry, Error, Event, EventKind, Fetched, Info, Outcome, Page, Previous, Value, Written,
};
use serde_json::{Value as Json, json};

pub fn done() -> Json {
    json!({"ok": true})
}

pub fn not_found() -> Json {
    json!({"error": "not_found", "status": 404})
}

/// `done`, or `not_found`.
pub fn of_found(found: bool) -> Json {
    if found { done() } else { not_found() }
}

pub fn of_value(value: Option<Value>) -> Json {
    value.map_or_else(not_found, |value| {
        json!({"ok": true, "value": BASE64.encode(&value.data), "type": value.content_type,
               "revision": value.revision.to_string()})
    })
}

pub fn of_fetched(fetched: Fetched) -> Json {
    match fetched {
        Fetched::Changed(value) => of_value(Some(value)),
        Fetched::Unchanged => json!({"error": "not_modified", "status": 304}),
        Fetched::Missing => not_found(),
    }
}

pub fn of_written(written: Written) -> Json {
    json!({"ok": true, "created": written.created, "revision": written.revision.to_string(),
           "previous": written.previous.map(|previous| BASE64.encode(&previous.data))})
}

pub fn of_removed(removed: Option<Previous>) -> Json {
    removed.map_or_else(not_found, |previous| {
        json!({"ok": true, "value": BASE64.encode(&previous.data), "type": previous.content_type})
    })
}

pub fn of_page(page: Page<String>) -> Json {
    json!({"ok": true, "keys": page.items, "more": page.next.is_some()})
}

pub fn of_keys(keys: Vec<String>) -> Json {
    json!({"ok": true, "keys": keys})
}

pub fn of_entries(entries: Vec<Entry>) -> Json {
    let entries: Vec<_> = entries
        .into_iter()
        .map(|entry| {
            json!({"key": entry.key, "value": BASE64.encode(&entry.data), "type": entry.content_type,
                   "revision": entry.revision.to_string(), "ttl": entry.ttl.map(|ttl| ttl.as_secs())})
        })
        .collect();
    json!({"ok": true, "entries": entries})
}

pub fn of_count(count: u64) -> Json {
    json!({"ok": true, "count": count})
}

pub fn of_batch(outcomes: Vec<Outcome>) -> Json {
    let results: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Outcome::Created(revision) => json!({"status": 201, "revision": revision.to_string()}),
            Outcome::Replaced(revision) => json!({"status": 200, "revision": revision.to_string()}),
            Outcome::Deleted => json!({"status": 200}),
            Outcome::Missing => json!({"status": 404}),
            other => panic!("{other:?}"),
        })
        .collect();
    json!({"ok": true, "results": results})
}

pub fn of_info(info: Info) -> Json {
    json!({"ok": true, "name": info.name, "version": info.version,
           "position": info.position().map(|position| position.to_string()), "keys": info.keys})
}

pub fn of_events(events: Vec<Event>, ended: Option<Error>) -> Json {
    let events: Vec<_> = events.into_iter().map(of_event).collect();
    json!({"ok": true, "events": events, "ended": ended.map(|error| of_error(&error))})
}

fn of_event(event: Event) -> Json {
    let mut json = match event.kind {
        EventKind::Insert { key, data, content_type, ttl, initial } => {
            json!({"op": "insert", "key": key, "value": BASE64.encode(&data), "type": content_type,
                   "ttl": ttl.map(|ttl| ttl.as_secs()), "initial": initial.then_some(true)})
        }
        EventKind::Touch { key, ttl } => {
            json!({"op": "touch", "key": key, "ttl": ttl.map_or(0, |ttl| ttl.as_secs())})
        }
        EventKind::Delete { key } => json!({"op": "delete", "key": key}),
        EventKind::DeletePrefix { prefix } => json!({"op": "delete_prefix", "prefix": prefix}),
        EventKind::DeleteAll => json!({"op": "delete_all"}),
        EventKind::Expire { key } => json!({"op": "expire", "key": key}),
        EventKind::Read { key, found } => json!({"op": "read", "key": key, "found": found}),
        EventKind::List => json!({"op": "list"}),
        EventKind::ListPrefix { prefix } => json!({"op": "list_prefix", "prefix": prefix}),
        EventKind::Heartbeat { peer } => json!({"op": "heartbeat", "peer": peer}),
        EventKind::Synced => json!({"op": "synced"}),
        EventKind::Gap { from, to } => {
            json!({"op": "gap", "from": from.to_string(), "to": to.to_string()})
        }
        EventKind::Restarted => json!({"op": "restarted"}),
        other => panic!("{other:?}"),
    };
    json["position"] = event.position.map(|position| position.to_string()).into();
    json["seq"] = event.seq.map(|seq| seq.to_string()).into();
    json
}

pub fn of_error(error: &Error) -> Json {
    let kind = match error {
        Error::PreconditionFailed { .. } => "precondition_failed",
        Error::Unauthorized { .. } => "unauthorized",
        Error::Forbidden { .. } => "forbidden",
        Error::TooLarge { .. } => "too_large",
        Error::RateLimited { .. } => "rate_limited",
        Error::Unavailable { .. } => "unavailable",
        Error::OutOfMemory { .. } => "out_of_memory",
        Error::Refused { .. } | Error::InvalidArgument(_) => "invalid",
        Error::Server { .. } => "server",
        Error::Timeout(_) => "timeout",
        Error::Connection(_) | Error::Certificate(_) => "connection",
        Error::Protocol(_) | Error::Json(_) => "protocol",
        other => panic!("{other:?}"),
    };
    let (detail, index) = match error {
        Error::PreconditionFailed { detail, index } => (detail.clone(), *index),
        Error::Unauthorized { detail }
        | Error::Forbidden { detail }
        | Error::TooLarge { detail }
        | Error::RateLimited { detail, .. }
        | Error::Unavailable { detail, .. }
        | Error::OutOfMemory { detail }
        | Error::Refused { detail, .. }
        | Error::Server { detail, .. } => (detail.clone(), None),
        other => (other.to_string(), None),
    };
    let retry_after = error.retry_after().map(|pause| pause.as_millis() as u64);
    json!({"error": kind, "status": error.status().unwrap_or(0), "detail": detail, "index": index,
           "retry_after_ms": retry_after})
}
