// SPDX-License-Identifier: GPL-3.0-only
#include "tests/server/http/requestrows.h"

namespace memorykv {

namespace {

/// A PUT with \a fields, \a rest behind its head.
QByteArray put(const QByteArray &fields, const QByteArray &rest, const QByteArray &minor = "1")
{
    return "PUT / HTTP/1." + minor + "\r\nHost: a\r\n" + fields + "\r\n" + rest;
}

QByteArray withLength(const QByteArray &length, const QByteArray &rest = "hello")
{
    return put("Content-Length:" + length + "\r\n", rest);
}

/// A PUT whose Transfer-Encoding is \a coding (with what is before it), a chunked body behind it.
QByteArray withCoding(const QByteArray &coding)
{
    return put("Transfer-Encoding:" + coding + "\r\n", "5\r\nhello\r\n0\r\n\r\n");
}

QByteArray chunked(const QByteArray &body)
{
    return put("Transfer-Encoding: chunked\r\n", body);
}

const char *const kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

} // namespace

QList<RequestRow> contentLengthRows()
{
    const QByteArray full(kRowBodyLimit, 'b');
    return {
        {"digits", withLength(" 5"), "PUT /=hello | idle"},
        {"no space", withLength("5"), "PUT /=hello | idle"},
        {"space around", withLength(" \t5 \t"), "PUT /=hello | idle"},
        {"leading zeros are decimal", withLength(" 0000000000000000000000010", "0123456789"),
         "PUT /=0123456789 | idle"},
        {"zero", withLength(" 0", kSmuggled), "PUT / | GET /smuggled | idle"},
        {"no body without it", put("", kSmuggled), "PUT / | GET /smuggled | idle"},
        {"a body of any bytes", withLength(" 6", raw("\0\r\n\r\n\xFF")),
         raw("PUT /=\0\r\n\r\n\xFF | idle")},
        {"GET may have a body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
         "GET /=hi | idle"},
        {"HTTP/1.0", put("Content-Length: 5\r\n", "hello", "0"), "PUT /=hello (close) | idle"},
        {"next request right behind", withLength(" 5", QByteArray("hello") + kSmuggled),
         "PUT /=hello | GET /smuggled | idle"},
        {"body not whole", withLength(" 5", "hell"), "more"},
        {"as large as allowed", withLength(" 100", full), "PUT /=" + full + " | idle"},
        {"one too large", withLength(" 101", ""), "BodyTooLarge"},
        {"very large", withLength(" 9223372036854775807", ""), "BodyTooLarge"},
        {"over 63 bits", withLength(" 9223372036854775808", ""), "BodyTooLarge"},
        {"wraps around 64 bits to 5", withLength(" 18446744073709551621"), "BodyTooLarge"},
        {"wraps around 32 bits to 5", withLength(" 4294967301"), "BodyTooLarge"},
        {"endless digits", withLength(' ' + QByteArray(500, '9'), ""), "BodyTooLarge"},
        {"empty", withLength(""), "InvalidRequest"},
        {"plus", withLength(" +5"), "InvalidRequest"},
        {"minus", withLength(" -5"), "InvalidRequest"},
        {"minus zero", withLength(" -0"), "InvalidRequest"},
        {"hexadecimal", withLength(" 0x5"), "InvalidRequest"},
        {"letters", withLength(" five"), "InvalidRequest"},
        {"digits then letters", withLength(" 5a"), "InvalidRequest"},
        {"fraction", withLength(" 5.0"), "InvalidRequest"},
        {"exponent", withLength(" 5e0"), "InvalidRequest"},
        {"space inside", withLength(" 5 5"), "InvalidRequest"},
        {"parameter", withLength(" 5;x"), "InvalidRequest"},
        {"quoted", withLength(" \"5\""), "InvalidRequest"},
        {"underscore", withLength(" 1_0"), "InvalidRequest"},
        {"digit of another script", withLength(" \xD9\xA5"), "InvalidRequest"},
        {"vertical tab before", withLength("\v5"), "InvalidRequest"},
        {"NUL after", withLength(raw(" 5\0")), "InvalidRequest"},
        {"list of equal", withLength(" 5,5"), "InvalidRequest"},
        {"list of equal with space", withLength(" 5, 5"), "InvalidRequest"},
        {"list of different", withLength(" 5, 6"), "InvalidRequest"},
        {"list with an empty element", withLength(" 5,"), "InvalidRequest"},
        {"repeated equal", withLength(" 5\r\nContent-Length: 5"), "InvalidRequest"},
        {"repeated different", withLength(" 5\r\ncontent-length: 6"), "InvalidRequest"},
        {"repeated with an empty one", withLength(" 5\r\nContent-Length:"), "InvalidRequest"},
        {"fold", withLength("\r\n 5"), "InvalidRequest"},
        {"space before the colon", put("Content-Length : 5\r\n", "hello"), "InvalidRequest"},
    };
}

QList<RequestRow> transferEncodingRows()
{
    const QByteArray zeroChunk = QByteArray("0\r\n\r\n") + kSmuggled;
    return {
        {"chunked", withCoding(" chunked"), "PUT /=hello | idle"},
        {"any case", withCoding(" ChUnKeD"), "PUT /=hello | idle"},
        {"name in any case", put("tRANSFER-eNCODING: chunked\r\n", "0\r\n\r\n"), "PUT / | idle"},
        {"tab before, space after", withCoding("\tchunked \t"), "PUT /=hello | idle"},
        {"HTTP/1.2", put("Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "2"), "PUT / | idle"},
        // Both ways of saying where the body ends
        {"CL.TE", put("Content-Length: 41\r\nTransfer-Encoding: chunked\r\n", zeroChunk),
         "InvalidRequest"},
        {"TE.CL", put("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", zeroChunk),
         "InvalidRequest"},
        {"CL 0 and TE", put("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", zeroChunk),
         "InvalidRequest"},
        {"bad CL and TE", put("Content-Length: x\r\nTransfer-Encoding: chunked\r\n", zeroChunk),
         "InvalidRequest"},
        {"CL and TE identity", put("Content-Length: 5\r\nTransfer-Encoding: identity\r\n", "hello"),
         "InvalidRequest"},
        {"CL and TE on HTTP/1.0",
         put("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", zeroChunk, "0"),
         "InvalidRequest"},
        {"TE on HTTP/1.0", put("Transfer-Encoding: chunked\r\n", zeroChunk, "0"), "InvalidRequest"},
        // Obfuscated
        {"space before the colon", put("Transfer-Encoding : chunked\r\n", zeroChunk),
         "InvalidRequest"},
        {"tab before the colon", put("Transfer-Encoding\t: chunked\r\n", zeroChunk),
         "InvalidRequest"},
        {"space before the name", put(" Transfer-Encoding: chunked\r\n", zeroChunk),
         "InvalidRequest"},
        {"fold", withCoding("\r\n chunked"), "InvalidRequest"},
        {"fold with tab", withCoding("\r\n\tchunked"), "InvalidRequest"},
        {"vertical tab before", withCoding("\vchunked"), "InvalidRequest"},
        {"NUL after", withCoding(raw(" chunked\0")), "InvalidRequest"},
        {"no-break space before",
         withCoding(" \xA0"
                    "chunked"),
         "InvalidRequest"},
        {"hidden behind a bare CR", put("X: y\rTransfer-Encoding: chunked\r\n", zeroChunk),
         "InvalidRequest"},
        {"hidden behind a bare LF", put("X: y\nTransfer-Encoding: chunked\r\n", zeroChunk),
         "InvalidRequest"},
        {"underscore is another field", put("Transfer_Encoding: chunked\r\n", kSmuggled),
         "PUT / | GET /smuggled | idle"},
        // Codings
        {"empty", withCoding(""), "InvalidRequest"},
        {"xchunked", withCoding(" xchunked"), "InvalidRequest"},
        {"chunkedx", withCoding(" chunkedx"), "InvalidRequest"},
        {"quoted", withCoding(" \"chunked\""), "InvalidRequest"},
        {"chunked with a parameter", withCoding(" chunked;q=1"), "InvalidRequest"},
        {"chunked with a semicolon", withCoding(" chunked;"), "InvalidRequest"},
        {"identity", withCoding(" identity"), "InvalidRequest"},
        {"gzip alone", withCoding(" gzip"), "InvalidRequest"},
        {"chunked, identity", withCoding(" chunked, identity"), "InvalidRequest"},
        {"chunked, gzip", withCoding(" chunked, gzip"), "InvalidRequest"},
        {"chunked, chunked", withCoding(" chunked, chunked"), "InvalidRequest"},
        {"chunked, gzip, chunked", withCoding(" chunked, gzip, chunked"), "InvalidRequest"},
        {"gzip, chunked", withCoding(" gzip, chunked"), "NotImplemented"},
        {"identity, chunked", withCoding(" identity, chunked"), "NotImplemented"},
        {"gzip and chunked in two fields", withCoding(" gzip\r\nTransfer-Encoding: chunked"),
         "NotImplemented"},
        {"chunked and identity in two fields",
         withCoding(" chunked\r\nTransfer-Encoding: identity"), "InvalidRequest"},
        {"chunked in two fields", withCoding(" chunked\r\ntransfer-encoding: chunked"),
         "InvalidRequest"},
        {"chunked and an empty field", withCoding(" chunked\r\nTransfer-Encoding:"),
         "InvalidRequest"},
        {"empty element before", withCoding(" ,chunked"), "InvalidRequest"},
        {"empty element after", withCoding(" chunked,"), "InvalidRequest"},
        {"two words", withCoding(" chunked chunked"), "InvalidRequest"},
    };
}

QList<RequestRow> chunkRows()
{
    const QByteArray longExtension(1100, 'e');
    const QByteArray chunksOverLimit = QByteArray("32\r\n") + QByteArray(0x32, 'b') + "\r\n";
    QByteArray manyExtensions;
    for (int i = 0; i < 20; ++i)
        manyExtensions += "1;" + QByteArray(1000, 'e') + "\r\nb\r\n";
    QByteArray manyTrailers;
    for (int i = 0; i < 101; ++i)
        manyTrailers += "X: y\r\n";

    return {
        {"empty body", chunked("0\r\n\r\n"), "PUT / | idle"},
        {"several chunks", chunked("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"), "PUT /=abc | idle"},
        {"hexadecimal in any case", chunked("a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n"),
         "PUT /=01234567890123456789a | idle"},
        {"leading zeros", chunked("0000000000000000000005\r\nhello\r\n000\r\n\r\n"),
         "PUT /=hello | idle"},
        {"data of line ends", chunked("4\r\n\r\n\r\n\r\n0\r\n\r\n"), "PUT /=\r\n\r\n | idle"},
        {"next request right behind", chunked(QByteArray("0\r\n\r\n") + kSmuggled),
         "PUT / | GET /smuggled | idle"},
        {"extensions", chunked("5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n"), "PUT /=hello | idle"},
        {"space before an extension", chunked("5 ;ext\r\nhello\r\n0\t ; ext\r\n\r\n"),
         "PUT /=hello | idle"},
        {"trailer", chunked("0\r\nX: y\r\nZ:\r\n\r\n"), "PUT / | idle"},
        {"no last chunk yet", chunked("5\r\nhello\r\n"), "more"},
        {"no end of the trailer yet", chunked("0\r\n"), "more"},
        // Sizes
        {"size of no hexadecimal digits", chunked("zz\r\n"), "InvalidRequest"},
        {"size minus", chunked("-5\r\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"size plus", chunked("+5\r\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"size 0x5", chunked("0x5\r\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"size empty", chunked("\r\n0\r\n\r\n"), "InvalidRequest"},
        {"size missing before an extension", chunked(";x\r\n0\r\n\r\n"), "InvalidRequest"},
        {"size with space before", chunked(" 5\r\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"size with space behind", chunked("5 \r\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"size with tab behind", chunked("5\t\r\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"size with a letter behind", chunked("5g\r\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"size with a second number", chunked("5 5\r\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"size with underscore", chunked("0_5\r\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"size over the limit", chunked("65\r\n"), "BodyTooLarge"},
        {"sizes together over the limit", chunked(chunksOverLimit + chunksOverLimit + "1\r\nb"),
         "BodyTooLarge"},
        {"size wraps around 32 bits", chunked("100000005\r\nhello\r\n0\r\n\r\n"), "BodyTooLarge"},
        {"size wraps around 64 bits", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"),
         "BodyTooLarge"},
        {"size negative in 64 bits", chunked("FFFFFFFFFFFFFFFF\r\n"), "BodyTooLarge"},
        {"size that does not end", chunked(QByteArray(1100, '0')), "InvalidRequest"},
        // Ends of lines
        {"chunk longer than its size", chunked("4\r\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"chunk without CR LF", chunked("5\r\nhello0\r\n\r\n"), "InvalidRequest"},
        {"chunk with bare LF", chunked("5\r\nhello\n0\r\n\r\n"), "InvalidRequest"},
        {"chunk with bare CR", chunked("5\r\nhello\r0\r\n\r\n"), "InvalidRequest"},
        {"chunk with CR and a byte for CR LF", chunked("5\r\nhello\rX0\r\n\r\n"), "InvalidRequest"},
        {"chunk with two bytes for CR LF", chunked("5\r\nhelloXX0\r\n\r\n"), "InvalidRequest"},
        {"bare LF after the size", chunked("5\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"bare CR after the size", chunked("5\rhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"bare LF in an extension", chunked("5;a\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"bare CR in an extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), "InvalidRequest"},
        {"bare LF after the last chunk", chunked("0\n\r\n"), "InvalidRequest"},
        {"bare LF for the empty line", chunked("0\r\n\n"), "InvalidRequest"},
        {"NUL in an extension", chunked(raw("5;a\0b\r\nhello\r\n0\r\n\r\n")), "InvalidRequest"},
        // Extensions and trailers
        {"extension too long", chunked("5;" + longExtension + "\r\nhello\r\n0\r\n\r\n"),
         "InvalidRequest"},
        {"extensions too long together", chunked(manyExtensions), "InvalidRequest"},
        {"trailer without colon", chunked("0\r\nX\r\n\r\n"), "InvalidRequest"},
        {"trailer with space before the colon", chunked("0\r\nX : y\r\n\r\n"), "InvalidRequest"},
        {"trailer folded", chunked("0\r\nX: y\r\n z\r\n\r\n"), "InvalidRequest"},
        {"trailer with NUL", chunked(raw("0\r\nX: \0\r\n\r\n")), "InvalidRequest"},
        {"trailer with bare LF", chunked("0\r\nX: y\nZ: 1\r\n\r\n"), "InvalidRequest"},
        {"trailer with Content-Length", chunked("0\r\nContent-Length: 5\r\n\r\n"),
         "InvalidRequest"},
        {"trailer with Transfer-Encoding", chunked("0\r\ntransfer-encoding: x\r\n\r\n"),
         "InvalidRequest"},
        {"trailer with Host", chunked("0\r\nHost: b\r\n\r\n"), "InvalidRequest"},
        {"request for a trailer", chunked(QByteArray("0\r\n") + kSmuggled), "InvalidRequest"},
        {"trailer too large", chunked("0\r\nX: " + QByteArray(17'000, 't')), "HeadTooLarge"},
        {"trailer too large in several fields",
         chunked("0\r\n" + QByteArray("X: " + QByteArray(5000, 't') + "\r\n").repeated(4)),
         "HeadTooLarge"},
        {"trailer of too many fields", chunked("0\r\n" + manyTrailers), "HeadTooLarge"},
    };
}

QList<RequestRow> expectRows()
{
    const auto expecting = [](const QByteArray &expect, const QByteArray &fields) {
        return put("Expect:" + expect + "\r\n" + fields, "hello");
    };
    const QByteArray five = "Content-Length: 5\r\n";
    return {
        {"100-continue", expecting(" 100-continue", five), "PUT /=hello | idle"},
        {"100-continue in any case", expecting(" 100-Continue", five), "PUT /=hello | idle"},
        {"100-continue twice", expecting(" 100-continue\r\nExpect: 100-continue", five),
         "PUT /=hello | idle"},
        {"100-continue on HTTP/1.0", put("Expect: 100-continue\r\n" + five, "hello", "0"),
         "PUT /=hello (close) | idle"},
        {"empty", expecting("", five), "PUT /=hello | idle"},
        {"another expectation", expecting(" 200-ok", five), "ExpectationFailed"},
        {"another besides", expecting(" 100-continue, x", five), "ExpectationFailed"},
        {"another in a second field", expecting(" 100-continue\r\nExpect: x", five),
         "ExpectationFailed"},
        {"with a parameter", expecting(" 100-continue;x", five), "ExpectationFailed"},
        {"body too large", expecting(" 100-continue", "Content-Length: 101\r\n"), "BodyTooLarge"},
        {"bad framing goes first", expecting(" x", "Content-Length: x\r\n"), "InvalidRequest"},
    };
}

} // namespace memorykv
