// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/keyscontroller.h"

#include "server/http/preconditions.h"
#include "server/http/problem.h"
#include "server/http/query.h"
#include "shared/decimal.h"
#include "shared/jsonstring.h"
#include "shared/percent.h"

#include <limits>

namespace memorykv {

static constexpr qint64 kMaxLimit = 1'000'000;
static constexpr qint64 kNoLimit = std::numeric_limits<qint64>::max();

static void appendValueObject(const Entry &entry, qint64 nowMs, QByteArray &out)
{
    out += "{\"key\":";
    appendJsonString(entry.key(), out);
    if (entry.value().isValidUtf8()) {
        out += ",\"value\":";
        appendJsonString(entry.value(), out);
    } else {
        out += ",\"value_base64\":\"";
        out += QByteArray::fromRawData(entry.value().data(), entry.value().size()).toBase64();
        out += '"';
    }
    out += ",\"revision\":";
    appendDecimal(entry.revision(), out);
    out += ",\"type\":";
    appendJsonString(entry.type(), out);
    if (entry.expiresAtMs() != 0) {
        out += ",\"ttl\":";
        appendDecimal(quint64(entry.secondsLeft(nowMs)), out);
    }
    out += '}';
}

static QByteArray nextLink(const QByteArray &prefix, QByteArrayView after, const Query &query)
{
    QByteArray link = "</keys";
    if (!prefix.isEmpty())
        link += '/' + percentEncodePath(prefix);
    link += "?after=" + percentEncodeQuery(after);
    for (const QByteArrayView name : {QByteArrayView("limit"), QByteArrayView("values")}) {
        if (const auto value = query.value(name))
            link += '&' + name.toByteArray() + '=' + percentEncodeQuery(*value);
    }
    return link + ">; rel=\"next\"";
}

KeysController::KeysController(HttpServices &services)
    : m_services(services)
{ }

Response KeysController::refuse(OperationKind kind, const Error &error)
{
    m_services.observer.operationDone(kind, OperationResult::Error);
    return problem(error);
}

Response KeysController::list(const Request &request, const QByteArray &prefix)
{
    const auto query = Query::parse(request.query, {"limit", "after", "values", "count"});
    if (!query)
        return refuse(OperationKind::List, query.error());
    const auto counting = query->flag("count");
    if (!counting)
        return refuse(OperationKind::Count, counting.error());
    const auto limit = query->number("limit", 1, kMaxLimit, kNoLimit);
    if (!limit)
        return refuse(OperationKind::List, limit.error());
    const auto values = query->flag("values");
    if (!values)
        return refuse(OperationKind::List, values.error());
    if (*counting) {
        if (query->has("limit") || query->has("after") || *values) {
            return refuse(
                OperationKind::Count,
                {ErrorCode::InvalidArgument,
                 "query: count=true counts all keys; it takes no limit, after or values"});
        }
        return count(prefix);
    }

    const QByteArray after = query->value("after").value_or(QByteArray());
    const auto listing = m_services.store.list(prefix, after, size_t(*limit));
    const qint64 nowMs = m_services.store.nowMs();
    QByteArray body = "[";
    bool more = listing.more;
    const Entry *last = nullptr;
    for (const EntryPtr &entry : listing.entries) {
        if (body.size() > kMaxPageSize) {
            more = true;
            break;
        }
        if (last)
            body += ',';
        if (*values)
            appendValueObject(*entry, nowMs, body);
        else
            appendJsonString(entry->key(), body);
        last = entry.data();
    }
    body += ']';
    m_services.observer.operationDone(OperationKind::List, OperationResult::Ok);
    Response response = Response::json(std::move(body));
    response.seq = listing.seq;
    if (more && last)
        response.addField("Link", nextLink(prefix, last->key(), *query));
    return response;
}

Response KeysController::count(const QByteArray &prefix)
{
    const auto count = m_services.store.count(prefix);
    m_services.observer.operationDone(OperationKind::Count, OperationResult::Ok);
    Response response = Response::json("{\"count\":" + QByteArray::number(count.keys) + '}');
    response.seq = count.seq;
    return response;
}

Response KeysController::remove(const Request &request, const QByteArray &prefix)
{
    const auto kind = prefix.isEmpty() ? OperationKind::DeleteAll : OperationKind::DeletePrefix;
    if (const auto query = Query::parse(request.query, {}); !query)
        return refuse(kind, query.error());
    // Nobody should lose all keys because a condition was not understood.
    for (const QByteArrayView field :
         {QByteArrayView("If-Match"), QByteArrayView("If-None-Match")}) {
        if (!request.header(field).isNull()) {
            return refuse(kind, {ErrorCode::InvalidArgument,
                                 field.toByteArray() + ": a set of keys has no revision"});
        }
    }
    const auto removal = m_services.store.removePrefix(prefix);
    if (!removal)
        return refuse(kind, removal.error());
    m_services.observer.operationDone(kind, OperationResult::Ok);
    Response response;
    if (prefersMinimal(request)) {
        response.addField("Preference-Applied", "return=minimal");
    } else {
        QByteArray body = "[";
        for (const EntryPtr &entry : removal->entries) {
            if (body.size() > 1)
                body += ',';
            appendJsonString(entry->key(), body);
        }
        body += ']';
        response = Response::json(std::move(body));
    }
    response.seq = removal->seq;
    return response;
}

} // namespace memorykv
