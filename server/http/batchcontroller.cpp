// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/batchcontroller.h"

#include "server/http/batchrequest.h"
#include "server/http/bearer.h"
#include "server/http/httpsyntax.h"
#include "server/http/problem.h"
#include "server/http/query.h"
#include "server/http/valuerules.h"
#include "shared/bytes.h"

namespace memorykv {

static bool isJson(QByteArrayView contentType)
{
    return syntax::equalsIgnoringCase(syntax::withoutParameters(contentType), "application/json");
}

static void appendResult(const Outcome &outcome, QByteArray &out)
{
    int status = 404;
    if (outcome.applied)
        status = outcome.current && !outcome.previous ? 201 : 200;
    FixedText<96> result;
    result.add("{\"status\":");
    result.addNumber(status);
    if (outcome.applied) {
        result.add(",\"seq\":");
        result.addNumber(outcome.seq);
    }
    if (outcome.current) {
        result.add(",\"revision\":");
        result.addNumber(outcome.current->revision());
    }
    result.add("}");
    out.append(result);
}

BatchController::BatchController(HttpServices &services)
    : m_services(services)
{ }

Response BatchController::refuse(const Error &error, std::optional<size_t> index)
{
    m_services.observer.operationDone(OperationKind::Batch,
                                      error.code == ErrorCode::PreconditionFailed
                                          ? OperationResult::PreconditionFailed
                                          : OperationResult::Error);
    return problem(error, index ? "\"index\":" + QByteArray::number(*index) : QByteArray());
}

Response BatchController::refuseOutside(size_t index)
{
    m_services.observer.operationDone(OperationKind::Batch, OperationResult::Error);
    const QByteArray number = QByteArray::number(index);
    return bearer::outsidePrefix("operations[" + number
                                     + "]: key: this token is confined to keys with another prefix",
                                 "\"index\":" + number);
}

Response BatchController::post(const Request &request)
{
    if (const auto query = Query::parse(request.query, {}); !query)
        return refuse(query.error());
    if (const auto error = checkContentFields(request))
        return refuse(*error);
    if (!isJson(request.header("Content-Type"))) {
        return refuse({ErrorCode::UnsupportedMedia, "Content-Type: a batch is application/json"});
    }
    BatchRequest batch = parseBatch(request.body, m_services.maxValueSize);
    if (batch.error)
        return refuse(*batch.error, batch.errorIndex);

    for (size_t i = 0; i < batch.operations.size(); ++i) {
        if (!request.grant.covers(batch.operations[i].key))
            return refuseOutside(i);
    }
    const auto result = m_services.store.applyBatch(batch.operations);
    if (result.error) {
        Response response = refuse(*result.error, result.failedIndex);
        response.seq = result.seq;
        return response;
    }
    m_services.observer.operationDone(OperationKind::Batch, OperationResult::Ok);
    QByteArray body = "{\"results\":[";
    for (const Outcome &outcome : result.outcomes) {
        if (!body.endsWith('['))
            body += ',';
        appendResult(outcome, body);
    }
    body += "]}";
    Response response = Response::json(std::move(body));
    response.seq = result.seq;
    return response;
}

} // namespace memorykv
