// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QLoggingCategory>

namespace memorykv {

/// The categories everything the server logs belongs to. Enabled from info up until
/// installLogging() of server/app sets the level. What is logged never holds a value or a token.

Q_DECLARE_LOGGING_CATEGORY(lcServer) ///< "memorykv.server": start, stop, configuration
Q_DECLARE_LOGGING_CATEGORY(lcHttp)   ///< "memorykv.http": connections and requests
Q_DECLARE_LOGGING_CATEGORY(lcFeed)   ///< "memorykv.feed": subscribers of the feed
Q_DECLARE_LOGGING_CATEGORY(lcStore)  ///< "memorykv.store": the key-value store and its expiry
Q_DECLARE_LOGGING_CATEGORY(lcLog)    ///< "memorykv.log": the write-ahead log

} // namespace memorykv
