// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/event.h"

namespace memorykv {

/// The text form of an event, byte for byte as existing consumers know it:
///
///     Insert { key: pre:demo:key, value: {"type": "WASM"} }
///     Read { key: pre:demo:key}
///     List
///     ListPrefix { prefix: pre}
///     Delete { key: k }
///     DeletePrefix { key: pre }
///     DeleteAll
///     Expire { key: k }
///     Touch { key: k, ttl: 60 }
///     Heartbeat from 127.0.0.1:36460
///     Gap { from: 8, to: 12 }
///     Synced { seq: 12 }
///
/// Note the forms without a space before the brace. Keys and values stand as they are, unescaped,
/// so the form cannot be parsed back without doubt: programs that need that use eventjson.h.

/// Appends the text of \a event to \a out. Never fails. Thread-safe.
void appendEventText(const Event &event, QByteArray &out);

} // namespace memorykv
