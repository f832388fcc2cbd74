// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QDialog>

class QCheckBox;
class QLineEdit;

namespace memorykv {

/// Asks for the token of a server, and whether the keychain is to keep it.
class TokenDialog : public QDialog
{
    Q_OBJECT

public:
    /// \a server names it; \a why says in a sentence why a token is needed.
    TokenDialog(const QString &server, const QString &why, QWidget *parent = nullptr);

    QByteArray token() const;
    bool keep() const;

private:
    QLineEdit *m_token;
    QCheckBox *m_keep;
};

} // namespace memorykv
