// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "tests/support/feed.h"
#include "tests/support/httpresponse.h"

#include <QTcpSocket>

namespace memorykv::test {

/// A server-sent events consumer of /wal, as the HTML standard (9.2, Server-sent events) reads the
/// stream.
class SseFeed : public Feed
{
    Q_OBJECT

public:
    /// \a query is what follows the '?', already encoded; \a lastEventId, when not empty, is sent
    /// as Last-Event-ID.
    explicit SseFeed(quint16 port, const QByteArray &query = {},
                     const QByteArray &lastEventId = {});

    /// Sends this field, too. Before open().
    void addField(const QByteArray &name, const QByteArray &value);

    /// Connects and waits for the head of the answer. False when it is not a 200.
    bool open();

    /// The answer's head (and body, when it is not a stream).
    const HttpResponse &response() const { return m_response; }

    bool isClosed() const override { return m_closed; }

    /// Whether a line "event:" was ever seen; the feed sends none, so that onmessage gets all.
    bool sawEventField() const { return m_sawEventField; }

private:
    void readHead();
    void readBody();
    void takeChunks();
    void takeLines();
    void takeLine(QByteArrayView line);

    QTcpSocket m_socket;
    quint16 m_port;
    QByteArray m_request;
    HttpResponseParser m_head;
    HttpResponse m_response;
    QByteArray m_coded;  // chunked bytes not decoded yet
    QByteArray m_stream; // decoded bytes without a whole line yet
    FeedMessage m_pending;
    bool m_hasData = false;
    bool m_sawEventField = false;
    bool m_closed = false;
};

} // namespace memorykv::test
