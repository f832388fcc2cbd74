// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/securityflags.h"

#include "server/app/flagvalues.h"
#include "shared/logcategories.h"

#include <algorithm>

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

// A name or address as it stands in a Host field, without a port.
static bool isHostName(QByteArrayView text)
{
    if (text == "*")
        return true;
    if (text.startsWith('['))
        return addressFromText(text).ok();
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-'
               || byte == '.' || byte == '_';
    });
}

Result<Done> applyHost(QByteArrayView value, Options &options)
{
    if (value == "own")
        return Done{};
    const QList<QByteArray> items = value.toByteArray().toLower().split(',');
    for (const QByteArray &item : items) {
        const QByteArray name = item.trimmed();
        if (!isHostName(name))
            return badValue(name,
                            "is not a host; give a name or an address without a port, such as "
                            "kv.example or [2001:db8::1], or * for any");
        options.security.hosts.append(name);
    }
    return Done{};
}

Result<Done> applyOrigin(QByteArrayView value, Options &options)
{
    if (value == "own")
        return Done{};
    const auto origins = originsFromText(value);
    if (!origins)
        return origins.error();
    options.security.origins += *origins;
    return Done{};
}

Result<Done> applyInsecure(QByteArrayView value, Options &options)
{
    if (value != "true" && value != "false")
        return badValue(value, "is neither true nor false");
    options.security.insecure = value == "true";
    return Done{};
}

Result<Done> applyMaxBuffers(QByteArrayView value, Options &options)
{
    if (value == "off") {
        options.security.maxBuffers = 0;
        return Done{};
    }
    const auto size = sizeFromText(value, 1 << 20, qint64(1) << 40);
    if (!size)
        return orWord(size.error(), "off");
    options.security.maxBuffers = *size;
    return Done{};
}

// A limit of at least 1, or none.
static Result<Done> applyCount(QByteArrayView value, int &count)
{
    if (value == "off") {
        count = 0;
        return Done{};
    }
    const auto number = numberFromText(value, 1, 1'000'000);
    if (!number)
        return orWord(number.error(), "off");
    count = int(*number);
    return Done{};
}

Result<Done> applyMaxRate(QByteArrayView value, Options &options)
{
    return applyCount(value, options.security.maxRate);
}

Result<Done> applyMaxPerAddress(QByteArrayView value, Options &options)
{
    return applyCount(value, options.security.maxPerAddress);
}

Result<Done> checkExposure(const Options &options)
{
    const SecurityOptions &security = options.security;
    if (options.address.isLoopback())
        return Done{};
    const QByteArray address = options.address.toString().toLatin1();
    if (security.tokenFile.isEmpty() && !security.insecure) {
        return Error{ErrorCode::Forbidden,
                     "--address " + address
                         + ": other machines could reach this server, and without tokens all of "
                           "them could read, change and delete everything; give --token-file FILE "
                           "(--new-token makes tokens), or --insecure if that is what you want"};
    }
    if (security.tlsCertificate.isEmpty()) {
        qCWarning(lcServer).noquote()
            << "without TLS everything on" << address
            << "can be read and changed on its way, tokens too (--tls-cert, --tls-key)";
    }
    return Done{};
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
