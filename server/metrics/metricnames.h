// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <string_view>

namespace memorykv {

/// The name of a metric family and its HELP text. docs/metrics.md lists every one of them.
struct MetricInfo
{
    std::string_view name;
    std::string_view help;
};

/// Every family this server exposes. Names follow the Prometheus conventions: base units (seconds,
/// bytes), _total on counters, no label value that a client chooses.
namespace metricnames {

inline constexpr MetricInfo kHttpRequests{
    "memorykv_http_requests_total",
    "HTTP requests answered, by method, route template and status."};
inline constexpr MetricInfo kHttpRequestDuration{
    "memorykv_http_request_duration_seconds",
    "Time from a whole request at hand to its answer handed to the socket."};
inline constexpr MetricInfo kOperations{
    "memorykv_operations_total", "Operations on the store, by kind and result; a batch is one."};
inline constexpr MetricInfo kConnections{"memorykv_connections", "Client connections open."};
inline constexpr MetricInfo kKeys{"memorykv_keys", "Keys in the store."};
inline constexpr MetricInfo kStoredBytes{"memorykv_stored_bytes",
                                         "Bytes of the keys and values in the store."};
inline constexpr MetricInfo kExpired{"memorykv_expired_total",
                                     "Keys removed because their time to live was over."};
inline constexpr MetricInfo kBufferedBytes{"memorykv_buffered_bytes",
                                           "Bytes that wait for clients, on their way in or out."};
inline constexpr MetricInfo kFeedSubscribers{
    "memorykv_feed_subscribers", "Consumers of the feed, over WebSocket and event streams."};
inline constexpr MetricInfo kFeedEvents{"memorykv_feed_events_total",
                                        "Events given to the feed, by op, each counted once."};
inline constexpr MetricInfo kFeedDelivered{"memorykv_feed_delivered_total",
                                           "Events written to consumers, once for each consumer."};
inline constexpr MetricInfo kFeedShed{
    "memorykv_feed_shed_total", "Events left out because a consumer was over its buffer limit."};
inline constexpr MetricInfo kWalSeq{"memorykv_wal_seq", "Seq of the last write appended."};
inline constexpr MetricInfo kWalDurableSeq{
    "memorykv_wal_durable_seq", "Seq up to which writes are durable and may be acknowledged."};
inline constexpr MetricInfo kWalBytes{"memorykv_wal_bytes_total",
                                      "Bytes written to the log's files since the start."};
inline constexpr MetricInfo kWalSyncDuration{
    "memorykv_wal_sync_duration_seconds",
    "Time to make what was written to the log durable (fdatasync)."};
inline constexpr MetricInfo kWalFailed{
    "memorykv_wal_failed", "1 when the log could not be written and nothing more is stored."};
inline constexpr MetricInfo kSnapshots{"memorykv_snapshots_total",
                                       "Snapshots written to the data directory."};
inline constexpr MetricInfo kBuildInfo{
    "memorykv_build_info", "Always 1; the labels tell the version of the server and of Qt."};

inline constexpr MetricInfo kProcessCpu{"process_cpu_seconds_total",
                                        "User and system CPU time spent."};
inline constexpr MetricInfo kProcessResidentMemory{"process_resident_memory_bytes",
                                                   "Resident memory size."};
inline constexpr MetricInfo kProcessVirtualMemory{"process_virtual_memory_bytes",
                                                  "Virtual memory size."};
inline constexpr MetricInfo kProcessOpenFds{"process_open_fds",
                                            "File descriptors open, connections included."};
inline constexpr MetricInfo kProcessMaxFds{"process_max_fds",
                                           "File descriptors the process may open (soft limit)."};
inline constexpr MetricInfo kProcessStartTime{
    "process_start_time_seconds", "Start of the process, in seconds since 1970-01-01 UTC."};

} // namespace metricnames
} // namespace memorykv
