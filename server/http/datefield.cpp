// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/datefield.h"

#include <QDateTime>
#include <QLocale>
#include <QTimeZone>

namespace memorykv {

QByteArrayView DateField::now()
{
    const qint64 second = QDateTime::currentMSecsSinceEpoch() / 1000;
    if (second != m_second) {
        m_second = second;
        m_text = QLocale::c()
                     .toString(QDateTime::fromSecsSinceEpoch(second, QTimeZone::utc()),
                               QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"))
                     .toLatin1();
    }
    return m_text;
}

} // namespace memorykv
