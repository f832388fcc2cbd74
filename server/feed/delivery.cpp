// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/delivery.h"

#include <algorithm>

namespace memorykv {

static void add(const Record &record, Delivery::Selection &selection)
{
    ++selection.events;
    if (!isMutation(record.op))
        return;
    ++selection.mutations;
    if (selection.firstMutation == 0)
        selection.firstMutation = record.seq;
    selection.lastMutation = record.seq;
}

Delivery::Delivery(std::vector<EncodedBatchPtr> batches)
    : m_batches(std::move(batches))
{ }

const Delivery::Selection &Delivery::select(const Subscription &subscription) const
{
    const Encoding encoding = subscription.encoding;
    if (subscription.isUnfiltered()) {
        SelectionPtr &selection = m_all[encoding.index()];
        return selection ? *selection : keep(all(encoding), selection);
    }
    SelectionPtr &selection
        = m_filtered[{encoding.index(), subscription.ops.bits(), subscription.prefix}];
    return selection ? *selection : keep(filter(subscription), selection);
}

const Delivery::Selection &Delivery::keep(Selection selection, SelectionPtr &place) const
{
    m_mostSelectedBytes = std::max(m_mostSelectedBytes, selection.bytes.size());
    place = std::make_shared<const Selection>(std::move(selection));
    return *place;
}

Delivery::Selection Delivery::all(Encoding encoding) const
{
    Selection selection;
    for (const EncodedBatchPtr &batch : m_batches) {
        for (const Record &record : batch->records())
            add(record, selection);
        selection.bytes += batch->form(encoding).bytes; // shares those of a single batch
    }
    return selection;
}

Delivery::Selection Delivery::filter(const Subscription &subscription) const
{
    Selection selection;
    for (const EncodedBatchPtr &batch : m_batches) {
        const std::vector<Record> &records = batch->records();
        const EncodedBatch::Form *form = nullptr; // not needed where nothing is wanted
        for (size_t i = 0; i < records.size(); ++i) {
            if (!subscription.wants(records[i].op, records[i].about()))
                continue;
            if (!form)
                form = &batch->form(subscription.encoding);
            add(records[i], selection);
            selection.bytes.append(
                QByteArrayView(form->bytes).sliced(form->begin(i), form->size(i)));
        }
    }
    return selection;
}

} // namespace memorykv
