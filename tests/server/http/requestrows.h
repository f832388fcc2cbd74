// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QList>

namespace memorykv {

/// Bytes a client may send on one connection, and what strict framing makes of them.
struct RequestRow
{
    QByteArray name; ///< what the row proves
    QByteArray bytes;

    /// The requests found, each as "PUT /target=body", with "(close)" behind it when the connection
    /// is not to be kept, and then how it ends: an ErrorCode refused with, "idle" with nothing
    /// left, or "more" with a request not yet whole; all joined by " | ".
    QByteArray outcome;
};

/// The limit of a body, in bytes, that the rows are written for.
inline constexpr qsizetype kRowBodyLimit = 100;

QList<RequestRow> requestLineRows();
QList<RequestRow> fieldRows();
QList<RequestRow> hostRows();
QList<RequestRow> connectionRows();
QList<RequestRow> limitRows();
QList<RequestRow> contentLengthRows();
QList<RequestRow> transferEncodingRows();
QList<RequestRow> chunkRows();
QList<RequestRow> expectRows();

/// A literal with all its bytes, NUL too.
template <std::size_t N>
QByteArray raw(const char (&literal)[N])
{
    return QByteArray(literal, qsizetype(N) - 1);
}

} // namespace memorykv
