// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/clienttime.h"

#include "server/http/pace.h"

namespace memorykv {

ClientTime::ClientTime(const ConnectionLimits &limits)
    : m_limits(limits)
    , m_deadline(limits.headTimeout)
{ }

void ClientTime::answerWritten(qint64 bytes, qint64 unsentBytes)
{
    if (unsentBytes == 0) {
        m_outputSince.start();
        m_outputSize = 0;
    }
    m_outputSize += bytes;
}

void ClientTime::restart(const Progress &progress, bool took)
{
    if (progress.unsentBytes > 0) {
        if (took)
            m_deadline.setRemainingTime(m_limits.writeTimeout);
    } else if (!progress.inHead) {
        m_deadline.setRemainingTime(progress.inBody ? m_limits.bodyTimeout : m_limits.idleTimeout);
    } else if (!m_headStarted) { // absolute: more bytes of the same head win no time
        m_deadline.setRemainingTime(m_limits.headTimeout);
    }
    m_headStarted = progress.inHead;
}

bool ClientTime::isBodyTooSlow(qint64 bytes) const
{
    return isSlower(m_bodySince, m_limits.bodyTimeout, bytes, m_limits.minRate);
}

bool ClientTime::isOutputTooSlow(qint64 unsentBytes) const
{
    return unsentBytes > 0 && m_outputSince.isValid()
           && isSlower(m_outputSince, m_limits.writeTimeout, m_outputSize - unsentBytes,
                       m_limits.minRate);
}

} // namespace memorykv
