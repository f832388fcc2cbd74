// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "bench/fanout/protocol.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace memorykv::fanout {

/// What one run does.
struct Options
{
    Protocol protocol = Protocol::WebSocketText;
    std::string protocolName = "text";
    std::uint16_t port = 0;
    std::size_t consumers = 100;
    bool stall = false;    ///< Every tenth consumer connects and never reads.
    double rate = 1000;    ///< Events a second; 0: as fast as the consumers keep up.
    std::size_t batch = 1; ///< Events that are published with one request (POST /-/batch).
    std::size_t valueSize = 79;
    double warmUp = 0.5; ///< Seconds.
    double seconds = 3;
    std::vector<int> pids; ///< Processes of the server, whose processor time is told.
    std::string query;     ///< Parameters of /wal, beside the format.
};

/// Reads the command line. Prints what is wrong with it, or the help, and exits when there is
/// nothing to run.
Options parseOptions(int argc, char **argv);

} // namespace memorykv::fanout
