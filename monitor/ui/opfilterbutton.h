// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/event.h"

#include <QCheckBox>
#include <QMap>
#include <QToolButton>

namespace memorykv {

/// A button with a list of kinds of events to tick; the list stays open while one ticks.
class OpFilterButton : public QToolButton
{
    Q_OBJECT

public:
    explicit OpFilterButton(QWidget *parent = nullptr);

    /// WalFilter::bit() of each kind that is ticked, and of those that always pass.
    quint32 ops() const;
    void setOps(quint32 ops);

Q_SIGNALS:
    void opsChanged();

private:
    void tell();

    QMap<Op, QCheckBox *> m_boxes;
    bool m_setting = false;
};

} // namespace memorykv
