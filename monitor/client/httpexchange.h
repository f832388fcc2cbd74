// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/endpoint.h"
#include "monitor/client/failure.h"
#include "monitor/client/resttypes.h"

#include <QByteArray>
#include <QList>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QObject>
#include <QSslError>

#include <functional>
#include <utility>

namespace memorykv {

/// A request as RestClient puts it together.
struct HttpRequest
{
    QByteArray method = {};
    QUrl url = {};
    QByteArray body = {};
    QList<std::pair<QByteArray, QByteArray>> fields = {};
    qint64 maxBytes = -1; ///< of the answer's body that are wanted; -1: all
    Progress progress = {};
};

/// An answer with a status below 400.
struct HttpAnswer
{
    int status = 0;
    QByteArray body = {};
    bool whole = true;    ///< the body is not cut at maxBytes
    qint64 totalSize = 0; ///< of the whole body; -1 when it is cut and its size not told
    QByteArray type = {};
    QByteArray link = {};
    quint64 revision = 0; ///< from ETag
};

/// One request and its answer. Belongs to the object it was made under and deletes itself when it
/// has called back or was aborted. One thread.
class HttpExchange : public QObject
{
    Q_OBJECT

public:
    using Finish = std::function<void(const Outcome<HttpAnswer> &)>;
    using Untrusted = std::function<void(const QSslCertificate &, const QList<QSslError> &)>;

    static constexpr int kSilenceMs = 30'000;

    /// Sends \a request and calls \a finish once, later, unless aborted before. \a untrusted is
    /// called before it when the certificate is neither trusted nor the endpoint's pinned one.
    HttpExchange(QNetworkAccessManager &network, const Endpoint &endpoint, HttpRequest request,
                 Finish finish, Untrusted untrusted, QObject *parent);

    /// Ends the request; finish is not called.
    void abort();

private:
    void send(QNetworkAccessManager &network, const Endpoint &endpoint);
    void connectReply();
    void onReadyRead();
    void onFinished();
    void onSslErrors(const QList<QSslError> &errors);
    void completeLater(const Outcome<HttpAnswer> &outcome);
    HttpAnswer takeAnswer(bool whole);
    int status() const;
    Failure failure() const;

    HttpRequest m_request;
    Finish m_finish;
    Untrusted m_untrusted;
    QByteArray m_pinnedSha256;
    QNetworkReply *m_reply = nullptr; ///< a child
    QByteArray m_body;
    bool m_isUntrusted = false;
};

} // namespace memorykv
