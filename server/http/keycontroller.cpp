// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/keycontroller.h"

#include "server/http/preconditions.h"
#include "server/http/problem.h"
#include "server/http/query.h"
#include "server/http/valuerules.h"
#include "shared/limits.h"

namespace memorykv {

static constexpr qsizetype kUsualFieldsSize = 160; // one allocation instead of one a field

// Stored bytes may be a page made by anyone: no browser may run it as part of this origin.
static void addValueFields(const Entry &entry, Response &response)
{
    response.setContentType(entry.type());
    response.addField("Content-Security-Policy", "sandbox");
}

static void applyMinimal(const Request &request, Response &response)
{
    if (!prefersMinimal(request))
        return;
    response.entry.reset();
    response.addField("Preference-Applied", "return=minimal");
}

// What was put is stored as it is, so the server must understand how to give it back.
static std::optional<Error> checkContent(const Request &request, qsizetype maxValueSize)
{
    if (request.body.size() > maxValueSize) {
        return Error{ErrorCode::BodyTooLarge, "a value has at most "
                                                  + QByteArray::number(maxValueSize)
                                                  + " bytes (--max-value)"};
    }
    if (auto error = checkContentFields(request))
        return error;
    if (!request.header("Content-Range").isNull()) // RFC 9110 14.5
        return Error{ErrorCode::InvalidArgument, "Content-Range: a value cannot be put in parts"};
    return checkContentType(request.header("Content-Type"));
}

KeyController::KeyController(HttpServices &services)
    : m_services(services)
{ }

Response KeyController::refuse(OperationKind kind, const Error &error)
{
    m_services.observer.operationDone(kind, error.code == ErrorCode::PreconditionFailed
                                                ? OperationResult::PreconditionFailed
                                                : OperationResult::Error);
    Response response = problem(error);
    // A refusal tells of the store's state as much as an answer does.
    response.seq = m_services.log.lastSeq();
    return response;
}

Result<Outcome> KeyController::apply(OperationKind kind, const Operation &operation)
{
    auto outcome = m_services.store.apply(operation);
    if (outcome.ok()) {
        m_services.observer.operationDone(kind, outcome->applied ? OperationResult::Ok
                                                                 : OperationResult::NotFound);
    }
    return outcome;
}

Response KeyController::get(const Request &request, const QByteArray &key)
{
    if (!request.query.isEmpty()) {
        if (const auto query = Query::parse(request.query, {}); !query)
            return refuse(OperationKind::Get, query.error());
    }
    const auto condition = conditionOf(request);
    if (!condition)
        return refuse(OperationKind::Get, condition.error());

    const auto lookup = m_services.store.get(key);
    if (condition->hasIfMatch && (!lookup.entry || !condition->ifMatch.matches(*lookup.entry))) {
        return refuse(OperationKind::Get,
                      {ErrorCode::PreconditionFailed, "the key's revision does not meet If-Match"});
    }
    Response response;
    response.fields.reserve(kUsualFieldsSize);
    response.seq = lookup.seq;
    m_services.observer.operationDone(OperationKind::Get, lookup.entry ? OperationResult::Ok
                                                                       : OperationResult::NotFound);
    if (!lookup.entry) {
        response.status = 404;
        return response;
    }
    response.setETag(lookup.entry->revision());
    if (condition->hasIfNoneMatch && condition->ifNoneMatch.matches(*lookup.entry)) {
        response.status = 304;
        return response;
    }
    addValueFields(*lookup.entry, response);
    response.entry = lookup.entry;
    return response;
}

Response KeyController::put(const Request &request, const QByteArray &key)
{
    const auto query = Query::parse(request.query, {"ttl"});
    if (!query)
        return refuse(OperationKind::Put, query.error());
    const auto ttl = query->number("ttl", 1, kMaxTtlSeconds, 0);
    if (!ttl)
        return refuse(OperationKind::Put, ttl.error());
    auto condition = conditionOf(request);
    if (!condition)
        return refuse(OperationKind::Put, condition.error());
    if (const auto error = checkContent(request, m_services.maxValueSize))
        return refuse(OperationKind::Put, *error);

    auto outcome = apply(OperationKind::Put,
                         Operation::put(key, request.body, request.header("Content-Type"),
                                        *ttl * 1000, *std::move(condition)));
    if (!outcome)
        return refuse(OperationKind::Put, outcome.error());

    Response response = Response::empty(outcome->previous ? 200 : 201);
    response.seq = outcome->seq;
    response.setETag(outcome->seq);
    response.entry = outcome->previous;
    applyMinimal(request, response);
    if (response.entry)
        addValueFields(*response.entry, response);
    return response;
}

Response KeyController::patch(const Request &request, const QByteArray &key)
{
    const auto query = Query::parse(request.query, {"ttl"});
    if (!query)
        return refuse(OperationKind::Patch, query.error());
    const auto ttl = query->number("ttl", 0, kMaxTtlSeconds, -1);
    if (!ttl)
        return refuse(OperationKind::Patch, ttl.error());
    if (*ttl < 0) {
        return refuse(OperationKind::Patch,
                      {ErrorCode::InvalidArgument,
                       "query: PATCH needs ttl, in seconds; 0 clears the expiry"});
    }
    auto condition = conditionOf(request);
    if (!condition)
        return refuse(OperationKind::Patch, condition.error());
    if (!request.body.isEmpty()) {
        return refuse(OperationKind::Patch,
                      {ErrorCode::UnsupportedMedia,
                       "PATCH changes the expiry alone and takes no body; PUT changes the value"});
    }

    auto outcome
        = apply(OperationKind::Patch, Operation::touch(key, *ttl * 1000, *std::move(condition)));
    if (!outcome)
        return refuse(OperationKind::Patch, outcome.error());
    Response response = Response::empty(outcome->applied ? 204 : 404);
    response.seq = outcome->seq;
    if (outcome->applied)
        response.setETag(outcome->current->revision());
    return response;
}

Response KeyController::remove(const Request &request, const QByteArray &key)
{
    if (const auto query = Query::parse(request.query, {}); !query)
        return refuse(OperationKind::Delete, query.error());
    auto condition = conditionOf(request);
    if (!condition)
        return refuse(OperationKind::Delete, condition.error());
    auto outcome = apply(OperationKind::Delete, Operation::remove(key, *std::move(condition)));
    if (!outcome)
        return refuse(OperationKind::Delete, outcome.error());

    Response response = Response::empty(outcome->applied ? 200 : 404);
    response.seq = outcome->seq;
    response.entry = outcome->previous;
    if (outcome->applied)
        applyMinimal(request, response);
    if (response.entry)
        addValueFields(*response.entry, response);
    return response;
}

} // namespace memorykv
