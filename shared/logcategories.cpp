// SPDX-License-Identifier: GPL-3.0-only
#include "shared/logcategories.h"

namespace memorykv {

Q_LOGGING_CATEGORY(lcServer, "memorykv.server", QtInfoMsg)
Q_LOGGING_CATEGORY(lcHttp, "memorykv.http", QtInfoMsg)
Q_LOGGING_CATEGORY(lcFeed, "memorykv.feed", QtInfoMsg)
Q_LOGGING_CATEGORY(lcStore, "memorykv.store", QtInfoMsg)
Q_LOGGING_CATEGORY(lcLog, "memorykv.log", QtInfoMsg)

} // namespace memorykv
