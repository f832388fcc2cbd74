// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/tokenfile.h"

#include "server/http/httpsyntax.h"
#include "server/http/valuerules.h"
#include "shared/bytes.h"
#include "shared/percent.h"

#include <QCryptographicHash>
#include <QFile>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace memorykv {

static constexpr std::array<QByteArrayView, 3> kRoleNames{"read", "write", "admin"};
static constexpr qsizetype kHashSize = 32;

QByteArrayView roleName(Role role)
{
    return kRoleNames[size_t(role)];
}

static bool isTokenByte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.'
           || byte == '~';
}

bool isTokenText(QByteArrayView text)
{
    bool all = !text.isEmpty() && text.size() <= kMaxTokenSize;
    for (const char byte : text)
        all &= isTokenByte(byte);
    return all;
}

QByteArray tokenHash(QByteArrayView token)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(token);
    return hash.result();
}

static Error atLine(int line, QByteArrayView complaint)
{
    return {ErrorCode::InvalidArgument,
            "line " + QByteArray::number(line) + ": " + complaint.toByteArray()};
}

/// Takes the next word off \a rest; empty when there is none.
static QByteArrayView takeWord(QByteArrayView &rest)
{
    rest = syntax::trimmed(rest);
    qsizetype end = 0;
    while (end < rest.size() && rest[end] != ' ' && rest[end] != '\t')
        ++end;
    const QByteArrayView word = rest.first(end);
    rest = rest.sliced(end);
    return word;
}

static std::optional<QByteArray> hashFromHex(QByteArrayView hex)
{
    const bool isHex = hex.size() == 2 * kHashSize
                       && std::all_of(hex.begin(), hex.end(),
                                      [](char digit) { return syntax::hexDigit(digit) >= 0; });
    if (!isHex)
        return std::nullopt;
    return QByteArray::fromHex(hex.toByteArray());
}

static Result<Grant> parseLine(QByteArrayView text, int line)
{
    Grant grant;
    const auto role = std::find(kRoleNames.begin(), kRoleNames.end(), takeWord(text));
    if (role == kRoleNames.end())
        return atLine(line, "does not begin with a role: read, write or admin");
    grant.role = Role(role - kRoleNames.begin());
    const auto hash = hashFromHex(takeWord(text));
    if (!hash)
        return atLine(line, "the second word is not a SHA-256 in 64 hexadecimal digits");
    grant.tokenHash = *hash;
    const QByteArrayView encoded = takeWord(text);
    if (!takeWord(text).isEmpty())
        return atLine(line, "has more than a role, a SHA-256 and a prefix; write a space in a "
                            "prefix as %20");
    if (encoded.isEmpty())
        return grant;
    const auto prefix = percentDecode(encoded);
    if (!prefix)
        return atLine(line, "prefix: " + prefix.error().detail);
    if (const auto error = checkKey(*prefix))
        return atLine(line, "prefix: " + error->detail);
    grant.prefix = *prefix;
    return grant;
}

Result<QList<Grant>> parseTokenFile(QByteArrayView text)
{
    QList<Grant> grants;
    for (int line = 1; !text.isEmpty(); ++line) {
        qsizetype end = text.indexOf('\n');
        end = end < 0 ? text.size() : end;
        QByteArrayView content = text.first(end);
        text = text.sliced(std::min(end + 1, text.size()));
        if (content.endsWith('\r'))
            content.chop(1);
        content = syntax::trimmed(content);
        if (content.isEmpty() || content.startsWith('#'))
            continue;
        auto grant = parseLine(content, line);
        if (!grant)
            return grant.error();
        const bool isThere = std::any_of(grants.begin(), grants.end(), [&](const Grant &other) {
            return other.tokenHash == grant->tokenHash;
        });
        if (isThere)
            return atLine(line, "this token is in the file already");
        if (grants.size() == kMaxTokens)
            return atLine(line,
                          "there are more than " + QByteArray::number(kMaxTokens) + " tokens");
        grants.append(*std::move(grant));
    }
    if (grants.isEmpty())
        return Error{ErrorCode::InvalidArgument,
                     "has no token; --new-token makes one and its line"};
    return grants;
}

static std::optional<Error> checkOwnership(int descriptor)
{
    struct stat status
    { };
    if (::fstat(descriptor, &status) != 0)
        return Error{ErrorCode::Unavailable, std::strerror(errno)};
    if (!S_ISREG(status.st_mode))
        return Error{ErrorCode::InvalidArgument, "is not a regular file"};
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return Error{ErrorCode::InvalidArgument,
                     "others than its owner may use it; chmod 600 makes it private"};
    }
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
        return Error{ErrorCode::InvalidArgument, "belongs to another user"};
    return std::nullopt;
}

Result<QList<Grant>> readTokenFile(const QByteArray &path)
{
    // O_NONBLOCK: opening a pipe without a writer must not wait for one. Everything is asked of the
    // open file, as its name may lead elsewhere a moment later.
    const int descriptor = ::open(path.constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return Error{ErrorCode::Unavailable, std::strerror(errno)};
    if (auto error = checkOwnership(descriptor)) {
        ::close(descriptor);
        return *std::move(error);
    }
    QFile file;
    if (!file.open(descriptor, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle)) {
        ::close(descriptor);
        return Error{ErrorCode::Unavailable, file.errorString().toUtf8()};
    }
    const QByteArray text = file.read(kMaxTokenFileSize + 1);
    if (file.error() != QFileDevice::NoError)
        return Error{ErrorCode::Unavailable, file.errorString().toUtf8()};
    if (text.size() > kMaxTokenFileSize) {
        return Error{ErrorCode::InvalidArgument,
                     "has more than " + QByteArray::number(kMaxTokenFileSize) + " bytes"};
    }
    return parseTokenFile(text);
}

QByteArray tokenFileLine(const Grant &grant)
{
    QByteArray line;
    appendAll({roleName(grant.role), " ", grant.tokenHash.toHex()}, line);
    if (grant.isConfined())
        appendAll({" ", percentEncodePath(grant.prefix)}, line);
    return line;
}

} // namespace memorykv
