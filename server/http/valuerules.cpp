// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/valuerules.h"

#include "server/http/httpsyntax.h"
#include "shared/limits.h"

#include <algorithm>

namespace memorykv {

std::optional<Error> checkKey(QByteArrayView key)
{
    if (key.isEmpty())
        return Error{ErrorCode::InvalidArgument, "key: must not be empty"};
    if (key.size() > kMaxKeySize) {
        return Error{ErrorCode::InvalidArgument,
                     "key: has at most " + QByteArray::number(kMaxKeySize) + " bytes, this one has "
                         + QByteArray::number(key.size())};
    }
    if (!key.isValidUtf8())
        return Error{ErrorCode::InvalidArgument, "key: is not valid UTF-8"};
    return std::nullopt;
}

std::optional<Error> checkContentType(QByteArrayView type)
{
    const auto isControl = [](char byte) { return uchar(byte) < 0x20 || byte == 0x7f; };
    if (type.size() > kMaxTypeSize) {
        return Error{ErrorCode::InvalidArgument,
                     "content type: has at most " + QByteArray::number(kMaxTypeSize) + " bytes"};
    }
    if (!type.isValidUtf8() || std::any_of(type.begin(), type.end(), isControl)
        || type.trimmed().size() != type.size()) {
        return Error{ErrorCode::InvalidArgument,
                     "content type: has bytes that a header field cannot hold"};
    }
    return std::nullopt;
}

std::optional<Error> checkContentFields(const Request &request)
{
    int types = 0;
    for (const HeaderField &field : request.fields) {
        if (syntax::equalsIgnoringCase(field.name, "Content-Type") && ++types > 1)
            return Error{ErrorCode::InvalidArgument, "Content-Type: comes twice"};
        if (!syntax::equalsIgnoringCase(field.name, "Content-Encoding"))
            continue;
        for (QByteArrayView rest = field.value; !rest.isNull();) {
            const QByteArrayView coding = syntax::takeListElement(&rest);
            if (!coding.isEmpty() && !syntax::equalsIgnoringCase(coding, "identity")) {
                return Error{ErrorCode::UnsupportedMedia,
                             "Content-Encoding: bodies are taken as they are; send it uncoded"};
            }
        }
    }
    return std::nullopt;
}

} // namespace memorykv
