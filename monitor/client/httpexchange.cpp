// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/httpexchange.h"

#include "monitor/client/certificatequestion.h"
#include "shared/decimal.h"

#include <QSslConfiguration>
#include <QTimer>

namespace memorykv {

namespace {

/// The revision in an entity tag; 0 when the server sent none that is a number.
quint64 revisionFromTag(QByteArray tag)
{
    if (tag.startsWith("W/"))
        tag.remove(0, 2);
    if (tag.size() < 2 || !tag.startsWith('"') || !tag.endsWith('"'))
        return 0;
    return decimalFromText(tag.sliced(1, tag.size() - 2)).value_or(0);
}

/// Whether the connection, and not the answer, is what failed.
bool isNetworkError(QNetworkReply::NetworkError error)
{
    return (error > QNetworkReply::NoError && error < QNetworkReply::ContentAccessDenied)
           || error == QNetworkReply::ProtocolFailure
           || error == QNetworkReply::ProtocolUnknownError;
}

QNetworkRequest networkRequest(const HttpRequest &from, const Endpoint &endpoint)
{
    QNetworkRequest request(from.url);
    // A redirect could lead the token to another server, and a MemoryKV sends none.
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute,
                         QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute,
                         QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setTransferTimeout(HttpExchange::kSilenceMs);
    // Values that compress well are no attack: a page of them may be forty times its coded size.
    request.setDecompressedSafetyCheckThreshold(-1);
    if (!endpoint.token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + endpoint.token);
    for (const auto &[name, value] : from.fields)
        request.setRawHeader(name, value);
    return request;
}

} // namespace

HttpExchange::HttpExchange(QNetworkAccessManager &network, const Endpoint &endpoint,
                           HttpRequest request, Finish finish, Untrusted untrusted, QObject *parent)
    : QObject(parent)
    , m_request(std::move(request))
    , m_finish(std::move(finish))
    , m_untrusted(std::move(untrusted))
    , m_pinnedSha256(endpoint.pinnedSha256)
{
    send(network, endpoint);
    connectReply();
}

void HttpExchange::send(QNetworkAccessManager &network, const Endpoint &endpoint)
{
    const QNetworkRequest request = networkRequest(m_request, endpoint);
    if (m_request.method == "GET")
        m_reply = network.get(request);
    else if (m_request.method == "PUT")
        m_reply = network.put(request, m_request.body);
    else if (m_request.method == "POST")
        m_reply = network.post(request, m_request.body);
    else
        m_reply = network.sendCustomRequest(request, m_request.method);
    m_reply->setParent(this);
    // What is not wanted is left in the kernel, so that the server stops sending it.
    if (m_request.maxBytes >= 0)
        m_reply->setReadBufferSize(m_request.maxBytes + 1);
}

void HttpExchange::connectReply()
{
    connect(m_reply, &QNetworkReply::readyRead, this, &HttpExchange::onReadyRead);
    connect(m_reply, &QNetworkReply::finished, this, &HttpExchange::onFinished);
    connect(m_reply, &QNetworkReply::sslErrors, this, &HttpExchange::onSslErrors);
    if (!m_request.progress)
        return;
    if (m_request.body.isEmpty())
        connect(m_reply, &QNetworkReply::downloadProgress, this, m_request.progress);
    else
        connect(m_reply, &QNetworkReply::uploadProgress, this, [this](qint64 done, qint64 total) {
            // Qt says 0 of 0 once more when all is sent.
            if (total > 0)
                m_request.progress(done, total);
        });
}

void HttpExchange::abort()
{
    m_finish = {};
    m_reply->disconnect(this);
    m_reply->abort();
    deleteLater();
}

int HttpExchange::status() const
{
    return m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
}

void HttpExchange::onReadyRead()
{
    if (m_request.maxBytes < 0 || status() >= 400) {
        m_body += m_reply->readAll();
        return;
    }
    m_body += m_reply->read(m_request.maxBytes + 1 - m_body.size());
    if (m_body.size() <= m_request.maxBytes)
        return;
    m_body.truncate(m_request.maxBytes);
    completeLater(takeAnswer(false));
    m_reply->abort();
}

void HttpExchange::onFinished()
{
    m_body += m_reply->readAll();
    const int code = status();
    if (m_isUntrusted || code == 0 || code >= 300 || isNetworkError(m_reply->error()))
        completeLater(failure());
    else
        completeLater(takeAnswer(true));
}

void HttpExchange::onSslErrors(const QList<QSslError> &errors)
{
    const QSslCertificate certificate = m_reply->sslConfiguration().peerCertificate();
    if (isPinned(certificate, m_pinnedSha256)) {
        m_reply->ignoreSslErrors();
        return;
    }
    m_isUntrusted = true;
    if (m_untrusted)
        m_untrusted(certificate, errors);
}

HttpAnswer HttpExchange::takeAnswer(bool whole)
{
    HttpAnswer answer{.status = status(), .body = std::move(m_body), .whole = whole};
    const QVariant length = m_reply->header(QNetworkRequest::ContentLengthHeader);
    if (whole)
        answer.totalSize = answer.body.size();
    else
        answer.totalSize = length.isValid() ? length.toLongLong() : -1;
    answer.type = m_reply->rawHeader("Content-Type");
    answer.link = m_reply->rawHeader("Link");
    answer.revision = revisionFromTag(m_reply->rawHeader("ETag"));
    return answer;
}

Failure HttpExchange::failure() const
{
    if (m_isUntrusted)
        return {.kind = FailureKind::Tls, .text = failureTitle(FailureKind::Tls)};
    if (status() == 0 || isNetworkError(m_reply->error()))
        return {.kind = FailureKind::Network, .text = m_reply->errorString()};
    return failureFromAnswer(status(), m_body, m_reply->rawHeader("Retry-After"));
}

/// Calls back when nothing of the reply is on the stack any more: the callback may destroy whoever
/// made the request, and with it the reply.
void HttpExchange::completeLater(const Outcome<HttpAnswer> &outcome)
{
    m_reply->disconnect(this);
    QTimer::singleShot(0, this, [this, outcome] {
        deleteLater();
        if (const Finish finish = std::exchange(m_finish, {}))
            finish(outcome);
    });
}

} // namespace memorykv
