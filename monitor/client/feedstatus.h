// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/position.h"

#include <QMetaType>
#include <QString>
#include <QtGlobal>

#include <optional>

namespace memorykv {

/// How the connection of the feed stands.
enum class FeedState {
    Stopped,     ///< not asked to connect
    Connecting,  ///< asking the server what it is, then opening the feed
    Live,        ///< events come
    Offline,     ///< lost or not reached; tries again at retryAtMs
    Refused,     ///< 401 or 403; tries no more until it is told to
    Untrusted,   ///< the certificate is not trusted; tries no more until it is told to
    TooOld,      ///< a MemoryKV this monitor cannot work with; tries no more
    NotMemoryKv, ///< something else answers there; tries no more
};

/// How the feed stands and why. A plain value.
struct FeedStatus
{
    FeedState state = FeedState::Stopped;
    QString reason = {};                  ///< one sentence, or empty
    std::optional<qint64> retryAtMs = {}; ///< Offline: by the clock of FeedOptions
    int failures = 0;                     ///< tries since it was last live
    int httpStatus = 0;                   ///< Refused: 401 or 403
};

/// One word or two: "Live", "Connecting", "Offline". Translated; thread-safe.
QString feedStateText(FeedState state);

/// The whole sentence for the connection bar, with the countdown when it is Offline: "Offline: the
/// connection was refused. Next try in 4 s". \a nowMs by the clock of FeedOptions. Translated;
/// thread-safe.
QString feedStatusText(const FeedStatus &status, qint64 nowMs);

/// Counts since the feed was started, and where it stands. A plain value.
struct FeedStats
{
    quint64 events = 0;         ///< taken in, gaps included
    quint64 duplicates = 0;     ///< left out: that seq was there already
    quint64 garbage = 0;        ///< messages that are no event
    quint64 missed = 0;         ///< mutations that gaps stand for
    quint64 shed = 0;           ///< events left out here, since the window took none in
    quint64 buffered = 0;       ///< events waiting for the window
    qint64 lastHeartbeatMs = 0; ///< of the last heartbeat event, ms since 1970 UTC; 0 for none
    std::optional<Position> position = {}; ///< what a reconnect resumes from
};

} // namespace memorykv

Q_DECLARE_METATYPE(memorykv::FeedStatus)
Q_DECLARE_METATYPE(memorykv::FeedStats)
