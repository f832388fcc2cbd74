// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/subscription.h"
#include "server/log/record.h"

#include <array>
#include <mutex>

namespace memorykv {

/// A batch of records as bytes: each encoding is made once, by whoever needs it first, and shared
/// by all subscribers of all workers. Thread-safe.
class EncodedBatch
{
public:
    explicit EncodedBatch(RecordBatchPtr batch);

    /// At least one.
    const std::vector<Record> &records() const { return m_batch->records; }

    /// About how many bytes an encoding of it has.
    qsizetype approximateBytes() const { return m_approximateBytes; }

    struct Form
    {
        QByteArray bytes;            ///< the events one behind the other
        std::vector<qsizetype> ends; ///< where each of them ends

        qsizetype begin(size_t event) const { return event == 0 ? 0 : ends[event - 1]; }
        qsizetype size(size_t event) const { return ends[event] - begin(event); }
    };
    const Form &form(Encoding encoding) const;

private:
    RecordBatchPtr m_batch;
    qsizetype m_approximateBytes = 0;
    mutable std::array<std::once_flag, Encoding::kCount> m_made;
    mutable std::array<Form, Encoding::kCount> m_forms;
};
using EncodedBatchPtr = std::shared_ptr<const EncodedBatch>;

} // namespace memorykv
