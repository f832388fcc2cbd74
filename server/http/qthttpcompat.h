// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QHttpServerResponder>
#include <QtGlobal>

namespace memorykv {

/// Everything that differs between the versions of Qt HttpServer this program builds with, 6.4 to
/// 6.8. Other files hold no version checks.

/// How a QHttpServer handler takes its responder.
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
using ResponderArgument = QHttpServerResponder &;
#else
using ResponderArgument = QHttpServerResponder &&;
#endif

} // namespace memorykv
