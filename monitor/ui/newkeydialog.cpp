// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/newkeydialog.h"

#include "monitor/ui/theme.h"
#include "shared/limits.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace memorykv {

NewKeyDialog::NewKeyDialog(const QByteArray &prefix, QWidget *parent)
    : QDialog(parent)
    , m_key(new QLineEdit(QString::fromUtf8(prefix), this))
    , m_type(new QComboBox(this))
    , m_fault(new QLabel(this))
{
    setWindowTitle(tr("New key"));
    m_key->setFont(monospaceFont());
    m_key->setPlaceholderText(tr("user/42"));
    m_type->setEditable(true);
    m_type->addItems({QStringLiteral("application/json"), QStringLiteral("text/plain"),
                      QStringLiteral("application/octet-stream")});
    m_fault->setTextFormat(Qt::PlainText);
    m_fault->setWordWrap(true);
    QPalette bad = m_fault->palette();
    bad.setColor(QPalette::WindowText, toneColor(Tone::Bad, palette()));
    m_fault->setPalette(bad);
    auto *form = new QFormLayout;
    form->setHorizontalSpacing(12);
    form->addRow(tr("&Key:"), m_key);
    form->addRow(tr("Content &type:"), m_type);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_go = buttons->addButton(tr("&Write value\u2026"), QDialogButtonBox::AcceptRole);
    m_go->setDefault(true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    layout->addLayout(form);
    layout->addWidget(m_fault);
    layout->addWidget(buttons);
    setMinimumWidth(420);
    connect(m_key, &QLineEdit::textChanged, this, &NewKeyDialog::check);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_key->setFocus();
    check();
}

QByteArray NewKeyDialog::key() const
{
    return m_key->text().toUtf8();
}

QByteArray NewKeyDialog::type() const
{
    return m_type->currentText().trimmed().toUtf8();
}

void NewKeyDialog::check()
{
    const QString fault = keyFault(key());
    // An empty field needs no reproach.
    m_fault->setText(key().isEmpty() ? QString() : fault);
    m_go->setEnabled(fault.isEmpty());
}

QString keyFault(QByteArrayView key)
{
    if (key.isEmpty())
        return NewKeyDialog::tr("A key has at least one byte.");
    if (key.size() > kMaxKeySize)
        return NewKeyDialog::tr("A key has at most %1 bytes; this one has %2.")
            .arg(kMaxKeySize)
            .arg(key.size());
    const auto within = [key](QByteArrayView reserved) {
        return key == reserved || (key.startsWith(reserved) && key[reserved.size()] == '/');
    };
    if (within("keys") || key == QByteArrayView("wal") || key == QByteArrayView("ping")
        || key == QByteArrayView("metrics") || key.startsWith("-/"))
        return NewKeyDialog::tr("The server keeps this name for itself.");
    return {};
}

} // namespace memorykv
