// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/newtoken.h"

#include "server/http/tokenfile.h"
#include "server/http/valuerules.h"

#include <array>
#include <cerrno>
#include <optional>

#include <sys/random.h>

namespace memorykv {

static constexpr size_t kTokenBytes = 32;

static std::optional<Role> roleFromName(QByteArrayView name)
{
    for (const Role role : {Role::Read, Role::Write, Role::Admin}) {
        if (name == roleName(role))
            return role;
    }
    return std::nullopt;
}

// The start of the text lets those who search sources and logs for secrets find it.
static std::optional<QByteArray> randomToken()
{
    std::array<char, kTokenBytes> bytes{};
    ssize_t got = 0;
    do {
        got = ::getrandom(bytes.data(), bytes.size(), 0);
    } while (got < 0 && errno == EINTR);
    if (got != ssize_t(bytes.size()))
        return std::nullopt;
    return "mkv_"
           + QByteArray(bytes.data(), qsizetype(bytes.size()))
                 .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

Result<QByteArray> newToken(const QList<QByteArray> &arguments)
{
    static constexpr char kUsage[]
        = "--new-token: takes a role (read, write or admin) and, if it is "
          "to be confined to one, a prefix of keys";
    if (arguments.isEmpty() || arguments.size() > 2)
        return Error{ErrorCode::InvalidArgument, kUsage};
    const auto role = roleFromName(arguments[0]);
    if (!role)
        return Error{ErrorCode::InvalidArgument, kUsage};
    Grant grant;
    grant.role = *role;
    if (arguments.size() == 2) {
        if (const auto error = checkKey(arguments[1]))
            return Error{ErrorCode::InvalidArgument, "--new-token: prefix: " + error->detail};
        grant.prefix = arguments[1];
    }
    const auto token = randomToken();
    if (!token)
        return Error{ErrorCode::Internal, "--new-token: the system has no random bytes"};
    grant.tokenHash = tokenHash(*token);
    return *token + '\n' + tokenFileLine(grant) + '\n';
}

} // namespace memorykv
