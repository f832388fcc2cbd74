// SPDX-License-Identifier: GPL-3.0-only
#pragma once

namespace memorykv {

/// The server program from its arguments to its exit code: 0 after a clean stop or --help, 1 when
/// it cannot serve, 2 for wrong arguments.
int runServer(int argc, char *argv[]);

} // namespace memorykv
