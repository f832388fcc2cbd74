// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/outbox.h"

#include <utility>

namespace memorykv {

QByteArray &Outbox::open(quint64 seq, quint64 durableSeq, const Receipt &receipt)
{
    if (m_held.empty() && seq <= durableSeq) {
        m_receipts.push_back(receipt);
        return m_ready;
    }
    m_held.push_back({{}, seq, true, receipt});
    m_heldRequestBytes += receipt.requestBytes;
    return m_held.back().bytes;
}

QByteArray &Outbox::openInterim()
{
    if (m_held.empty())
        return m_ready;
    m_held.emplace_back();
    return m_held.back().bytes;
}

void Outbox::release(quint64 durableSeq)
{
    for (; !m_held.empty() && m_held.front().seq <= durableSeq; m_held.pop_front()) {
        const Held &held = m_held.front();
        m_ready += held.bytes;
        m_heldRequestBytes -= held.receipt.requestBytes;
        if (held.hasReceipt)
            m_receipts.push_back(held.receipt);
    }
}

void Outbox::fail(quint64 durableSeq, const std::function<QByteArray(Receipt &)> &replacement)
{
    for (Held &held : m_held) {
        if (held.seq > durableSeq && held.hasReceipt)
            held.bytes = replacement(held.receipt);
        held.seq = 0;
    }
    release(durableSeq);
}

qsizetype Outbox::bufferedBytes() const
{
    qsizetype bytes = m_ready.size();
    for (const Held &held : m_held)
        bytes += held.bytes.size();
    return bytes;
}

QByteArray Outbox::takeReady()
{
    return std::exchange(m_ready, {});
}

std::vector<Outbox::Receipt> Outbox::takeReceipts()
{
    return std::exchange(m_receipts, {});
}

} // namespace memorykv
