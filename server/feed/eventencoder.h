// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/subscription.h"
#include "shared/event.h"

namespace memorykv {

/// Appends \a event to \a out as a consumer with \a encoding gets it: an unmasked WebSocket frame
/// (RFC 6455 5.2), or an event of an event stream (WHATWG HTML, Server-sent events) whose id is the
/// position to resume from. Thread-safe.
void appendEncoded(const Event &event, Encoding encoding, QByteArray &out);

} // namespace memorykv
