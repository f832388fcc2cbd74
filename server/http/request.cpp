// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/request.h"

#include "server/http/httpsyntax.h"

namespace memorykv {

QByteArrayView methodName(Method method)
{
    switch (method) {
    case Method::Get:
        return "GET";
    case Method::Head:
        return "HEAD";
    case Method::Put:
        return "PUT";
    case Method::Post:
        return "POST";
    case Method::Patch:
        return "PATCH";
    case Method::Delete:
        return "DELETE";
    case Method::Options:
        return "OPTIONS";
    }
    Q_UNREACHABLE();
}

QByteArrayView Request::header(QByteArrayView name) const
{
    for (const HeaderField &field : fields) {
        if (syntax::equalsIgnoringCase(field.name, name))
            return field.value;
    }
    return {};
}

QByteArray Request::combinedHeader(QByteArrayView name) const
{
    QByteArray combined;
    bool found = false;
    for (const HeaderField &field : fields) {
        if (!syntax::equalsIgnoringCase(field.name, name))
            continue;
        if (found)
            combined += ", ";
        else
            combined = QByteArray(""); // empty, no longer null
        combined += field.value;
        found = true;
    }
    return combined;
}

bool Request::headerHasToken(QByteArrayView name, QByteArrayView token) const
{
    for (const HeaderField &field : fields) {
        if (!syntax::equalsIgnoringCase(field.name, name))
            continue;
        for (QByteArrayView rest = field.value; !rest.isNull();) {
            if (syntax::equalsIgnoringCase(syntax::takeListElement(&rest), token))
                return true;
        }
    }
    return false;
}

bool Request::accepts(QByteArrayView mediaType) const
{
    for (const HeaderField &field : fields) {
        if (!syntax::equalsIgnoringCase(field.name, "Accept"))
            continue;
        for (QByteArrayView rest = field.value; !rest.isNull();) {
            const QByteArrayView range = syntax::takeListElement(&rest);
            if (syntax::equalsIgnoringCase(syntax::withoutParameters(range), mediaType))
                return true;
        }
    }
    return false;
}

} // namespace memorykv
