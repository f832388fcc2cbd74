// SPDX-License-Identifier: GPL-3.0-only
#include "server/feed/encodedbatch.h"

#include "server/feed/eventencoder.h"

namespace memorykv {

EncodedBatch::EncodedBatch(RecordBatchPtr batch)
    : m_batch(std::move(batch))
{
    for (const Record &record : records())
        m_approximateBytes += record.memorySize();
}

const EncodedBatch::Form &EncodedBatch::form(Encoding encoding) const
{
    Form &form = m_forms[encoding.index()];
    std::call_once(m_made[encoding.index()], [&] {
        form.ends.reserve(records().size());
        for (const Record &record : records()) {
            appendEncoded(record.toEvent(m_batch->epoch), encoding, form.bytes);
            form.ends.push_back(form.bytes.size());
        }
    });
    return form;
}

} // namespace memorykv
