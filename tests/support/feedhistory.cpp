// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/feedhistory.h"

namespace memorykv::test {

using namespace Qt::StringLiterals;

namespace {

bool isMutation(const QByteArray &op)
{
    static const QByteArrayList mutations{
        "insert"_ba, "delete"_ba, "delete_prefix"_ba, "delete_all"_ba, "expire"_ba, "touch"_ba,
    };
    return mutations.contains(op);
}

bool isRead(const QByteArray &op)
{
    return op == "read" || op == "list" || op == "list_prefix";
}

} // namespace

FeedHistory followHistory(const FeedMessages &messages, quint64 after)
{
    FeedHistory history;
    history.lastSeq = after;
    for (const FeedMessage &message : messages) {
        const QByteArray op = message.op();
        const quint64 expected = history.lastSeq + 1;
        if (isMutation(op)) {
            if (message.json().value("initial"_L1).toBool())
                continue;
            ++history.mutations;
            if (message.number("seq") != expected)
                history.fault = "not seq " + QByteArray::number(expected) + ": " + message.data;
            history.lastSeq = message.number("seq");
        } else if (op == "gap") {
            ++history.gaps;
            if (message.number("from") != expected || message.number("to") < expected)
                history.fault = "not from " + QByteArray::number(expected) + ": " + message.data;
            history.lastSeq = message.number("to");
        } else if (op == "synced") {
            if (history.mutations > 0 && message.number("seq") != history.lastSeq)
                history.fault = "not seq " + QByteArray::number(history.lastSeq) + message.data;
            history.lastSeq = message.number("seq");
        } else if (isRead(op)) {
            ++history.reads;
        }
        if (!history.fault.isEmpty())
            break;
    }
    return history;
}

} // namespace memorykv::test
