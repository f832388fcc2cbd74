// SPDX-License-Identifier: GPL-3.0-only
#pragma once

namespace memorykv {

/// The whole of memorykv-monitor: reads the command line, shows the window, and returns the exit
/// code of the program: 0, or 2 when the command line makes no sense.
int runMonitor(int argc, char *argv[]);

} // namespace memorykv
