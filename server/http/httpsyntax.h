// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "shared/result.h"

#include <array>
#include <optional>

/// The lexical rules that HTTP/1.1 framing rests on (RFC 9110 5, RFC 9112 2 to 5, RFC 3986 3.2).
/// Every function is pure and thread-safe, and none of the errors holds bytes of the input.
namespace memorykv::syntax {

/// InvalidRequest with \a detail.
Error invalid(QByteArray detail);

/// \a code with a detail such as "the head is over the limit of 16384 bytes".
Error overLimit(ErrorCode code, QByteArrayView what, qsizetype limit,
                QByteArrayView unit = "bytes");

/// What a byte may be part of; the bits of kByteClasses.
enum ByteClass : quint8 {
    Token = 1,   ///< a token (RFC 9110 5.6.2)
    Text = 2,    ///< a line: horizontal tab, printable ASCII, bytes over 0x7F
    RegName = 4, ///< a registered host name, except for '%' (RFC 3986 3.2.2)
    Target = 8,  ///< a request target: printable ASCII without space and '#', bytes over 0x7F
};

extern const std::array<quint8, 256> kByteClasses;

inline bool isA(ByteClass byteClass, char byte)
{
    return (kByteClasses[static_cast<quint8>(byte)] & byteClass) != 0;
}

/// Whether \a text is made of bytes of \a byteClass alone; true when empty.
bool isAll(ByteClass byteClass, QByteArrayView text);

/// Whether \a text is a token, which has one byte at least.
bool isToken(QByteArrayView text);

/// The value of a hexadecimal digit, or -1.
int hexDigit(char byte);

/// Compares as ASCII, in any case.
bool equalsIgnoringCase(QByteArrayView left, QByteArrayView right);

/// \a text without the spaces and tabs around it (OWS of RFC 9110 5.6.3).
QByteArrayView trimmed(QByteArrayView text);

/// Takes the text before the first comma off \a list and returns it trimmed. \a list becomes null
/// when there was no comma. Quoted strings are not looked into: for lists of tokens.
QByteArrayView takeListElement(QByteArrayView *list);

/// \a element without the parameters behind its first semicolon, trimmed.
QByteArrayView withoutParameters(QByteArrayView element);

/// The number that \a text, one or more decimal digits, says, or the largest qint64 if it is larger
/// than that; nothing when \a text is anything else.
std::optional<qint64> parseDigits(QByteArrayView text);

/// Whether \a text is a host with an optional port (RFC 9110 7.2). The host is not empty, an
/// address in brackets is an IPv6 one, the port is at most 65535.
bool isHostAndPort(QByteArrayView text);

enum class LineScan {
    Found,       ///< the line ends
    Incomplete,  ///< neither an end nor a fault so far
    BareCr,      ///< a CR that no LF follows
    BareLf,      ///< a LF that no CR precedes
    ControlByte, ///< another control character
};

/// Searches \a text from \a position on for the CR LF that ends a line. Found: \a position is where
/// the CR is. Incomplete: \a position is where to go on once there is more text.
LineScan findLineEnd(QByteArrayView text, qsizetype *position);

/// The words for a fault that findLineEnd() found.
Error lineFault(LineScan fault);

/// Splits a field line (RFC 9112 5), given without its CR LF and known to be Text, into views of
/// it. InvalidRequest for a name that is not a token, for white space before the colon and for
/// folding.
Result<HeaderField> parseFieldLine(QByteArrayView line);

/// The fields that decide where a message ends and whom it is for.
enum class FramingField { None, Host, ContentLength, TransferEncoding, Connection, Expect };

FramingField framingField(QByteArrayView name);

} // namespace memorykv::syntax
