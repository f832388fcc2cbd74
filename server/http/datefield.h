// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>

namespace memorykv {

/// The value of the Date field (RFC 9110 6.6.1), put into words once a second. Belongs to one
/// thread.
class DateField
{
public:
    /// The time now, such as "Sun, 06 Nov 1994 08:49:37 GMT". Valid until the next call.
    QByteArrayView now();

private:
    qint64 m_second = -1;
    QByteArray m_text;
};

} // namespace memorykv
