// SPDX-License-Identifier: GPL-3.0-only
#pragma once

namespace memorykv {

/// When the log is made durable (--fsync).
enum class FsyncPolicy {
    Always,   ///< before a write is acknowledged
    Interval, ///< once a second; an acknowledged write survives the end of the process
    Never,    ///< when the system likes to
};

} // namespace memorykv
