// SPDX-License-Identifier: GPL-3.0-only
#include "server/store/undohistory.h"

namespace memorykv {

void UndoHistory::forgetUpTo(quint64 seq, std::vector<Step> &freed)
{
    for (; !m_steps.empty() && m_steps.front().seq <= seq; m_steps.pop_front())
        freed.push_back(std::move(m_steps.front()));
}

bool UndoHistory::takeLastAfter(quint64 seq, Step &step)
{
    if (m_steps.empty() || m_steps.back().seq <= seq)
        return false;
    step = std::move(m_steps.back());
    m_steps.pop_back();
    return true;
}

} // namespace memorykv
