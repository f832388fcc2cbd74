// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/resttypes.h"
#include "shared/event.h"
#include "shared/jsonreader.h"
#include "shared/result.h"

#include <QByteArray>
#include <QByteArrayView>

namespace memorykv {

/// Keys and events as lines of files. All functions are thread-safe.

enum class ExportFormat {
    Ndjson, ///< one JSON object on each line
    Csv,    ///< RFC 4180 with a head line, CRLF; bytes that are not UTF-8 in a base64 column
};

/// An event to export. Of a long value only the beginning may be there.
struct ExportedEvent
{
    Event event = {};
    qint64 cutFrom = 0; ///< bytes of the whole value when event.value is only its beginning, else 0
};

/// {"key","value"|"value_base64","revision","type","ttl"}, as the server's listing has it, without
/// a line end.
void appendEntryJson(const KeyEntry &entry, QByteArray &out);

/// The entry in a line that appendEntryJson() made. revision and ttl may be missing, and members
/// that are unknown are passed over. InvalidArgument says what is wrong.
Result<KeyEntry> entryFromJson(QByteArrayView line);

/// Reads an entry as the next value of \a reader. False, and the reader has failed, when it is
/// none.
bool readEntry(JsonReader &reader, KeyEntry &entry);

/// The CSV head and lines, with their line ends.
QByteArray entryCsvHead();
void appendEntryCsv(const KeyEntry &entry, QByteArray &out);
QByteArray eventCsvHead();
void appendEventCsv(const ExportedEvent &exported, QByteArray &out);

/// The event as the feed's JSON has it, with "cut_from" when its value is cut; without a line end.
void appendExportedJson(const ExportedEvent &exported, QByteArray &out);

/// Appends \a text as a CSV field: quoted where it has to be.
void appendCsvField(QByteArrayView text, QByteArray &out);

} // namespace memorykv
