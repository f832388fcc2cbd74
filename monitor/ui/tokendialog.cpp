// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/tokendialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace memorykv {

TokenDialog::TokenDialog(const QString &server, const QString &why, QWidget *parent)
    : QDialog(parent)
    , m_token(new QLineEdit(this))
    , m_keep(new QCheckBox(tr("&Keep it in the system's keychain"), this))
{
    setWindowTitle(tr("Token"));
    auto *words = new QLabel(why, this);
    words->setTextFormat(Qt::PlainText);
    words->setWordWrap(true);
    auto *label = new QLabel(tr("&Token for %1").arg(server), this);
    label->setTextFormat(Qt::PlainText);
    label->setBuddy(m_token);
    m_token->setEchoMode(QLineEdit::Password);
    m_token->setAccessibleName(tr("Token"));
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    QPushButton *go = buttons->addButton(tr("&Connect"), QDialogButtonBox::AcceptRole);
    go->setDefault(true);
    go->setEnabled(false);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(10);
    layout->addWidget(words);
    layout->addWidget(label);
    layout->addWidget(m_token);
    layout->addWidget(m_keep);
    layout->addWidget(buttons);
    setMinimumWidth(420);
    connect(m_token, &QLineEdit::textChanged, go,
            [this, go] { go->setEnabled(!token().isEmpty()); });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_token->setFocus();
}

QByteArray TokenDialog::token() const
{
    return m_token->text().trimmed().toUtf8();
}

bool TokenDialog::keep() const
{
    return m_keep->isChecked();
}

} // namespace memorykv
