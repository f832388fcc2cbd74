// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/endpoint.h"
#include "monitor/client/entrytext.h"
#include "monitor/client/resttypes.h"

#include <QByteArrayList>
#include <QByteArrayView>
#include <QList>
#include <QString>

namespace memorykv {

/// Rows as text for the clipboard. A clipboard holds text: bytes that are not UTF-8 become U+FFFD
/// in Text and CSV, and are base64 in JSON and exact in curl commands. Thread-safe.

enum class CopyFormat { Text, Csv, Json, Curl };

/// Keys: one on a line; CSV with a head line; a JSON array; one `curl` command that reads each.
QString copyKeys(const QByteArrayList &keys, CopyFormat format, const Endpoint &endpoint);

/// Events: as the feed's text form has them; CSV; NDJSON; for mutations the `curl` commands that do
/// the same again, for reads those that read. Where a value is cut each of them says so; as a
/// command it is a comment, since the beginning of a value must not replace it.
QString copyEvents(const QList<ExportedEvent> &events, CopyFormat format, const Endpoint &endpoint);

/// A value, which has to be whole: its text; CSV with key, type and value; an object as the listing
/// has it; the `curl` command that writes it.
QString copyValue(const StoredValue &value, CopyFormat format, const Endpoint &endpoint);

/// \a bytes as one word of a POSIX shell: in single quotes where needed. Bytes that no text can
/// hold (NUL, not UTF-8) are not for the command line: see curlPut().
QByteArray shellQuoted(QByteArrayView bytes);

/// The `curl` command for each request. The token is never in it: with one, the command reads
/// "$MEMORYKV_TOKEN".
QByteArray curlGet(const Endpoint &endpoint, QByteArrayView key);
QByteArray curlPut(const Endpoint &endpoint, const PutRequest &request);
QByteArray curlDelete(const Endpoint &endpoint, QByteArrayView key);

} // namespace memorykv
