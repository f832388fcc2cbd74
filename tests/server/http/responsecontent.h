// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/response.h"

namespace memorykv::test {

/// The bytes of \a response, whatever holds them.
inline QByteArray contentOf(const Response &response)
{
    return response.content().toByteArray();
}

} // namespace memorykv::test
