// SPDX-License-Identifier: GPL-3.0-only
#include "bench/micro/works.h"

#include <benchmark/benchmark.h>

#include <QCoreApplication>

using namespace memorykv;

// One iteration is one operation. The framework decides how many, and asks anew until the time is
// long enough, each time of a work that was prepared anew.
static void measure(benchmark::State &state, const Work &work)
{
    const auto perform = work.prepare();
    constexpr benchmark::IterationCount kChunk = 100; // so that the calls do not count
    perform(kChunk);
    while (state.KeepRunningBatch(kChunk))
        perform(kChunk);
    state.SetItemsProcessed(state.iterations());
}

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    for (const Work &work : allWorks())
        benchmark::RegisterBenchmark(work.name, measure, work);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
