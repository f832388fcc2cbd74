// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/requestrows.h"

#include "shared/limits.h"

namespace memorykv {

namespace {

/// A request line and all that makes it a whole request.
QByteArray withLine(const QByteArray &line)
{
    return line + "\r\nHost: a\r\n\r\n";
}

QByteArray withFields(const QByteArray &fields)
{
    return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

QByteArray withHost(const QByteArray &host)
{
    return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

QByteArray target(qsizetype size)
{
    return '/' + QByteArray(size - 1, 't');
}

/// A head of exactly \a size bytes, in several fields.
QByteArray headOfSize(qsizetype size)
{
    QByteArray head = "GET / HTTP/1.1\r\nHost: a\r\n";
    while (size - head.size() > 3000)
        head += "X-Fill: " + QByteArray(1990, 'f') + "\r\n";
    const QByteArray start = "X-Rest: ";
    return head + start + QByteArray(size - head.size() - start.size() - 4, 'f') + "\r\n\r\n";
}

QByteArray headWithFields(int count)
{
    QByteArray head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 1; i < count; ++i)
        head += "X: y\r\n";
    return head + "\r\n";
}

} // namespace

QList<RequestRow> requestLineRows()
{
    return {
        // Methods
        {"each method",
         withLine("GET / HTTP/1.1") + withLine("HEAD / HTTP/1.1") + withLine("PUT / HTTP/1.1")
             + withLine("POST / HTTP/1.1") + withLine("PATCH / HTTP/1.1")
             + withLine("DELETE / HTTP/1.1") + withLine("OPTIONS / HTTP/1.1"),
         "GET / | HEAD / | PUT / | POST / | PATCH / | DELETE / | OPTIONS / | idle"},
        {"unknown method", withLine("BREW / HTTP/1.1"), "NotImplemented"},
        {"unknown method of odd token bytes", withLine("!#$%&'*+-.^_`|~09 / HTTP/1.1"),
         "NotImplemented"},
        {"TRACE", withLine("TRACE / HTTP/1.1"), "NotImplemented"},
        {"CONNECT", withLine("CONNECT a:80 HTTP/1.1"), "NotImplemented"},
        {"method in lower case", withLine("get / HTTP/1.1"), "NotImplemented"},
        {"known method with a tail", withLine("GETS / HTTP/1.1"), "NotImplemented"},
        {"method that is no token", withLine("GE(T / HTTP/1.1"), "InvalidRequest"},
        {"method in quotes", withLine("\"GET\" / HTTP/1.1"), "InvalidRequest"},
        {"method with a byte over 0x7F", withLine("G\xC3\x8BT / HTTP/1.1"), "InvalidRequest"},
        {"space before the method", withLine(" GET / HTTP/1.1"), "InvalidRequest"},
        // Shape of the line
        {"method alone", "GET\r\n", "InvalidRequest"},
        {"HTTP/0.9 request", "GET /\r\n", "InvalidRequest"},
        {"no target", withLine("GET HTTP/1.1"), "InvalidRequest"},
        {"empty target", withLine("GET  HTTP/1.1"), "InvalidRequest"},
        {"two spaces after the method", withLine("GET  / HTTP/1.1"), "InvalidRequest"},
        {"two spaces before the version", withLine("GET /  HTTP/1.1"), "InvalidRequest"},
        {"space after the version", withLine("GET / HTTP/1.1 "), "InvalidRequest"},
        {"tabs for spaces", withLine("GET\t/\tHTTP/1.1"), "InvalidRequest"},
        {"form feed for space", withLine("GET\f/ HTTP/1.1"), "InvalidRequest"},
        {"TLS on the plain port", raw("\x16\x03\x01\x02\x00\x01"), "InvalidRequest"},
        // Versions
        {"HTTP/1.0", withLine("GET / HTTP/1.0"), "GET / (close) | idle"},
        {"HTTP/1.2 is read as 1.1", withLine("GET / HTTP/1.2"), "GET / | idle"},
        {"HTTP/1.9 is read as 1.1", withLine("GET / HTTP/1.9"), "GET / | idle"},
        {"HTTP/2.0 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "VersionNotSupported"},
        {"HTTP/0.9 by name", withLine("GET / HTTP/0.9"), "VersionNotSupported"},
        {"HTTP/3.0", withLine("GET / HTTP/3.0"), "VersionNotSupported"},
        {"version without minor", withLine("GET / HTTP/2"), "InvalidRequest"},
        {"version of two digits", withLine("GET / HTTP/1.10"), "InvalidRequest"},
        {"version with leading zero", withLine("GET / HTTP/01.1"), "InvalidRequest"},
        {"version in lower case", withLine("GET / http/1.1"), "InvalidRequest"},
        {"version with a comma", withLine("GET / HTTP/1,1"), "InvalidRequest"},
        {"version of a letter", withLine("GET / HTTP/1.x"), "InvalidRequest"},
        {"version of another protocol", withLine("GET / RTSP/1.0"), "InvalidRequest"},
        // Targets
        {"target with query", withLine("GET /a?b=c&d HTTP/1.1"), "GET /a?b=c&d | idle"},
        {"target with bytes over 0x7F", withLine("GET /\xC3\xA4 HTTP/1.1"), "GET /\xC3\xA4 | idle"},
        {"target with a fragment", withLine("GET /a#b HTTP/1.1"), "InvalidRequest"},
        {"target with a space", withLine("GET /a b HTTP/1.1"), "InvalidRequest"},
        {"target with a tab", withLine("GET /a\tb HTTP/1.1"), "InvalidRequest"},
        {"target with NUL", withLine(raw("GET /a\0b HTTP/1.1")), "InvalidRequest"},
        {"target with DEL", withLine("GET /a\x7F HTTP/1.1"), "InvalidRequest"},
        {"target with a bare CR", withLine("GET /a\rb HTTP/1.1"), "InvalidRequest"},
        {"target without slash", withLine("GET a HTTP/1.1"), "InvalidRequest"},
        {"authority-form", withLine("GET a:80 HTTP/1.1"), "InvalidRequest"},
        {"* with OPTIONS", withLine("OPTIONS * HTTP/1.1"), "OPTIONS * | idle"},
        {"* with GET", withLine("GET * HTTP/1.1"), "InvalidRequest"},
        {"* with a tail", withLine("OPTIONS *a HTTP/1.1"), "InvalidRequest"},
        {"absolute-form", withLine("GET http://b:1/c?d HTTP/1.1"), "GET http://b:1/c?d | idle"},
        {"absolute-form, https", withLine("GET https://b/ HTTP/1.1"), "GET https://b/ | idle"},
        {"absolute-form without path", withLine("GET http://b HTTP/1.1"), "GET http://b | idle"},
        {"absolute-form without authority", withLine("GET http:///c HTTP/1.1"), "InvalidRequest"},
        {"absolute-form with one slash", withLine("GET http:/b/c HTTP/1.1"), "InvalidRequest"},
        {"absolute-form with a user", withLine("GET http://u@b/ HTTP/1.1"), "InvalidRequest"},
        {"absolute-form with a bad port", withLine("GET http://b:x/ HTTP/1.1"), "InvalidRequest"},
        {"absolute-form with a backslash", withLine("GET http://b\\c/ HTTP/1.1"), "InvalidRequest"},
        {"absolute-form of another scheme", withLine("GET ftp://b/ HTTP/1.1"), "InvalidRequest"},
        {"absolute-form still needs Host", "GET http://b/ HTTP/1.1\r\n\r\n", "InvalidRequest"},
        // Ends of lines
        {"empty line before the request", "\r\n" + withLine("GET / HTTP/1.1"), "GET / | idle"},
        {"two empty lines before each request",
         "\r\n\r\n" + withLine("GET /1 HTTP/1.1") + "\r\n\r\n" + withLine("GET /2 HTTP/1.1"),
         "GET /1 | GET /2 | idle"},
        {"three empty lines before the request", "\r\n\r\n\r\n" + withLine("GET / HTTP/1.1"),
         "InvalidRequest"},
        {"nothing but empty lines", "\r\n\r\n", "idle"},
        {"bare LF before the request", "\n" + withLine("GET / HTTP/1.1"), "InvalidRequest"},
        {"bare CR before the request", "\r" + withLine("GET / HTTP/1.1"), "InvalidRequest"},
        {"bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", "InvalidRequest"},
        {"bare CR after the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n", "InvalidRequest"},
        {"CR CR LF after the request line", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
         "InvalidRequest"},
        // Unfinished
        {"nothing", "", "idle"},
        {"half a request line", "GET /", "more"},
        {"no empty line yet", "GET / HTTP/1.1\r\nHost: a\r\n", "more"},
        {"CR of the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\r", "more"},
    };
}

QList<RequestRow> fieldRows()
{
    return {
        {"fields of any name and value",
         withFields("x!#$%&'*+-.^_`|~9:\"(),/:;<=>?@[\\]{}\r\nEmpty:\r\nTabs:\ta\tb\t\r\n"),
         "GET / | idle"},
        {"value with bytes over 0x7F", withFields("X: \xC3\xA4\x80\xFF\r\n"), "GET / | idle"},
        {"space before the colon", withFields("X : y\r\n"), "InvalidRequest"},
        {"tab before the colon", withFields("X\t: y\r\n"), "InvalidRequest"},
        {"space in a name", withFields("X Y: z\r\n"), "InvalidRequest"},
        {"name with a byte over 0x7F", withFields("X\xE4: y\r\n"), "InvalidRequest"},
        {"name with a separator", withFields("X(Y): z\r\n"), "InvalidRequest"},
        {"name in quotes", withFields("\"X\": y\r\n"), "InvalidRequest"},
        {"empty name", withFields(": y\r\n"), "InvalidRequest"},
        {"no colon", withFields("X\r\n"), "InvalidRequest"},
        {"fold with space", withFields("X: y\r\n z\r\n"), "InvalidRequest"},
        {"fold with tab", withFields("X: y\r\n\tz\r\n"), "InvalidRequest"},
        {"fold of space alone", withFields("X: y\r\n \r\n"), "InvalidRequest"},
        {"space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "InvalidRequest"},
        {"NUL in a name", withFields(raw("X\0: y\r\n")), "InvalidRequest"},
        {"NUL in a value", withFields(raw("X: y\0z\r\n")), "InvalidRequest"},
        {"vertical tab in a value", withFields("X: y\vz\r\n"), "InvalidRequest"},
        {"escape in a value", withFields("X: \x1B[0m\r\n"), "InvalidRequest"},
        {"DEL in a value", withFields("X: \x7F\r\n"), "InvalidRequest"},
        {"bare CR in a value", withFields("X: y\rz\r\n"), "InvalidRequest"},
        {"bare CR that hides a field", withFields("X: y\rContent-Length: 5\r\n"), "InvalidRequest"},
        {"bare LF in a value", withFields("X: y\nz: 1\r\n"), "InvalidRequest"},
        {"CR CR LF after a field", withFields("X: y\r\r\n"), "InvalidRequest"},
        {"LF LF for the empty line", "GET / HTTP/1.1\r\nHost: a\n\n", "InvalidRequest"},
        {"LF CR for CR LF", "GET / HTTP/1.1\r\nHost: a\n\r\n\r", "InvalidRequest"},
        {"CR CR for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\r\r", "InvalidRequest"},
        {"the first fault is told although the head goes on", "GET / HTTP/1.1\r\nX: \n",
         "InvalidRequest"},
    };
}

QList<RequestRow> hostRows()
{
    return {
        {"host name", withHost("example.org"), "GET / | idle"},
        {"host with port", withHost("127.0.0.1:8080"), "GET / | idle"},
        {"host with empty port", withHost("a:"), "GET / | idle"},
        {"host with the largest port", withHost("a:65535"), "GET / | idle"},
        {"host with escapes and odd bytes", withHost("a%C3%A4-._~!$&'()*+;="), "GET / | idle"},
        {"IPv6", withHost("[::1]"), "GET / | idle"},
        {"IPv6 with port", withHost("[2001:db8::192.0.2.1]:8080"), "GET / | idle"},
        {"host in tabs and spaces", withHost("\t a \t"), "GET / | idle"},
        {"missing Host", "GET / HTTP/1.1\r\n\r\n", "InvalidRequest"},
        {"missing Host on HTTP/1.2", "GET / HTTP/1.2\r\n\r\n", "InvalidRequest"},
        {"missing Host on HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "GET / (close) | idle"},
        {"repeated Host", withHost("a\r\nHost: b"), "InvalidRequest"},
        {"repeated equal Host", withHost("a\r\nhost: a"), "InvalidRequest"},
        {"repeated Host on HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
         "InvalidRequest"},
        {"empty Host", withHost(""), "InvalidRequest"},
        {"empty Host on HTTP/1.0", "GET / HTTP/1.0\r\nHost:\r\n\r\n", "InvalidRequest"},
        {"port without host", withHost(":80"), "InvalidRequest"},
        {"two hosts in one field", withHost("a, b"), "InvalidRequest"},
        {"host with a path", withHost("a/b"), "InvalidRequest"},
        {"host with a query", withHost("a?b"), "InvalidRequest"},
        {"host with a fragment", withHost("a#b"), "InvalidRequest"},
        {"host with a user", withHost("u@a"), "InvalidRequest"},
        {"host with a scheme", withHost("http://a"), "InvalidRequest"},
        {"host with a space", withHost("a b"), "InvalidRequest"},
        {"host with a backslash", withHost("a\\b"), "InvalidRequest"},
        {"host with a byte over 0x7F", withHost("a\xC3\xA4"), "InvalidRequest"},
        {"host with half an escape", withHost("a%4"), "InvalidRequest"},
        {"host with a bad escape", withHost("a%zz"), "InvalidRequest"},
        {"port of letters", withHost("a:http"), "InvalidRequest"},
        {"port with a sign", withHost("a:+80"), "InvalidRequest"},
        {"port too large", withHost("a:65536"), "InvalidRequest"},
        {"port overflowing", withHost("a:18446744073709551696"), "InvalidRequest"},
        {"two ports", withHost("a:80:80"), "InvalidRequest"},
        {"IPv6 without brackets", withHost("::1"), "InvalidRequest"},
        {"IPv6 not closed", withHost("[::1"), "InvalidRequest"},
        {"IPv6 malformed", withHost("[:::1]"), "InvalidRequest"},
        {"IPv6 too long", withHost('[' + QByteArray(60, '0') + ']'), "InvalidRequest"},
        {"IPv6 of the first size too long", withHost('[' + QByteArray(46, '0') + ']'),
         "InvalidRequest"},
        {"IPv6 empty", withHost("[]"), "InvalidRequest"},
        {"IPv6 with a tail", withHost("[::1]a"), "InvalidRequest"},
        {"IPv4 in brackets", withHost("[127.0.0.1]"), "InvalidRequest"},
    };
}

QList<RequestRow> connectionRows()
{
    const auto version = [](const QByteArray &minor, const QByteArray &fields) {
        return "GET / HTTP/1." + minor + "\r\nHost: a\r\n" + fields + "\r\n";
    };
    return {
        {"1.1 stays", version("1", ""), "GET / | idle"},
        {"1.1 close", version("1", "Connection: close\r\n"), "GET / (close) | idle"},
        {"1.1 close in any case", version("1", "connection: CLOSE\r\n"), "GET / (close) | idle"},
        {"1.1 close in a list", version("1", "Connection: x,\tclose , y\r\n"),
         "GET / (close) | idle"},
        {"1.1 close in a second field",
         version("1", "Connection: keep-alive\r\nConnection: close\r\n"), "GET / (close) | idle"},
        {"1.1 close wins", version("1", "Connection: close, keep-alive\r\n"),
         "GET / (close) | idle"},
        {"1.1 part of a word is not close", version("1", "Connection: closed\r\n"), "GET / | idle"},
        {"1.1 empty", version("1", "Connection:\r\n"), "GET / | idle"},
        {"1.0 closes", version("0", ""), "GET / (close) | idle"},
        {"1.0 keep-alive", version("0", "Connection: Keep-Alive\r\n"), "GET / | idle"},
        {"1.0 close wins", version("0", "Connection: keep-alive, close\r\n"),
         "GET / (close) | idle"},
    };
}

QList<RequestRow> limitRows()
{
    const QByteArray endless(20'000, 'e');
    return {
        {"longest target", withLine("GET " + target(kMaxTargetSize) + " HTTP/1.1"),
         "GET " + target(kMaxTargetSize) + " | idle"},
        {"target one byte too long", withLine("GET " + target(kMaxTargetSize + 1) + " HTTP/1.1"),
         "TargetTooLong"},
        {"target far too long", withLine("GET " + target(12'000) + " HTTP/1.1"), "TargetTooLong"},
        {"target that does not end", "GET /" + endless, "TargetTooLong"},
        {"method that does not end", endless, "NotImplemented"},
        {"line of no token that does not end", '(' + endless, "InvalidRequest"},
        {"version that does not end", "GET / HTTP/1.1" + endless, "InvalidRequest"},
        {"largest head", headOfSize(kMaxHeadSize), "GET / | idle"},
        {"head one byte too large", headOfSize(kMaxHeadSize + 1), "HeadTooLarge"},
        {"field that does not end", "GET / HTTP/1.1\r\nX: " + endless, "HeadTooLarge"},
        {"fault before the limit goes first", "GET / HTTP/1.1\r\nX: \v" + endless,
         "InvalidRequest"},
        {"empty lines do not count", "\r\n\r\n" + headOfSize(kMaxHeadSize), "GET / | idle"},
        {"most fields", headWithFields(kMaxHeaderFields), "GET / | idle"},
        {"one field too many", headWithFields(kMaxHeaderFields + 1), "HeadTooLarge"},
    };
}

} // namespace memorykv
