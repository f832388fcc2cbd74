// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QDialog>

class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace memorykv {

/// Asks whether all keys under a prefix are to go: says how many there are and lets the deletion
/// happen only once the prefix has been typed. For no prefix, which is every key, the word typed is
/// that of allWord().
class DeletePrefixDialog : public QDialog
{
    Q_OBJECT

public:
    /// What has to be typed to delete every key.
    static QString allWord();

    explicit DeletePrefixDialog(const QByteArray &prefix, QWidget *parent = nullptr);

    /// Says how many keys go. Until then, and for none, nothing can be deleted.
    void setCount(quint64 count);
    /// Says that the number is not to be had and why; deletion stays possible.
    void setCountUnknown(const QString &why);

private:
    void check();

    QByteArray m_prefix;
    QString m_word; ///< what has to be typed
    bool m_counted = false;
    QLabel *m_count;
    QLineEdit *m_typed;
    QDialogButtonBox *m_buttons;
};

} // namespace memorykv
