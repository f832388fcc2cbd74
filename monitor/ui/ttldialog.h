// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QDialog>

class QComboBox;
class QRadioButton;
class QSpinBox;

namespace memorykv {

/// Asks when a key is to expire.
class TtlDialog : public QDialog
{
    Q_OBJECT

public:
    /// \a secondsLeft is what the key has now, 0 for none.
    explicit TtlDialog(const QByteArray &key, qint64 secondsLeft, QWidget *parent = nullptr);

    /// Seconds from now; 0 for never.
    qint64 seconds() const;

private:
    QRadioButton *m_never;
    QRadioButton *m_after;
    QSpinBox *m_amount;
    QComboBox *m_unit;
};

} // namespace memorykv
