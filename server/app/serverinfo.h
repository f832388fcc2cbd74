// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/app/options.h"
#include "server/http/grant.h"
#include "server/store/keyvaluestore.h"

namespace memorykv {

/// What /-/info tells about.
struct ServerInfo
{
    const Options &options;
    const Log &log;
    const KeyValueStore &store;
    qint64 startedMs;    ///< milliseconds since 1970-01-01 UTC
    bool tokensRequired; ///< --token-file
};

/// The JSON for /-/info: name, version, epoch, seq, durable_seq, keys, stored_bytes, started,
/// limits and auth. Whoever has shown no token, where one is required, is told name, version and
/// that; one whose token is confined, neither keys nor stored_bytes. Thread-safe.
QByteArray renderServerInfo(const ServerInfo &info, const Grant &grant);

} // namespace memorykv
