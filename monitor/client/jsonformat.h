// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <QByteArray>
#include <QByteArrayView>

namespace memorykv {

/// JSON (RFC 8259) laid out for reading, or made short, with every token kept byte for byte: the
/// digits of numbers, escapes, the order of members and members that come twice. Only white space
/// between tokens changes. Thread-safe; 5 MiB take some tens of milliseconds.

/// \a json with one member or element on a line, indented by \a indent spaces. Empty objects and
/// arrays stay on their line. InvalidArgument with the byte at fault when it is not JSON or nested
/// deeper than 1,000.
Result<QByteArray> prettyJson(QByteArrayView json, int indent = 2);

/// \a json without white space between tokens. Errors as above.
Result<QByteArray> compactJson(QByteArrayView json);

/// Whether \a json is one JSON text, as prettyJson() takes it.
Result<Done> checkJson(QByteArrayView json);

} // namespace memorykv
