// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/store/keyvaluestore.h"

#include <QObject>
#include <QTimer>

namespace memorykv {

/// Removes entries when their time comes: sleeps until the next one is due, then lets the store
/// expire them slice by slice, with other work of its thread in between, and that of others who
/// wait for the store.
class Expirer : public QObject
{
    Q_OBJECT

public:
    /// Takes the store's listener for earlier expiries. \a store must outlive it, and no other
    /// thread may use the store while this is built or destroyed.
    explicit Expirer(KeyValueStore &store, QObject *parent = nullptr);
    ~Expirer() override;

private:
    void expire();
    void sleepUntil(qint64 dueMs);

    KeyValueStore &m_store;
    QTimer m_timer;
};

} // namespace memorykv
