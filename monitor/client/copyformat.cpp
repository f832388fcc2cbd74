// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/copyformat.h"

#include "shared/decimal.h"
#include "shared/eventtext.h"
#include "shared/jsonstring.h"

#include <algorithm>

namespace memorykv {

namespace {

bool isPlain(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || QByteArrayView("-._~/:=@%+,").contains(byte);
}

/// Whether \a bytes can be a word of a command line: no NUL, and text that a clipboard keeps.
bool fitsCommandLine(QByteArrayView bytes)
{
    return bytes.isValidUtf8() && !bytes.contains('\0') && !bytes.contains('\r');
}

/// The command up to where options of the request go.
QByteArray curl(const Endpoint &endpoint)
{
    // Without --path-as-is curl folds "." and ".." in keys.
    QByteArray command = "curl --path-as-is";
    if (!endpoint.token.isEmpty())
        command += " -H \"Authorization: Bearer $MEMORYKV_TOKEN\"";
    return command;
}

QByteArray quotedUrl(const Endpoint &endpoint, QByteArrayView key, qint64 ttlSeconds = -1)
{
    QByteArray url = keyUrl(endpoint.address, key).toEncoded();
    if (ttlSeconds >= 0)
        url += "?ttl=" + QByteArray::number(ttlSeconds);
    return shellQuoted(url);
}

QByteArray withMethod(const Endpoint &endpoint, QByteArrayView method, const QByteArray &url)
{
    return curl(endpoint) + " -X " + method.toByteArray() + ' ' + url;
}

/// A printf format that gives \a bytes, for a shell.
QByteArray printfFormat(QByteArrayView bytes)
{
    QByteArray format;
    for (const char byte : bytes) {
        const auto code = static_cast<unsigned char>(byte);
        if (isPlain(byte) && byte != '%') {
            format += byte;
            continue;
        }
        format += '\\';
        format += static_cast<char>('0' + (code >> 6));
        format += static_cast<char>('0' + ((code >> 3) & 7));
        format += static_cast<char>('0' + (code & 7));
    }
    return '\'' + format + '\'';
}

/// "the first 65536 of 5242880 bytes"
QByteArray cutText(const ExportedEvent &exported)
{
    QByteArray text = "the first ";
    appendDecimal(static_cast<quint64>(exported.event.value.size()), text);
    text += " of ";
    appendDecimal(static_cast<quint64>(exported.cutFrom), text);
    return text + " bytes";
}

QByteArray curlOf(const ExportedEvent &exported, const Endpoint &endpoint)
{
    const Event &event = exported.event;
    if (exported.cutFrom > 0)
        return "# " + quotedUrl(endpoint, event.key) + ": the log has only " + cutText(exported);
    switch (event.op) {
    case Op::Insert:
        return curlPut(endpoint, {.key = event.key,
                                  .value = event.value,
                                  .type = event.type,
                                  .ttlSeconds = event.ttlSeconds});
    case Op::Touch:
        return withMethod(endpoint, "PATCH", quotedUrl(endpoint, event.key, event.ttlSeconds));
    case Op::Delete:
    case Op::Expire:
        return curlDelete(endpoint, event.key);
    case Op::DeletePrefix:
        return withMethod(endpoint, "DELETE", quotedUrl(endpoint, "keys/" + event.key));
    case Op::DeleteAll:
        return withMethod(endpoint, "DELETE", quotedUrl(endpoint, "keys"));
    case Op::Read:
        return curlGet(endpoint, event.key);
    case Op::List:
        return curl(endpoint) + ' ' + quotedUrl(endpoint, "keys");
    case Op::ListPrefix:
        return curl(endpoint) + ' ' + quotedUrl(endpoint, "keys/" + event.key);
    default:
        return {};
    }
}

QByteArray keysAsJson(const QByteArrayList &keys)
{
    QByteArray out = "[";
    for (const QByteArray &key : keys) {
        if (out.size() > 1)
            out += ',';
        appendJsonString(key, out);
    }
    return out + ']';
}

void appendLine(QByteArrayView line, QByteArray &out)
{
    if (line.isEmpty())
        return;
    if (!out.isEmpty() && !out.endsWith('\n'))
        out += '\n';
    out += line;
}

} // namespace

QByteArray shellQuoted(QByteArrayView bytes)
{
    if (!bytes.isEmpty() && std::all_of(bytes.begin(), bytes.end(), isPlain))
        return bytes.toByteArray();
    return '\'' + bytes.toByteArray().replace('\'', "'\\''") + '\'';
}

QByteArray curlGet(const Endpoint &endpoint, QByteArrayView key)
{
    return curl(endpoint) + ' ' + quotedUrl(endpoint, key);
}

QByteArray curlPut(const Endpoint &endpoint, const PutRequest &request)
{
    const QByteArray url = request.ttlSeconds > 0
                               ? quotedUrl(endpoint, request.key, request.ttlSeconds)
                               : quotedUrl(endpoint, request.key);
    QByteArray put
        = curl(endpoint) + " -X PUT -H "
          + shellQuoted("Content-Type: "
                        + (request.type.isEmpty() ? "application/octet-stream" : request.type));
    // --data-raw takes its word as it stands; --data-binary would take a leading '@' for a file.
    if (fitsCommandLine(request.value))
        return put + " --data-raw " + shellQuoted(request.value) + ' ' + url;
    return "printf " + printfFormat(request.value) + " | " + put + " --data-binary @- " + url;
}

QByteArray curlDelete(const Endpoint &endpoint, QByteArrayView key)
{
    return withMethod(endpoint, "DELETE", quotedUrl(endpoint, key));
}

QString copyKeys(const QByteArrayList &keys, CopyFormat format, const Endpoint &endpoint)
{
    if (format == CopyFormat::Json)
        return QString::fromUtf8(keysAsJson(keys));
    QByteArray out = format == CopyFormat::Csv ? "key\r\n" : "";
    for (const QByteArray &key : keys) {
        if (format == CopyFormat::Csv) {
            appendCsvField(key, out);
            out += "\r\n";
        } else {
            appendLine(format == CopyFormat::Curl ? curlGet(endpoint, key) : key, out);
        }
    }
    return QString::fromUtf8(out);
}

QString copyEvents(const QList<ExportedEvent> &events, CopyFormat format, const Endpoint &endpoint)
{
    QByteArray out = format == CopyFormat::Csv ? eventCsvHead() : QByteArray();
    for (const ExportedEvent &exported : events) {
        QByteArray line;
        switch (format) {
        case CopyFormat::Csv:
            appendEventCsv(exported, out);
            break;
        case CopyFormat::Json:
            appendExportedJson(exported, line);
            break;
        case CopyFormat::Text:
            appendEventText(exported.event, line);
            if (exported.cutFrom > 0)
                line += " (" + cutText(exported) + ')';
            break;
        case CopyFormat::Curl:
            line = curlOf(exported, endpoint);
            break;
        }
        appendLine(line, out);
    }
    return QString::fromUtf8(out);
}

QString copyValue(const StoredValue &value, CopyFormat format, const Endpoint &endpoint)
{
    const KeyEntry entry{
        .key = value.key, .value = value.bytes, .type = value.type, .revision = value.revision};
    QByteArray out;
    switch (format) {
    case CopyFormat::Text:
        out = value.bytes;
        break;
    case CopyFormat::Csv:
        out = entryCsvHead();
        appendEntryCsv(entry, out);
        break;
    case CopyFormat::Json:
        appendEntryJson(entry, out);
        break;
    case CopyFormat::Curl:
        out = curlPut(endpoint, {.key = value.key, .value = value.bytes, .type = value.type});
        break;
    }
    return QString::fromUtf8(out);
}

} // namespace memorykv
