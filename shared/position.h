// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <QtGlobal>

namespace memorykv {

/// A place in a history: after the mutation \c seq of the history \c epoch. Written "epoch:seq",
/// both decimal.
struct Position
{
    quint64 epoch = 0;
    quint64 seq = 0;

    QByteArray toText() const;
    /// InvalidArgument when \a text is not two decimal numbers of at most 64 bits with one colon.
    static Result<Position> fromText(QByteArrayView text);

    friend bool operator==(const Position &, const Position &) = default;
};

} // namespace memorykv
