// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtGlobal>

#include <chrono>

namespace memorykv {

/// How long a connection may take, and how much it may keep.
struct ConnectionLimits
{
    std::chrono::milliseconds handshakeTimeout{10'000}; ///< of TLS
    std::chrono::milliseconds headTimeout{10'000};      ///< for a whole request head
    std::chrono::milliseconds bodyTimeout{30'000};      ///< between two reads of a body
    std::chrono::milliseconds idleTimeout{60'000};      ///< between requests
    std::chrono::milliseconds writeTimeout{60'000};     ///< between two writes the client takes
    std::chrono::milliseconds lingerTimeout{2'000};     ///< for the client to close after a refusal
    /// Bytes a second, on average, in which a body has to come, or answers have to be taken, once
    /// the time for one read or write is over.
    qint64 minRate = 1024;
    /// Bytes of answers waiting, and of requests that wait for the log; then no more are read.
    qsizetype maxOutput = 1 << 20;
    qsizetype maxBodySize = 0;
};

} // namespace memorykv
