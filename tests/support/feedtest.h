// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "tests/support/httpclient.h"
#include "tests/support/serverprocess.h"

#include <QObject>

#include <memory>

namespace memorykv::test {

/// What tests of positions on the feed begin with: one server for all of them, which is empty when
/// each begins and has to stop well, and where its history stands. Qt Test calls the slots of a
/// base class too.
class FeedTest : public QObject
{
    Q_OBJECT

protected:
    /// Of the server's history, as /-/info tells it.
    quint64 epoch() { return info(QLatin1StringView("epoch")); }
    /// The seq of the last change.
    quint64 seq() { return info(QLatin1StringView("seq")); }
    /// The place in the history just after \a atSeq, as `since` takes it.
    QByteArray position(quint64 atSeq);

    ServerProcess m_server;
    std::unique_ptr<HttpClient> m_client;

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase();

private:
    quint64 info(QLatin1StringView member);
};

} // namespace memorykv::test
