// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/app/options.h"

namespace memorykv {

/// What the flags of the group Security set, as Flag::apply.
Result<Done> applyTokenFile(QByteArrayView value, Options &options);

} // namespace memorykv
