// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/securityflags.h"

namespace memorykv {

Result<Done> applyTokenFile(QByteArrayView value, Options &options)
{
    options.security.tokenFile = value == "off" ? QByteArray() : value.toByteArray();
    return Done{};
}

} // namespace memorykv
