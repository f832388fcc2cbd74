// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/contentcoding.h"

#include "tests/server/http/httpfixture.h"

#include <QtTest>

#include <random>

#include <zlib.h>

using namespace memorykv;
using memorykv::test::fieldOf;
using memorykv::test::requestFor;

class TestContentCoding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void acceptEncoding_data();
    void acceptEncoding();
    void inflatesToTheSame_data();
    void inflatesToTheSame();
    void largeBodyIsCompressed();
    void whatIsNotAcceptedStaysAsItIs();
    void smallBodyStaysAsItIs();
    void storedValueStaysAsItIs();
    void whatDoesNotShrinkStaysAsItIs();
    void compressedFormHasATagOfItsOwn();
};

namespace {

QByteArray inflated(const QByteArray &bytes)
{
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK)
        qFatal("zlib");
    QByteArray out(16 << 20, Qt::Uninitialized);
    QByteArray in = bytes;
    stream.next_in = reinterpret_cast<Bytef *>(in.data());
    stream.avail_in = uInt(in.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = uInt(out.size());
    const int result = inflate(&stream, Z_FINISH);
    out.truncate(qsizetype(stream.total_out));
    const bool whole = result == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    return whole ? out : QByteArray("<broken>");
}

QByteArray noise(int size)
{
    std::mt19937 random(1);
    QByteArray bytes;
    for (int i = 0; i < size; ++i)
        bytes += char(random());
    return bytes;
}

const Request kAccepting = requestFor("GET", "/keys", "Accept-Encoding: gzip\r\n");

} // namespace

// RFC 9110 12.5.3, 12.4.2.
void TestContentCoding::acceptEncoding_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<bool>("gzip");
    const auto row = [](const char *field, bool gzip) {
        QTest::addRow("'%s'", field) << QByteArray(field) << gzip;
    };
    row("", false);
    row("gzip", true);
    row("GZip", true);
    row("x-gzip", true);
    row("deflate, br", false);
    row("deflate, gzip, br", true);
    row("gzip, deflate, br, zstd", true);
    row("notgzip", false);
    row("gzipped", false);
    row("identity", false);
    row("*", true);
    row("*;q=0", false);
    row("br, *", true);
    row("*, gzip;q=0", false);
    row("gzip;q=0, *", false);
    row("gzip;q=0", false);
    row("gzip;q=0.0", false);
    row("gzip;q=0.000", false);
    row("gzip;q=0.001", true);
    row("gzip;q=1.000", true);
    row("gzip; q=0.5", true);
    row("gzip ; q=0", false);
    row("gzip;Q=0", false);
    row("gzip;q=0.5, identity", false);
    row("gzip;q=0.5, identity;q=0.5", true);
    row("gzip, identity;q=0.5", true);
    row("gzip;q=0.5, identity;q=0.4", true);
    row("identity;q=1, gzip;q=0.5", false);
    row("gzip;q=0.2, identity;q=0", true);
    row("*;q=0.5, identity;q=0.8", false);
    row(",gzip,", true);
    row("\tgzip\t", true);
    // Not well-formed weights allow nothing.
    row("gzip;q=", false);
    row("gzip;q=x", false);
    row("gzip;q=nan", false);
    row("gzip;q=inf", false);
    row("gzip;q=1e300", false);
    row("gzip;q=-1", false);
    row("gzip;q=2", false);
}

void TestContentCoding::acceptEncoding()
{
    QFETCH(QByteArray, field);
    QTEST(acceptsGzip(field), "gzip");
}

void TestContentCoding::inflatesToTheSame_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("nothing") << QByteArray("");
    QTest::newRow("a byte") << QByteArray("x");
    QTest::newRow("text") << QByteArray("All work and no play. ").repeated(1000);
    QTest::newRow("zeros") << QByteArray(5 << 20, '\0');
    QTest::newRow("noise") << noise(1 << 20);
}

void TestContentCoding::inflatesToTheSame()
{
    QFETCH(QByteArray, bytes);
    const QByteArray compressed = gzipped(bytes);
    QVERIFY(!compressed.isNull());
    QVERIFY(compressed.startsWith("\x1F\x8B"));
    QVERIFY(inflated(compressed) == bytes);
}

void TestContentCoding::largeBodyIsCompressed()
{
    const QByteArray body(2000, 'x');
    Response response = Response::json(body);
    compressIfAccepted(kAccepting, response);
    QCOMPARE(fieldOf(response, "Content-Encoding"), QByteArray("gzip"));
    QCOMPARE(fieldOf(response, "Vary"), QByteArray("Accept-Encoding"));
    QVERIFY(response.body.size() < body.size());
    QCOMPARE(inflated(response.body), body);
}

void TestContentCoding::whatIsNotAcceptedStaysAsItIs()
{
    const QByteArray body(2000, 'x');
    Response response = Response::json(body);
    compressIfAccepted(requestFor("GET", "/keys", "Accept-Encoding: br\r\n"), response);
    QCOMPARE(response.body, body);
    QVERIFY(fieldOf(response, "Content-Encoding").isNull());
    QCOMPARE(fieldOf(response, "Vary"), QByteArray("Accept-Encoding"));
}

void TestContentCoding::smallBodyStaysAsItIs()
{
    Response response = Response::json(QByteArray(1024, 'x'));
    compressIfAccepted(kAccepting, response);
    QCOMPARE(response.body.size(), 1024);
    QVERIFY(fieldOf(response, "Content-Encoding").isNull());
}

void TestContentCoding::storedValueStaysAsItIs()
{
    Response response;
    response.entry = Entry::create({"k", QByteArray(5000, 'x'), {}, 1, 0});
    compressIfAccepted(kAccepting, response);
    QCOMPARE(response.content().size(), 5000);
    QVERIFY(fieldOf(response, "Content-Encoding").isNull());
}

void TestContentCoding::whatDoesNotShrinkStaysAsItIs()
{
    const QByteArray body = noise(5000);
    Response response = Response::text(200, "application/x-noise", body);
    compressIfAccepted(kAccepting, response);
    QCOMPARE(response.body, body);
    QVERIFY(fieldOf(response, "Content-Encoding").isNull());
    QCOMPARE(fieldOf(response, "Vary"), QByteArray("Accept-Encoding"));
}

void TestContentCoding::compressedFormHasATagOfItsOwn()
{
    Response response = Response::text(200, "text/html", QByteArray(2000, 'x'));
    response.setETag(12);
    response.addField("X", "\"");
    compressIfAccepted(kAccepting, response);
    QCOMPARE(fieldOf(response, "ETag"), QByteArray("\"12-gzip\""));
    QCOMPARE(fieldOf(response, "X"), QByteArray("\""));
}

QTEST_GUILESS_MAIN(TestContentCoding)
#include "tst_contentcoding.moc"
