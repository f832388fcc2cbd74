// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace memorykv {

/// Asks for the name and content type of a key to be made. Says what is wrong with a name before
/// the server would have to.
class NewKeyDialog : public QDialog
{
    Q_OBJECT

public:
    /// \a prefix stands in the field to begin with.
    explicit NewKeyDialog(const QByteArray &prefix, QWidget *parent = nullptr);

    QByteArray key() const;
    QByteArray type() const;

private:
    void check();

    QLineEdit *m_key;
    QComboBox *m_type;
    QLabel *m_fault;
    QPushButton *m_go;
};

/// Why \a key cannot be a key, in a sentence; empty when it can (docs/rest.md, "Keys").
QString keyFault(QByteArrayView key);

} // namespace memorykv
