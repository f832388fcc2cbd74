// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/ttldialog.h"

#include "monitor/models/displaytext.h"
#include "monitor/ui/format.h"
#include "monitor/ui/theme.h"
#include "shared/limits.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace memorykv {

namespace {

constexpr int kMinute = 60;
constexpr int kHour = 3600;
constexpr int kDay = 86400;

} // namespace

TtlDialog::TtlDialog(const QByteArray &key, qint64 secondsLeft, QWidget *parent)
    : QDialog(parent)
    , m_never(new QRadioButton(tr("&Never"), this))
    , m_after(new QRadioButton(tr("&After"), this))
    , m_amount(new QSpinBox(this))
    , m_unit(new QComboBox(this))
{
    setWindowTitle(tr("Expiry"));
    auto *shown = new QLabel(displayText(key, 80), this);
    shown->setTextFormat(Qt::PlainText);
    shown->setFont(monospaceFont());
    m_amount->setAccessibleName(tr("Amount"));
    m_unit->setAccessibleName(tr("Unit"));
    m_unit->addItem(tr("seconds"), 1);
    m_unit->addItem(tr("minutes"), kMinute);
    m_unit->addItem(tr("hours"), kHour);
    m_unit->addItem(tr("days"), kDay);
    const auto limit
        = [this] { m_amount->setRange(1, int(kMaxTtlSeconds / m_unit->currentData().toInt())); };
    // The largest unit that loses nothing.
    for (int index = m_unit->count() - 1; index >= 0; --index) {
        const int unit = m_unit->itemData(index).toInt();
        if (secondsLeft > 0 && secondsLeft % unit == 0) {
            m_unit->setCurrentIndex(index);
            break;
        }
    }
    if (secondsLeft <= 0)
        m_unit->setCurrentIndex(m_unit->findData(kHour));
    limit();
    m_amount->setValue(int(std::max<qint64>(1, secondsLeft / m_unit->currentData().toInt())));
    m_never->setChecked(secondsLeft <= 0);
    m_after->setChecked(secondsLeft > 0);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("&Set expiry"));

    auto *row = new QHBoxLayout;
    row->addWidget(m_after);
    row->addWidget(m_amount);
    row->addWidget(m_unit);
    row->addStretch();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(10);
    layout->addWidget(new QLabel(tr("When does this key expire?"), this));
    layout->addWidget(shown);
    layout->addWidget(m_never);
    layout->addLayout(row);
    layout->addSpacing(6);
    layout->addWidget(buttons);

    connect(m_unit, &QComboBox::currentIndexChanged, this, limit);
    connect(m_unit, &QComboBox::activated, this, [this] { m_after->setChecked(true); });
    connect(m_amount, &QSpinBox::valueChanged, this, [this] { m_after->setChecked(true); });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_amount->setFocus();
    m_amount->selectAll();
}

qint64 TtlDialog::seconds() const
{
    return m_never->isChecked() ? 0 : qint64(m_amount->value()) * m_unit->currentData().toInt();
}

} // namespace memorykv
