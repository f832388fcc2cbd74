// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <QMetaType>
#include <QString>
#include <QtGlobal>

#include <optional>

namespace memorykv {

/// Why a request of the monitor came to nothing, sorted by what the user can do about it.
enum class FailureKind {
    Network,      ///< no connection, or it broke: try again
    Tls,          ///< the certificate is not trusted: see RestClient::certificateUntrusted()
    Unauthorized, ///< 401: a token is needed, or this one does not count
    Forbidden,    ///< 403: this token may not
    NotFound,     ///< 404: there is no such key
    Conflict,     ///< 412: the key is no longer as the condition asked for
    TooLarge,     ///< 413, 507: a limit of the server
    Busy,         ///< 429, 503: try again later
    Rejected,     ///< any other 4xx: the request has to be mended
    Server,       ///< any other 5xx
    Protocol,     ///< the answer is not what a MemoryKV answers
    ReadOnly,     ///< not sent: the connection is locked against writing
};

/// A failed request. A plain value.
struct Failure
{
    FailureKind kind = FailureKind::Network;
    int status = 0; ///< of the HTTP answer, 0 when there was none
    QString text
        = {}; ///< one sentence for the user; names the limit or field, never a value or token
    std::optional<qint64> retryAfterSeconds = {}; ///< from Retry-After
    std::optional<int> index = {};                ///< batch: the operation at fault, from 0
};

/// What a request gives: the answer or a failure.
template <typename T>
using Outcome = Result<T, Failure>;

/// The failure that an HTTP answer with the error \a status stands for. The text is taken from
/// \a body when that is a problem document (RFC 9457), else made from the status. \a retryAfter is
/// the field Retry-After, in seconds, or empty. Thread-safe.
Failure failureFromAnswer(int status, QByteArrayView body, QByteArrayView retryAfter = {});

/// A few words for the kind, such as "No connection", for titles. Translated; thread-safe.
QString failureTitle(FailureKind kind);

} // namespace memorykv

Q_DECLARE_METATYPE(memorykv::Failure)
