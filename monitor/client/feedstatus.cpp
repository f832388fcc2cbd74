// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/feedstatus.h"

#include <QCoreApplication>

namespace memorykv {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(FeedStatus)
};

} // namespace

QString feedStateText(FeedState state)
{
    switch (state) {
    case FeedState::Stopped:
        return Words::tr("Not connected");
    case FeedState::Connecting:
        return Words::tr("Connecting");
    case FeedState::Live:
        return Words::tr("Live");
    case FeedState::Offline:
        return Words::tr("Offline");
    case FeedState::Refused:
        return Words::tr("Refused");
    case FeedState::Untrusted:
        return Words::tr("Certificate not trusted");
    case FeedState::TooOld:
        return Words::tr("Server too old");
    case FeedState::NotMemoryKv:
        break;
    }
    return Words::tr("Not a MemoryKV");
}

QString feedStatusText(const FeedStatus &status, qint64 nowMs)
{
    QString text = feedStateText(status.state);
    if (!status.reason.isEmpty())
        text = Words::tr("%1: %2").arg(text, status.reason);
    if (!status.retryAtMs)
        return text;
    const qint64 seconds = (qMax(*status.retryAtMs - nowMs, qint64{0}) + 999) / 1000;
    return Words::tr("%1. Next try in %2 s").arg(text).arg(seconds);
}

} // namespace memorykv
