// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/httpfixture.h"

#include "server/http/requestparser.h"

namespace memorykv::test {

Request requestOf(const QByteArray &bytes)
{
    RequestParser parser(HttpFixture::kMaxValueSize);
    parser.append(bytes);
    const auto status = parser.parse();
    if (!status || *status != RequestParser::Status::Complete)
        qFatal("the request of this test is not whole and valid: %s",
               status ? "incomplete" : status.error().detail.constData());
    return parser.takeRequest();
}

Request requestFor(const QByteArray &method, const QByteArray &target, const QByteArray &fields,
                   const QByteArray &body)
{
    QByteArray bytes = method + ' ' + target + " HTTP/1.1\r\nHost: a\r\n" + fields;
    if (!body.isEmpty())
        bytes += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    return requestOf(bytes + "\r\n" + body);
}

QList<QByteArray> fieldsOf(const Response &response, const QByteArray &name)
{
    QList<QByteArray> values;
    for (const QByteArray &line : response.fields.split('\n')) {
        if (line.startsWith(name + ": "))
            values.append(line.sliced(name.size() + 2).chopped(1));
    }
    return values;
}

QByteArray fieldOf(const Response &response, const QByteArray &name)
{
    const QList<QByteArray> values = fieldsOf(response, name);
    if (values.isEmpty())
        return {};
    return values.size() == 1 ? values[0] : QByteArray("<several>");
}

void TestObserver::requestDone(Method method, Route route, int status, double seconds)
{
    Q_ASSERT(seconds >= 0);
    requests.append({method, route, status});
}

void TestObserver::refusalDone(int status, double seconds)
{
    Q_ASSERT(seconds >= 0);
    refusals.append(status);
}

void TestObserver::operationDone(OperationKind kind, OperationResult result)
{
    operations.append({kind, result});
}

HttpFixture::HttpFixture(QList<QByteArray> corsOrigins, Scope scope, qint64 maxMemory)
    : store(log, maxMemory, clock.reader())
    , cors(std::move(corsOrigins))
    , services{store,
               log,
               observer,
               cors,
               kMaxValueSize,
               [] { return QByteArray("# metrics\n"); },
               "text/plain; version=0.0.4",
               [](const Grant &) { return QByteArray("{\"version\":\"0\"}"); },
               "<!doctype html><title>page</title>" + QByteArray(2000, ' '),
               "openapi: 3.1.0\n" + QByteArray(2000, '#'),
               scope,
               nullptr,
               {{"a.js", "text/javascript; charset=utf-8", "// a" + QByteArray(2000, ' ')},
                {"a.svg", "image/svg+xml", "<svg/>"}}}
    , dispatcher(services)
{ }

Response HttpFixture::answer(const QByteArray &method, const QByteArray &target,
                             const QByteArray &fields, const QByteArray &body)
{
    return dispatcher.dispatch(requestFor(method, target, fields, body));
}

} // namespace memorykv::test
