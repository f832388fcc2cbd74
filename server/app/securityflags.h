// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/app/options.h"

namespace memorykv {

/// What the flags of the group Security set, as Flag::apply.
Result<Done> applyTokenFile(QByteArrayView value, Options &options);
Result<Done> applyTlsCertificate(QByteArrayView value, Options &options);
Result<Done> applyTlsKey(QByteArrayView value, Options &options);
Result<Done> applyHost(QByteArrayView value, Options &options);
Result<Done> applyOrigin(QByteArrayView value, Options &options);
Result<Done> applyInsecure(QByteArrayView value, Options &options);
Result<Done> applyMaxBuffers(QByteArrayView value, Options &options);
Result<Done> applyMaxRate(QByteArrayView value, Options &options);
Result<Done> applyMaxPerAddress(QByteArrayView value, Options &options);

/// What is wrong with options that are right one by one. InvalidArgument.
Result<Done> checkSecurity(const Options &options);

/// Protected mode: Forbidden when \a options would let whoever reaches this machine in, with the
/// reason and the ways out. Logs a warning when what they send could be read on the way.
Result<Done> checkExposure(const Options &options);

} // namespace memorykv
