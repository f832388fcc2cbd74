// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QLineEdit>

namespace memorykv {

/// Where one types what a view is to be narrowed to.
class FilterField : public QLineEdit
{
    Q_OBJECT

public:
    static constexpr int kDebounceMs = 250; ///< from the last letter typed to wanted()

    /// \a placeholder is what stands there while it is empty, \a accessibleName what it is for.
    FilterField(const QString &placeholder, const QString &accessibleName, QWidget *parent);

Q_SIGNALS:
    /// The text may have changed: a moment after the last letter, and at once on Return.
    void wanted();
};

} // namespace memorykv
