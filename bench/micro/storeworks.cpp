// SPDX-License-Identifier: GPL-3.0-only
#include "bench/micro/works.h"

#include "server/log/memorylog.h"
#include "server/store/keyvaluestore.h"
#include "server/store/snapshot.h"

#include <memory>

namespace memorykv {

namespace {

constexpr qsizetype kHistoryBytes = 4 << 20;
constexpr size_t kKeys = 100'000;
constexpr size_t kBatchSize = 100;
constexpr size_t kPageSize = 100;
// A prime that does not divide the number of keys: steps of it go through all keys, in no order.
constexpr size_t kStep = 7'368'787;

const QByteArray kMissing = "no such key";
const QByteArray kValue(64, 'v');

/// A store with kKeys keys of 16 bytes, all made beforehand, and a clock that stands still until it
/// is set.
class Fixture
{
public:
    Fixture()
        : m_log(kHistoryBytes)
        , m_store(m_log, 0, [this] { return m_nowMs; })
    {
        for (size_t i = 0; i < kKeys; ++i)
            m_keys.push_back("key:" + QByteArray::number(i).rightJustified(12, '0'));
        for (size_t i = 0; i < kKeys; ++i)
            put(keyAt(i));
    }

    KeyValueStore &store() { return m_store; }
    /// The keys in no order, again and again.
    const QByteArray &keyAt(size_t i) const { return m_keys[i * kStep % kKeys]; }
    qint64 now() const { return m_nowMs; }
    void setNow(qint64 nowMs) { m_nowMs = nowMs; }
    void put(const QByteArray &key, qint64 ttlMs = 0)
    {
        keep(m_store.apply(Operation::put(key, kValue, {}, ttlMs)));
    }

private:
    qint64 m_nowMs = 1;
    MemoryLog m_log;
    KeyValueStore m_store;
    std::vector<QByteArray> m_keys;
};

/// A work on a store that \a operation is done on; it is given the number of the operation.
template <typename OperationOnStore>
Work onStore(const char *name, OperationOnStore operation)
{
    return {name, [operation] {
                return [operation, fixture = std::make_shared<Fixture>(),
                        done = size_t(0)](size_t operations) mutable {
                    for (const size_t end = done + operations; done < end; ++done)
                        operation(*fixture, done);
                };
            }};
}

void putNew(Fixture &fixture, size_t i)
{
    fixture.put("new:" + QByteArray::number(i * kStep % 100'000'000).rightJustified(12, '0'));
}

void removeAndPutBack(Fixture &fixture, size_t i)
{
    const QByteArray &key = fixture.keyAt(i);
    keep(fixture.store().apply(Operation::remove(key)));
    fixture.put(key);
}

void replaceWithCondition(Fixture &fixture, size_t i)
{
    const QByteArray &key = fixture.keyAt(i);
    Condition condition;
    condition.hasIfMatch = true;
    condition.ifMatch.revisions.append(fixture.store().get(key).entry->revision());
    keep(fixture.store().apply(Operation::put(key, kValue, {}, 0, condition)));
}

void batch(Fixture &fixture, size_t i)
{
    std::vector<Operation> operations;
    operations.reserve(kBatchSize);
    for (size_t k = 0; k < kBatchSize; ++k)
        operations.push_back(Operation::put(fixture.keyAt(i * kBatchSize + k), kValue, {}, 0));
    keep(fixture.store().applyBatch(operations));
}

void snapshotSlice(Fixture &fixture, size_t i)
{
    Snapshot snapshot(fixture.store(), {}, fixture.keyAt(i));
    keep(snapshot.next(KeyValueStore::kSliceSize));
}

// In rounds: some keys that are due soon, and then that time has come.
void putAndExpire(Fixture &fixture, size_t i)
{
    constexpr qint64 kSecond = 1000;
    fixture.put(fixture.keyAt(i), kSecond);
    if (i % KeyValueStore::kExpirySliceSize == 0) {
        fixture.setNow(fixture.now() + kSecond);
        keep(fixture.store().expireDue());
    }
}

} // namespace

std::vector<Work> storeWorks()
{
    return {
        onStore("store/get",
                [](Fixture &fixture, size_t i) { keep(fixture.store().get(fixture.keyAt(i))); }),
        onStore("store/get-missing",
                [](Fixture &fixture, size_t) { keep(fixture.store().get(kMissing)); }),
        onStore("store/put-new", putNew),
        onStore("store/replace", [](Fixture &fixture, size_t i) { fixture.put(fixture.keyAt(i)); }),
        onStore("store/replace-if-match", replaceWithCondition),
        onStore("store/delete-and-put", removeAndPutBack),
        onStore("store/touch",
                [](Fixture &fixture, size_t i) {
                    keep(fixture.store().apply(Operation::touch(fixture.keyAt(i), 1'000'000)));
                }),
        onStore("store/list-100",
                [](Fixture &fixture, size_t i) {
                    keep(fixture.store().list({}, fixture.keyAt(i), kPageSize));
                }),
        onStore("store/snapshot-1000", snapshotSlice),
        onStore("store/batch-100", batch),
        onStore("store/put-and-expire", putAndExpire),
    };
}

} // namespace memorykv
