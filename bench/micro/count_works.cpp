// SPDX-License-Identifier: GPL-3.0-only
//
// Does each work a fixed number of times under callgrind, which writes what each has cost to a file
// of its own. Run by bench/counts.
#include "bench/micro/works.h"

#include <QCoreApplication>

#include <valgrind/callgrind.h>

#include <cstdio>

using namespace memorykv;

static constexpr size_t kOperations = 2000;

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    if (RUNNING_ON_VALGRIND == 0) {
        std::fputs(
            "count-works measures nothing unless it runs under callgrind: use bench/counts\n",
            stderr);
        return 2;
    }
    for (const Work &work : allWorks()) {
        const auto perform = work.prepare();
        perform(kOperations); // what is made at the first time has been made
        CALLGRIND_START_INSTRUMENTATION;
        perform(kOperations);
        CALLGRIND_DUMP_STATS_AT(work.name);
        CALLGRIND_STOP_INSTRUMENTATION;
    }
    std::printf("operations: %zu\n", kOperations);
    return 0;
}
