// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/dispatcher.h"
#include "server/http/services.h"
#include "tests/support/testclock.h"
#include "tests/support/testlog.h"

#include <QList>

namespace memorykv::test {

/// The request in \a bytes, which must be whole and valid, or the test ends.
Request requestOf(const QByteArray &bytes);

/// A request for \a target with the field lines \a fields ("Name: value\r\n"...) and \a body.
Request requestFor(const QByteArray &method, const QByteArray &target,
                   const QByteArray &fields = {}, const QByteArray &body = {});

/// The values of all header lines \a name of \a response.
QList<QByteArray> fieldsOf(const Response &response, const QByteArray &name);

/// The value of the only header line \a name; null when there is none, "<several>" if more.
QByteArray fieldOf(const Response &response, const QByteArray &name);

/// Keeps what it is told.
class TestObserver final : public HttpObserver
{
public:
    void requestDone(Method method, Route route, int status, double seconds) override;
    void refusalDone(int status, double seconds) override;
    void operationDone(OperationKind kind, OperationResult result) override;
    void connectionsChanged(int delta) override { connections += delta; }

    struct Done
    {
        Method method = Method::Get;
        Route route = Route::Key;
        int status = 0;
    };
    QList<Done> requests;
    QList<int> refusals; ///< their statuses
    QList<std::pair<OperationKind, OperationResult>> operations;
    int connections = 0;
};

/// The HTTP interface of one worker over a log and a clock of the test's.
class HttpFixture
{
public:
    explicit HttpFixture(QList<QByteArray> corsOrigins = {}, Scope scope = Scope::All,
                         qint64 maxMemory = 0);

    Response answer(const QByteArray &method, const QByteArray &target,
                    const QByteArray &fields = {}, const QByteArray &body = {});

    static constexpr qsizetype kMaxValueSize = 4 << 20;

    TestClock clock;
    TestLog log;
    KeyValueStore store;
    TestObserver observer;
    Cors cors;
    HttpServices services;
    Dispatcher dispatcher;
};

} // namespace memorykv::test
