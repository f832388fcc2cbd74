// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>

namespace memorykv {

/// The page served at /, HTML. Never empty. Thread-safe.
QByteArray pageHtml();

/// The description of the HTTP interface served at /-/openapi.yaml. Never empty. Thread-safe.
QByteArray openApiYaml();

} // namespace memorykv
