// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/deleteprefixdialog.h"

#include "monitor/models/displaytext.h"
#include "monitor/ui/format.h"
#include "monitor/ui/theme.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace memorykv {

QString DeletePrefixDialog::allWord()
{
    return tr("delete all");
}

DeletePrefixDialog::DeletePrefixDialog(const QByteArray &prefix, QWidget *parent)
    : QDialog(parent)
    , m_prefix(prefix)
    , m_word(prefix.isEmpty() ? allWord() : displayText(prefix))
    , m_count(new QLabel(this))
    , m_typed(new QLineEdit(this))
    , m_buttons(new QDialogButtonBox(this))
{
    setWindowTitle(prefix.isEmpty() ? tr("Delete all keys") : tr("Delete keys by prefix"));
    auto *what = new QLabel(this);
    what->setTextFormat(Qt::PlainText);
    what->setWordWrap(true);
    what->setText(prefix.isEmpty() ? tr("Every key in the store will be deleted.")
                                   : tr("All keys that begin with this prefix will be deleted:"));
    auto *shown = new QLabel(displayText(prefix), this);
    shown->setTextFormat(Qt::PlainText);
    shown->setFont(monospaceFont());
    shown->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    shown->setVisible(!prefix.isEmpty());
    m_count->setTextFormat(Qt::PlainText);
    m_count->setFont(scaledFont(font(), 1.15, true));
    m_count->setText(tr("Counting the keys\u2026"));
    auto *warning = new QLabel(tr("This cannot be undone."), this);
    auto *ask = new QLabel(prefix.isEmpty() ? tr("To go on, type: %1").arg(m_word)
                                            : tr("To go on, &type the prefix:"),
                           this);
    ask->setBuddy(m_typed);
    m_typed->setFont(monospaceFont());
    m_typed->setAccessibleName(tr("Confirmation"));
    QPushButton *yes = m_buttons->addButton(tr("&Delete"), QDialogButtonBox::AcceptRole);
    m_buttons->addButton(QDialogButtonBox::Cancel)->setDefault(true);
    yes->setObjectName(QStringLiteral("delete"));

    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    layout->setContentsMargins(16, 16, 16, 16);
    for (QWidget *part :
         std::initializer_list<QWidget *>{what, shown, m_count, warning, ask, m_typed})
        layout->addWidget(part);
    layout->addSpacing(6);
    layout->addWidget(m_buttons);
    setMinimumWidth(420);

    connect(m_typed, &QLineEdit::textChanged, this, &DeletePrefixDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_typed->setFocus();
    check();
}

void DeletePrefixDialog::setCount(quint64 count)
{
    m_counted = count > 0;
    if (count == 0)
        m_count->setText(tr("There are no such keys."));
    else if (count == 1)
        m_count->setText(tr("1 key will go."));
    else
        m_count->setText(tr("%1 keys will go.").arg(numberText(count)));
    check();
}

void DeletePrefixDialog::setCountUnknown(const QString &why)
{
    m_counted = true;
    m_count->setText(tr("How many keys that are is not known: %1").arg(why));
    check();
}

void DeletePrefixDialog::check()
{
    auto *yes = m_buttons->findChild<QPushButton *>(QStringLiteral("delete"));
    yes->setEnabled(m_counted && m_typed->text() == m_word);
}

} // namespace memorykv
