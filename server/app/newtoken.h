// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <QByteArray>
#include <QList>

namespace memorykv {

/// What `--new-token <role> [<prefix>]` prints: a new token of 256 random bits on the first line,
/// its line for the token file on the second. \a arguments are those after the flag; the prefix is
/// given as it is, not encoded. InvalidArgument says what is wrong with them, Internal that the
/// system had no random bytes.
Result<QByteArray> newToken(const QList<QByteArray> &arguments);

} // namespace memorykv
