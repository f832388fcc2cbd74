// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/app/options.h"

namespace memorykv {

/// What the flags of the group Security set, as Flag::apply.
Result<Done> applyTokenFile(QByteArrayView value, Options &options);
Result<Done> applyTlsCertificate(QByteArrayView value, Options &options);
Result<Done> applyTlsKey(QByteArrayView value, Options &options);

/// What is wrong with options that are right one by one. InvalidArgument.
Result<Done> checkSecurity(const Options &options);

} // namespace memorykv
