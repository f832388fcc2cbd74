// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/feed/encodedbatch.h"

#include <QHash>

#include <array>
#include <memory>

namespace memorykv {

/// What the subscribers of one worker get in one go: the batches that have come since the last
/// time. Subscribers that ask for the same get the same bytes, put together once. Belongs to one
/// thread.
class Delivery
{
public:
    /// \a batches follow each other in the history; there is at least one.
    explicit Delivery(std::vector<EncodedBatchPtr> batches);

    const std::vector<EncodedBatchPtr> &batches() const { return m_batches; }
    const Record &first() const { return m_batches.front()->records().front(); }
    const Record &last() const { return m_batches.back()->records().back(); }

    /// The events somebody wants.
    struct Selection
    {
        QByteArray bytes; ///< encoded, one behind the other
        size_t events = 0;
        size_t mutations = 0;      ///< among the events
        quint64 firstMutation = 0; ///< the seqs of the first and the last one among them, or 0
        quint64 lastMutation = 0;
    };

    /// What \a subscription wants, which must not be confined. Valid as long as the delivery.
    const Selection &select(const Subscription &subscription) const;

    /// The bytes of the largest selection so far, 0 without any.
    qsizetype mostSelectedBytes() const { return m_mostSelectedBytes; }

private:
    using SelectionPtr = std::shared_ptr<const Selection>;

    Selection all(Encoding encoding) const;
    Selection filter(const Subscription &subscription) const;
    const Selection &keep(Selection selection, SelectionPtr &place) const;

    struct Filter
    {
        size_t encoding = 0;
        unsigned ops = 0;
        QByteArray prefix;

        friend bool operator==(const Filter &left, const Filter &right)
        {
            return left.encoding == right.encoding && left.ops == right.ops
                   && left.prefix == right.prefix;
        }
        friend size_t qHash(const Filter &filter, size_t seed = 0)
        {
            return qHashMulti(seed, filter.encoding, filter.ops, filter.prefix);
        }
    };

    std::vector<EncodedBatchPtr> m_batches;
    mutable std::array<SelectionPtr, Encoding::kCount> m_all;
    mutable QHash<Filter, SelectionPtr> m_filtered;
    mutable qsizetype m_mostSelectedBytes = 0;
};

} // namespace memorykv
