// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/failure.h"

#include "shared/decimal.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>

namespace memorykv {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Failure)
};

FailureKind kindOf(int status)
{
    switch (status) {
    case 401:
        return FailureKind::Unauthorized;
    case 403:
        return FailureKind::Forbidden;
    case 404:
        return FailureKind::NotFound;
    case 412:
        return FailureKind::Conflict;
    case 413:
    case 507:
        return FailureKind::TooLarge;
    case 429:
    case 503:
        return FailureKind::Busy;
    default:
        break;
    }
    if (status >= 500)
        return FailureKind::Server;
    return status >= 400 ? FailureKind::Rejected : FailureKind::Protocol;
}

QString textOf(FailureKind kind, int status, const QJsonObject &problem)
{
    const QString detail = problem.value(QLatin1String("detail")).toString();
    QString title = problem.value(QLatin1String("title")).toString();
    if (!detail.isEmpty())
        return title.isEmpty() ? detail : Words::tr("%1: %2").arg(title, detail);
    if (!title.isEmpty())
        return title;
    if (kind == FailureKind::Protocol || kind == FailureKind::Rejected
        || kind == FailureKind::Server)
        return Words::tr("The server answered with status %1").arg(status);
    return failureTitle(kind);
}

} // namespace

Failure failureFromAnswer(int status, QByteArrayView body, QByteArrayView retryAfter)
{
    // What is no problem document is no object with these members, whatever its type says.
    const QJsonObject problem = QJsonDocument::fromJson(body.toByteArray()).object();
    Failure failure{.kind = kindOf(status), .status = status};
    failure.text = textOf(failure.kind, status, problem);
    if (const auto seconds = decimalFromText(retryAfter.toByteArray()))
        failure.retryAfterSeconds = static_cast<qint64>(qMin(*seconds, quint64{86'400}));
    if (const QJsonValue index = problem.value(QLatin1String("index")); index.isDouble())
        failure.index = index.toInt();
    return failure;
}

QString failureTitle(FailureKind kind)
{
    switch (kind) {
    case FailureKind::Network:
        return Words::tr("No connection");
    case FailureKind::Tls:
        return Words::tr("The certificate of the server is not trusted");
    case FailureKind::Unauthorized:
        return Words::tr("The server asks for a token, or does not accept this one");
    case FailureKind::Forbidden:
        return Words::tr("The token does not allow this");
    case FailureKind::NotFound:
        return Words::tr("There is no such key");
    case FailureKind::Conflict:
        return Words::tr("The key was changed meanwhile");
    case FailureKind::TooLarge:
        return Words::tr("Over a limit of the server");
    case FailureKind::Busy:
        return Words::tr("The server is busy");
    case FailureKind::Rejected:
        return Words::tr("The server refused the request");
    case FailureKind::Server:
        return Words::tr("The server failed");
    case FailureKind::Protocol:
        return Words::tr("The answer is not that of a MemoryKV");
    case FailureKind::ReadOnly:
        break;
    }
    return Words::tr("The connection is locked against writing");
}

} // namespace memorykv
