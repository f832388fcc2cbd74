// SPDX-License-Identifier: GPL-3.0-only
#include "tests/e2e/framingrows.h"

#include <QTest>

namespace memorykv::test {

using namespace Qt::StringLiterals;

namespace {

const QList<int> kBad{400};
const QList<int> kCoding{501};
const QList<int> kCodingOrBad{400, 501};

// Two ways to find the end of the body.
void addBodyLengthRows()
{
    QTest::newRow("TE and CL") << framedPut("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                                            "0\r\n\r\n")
                               << kBad;
    QTest::newRow("CL and TE") << framedPut("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                            "0\r\n\r\n")
                               << kBad;
    QTest::newRow("chunked not final")
        << framedPut("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n") << kCodingOrBad;
    QTest::newRow("chunked twice")
        << framedPut("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n") << kBad;
    QTest::newRow("chunked in two fields")
        << framedPut("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")
        << kBad;
    QTest::newRow("chunked and identity in two fields")
        << framedPut("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")
        << kCodingOrBad;
    QTest::newRow("gzip before chunked")
        << framedPut("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n") << kCoding;
    QTest::newRow("gzip alone") << framedPut("Transfer-Encoding: gzip\r\n", "0\r\n\r\n")
                                << kCodingOrBad;
    QTest::newRow("identity") << framedPut("Transfer-Encoding: identity\r\n", "0\r\n\r\n")
                              << kCodingOrBad;
    QTest::newRow("xchunked") << framedPut("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")
                              << kCodingOrBad;
    QTest::newRow("quoted chunked")
        << framedPut("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n") << kCodingOrBad;
    QTest::newRow("vertical tab before chunked")
        << framedPut("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n") << kCodingOrBad;
    QTest::newRow("chunked with a parameter")
        << framedPut("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n") << kCodingOrBad;
    QTest::newRow("empty TE") << framedPut("Transfer-Encoding: \r\n", "0\r\n\r\n") << kCodingOrBad;
    QTest::newRow("TE on HTTP/1.0")
        << "PUT /framing HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"_ba << kBad;
}

// Content-Length that is no one number.
void addContentLengthRows()
{
    for (const char *length :
         {"", "abc", "-5", "+5", "5 5", "0x5", "5,5", "5, 5", "5;", "5.0", "1e1", "\"5\"",
          "18446744073709551616", "99999999999999999999999999"}) {
        QTest::newRow(("CL " + QByteArray(length)).constData())
            << framedPut("Content-Length: " + QByteArray(length) + "\r\n", "12345")
            << QList<int>{400, 413};
    }
    QTest::newRow("CL differing") << framedPut("Content-Length: 5\r\nContent-Length: 6\r\n",
                                               "12345")
                                  << kBad;
    QTest::newRow("CL repeated") << framedPut("Content-Length: 5\r\nContent-Length: 5\r\n", "12345")
                                 << kBad;
    QTest::newRow("CL repeated in another case")
        << framedPut("Content-Length: 5\r\ncontent-length: 5\r\n", "12345") << kBad;
}

// Host.
void addHostRows()
{
    QTest::newRow("no Host") << framedGet("") << kBad;
    QTest::newRow("two Hosts") << framedGet(kHost + kHost) << kBad;
    QTest::newRow("two different Hosts") << framedGet(kHost + "Host: other\r\n") << kBad;
    for (const char *host : {"", "a b", "a/b", "a, b", "a@b", "a?b", "a#b", "[::1", "::1", "a:b",
                             "a:99999", "a:-1", "http://a", "a\\b", "<a>"}) {
        QTest::newRow(("Host " + QByteArray(host)).constData())
            << framedGet("Host: " + QByteArray(host) + "\r\n") << kBad;
    }
}

// Header fields.
void addFieldRows()
{
    QTest::newRow("space before the colon") << framedGet(kHost + "X-A : b\r\n") << kBad;
    QTest::newRow("tab before the colon") << framedGet(kHost + "X-A\t: b\r\n") << kBad;
    QTest::newRow("space before the colon of CL")
        << framedPut("Content-Length : 5\r\n", "12345") << kBad;
    QTest::newRow("folded line") << framedGet(kHost + "X-A: b\r\n c\r\n") << kBad;
    QTest::newRow("folded line with a tab") << framedGet(kHost + "X-A: b\r\n\tc\r\n") << kBad;
    QTest::newRow("first line begins with a space") << framedGet(" X-A: b\r\n" + kHost) << kBad;
    QTest::newRow("no colon") << framedGet(kHost + "X-A\r\n") << kBad;
    QTest::newRow("no name") << framedGet(kHost + ": b\r\n") << kBad;
    QTest::newRow("space in the name") << framedGet(kHost + "X A: b\r\n") << kBad;
    QTest::newRow("parenthesis in the name") << framedGet(kHost + "X(A): b\r\n") << kBad;
    QTest::newRow("byte over 0x7F in the name") << framedGet(kHost + "X\xe9: b\r\n") << kBad;
    QTest::newRow("NUL in the name") << framedGet(kHost + "X\0A: b\r\n"_ba) << kBad;
    QTest::newRow("NUL in the value") << framedGet(kHost + "X-A: b\0c\r\n"_ba) << kBad;
    QTest::newRow("control in the value") << framedGet(kHost
                                                       + "X-A: b\x01"
                                                         "c\r\n")
                                          << kBad;
    QTest::newRow("DEL in the value") << framedGet(kHost + "X-A: b\x7f\r\n") << kBad;
    QTest::newRow("bare CR in the value") << framedGet(kHost + "X-A: b\rc\r\n") << kBad;
    QTest::newRow("bare CR that hides a field")
        << framedPut("X-A: b\rContent-Length: 5\r\n", "12345") << kBad;
    QTest::newRow("bare LF ends a line") << framedGet(kHost + "X-A: b\nX-B: c\r\n") << kBad;
    QTest::newRow("bare LF everywhere") << "GET /ping HTTP/1.1\nHost: a\n\n"_ba << kBad;
    QTest::newRow("CR CR LF") << framedGet(kHost + "X-A: b\r\r\n") << kBad;
    QTest::newRow("101 fields") << framedGet(kHost + "X-A: b\r\n"_ba.repeated(100))
                                << QList<int>{431};
    QTest::newRow("head too large")
        << framedGet(kHost + "X-A: " + QByteArray(17'000, 'b') + "\r\n") << QList<int>{431};
    QTest::newRow("head too large in small fields")
        << framedGet(kHost + ("X-A: " + QByteArray(500, 'b') + "\r\n").repeated(40))
        << QList<int>{431};
    QTest::newRow("endless name") << framedGet(kHost + QByteArray(17'000, 'b')) << QList<int>{431};
}

// The request line.
void addRequestLineRows()
{
    QTest::newRow("two spaces after the method") << "GET  /ping HTTP/1.1\r\n" + kHost + "\r\n"
                                                 << kBad;
    QTest::newRow("two spaces after the target") << "GET /ping  HTTP/1.1\r\n" + kHost + "\r\n"
                                                 << kBad;
    QTest::newRow("tab after the method") << "GET\t/ping HTTP/1.1\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("space at the end") << "GET /ping HTTP/1.1 \r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("space in the target") << "GET /pi ng HTTP/1.1\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("space at the start") << " GET /ping HTTP/1.1\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("no version") << "GET /ping\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("no target") << "GET HTTP/1.1\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("version in lower case") << "GET /ping http/1.1\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("version without a dot") << "GET /ping HTTP/11\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("version with two digits") << "GET /ping HTTP/1.10\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("HTTP/2.0") << "GET /ping HTTP/2.0\r\n" + kHost + "\r\n" << QList<int>{505};
    QTest::newRow("HTTP/0.9") << "GET /ping HTTP/0.9\r\n" + kHost + "\r\n" << QList<int>{505, 400};
    QTest::newRow("HTTP/2 preface")
        << "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"_ba << QList<int>{505, 501, 400};
    QTest::newRow("TLS hello") << "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"_ba << kBad;
    QTest::newRow("method in lower case") << "get /ping HTTP/1.1\r\n" + kHost + "\r\n"
                                          << QList<int>{501};
    QTest::newRow("unknown method") << "BREW /pot HTTP/1.1\r\n" + kHost + "\r\n" << QList<int>{501};
    QTest::newRow("method that is no token") << "GE(T /ping HTTP/1.1\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("NUL in the target") << "GET /pi\0ng HTTP/1.1\r\nHost: a\r\n\r\n"_ba << kBad;
    QTest::newRow("control in the target")
        << "GET /pi\x01ng HTTP/1.1\r\nHost: a\r\n\r\n"_ba << kBad;
    QTest::newRow("fragment in the target") << "GET /ping#a HTTP/1.1\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("target without a slash") << "GET ping HTTP/1.1\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("* with GET") << "GET * HTTP/1.1\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("absolute-form of another scheme")
        << "GET ftp://127.0.0.1/ping HTTP/1.1\r\n" + kHost + "\r\n"
        << kBad;
    QTest::newRow("absolute-form without a host")
        << "GET http:///ping HTTP/1.1\r\n" + kHost + "\r\n"
        << kBad;
    QTest::newRow("authority-form") << "GET 127.0.0.1:80 HTTP/1.1\r\n" + kHost + "\r\n" << kBad;
    QTest::newRow("target too long")
        << "GET /" + QByteArray(8192, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n"
        << QList<int>{414};
    QTest::newRow("endless request line") << "GET /" + QByteArray(20'000, 'a') << QList<int>{414};
    QTest::newRow("endless method") << QByteArray(20'000, 'A') << QList<int>{400, 414, 431, 501};
    QTest::newRow("many empty lines") << "\r\n"_ba.repeated(20) + framedGet(kHost) << kBad;
}

// Chunks.
void addChunkRows()
{
    for (const char *size : {"zz", "-5", "+5", "0x5", "5 ", " 5", "", ";a", "5g",
                             "FFFFFFFFFFFFFFFFF", "-0", "10000000000000005"}) {
        QTest::newRow(("chunk size " + QByteArray(size)).constData())
            << framedChunks(QByteArray(size) + "\r\nhello\r\n0\r\n\r\n") << QList<int>{400, 413};
    }
    QTest::newRow("chunk longer than its size") << framedChunks("4\r\nhello\r\n0\r\n\r\n") << kBad;
    QTest::newRow("chunk shorter than its size") << framedChunks("6\r\nhello\r\n0\r\n\r\n") << kBad;
    QTest::newRow("bare LF after the chunk size") << framedChunks("5\nhello\r\n0\r\n\r\n") << kBad;
    QTest::newRow("bare LF after the chunk") << framedChunks("5\r\nhello\n0\r\n\r\n") << kBad;
    QTest::newRow("bare CR in the chunk line")
        << framedChunks("5\rX\r\nhello\r\n0\r\n\r\n") << kBad;
    QTest::newRow("endless chunk extension")
        << framedChunks("5;" + QByteArray(5000, 'a')) << QList<int>{400, 431};
    QTest::newRow("bad trailer") << framedChunks("5\r\nhello\r\n0\r\nno colon\r\n\r\n") << kBad;
    QTest::newRow("length in the trailer")
        << framedChunks("5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n") << kBad;
    QTest::newRow("folded trailer")
        << framedChunks("5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n") << kBad;
    QTest::newRow("bare LF in the trailer")
        << framedChunks("5\r\nhello\r\n0\r\nA: b\n\r\n") << kBad;
    QTest::newRow("endless trailer")
        << framedChunks("5\r\nhello\r\n0\r\n" + "A: b\r\n"_ba.repeated(3000) + "\r\n")
        << QList<int>{400, 431};
}

// Expectations and sizes.
void addOtherRows()
{
    QTest::newRow("unknown expectation")
        << framedPut("Expect: 200-ok\r\nContent-Length: 5\r\n", "12345") << QList<int>{417};
    QTest::newRow("two expectations")
        << framedPut("Expect: 100-continue, magic\r\nContent-Length: 5\r\n", "12345")
        << QList<int>{417};
    QTest::newRow("body too large")
        << framedPut("Content-Length: 99999999\r\n", "") << QList<int>{413};
    QTest::newRow("chunk too large") << framedChunks("7FFFFFFF\r\n") << QList<int>{413};
}

} // namespace

QByteArray framedPut(const QByteArray &fields, const QByteArray &rest)
{
    return "PUT /framing HTTP/1.1\r\n" + kHost + fields + "\r\n" + rest;
}

QByteArray framedGet(const QByteArray &fields)
{
    return "GET /ping HTTP/1.1\r\n" + fields + "\r\n";
}

QByteArray framedChunks(const QByteArray &chunks)
{
    return framedPut("Transfer-Encoding: chunked\r\n", chunks);
}

void addRefusalRows()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QList<int>>("statuses");
    addBodyLengthRows();
    addContentLengthRows();
    addHostRows();
    addFieldRows();
    addRequestLineRows();
    addChunkRows();
    addOtherRows();
}

} // namespace memorykv::test
