// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/connectionlimits.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>

namespace memorykv {

/// The time one client has for what it is to do next: a deadline for each step, and a least rate
/// for bodies and answers, as a byte before each deadline would keep a connection, and what it
/// holds, for days.
class ClientTime
{
public:
    /// Time for a first head. \a limits must outlive this.
    explicit ClientTime(const ConnectionLimits &limits);

    void handshakeBegins() { m_deadline.setRemainingTime(m_limits.handshakeTimeout); }
    void servingBegins() { m_deadline.setRemainingTime(m_limits.headTimeout); }
    void lingeringBegins() { m_deadline.setRemainingTime(m_limits.lingerTimeout); }
    void bodyBegins() { m_bodySince.start(); }
    /// A request is there in whole: the next head has a time of its own.
    void requestEnds() { m_headStarted = false; }
    /// \a bytes are on their way, behind \a unsentBytes.
    void answerWritten(qint64 bytes, qint64 unsentBytes);

    /// How far the client has come.
    struct Progress
    {
        qint64 unsentBytes = 0; ///< of answers, which it has not taken
        bool inHead = false;
        bool inBody = false;
    };
    /// Gives time for what comes next. \a took tells that the client took some of the answers, or
    /// was given one: nothing else wins it time to take more.
    void restart(const Progress &progress, bool took);

    bool isOver() const { return m_deadline.hasExpired(); }
    /// Whether \a bytes of the present body are too few by now.
    bool isBodyTooSlow(qint64 bytes) const;
    /// Whether \a unsentBytes of the answers are too many by now.
    bool isOutputTooSlow(qint64 unsentBytes) const;

private:
    const ConnectionLimits &m_limits;
    QDeadlineTimer m_deadline;
    bool m_headStarted = false;
    QElapsedTimer m_bodySince;   ///< since the present body began
    QElapsedTimer m_outputSince; ///< since something has been waiting to be sent
    qint64 m_outputSize = 0;     ///< bytes written since then
};

} // namespace memorykv
