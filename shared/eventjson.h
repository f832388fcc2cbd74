// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/event.h"
#include "shared/jsonstring.h"
#include "shared/result.h"

namespace memorykv {

/// The JSON form of an event, one object on one line, only the fields that apply, in this order:
/// seq, epoch, time (RFC 3339, UTC, milliseconds), op, key (or prefix for delete_prefix and
/// list_prefix), value (a JSON string) or value_base64 when the value is not valid UTF-8, size
/// (bytes of the value), type (only when not empty), ttl (whole seconds; only when there is one,
/// always for touch with 0 for "cleared"), found (read), initial (insert; only when true), peer
/// (heartbeat). Bytes of key, prefix, type and peer that are not UTF-8 become U+FFFD.
/// gap has epoch, time, op, from, to; synced has seq, epoch, time, op.

/// Appends the JSON of \a event to \a out. Never fails. Thread-safe.
void appendEventJson(const Event &event, QByteArray &out);

/// The event in \a json, as appendEventJson() writes it, its members in any order. Members that
/// are unknown or do not apply to the op are ignored, so that a newer server can be read. Numbers
/// are exact to 64 bits. InvalidArgument names what is missing or wrong. Thread-safe.
Result<Event> eventFromJson(QByteArrayView json);

} // namespace memorykv
