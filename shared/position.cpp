// SPDX-License-Identifier: GPL-3.0-only
#include "shared/position.h"

#include "shared/decimal.h"

#include <QByteArrayView>

namespace memorykv {

QByteArray Position::toText() const
{
    QByteArray text;
    appendDecimal(epoch, text);
    text.append(':');
    appendDecimal(seq, text);
    return text;
}

Result<Position> Position::fromText(QByteArrayView text)
{
    const qsizetype colon = text.indexOf(':');
    if (colon >= 0) {
        const auto epoch = decimalFromText(text.first(colon));
        const auto seq = decimalFromText(text.sliced(colon + 1));
        if (epoch && seq)
            return Position{*epoch, *seq};
    }
    return Error{ErrorCode::InvalidArgument,
                 "a position is <epoch>:<seq>, two decimal numbers of at most 64 bits"};
}

} // namespace memorykv
