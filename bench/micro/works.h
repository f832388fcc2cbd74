// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace memorykv {

/// One thing to measure: an operation of the server that is done over and over, and always the same
/// way, so that its instructions can be counted.
struct Work
{
    /// Such as "store/get", unique.
    const char *name;
    /// Prepares the work, which is not measured, and returns what does the operation as often as it
    /// is told. What that needs lives in it.
    std::function<std::function<void(size_t operations)>()> prepare;
};

/// Get, put, replace, delete, list, batch and expiry of the store, with a log in memory.
std::vector<Work> storeWorks();
/// Framing of requests and making of responses.
std::vector<Work> httpWorks();
/// What becomes of records: bytes for the feed, for the log in memory, for the log on disk.
std::vector<Work> logWorks();

/// All of these.
std::vector<Work> allWorks();

/// Keeps the compiler from leaving out what made \a value.
template <typename T>
void keep(const T &value)
{
    asm volatile("" : : "g"(&value) : "memory");
}

} // namespace memorykv
