// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/failure.h"
#include "shared/position.h"

#include <QByteArray>
#include <QMetaType>
#include <QtGlobal>

namespace memorykv {

/// What GET /-/info tells. A plain value.
struct ServerInfo
{
    QByteArray version = {};
    Position position = {}; ///< epoch and seq of the server at that moment
    quint64 durableSeq = 0;
    quint64 keys = 0;
    quint64 storedBytes = 0;
    quint64 maxKeySize = 0;   ///< bytes
    quint64 maxValueSize = 0; ///< bytes
    QByteArray role = {};     ///< of the token: "read", "write" or "admin"; empty when not told
    QByteArray prefix = {};   ///< the token reaches only keys that begin with it; empty: all
};

/// What the program at the other end is, judged by its /-/info.
enum class ServerKind {
    Supported,
    TokenNeeded, ///< a MemoryKV that tells more only to who has a token
    TooOld,      ///< a MemoryKV without what this monitor needs
    NotMemoryKv, ///< something else
};

/// Judges the answer to GET /-/info. \a info is filled in when the result is Supported.
/// Thread-safe.
ServerKind readServerInfo(QByteArrayView json, ServerInfo &info);

} // namespace memorykv

Q_DECLARE_METATYPE(memorykv::ServerInfo)
