// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QList>
#include <QMetaType>
#include <QtGlobal>

#include <functional>

namespace memorykv {

/// A value as GET gave it, or the beginning of it. A plain value.
struct StoredValue
{
    QByteArray key = {};
    QByteArray bytes = {}; ///< all of the value, or its first bytes when not whole
    QByteArray type = {};  ///< content type
    quint64 revision = 0;
    qint64 totalSize = 0; ///< bytes of the whole value
    bool whole = true;
};

/// One key as the listing with values gives it.
struct KeyEntry
{
    QByteArray key = {};
    QByteArray value = {};
    QByteArray type = {};
    quint64 revision = 0;
    qint64 ttlSeconds = 0; ///< 0: does not expire

    friend bool operator==(const KeyEntry &, const KeyEntry &) = default;
};

/// A page of a listing: keys in byte order.
struct KeyPage
{
    QByteArrayList keys = {};
    bool more = false;         ///< there are more after the last one
    QByteArray nextAfter = {}; ///< when more: what to ask for after
};

/// A page of a listing with values.
struct EntryPage
{
    QList<KeyEntry> entries = {};
    bool more = false;
    QByteArray nextAfter = {};
};

/// What a write asks of the key as it stands (RFC 9110 13.1).
struct Condition
{
    enum class Kind {
        None,
        Revision, ///< If-Match: "<revision>"
        Exists,   ///< If-Match: *
        Missing,  ///< If-None-Match: *
    };
    Kind kind = Kind::None;
    quint64 revision = 0;

    static Condition none() { return {}; }
    static Condition revisionIs(quint64 revision) { return {Kind::Revision, revision}; }
    static Condition exists() { return {Kind::Exists, 0}; }
    static Condition missing() { return {Kind::Missing, 0}; }
};

/// What to write.
struct PutRequest
{
    QByteArray key = {};
    QByteArray value = {};
    QByteArray type = {};  ///< empty: application/octet-stream
    qint64 ttlSeconds = 0; ///< 0: does not expire
    Condition condition = {};
};

/// What a write gave.
struct Written
{
    quint64 revision = 0;
    bool created = false; ///< there was no such key before
};

/// What a delete took away.
struct Removed
{
    QByteArray value = {};
    QByteArray type = {};
};

/// One operation of a batch.
struct BatchOperation
{
    enum class Kind { Put, Delete };
    Kind kind = Kind::Put;
    PutRequest put = {}; ///< Delete: only key and condition count
};

/// What one operation of a batch gave.
struct BatchResult
{
    int status = 0;       ///< what the request by itself would have got: 200, 201, 404
    quint64 seq = 0;      ///< 0 when it changed nothing
    quint64 revision = 0; ///< of a put
};

/// Told while a body comes or goes: bytes so far, and of all (-1 when that is not known).
using Progress = std::function<void(qint64 done, qint64 total)>;

} // namespace memorykv

Q_DECLARE_METATYPE(memorykv::StoredValue)
Q_DECLARE_METATYPE(memorykv::KeyPage)
Q_DECLARE_METATYPE(memorykv::EntryPage)
