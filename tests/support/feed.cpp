// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/feed.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QTest>

#include <algorithm>

namespace memorykv::test {

using namespace Qt::StringLiterals;

QJsonObject FeedMessage::json() const
{
    return QJsonDocument::fromJson(data).object();
}

quint64 FeedMessage::number(QByteArrayView member) const
{
    return json().value(QString::fromUtf8(member)).toVariant().toULongLong();
}

QByteArray FeedMessage::op() const
{
    return json().value("op"_L1).toString().toUtf8();
}

bool Feed::waitUntil(const std::function<bool()> &condition, int milliseconds)
{
    return QTest::qWaitFor(condition, milliseconds);
}

bool Feed::waitFor(const std::function<bool(const FeedMessages &)> &predicate, int milliseconds)
{
    return waitUntil([&] { return predicate(m_messages); }, milliseconds);
}

bool Feed::waitForText(const QByteArray &text, int milliseconds)
{
    return waitUntil(
        [&] {
            return std::any_of(m_messages.cbegin(), m_messages.cend(),
                               [&](const FeedMessage &message) { return message.data == text; });
        },
        milliseconds);
}

bool Feed::waitForOp(const QByteArray &op, const QByteArray &key, int milliseconds)
{
    qsizetype seen = 0; // each message is parsed once, however often the condition is asked
    return waitUntil(
        [&] {
            for (; seen < m_messages.size(); ++seen) {
                const QJsonObject json = m_messages.at(seen).json();
                if (json.value("op"_L1).toString().toUtf8() == op
                    && (key.isNull() || json.value("key"_L1).toString().toUtf8() == key)) {
                    return true;
                }
            }
            return false;
        },
        milliseconds);
}

QByteArrayList Feed::texts() const
{
    QByteArrayList texts;
    for (const FeedMessage &message : m_messages) {
        if (!message.data.startsWith("Heartbeat from "))
            texts.append(message.data);
    }
    return texts;
}

QList<FeedMessage> Feed::events() const
{
    QList<FeedMessage> events;
    for (const FeedMessage &message : m_messages) {
        if (message.op() != "heartbeat")
            events.append(message);
    }
    return events;
}

bool Feed::waitForClosed(int milliseconds)
{
    return waitUntil([this] { return isClosed(); }, milliseconds);
}

void Feed::add(FeedMessage message)
{
    message.receivedMs = QDateTime::currentMSecsSinceEpoch();
    m_messages.append(std::move(message));
}

} // namespace memorykv::test
