// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/problem.h"

#include "shared/decimal.h"
#include "shared/jsonstring.h"

namespace memorykv {

int httpStatus(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidRequest:
    case ErrorCode::InvalidArgument:
        return 400;
    case ErrorCode::Unauthorized:
        return 401;
    case ErrorCode::Forbidden:
        return 403;
    case ErrorCode::NotFound:
        return 404;
    case ErrorCode::MethodNotAllowed:
        return 405;
    case ErrorCode::Timeout:
        return 408;
    case ErrorCode::PreconditionFailed:
        return 412;
    case ErrorCode::BodyTooLarge:
        return 413;
    case ErrorCode::TargetTooLong:
        return 414;
    case ErrorCode::UnsupportedMedia:
        return 415;
    case ErrorCode::ExpectationFailed:
        return 417;
    case ErrorCode::MisdirectedRequest:
        return 421;
    case ErrorCode::UpgradeRequired:
        return 426;
    case ErrorCode::TooManyRequests:
        return 429;
    case ErrorCode::HeadTooLarge:
        return 431;
    case ErrorCode::NotImplemented:
        return 501;
    case ErrorCode::Unavailable:
    case ErrorCode::StorageFailed:
        return 503;
    case ErrorCode::VersionNotSupported:
        return 505;
    case ErrorCode::OutOfMemory:
    case ErrorCode::StorageFull:
        return 507;
    case ErrorCode::Damaged:
    case ErrorCode::Internal:
        break;
    }
    return 500;
}

Response problem(const Error &error, QByteArrayView extra)
{
    Response response;
    response.status = httpStatus(error.code);
    response.setContentType("application/problem+json");
    if (response.status == 503 || error.code == ErrorCode::TooManyRequests)
        response.addField("Retry-After", "1");
    if (error.code == ErrorCode::UpgradeRequired) { // RFC 9110 7.8: one needs the other
        response.addField("Upgrade", "websocket");
        response.addField("Connection", "upgrade");
    }

    QByteArray &body = response.body;
    body = "{\"type\":\"about:blank\",\"title\":";
    appendJsonString(errorTitle(error.code), body);
    body += ",\"status\":";
    appendDecimal(quint64(response.status), body);
    body += ",\"detail\":";
    appendJsonString(error.detail, body);
    if (!extra.isEmpty()) {
        body += ',';
        body += extra;
    }
    body += '}';
    return response;
}

Response notReady()
{
    return problem({ErrorCode::Unavailable, "the data directory is still being read"});
}

} // namespace memorykv
