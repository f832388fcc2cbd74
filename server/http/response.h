// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/routes.h"
#include "server/log/entry.h"

#include <QByteArray>

namespace memorykv {

/// The answer to one request, before it becomes bytes. A plain value.
struct Response
{
    int status = 200;
    QByteArray fields; ///< header lines "Name: value\r\n"; not Date, Content-Length, Connection
    QByteArray body;
    EntryPtr entry;           ///< when set, its value is the content instead of body
    quint64 seq = 0;          ///< must not leave before the log is durable up to here
    Route route = Route::Key; ///< what it answers for

    /// The content to send, whichever of the two it is. Valid as long as the response.
    QByteArrayView content() const { return entry ? entry->value() : QByteArrayView(body); }

    /// Appends a header line. \a value must not hold control characters.
    void addField(QByteArrayView name, QByteArrayView value);
    void setContentType(QByteArrayView type) { addField("Content-Type", type); }
    void setETag(quint64 revision);

    static Response empty(int status);
    static Response text(int status, QByteArrayView type, QByteArray body);
    static Response json(QByteArray body);
};

/// How a response is put on the wire.
struct WriteOptions
{
    bool headOnly = false;      ///< the request was HEAD: Content-Length, but no content
    bool close = false;         ///< tell that the connection closes
    bool tellKeepAlive = false; ///< HTTP/1.0 asked to stay: say that it may
    QByteArrayView date;        ///< RFC 9110 5.6.7
};

/// Appends \a response as HTTP/1.1 (RFC 9112) to \a out.
void appendResponse(const Response &response, const WriteOptions &options, QByteArray &out);

} // namespace memorykv
