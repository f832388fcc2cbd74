// SPDX-License-Identifier: GPL-3.0-only
#include "shared/result.h"

#include <QByteArrayView>

namespace memorykv {

QByteArrayView errorTitle(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidRequest:
        return "Bad request";
    case ErrorCode::InvalidArgument:
        return "Invalid argument";
    case ErrorCode::Unauthorized:
        return "Unauthorized";
    case ErrorCode::Forbidden:
        return "Forbidden";
    case ErrorCode::NotFound:
        return "Not found";
    case ErrorCode::MethodNotAllowed:
        return "Method not allowed";
    case ErrorCode::PreconditionFailed:
        return "Precondition failed";
    case ErrorCode::MisdirectedRequest:
        return "Misdirected request";
    case ErrorCode::TooManyRequests:
        return "Too many requests";
    case ErrorCode::TargetTooLong:
        return "Request target too long";
    case ErrorCode::HeadTooLarge:
        return "Request header fields too large";
    case ErrorCode::BodyTooLarge:
        return "Content too large";
    case ErrorCode::UnsupportedMedia:
        return "Unsupported media type";
    case ErrorCode::ExpectationFailed:
        return "Expectation failed";
    case ErrorCode::UpgradeRequired:
        return "Upgrade required";
    case ErrorCode::NotImplemented:
        return "Not implemented";
    case ErrorCode::VersionNotSupported:
        return "HTTP version not supported";
    case ErrorCode::Timeout:
        return "Request timeout";
    case ErrorCode::OutOfMemory:
        return "Insufficient storage";
    case ErrorCode::StorageFull:
        return "No room for the log";
    case ErrorCode::Unavailable:
        return "Service unavailable";
    case ErrorCode::StorageFailed:
        return "Storage failed";
    case ErrorCode::Damaged:
        return "Damaged data";
    case ErrorCode::Internal:
        break;
    }
    return "Internal error";
}

} // namespace memorykv
