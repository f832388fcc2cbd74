// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/filterfield.h"

#include "monitor/ui/theme.h"

#include <QTimer>

namespace memorykv {

FilterField::FilterField(const QString &placeholder, const QString &accessibleName, QWidget *parent)
    : QLineEdit(parent)
{
    setPlaceholderText(placeholder);
    setAccessibleName(accessibleName);
    setClearButtonEnabled(true);
    setFont(monospaceFont());
    auto *debounce = new QTimer(this);
    debounce->setSingleShot(true);
    debounce->setInterval(kDebounceMs);
    connect(this, &QLineEdit::textChanged, debounce, qOverload<>(&QTimer::start));
    connect(debounce, &QTimer::timeout, this, &FilterField::wanted);
    connect(this, &QLineEdit::returnPressed, debounce, &QTimer::stop);
    connect(this, &QLineEdit::returnPressed, this, &FilterField::wanted);
}

} // namespace memorykv
