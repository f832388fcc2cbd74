// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/connectionprofile.h"

#include <QUuid>

namespace memorykv {

ConnectionProfile ConnectionProfile::create(const QUrl &address)
{
    ConnectionProfile profile;
    profile.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    profile.name = address.authority();
    profile.address = address;
    return profile;
}

Endpoint ConnectionProfile::endpoint(const QByteArray &token) const
{
    // A token that was pasted may have a line end with it, which would end the header field.
    return {.address = address,
            .token = token.trimmed(),
            .pinnedSha256 = pinnedSha256,
            .readOnly = readOnly};
}

} // namespace memorykv
