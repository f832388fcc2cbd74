// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/endpoint.h"

#include "shared/percent.h"

namespace memorykv {

namespace {

constexpr int kDefaultPort = 8080;

Error invalid(QByteArrayView what)
{
    return {ErrorCode::InvalidArgument, what.toByteArray()};
}

bool isHttp(const QUrl &url)
{
    return url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https");
}

/// What is wrong with \a url as the address of a server; empty when nothing is.
QByteArrayView faultOf(const QUrl &url)
{
    if (!url.isValid() || url.host().isEmpty())
        return "the address needs a host, such as localhost:8080";
    if (!isHttp(url))
        return "the address must begin with http:// or https://";
    if (!url.userInfo().isEmpty())
        return "the address must not hold a user or password; a token is given separately";
    if (url.port() == 0)
        return "the port must be 1 to 65535";
    if (url.path().size() > 1 || url.hasQuery() || url.hasFragment())
        return "the address must end after host and port";
    return {};
}

} // namespace

Result<QUrl> addressFromText(const QString &text)
{
    const QString trimmed = text.trimmed();
    const bool hasScheme = trimmed.contains(QLatin1String("://"));
    QUrl url(hasScheme ? trimmed : QLatin1String("http://") + trimmed, QUrl::StrictMode);
    if (const QByteArrayView fault = faultOf(url); !fault.isEmpty())
        return invalid(fault);
    if (!hasScheme && url.port() < 0)
        url.setPort(kDefaultPort);
    url.setPath({});
    return url;
}

QUrl targetUrl(const QUrl &address, const QByteArray &target)
{
    const QByteArray base = address.toEncoded(QUrl::RemovePath | QUrl::RemoveQuery
                                              | QUrl::RemoveFragment | QUrl::StripTrailingSlash);
    return QUrl::fromEncoded(base + target, QUrl::StrictMode);
}

QUrl keyUrl(const QUrl &address, QByteArrayView key)
{
    return targetUrl(address, '/' + percentEncodePath(key));
}

QUrl feedUrl(const QUrl &address, const QByteArray &query)
{
    QUrl url = targetUrl(address, "/wal?" + query);
    url.setScheme(address.scheme() == QLatin1String("https") ? QStringLiteral("wss")
                                                             : QStringLiteral("ws"));
    return url;
}

} // namespace memorykv
