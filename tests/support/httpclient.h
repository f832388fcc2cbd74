// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "tests/support/rawclient.h"

#include <memory>

namespace memorykv::test {

using Fields = QList<std::pair<QByteArray, QByteArray>>;

/// \a key as it stands in a path: everything but unreserved characters and '/' percent-encoded.
QByteArray encodedPath(QByteArrayView key);

/// \a bytes as they stand in a query value.
QByteArray encodedQuery(QByteArrayView bytes);

/// The bytes of a request, with Host, the fields given and, when there is a body (not null) or the
/// method is PUT, POST or PATCH, Content-Length unless a Transfer-Encoding is given.
QByteArray requestBytes(QByteArrayView method, QByteArrayView target, const Fields &fields = {},
                        QByteArrayView body = {}, QByteArrayView host = "127.0.0.1");

/// A blocking HTTP client on one connection, kept while the server keeps it and made anew when not.
/// Targets are sent as given (see encodedPath()). One thread at a time; needs no event loop.
class HttpClient
{
public:
    explicit HttpClient(quint16 port)
        : m_port(port)
    { }

    HttpResponse request(QByteArrayView method, QByteArrayView target, const Fields &fields = {},
                         QByteArrayView body = {});

    HttpResponse get(QByteArrayView target, const Fields &fields = {});
    HttpResponse head(QByteArrayView target, const Fields &fields = {});
    HttpResponse put(QByteArrayView target, QByteArrayView body, const Fields &fields = {});
    HttpResponse del(QByteArrayView target, const Fields &fields = {});
    HttpResponse patch(QByteArrayView target, const Fields &fields = {});
    HttpResponse options(QByteArrayView target, const Fields &fields = {});
    HttpResponse batch(QByteArrayView json);

    quint16 port() const { return m_port; }

private:
    quint16 m_port;
    std::unique_ptr<RawClient> m_connection;
};

} // namespace memorykv::test
