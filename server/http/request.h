// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/grant.h"

#include <QByteArray>
#include <QVarLengthArray>

namespace memorykv {

enum class Method : quint8 { Get, Head, Put, Post, Patch, Delete, Options };

/// The method's token, such as "GET".
QByteArrayView methodName(Method method);

/// One header field. The views point into Request::head.
struct HeaderField
{
    QByteArrayView name;
    QByteArrayView value; ///< without the white space around it
};

/// A whole, valid HTTP/1.x request, as RequestParser found it. The views point into \c head, which
/// copies of the request share, or to constants; they are valid as long as one of the copies is.
/// \c head must not be modified.
struct Request
{
    QByteArray head; ///< request line, fields and the empty line, as received
    Method method = Method::Get;
    int minorVersion = 1;  ///< of HTTP/1.x: 0, or 1 for anything higher
    QByteArrayView target; ///< as received, such as "/keys/a%20b?limit=5"
    QByteArrayView path;  ///< of the target, still percent-encoded, "/" at least; "*" for OPTIONS *
    QByteArrayView query; ///< of the target, without the '?', still encoded; null without a '?'
    QByteArrayView host;  ///< of an absolute-form target, or of Host; null if HTTP/1.0 gives none
    QVarLengthArray<HeaderField, 16> fields;
    QByteArray body;
    bool keepAlive = true; ///< the client lets the connection stay (RFC 9112 9.3)
    Grant grant;           ///< what its sender may do; set by the Gatekeeper

    /// The value of the first field called \a name (any case), or a null view.
    QByteArrayView header(QByteArrayView name) const;

    /// The values of all fields called \a name joined by ", " (RFC 9110 5.3); null when there is
    /// none.
    QByteArray combinedHeader(QByteArrayView name) const;

    /// Whether \a token is an element of the list field \a name (any case).
    bool headerHasToken(QByteArrayView name, QByteArrayView token) const;

    /// Whether Accept names \a mediaType itself (any case); a range such as */* does not.
    bool accepts(QByteArrayView mediaType) const;
};

} // namespace memorykv
