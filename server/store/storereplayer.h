// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/log/recovery.h"
#include "server/store/keyvaluestore.h"

namespace memorykv {

/// Builds up a store from what its log holds. The store must be empty and used by nobody else until
/// finish(): nothing is checked, appended or announced. The index is built once at the end, or at
/// the first removal of a prefix, which needs it.
class StoreReplayer final : public RecoverySink
{
public:
    explicit StoreReplayer(KeyValueStore &store)
        : m_store(store)
    { }

    void restore(const std::vector<EntryPtr> &entries) override;
    void replay(const std::vector<Record> &records) override;

    /// Everything was given, up to the mutation \a lastSeq: the store can be used.
    void finish(quint64 lastSeq);

private:
    void replay(const Record &record);
    Slot *find(QByteArrayView key) const;
    void put(const EntryPtr &entry);
    void take(Slot *slot);
    void buildIndex();

    KeyValueStore &m_store;
    bool m_hasIndex = false; ///< the store's index has all keys, and is kept so
};

} // namespace memorykv
