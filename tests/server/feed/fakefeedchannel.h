// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/feedchannel.h"

#include <QList>

#include <functional>

namespace memorykv::test {

/// A channel whose network is the test: what is sent is kept, and takes the room the test says.
class FakeFeedChannel final : public FeedChannel
{
    Q_OBJECT

public:
    void open() override { }
    void send(const QByteArray &bytes) override
    {
        sent += bytes;
        sends.append(bytes);
        if (isClogged)
            pending += bytes.size();
        if (onSend)
            onSend();
    }
    qint64 pendingBytes() const override { return pending; }
    void beat() override { ++beats; }
    bool answersBeats() const override { return answers; }
    void close(CloseReason reason) override { reasons.append(reason); }
    void abort() override
    {
        ++aborts;
        Q_EMIT closed();
    }

    /// The network takes all but \a left of the pending bytes.
    void drain(qint64 left = 0)
    {
        pending = left;
        Q_EMIT progressed();
    }

    QByteArray sent;
    QList<QByteArray> sends;
    qint64 pending = 0;
    bool isClogged = false; ///< whether what is sent stays pending
    bool answers = true;
    int beats = 0;
    int aborts = 0;
    QList<CloseReason> reasons;
    std::function<void()> onSend; ///< called at the end of send()
};

} // namespace memorykv::test
