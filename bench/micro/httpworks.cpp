// SPDX-License-Identifier: GPL-3.0-only
#include "bench/micro/works.h"

#include "server/http/dispatcher.h"
#include "server/http/outbox.h"
#include "server/http/requestparser.h"
#include "server/http/services.h"
#include "server/log/memorylog.h"
#include "shared/limits.h"

#include <memory>

namespace memorykv {

namespace {

const QByteArray kGet = "GET /key:000000000001 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
                        "User-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n";
const QByteArray kPut = "PUT /key:000000000001 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
                        "User-Agent: curl/7.88.1\r\nAccept: */*\r\n"
                        "Content-Type: application/json\r\nContent-Length: 41\r\n\r\n"
                        "{\"temperature\":21.5,\"unit\":\"C\",\"ok\":true}";
const QByteArray kChunkedPut = "PUT /key:000000000001 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n"
                               "14\r\n01234567890123456789\r\n0\r\n\r\n";
constexpr int kBatchSize = 100;
constexpr QByteArrayView kDate = "Tue, 24 Nov 2026 12:00:00 GMT";
constexpr qsizetype kHistoryBytes = 4 << 20;

QByteArray batchOfPuts()
{
    QByteArray body;
    for (int i = 0; i < kBatchSize; ++i) {
        const QByteArray number = QByteArray::number(i).rightJustified(12, '0');
        body += (body.isEmpty() ? "{\"operations\":[" : ",")
                + QByteArray("{\"op\":\"put\",\"key\":\"key:") + number + "\",\"value\":\""
                + QByteArray(40, 'v') + "\"}";
    }
    body += "]}";
    return "POST /-/batch HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\n"
           "Content-Length: "
           + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

class NoObserver final : public HttpObserver
{
public:
    void requestDone(Method, Route, int, double) override { }
    void refusalDone(int, double) override { }
    void operationDone(OperationKind, OperationResult) override { }
    void connectionsChanged(int) override { }
};

Request takeRequest(RequestParser &parser, const QByteArray &bytes)
{
    parser.append(bytes);
    const auto status = parser.parse();
    if (!status || *status != RequestParser::Status::Complete)
        qFatal("a request of this benchmark is not whole and valid");
    return parser.takeRequest();
}

Request requestOf(const QByteArray &bytes)
{
    RequestParser parser(kDefaultMaxValueSize);
    return takeRequest(parser, bytes);
}

/// The HTTP interface of one worker, from whole requests to answers.
class Fixture
{
public:
    Fixture()
        : m_log(kHistoryBytes)
        , m_store(m_log, 0, [] { return 1; })
        , m_cors({})
        , m_services{.store = m_store,
                     .log = m_log,
                     .observer = m_observer,
                     .cors = m_cors,
                     .maxValueSize = kDefaultMaxValueSize,
                     .renderMetrics = {},
                     .metricsType = {},
                     .renderInfo = {},
                     .page = {},
                     .openApi = {}}
        , m_dispatcher(m_services)
    {
        dispatch(requestOf(kPut));
    }

    void dispatch(const Request &request)
    {
        const Response response = m_dispatcher.dispatch(request);
        if (response.status >= 300)
            qFatal("a request of this benchmark is answered with %d", response.status);
    }

private:
    MemoryLog m_log;
    KeyValueStore m_store;
    NoObserver m_observer;
    Cors m_cors;
    HttpServices m_services;
    Dispatcher m_dispatcher;
};

Work framing(const char *name, const QByteArray &bytes)
{
    return {name, [bytes] {
                return [bytes, parser = std::make_shared<RequestParser>(kDefaultMaxValueSize)](
                           size_t operations) {
                    for (size_t i = 0; i < operations; ++i)
                        keep(takeRequest(*parser, bytes));
                };
            }};
}

Work dispatching(const char *name, const QByteArray &bytes)
{
    return {name, [bytes] {
                return [fixture = std::make_shared<Fixture>(),
                        request = requestOf(bytes)](size_t operations) {
                    for (size_t i = 0; i < operations; ++i)
                        fixture->dispatch(request);
                };
            }};
}

// An answer from its parts to the bytes that are written, as for the GET of a value.
std::function<void(size_t)> prepareResponse()
{
    const EntryPtr entry(Entry::create({"key:000000000001", QByteArray(40, 'v'), {}, 12345, 0}));
    return [entry, outbox = std::make_shared<Outbox>()](size_t operations) {
        for (size_t i = 0; i < operations; ++i) {
            Response response;
            response.setContentType(entry->type());
            response.setETag(entry->revision());
            response.entry = entry;
            WriteOptions options;
            options.date = kDate;
            appendResponse(response, options, outbox->open(0, 1, {}));
            keep(outbox->takeReady());
            keep(outbox->takeReceipts());
        }
    };
}

} // namespace

std::vector<Work> httpWorks()
{
    return {
        framing("http/frame-get", kGet),
        framing("http/frame-put", kPut),
        framing("http/frame-put-chunked", kChunkedPut),
        dispatching("http/dispatch-get", kGet),
        dispatching("http/dispatch-put", kPut),
        dispatching("http/dispatch-batch-100", batchOfPuts()),
        {"http/response", prepareResponse},
    };
}

} // namespace memorykv
