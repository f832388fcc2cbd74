// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/routes.h"

#include <QByteArray>
#include <QElapsedTimer>

#include <deque>
#include <functional>
#include <vector>

namespace memorykv {

/// The answers of one connection on their way out, in order: each is held until everything it
/// wrote or saw is durable, and with it those behind it. Belongs to its connection's thread.
class Outbox
{
public:
    /// What there is to note of a request once its answer leaves.
    struct Receipt
    {
        Method method = Method::Get;
        Route route = Route::Key;
        int status = 0;
        bool isRequest = true;      ///< false when it was none as a whole; no method and route then
        QElapsedTimer since;        ///< started when the request was whole
        qsizetype requestBytes = 0; ///< what the log keeps of the request until then
    };

    /// The place to append the bytes of the next answer to, which may leave once the log is
    /// durable up to \a seq; it is now up to \a durableSeq. Valid until the next call.
    QByteArray &open(quint64 seq, quint64 durableSeq, const Receipt &receipt);

    /// The same for an interim answer, which waits for those before it and nothing else.
    QByteArray &openInterim();

    /// Lets go of what may leave now that the log is durable up to \a durableSeq.
    void release(quint64 durableSeq);

    /// Lets go of everything after the log has failed. What waited for the log to be durable beyond
    /// \a durableSeq is never going to be true: each of these answers becomes what \a replacement
    /// makes of its receipt.
    void fail(quint64 durableSeq, const std::function<QByteArray(Receipt &)> &replacement);

    bool hasReady() const { return !m_ready.isEmpty(); }
    bool hasHeld() const { return !m_held.empty(); }
    qsizetype bufferedBytes() const;
    /// Receipt::requestBytes of all answers that are held.
    qsizetype heldRequestBytes() const { return m_heldRequestBytes; }

    /// Takes the bytes that may be written.
    QByteArray takeReady();
    /// Takes the receipts of what takeReady() has taken.
    std::vector<Receipt> takeReceipts();

private:
    struct Held
    {
        QByteArray bytes;
        quint64 seq = 0;
        bool hasReceipt = false;
        Receipt receipt;
    };

    QByteArray m_ready;
    std::vector<Receipt> m_receipts;
    std::deque<Held> m_held;
    qsizetype m_heldRequestBytes = 0;
};

} // namespace memorykv
