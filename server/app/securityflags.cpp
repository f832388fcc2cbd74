// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/securityflags.h"

namespace memorykv {

static Result<Done> applyPath(QByteArrayView value, QByteArray &path)
{
    path = value == "off" ? QByteArray() : value.toByteArray();
    return Done{};
}

Result<Done> applyTokenFile(QByteArrayView value, Options &options)
{
    return applyPath(value, options.security.tokenFile);
}

Result<Done> applyTlsCertificate(QByteArrayView value, Options &options)
{
    return applyPath(value, options.security.tlsCertificate);
}

Result<Done> applyTlsKey(QByteArrayView value, Options &options)
{
    return applyPath(value, options.security.tlsKey);
}

Result<Done> checkSecurity(const Options &options)
{
    const SecurityOptions &security = options.security;
    if (!security.tlsCertificate.isEmpty() && security.tlsKey.isEmpty())
        return Error{ErrorCode::InvalidArgument, "--tls-cert: needs --tls-key, too"};
    if (security.tlsCertificate.isEmpty() && !security.tlsKey.isEmpty())
        return Error{ErrorCode::InvalidArgument, "--tls-key: needs --tls-cert, too"};
    return Done{};
}

} // namespace memorykv
