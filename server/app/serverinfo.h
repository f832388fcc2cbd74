// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/app/options.h"
#include "server/store/keyvaluestore.h"

namespace memorykv {

/// What /-/info tells about.
struct ServerInfo
{
    const Options &options;
    const Log &log;
    const KeyValueStore &store;
    qint64 startedMs; ///< milliseconds since 1970-01-01 UTC
};

/// The JSON for /-/info: name, version, epoch, seq, durable_seq, keys, stored_bytes, started and
/// limits. Thread-safe.
QByteArray renderServerInfo(const ServerInfo &info);

} // namespace memorykv
