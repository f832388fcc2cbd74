// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/requestparser.h"

#include "shared/limits.h"
#include "tests/server/http/requestrows.h"

#include <QtTest>

using namespace memorykv;
using Status = RequestParser::Status;

class TestRequestParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void outcomeDoesNotDependOnTheSplit_data();
    void outcomeDoesNotDependOnTheSplit();
    void anErrorIsRepeatedAndInputThenDropped();
    void errorDetailsHoldNoInput_data();
    void errorDetailsHoldNoInput();
    void errorDetailsNameTheLimit_data();
    void errorDetailsNameTheLimit();

    void pipelinedRequestsComeOutInOrder_data();
    void pipelinedRequestsComeOutInOrder();
    void aLongPipelineIsNotMovedOncePerRequest();
    void parseWaitsForTheRequestToBeTaken();

    void wantsContinueOnceForAnExpectedBody_data();
    void wantsContinueOnceForAnExpectedBody();
    void noContinueWhenNotWaitedFor_data();
    void noContinueWhenNotWaitedFor();

    void tellsWhatItWaitsFor();
    void bufferedBytesCountsInputAndBody();
    void anAnnouncedLengthTakesNoMemory();
    void aLargeBodyHoldsNoMoreThanItsSize_data();
    void aLargeBodyHoldsNoMoreThanItsSize();
    void remainderIsWhatFollowsTheRequest();
    void parsingStartsAfreshOnceTheRemainderIsTaken();
};

namespace {

QByteArray codeName(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidRequest:
        return "InvalidRequest";
    case ErrorCode::TargetTooLong:
        return "TargetTooLong";
    case ErrorCode::HeadTooLarge:
        return "HeadTooLarge";
    case ErrorCode::BodyTooLarge:
        return "BodyTooLarge";
    case ErrorCode::ExpectationFailed:
        return "ExpectationFailed";
    case ErrorCode::NotImplemented:
        return "NotImplemented";
    case ErrorCode::VersionNotSupported:
        return "VersionNotSupported";
    default:
        return "a code the parser has no use for";
    }
}

QByteArray describe(const Request &request)
{
    QByteArray text = methodName(request.method).toByteArray() + ' ';
    text += request.target;
    if (!request.body.isEmpty())
        text += '=' + request.body;
    if (!request.keepAlive)
        text += " (close)";
    return text;
}

/// What comes of pieces given one after the other, in the words of RequestRow::outcome.
class Outcome
{
public:
    void feed(QByteArrayView piece)
    {
        if (m_refused)
            return;
        m_parser.append(piece);
        for (;;) {
            const Result<Status> status = m_parser.parse();
            if (!status) {
                m_refused = true;
                m_detail = status.error().detail;
                m_text += codeName(status.error().code);
                return;
            }
            if (*status != Status::Complete)
                return;
            m_text += describe(m_parser.takeRequest()) + " | ";
        }
    }

    QByteArray text() const
    {
        return m_refused ? m_text : m_text + (m_parser.midRequest() ? "more" : "idle");
    }

    QByteArray detail() const { return m_detail; }

private:
    RequestParser m_parser{kRowBodyLimit};
    QByteArray m_text;
    QByteArray m_detail;
    bool m_refused = false;
};

const QByteArray kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A parser that has been given \a bytes and has parsed once, with no error.
class Fed
{
public:
    explicit Fed(QByteArrayView bytes, qsizetype maxBodySize = 10 << 20)
        : parser(maxBodySize)
    {
        status = feed(bytes);
    }

    Status feed(QByteArrayView bytes)
    {
        parser.append(bytes);
        const Result<Status> result = parser.parse();
        if (!result)
            qFatal("refused: %s", result.error().detail.constData());
        return *result;
    }

    RequestParser parser;
    Status status;
};

} // namespace

void TestRequestParser::outcomeDoesNotDependOnTheSplit_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("outcome");

    const auto add = [](const char *group, const QList<RequestRow> &rows) {
        for (const RequestRow &row : rows)
            QTest::addRow("%s: %s", group, row.name.constData()) << row.bytes << row.outcome;
    };
    add("request line", requestLineRows());
    add("field", fieldRows());
    add("host", hostRows());
    add("connection", connectionRows());
    add("limit", limitRows());
    add("Content-Length", contentLengthRows());
    add("Transfer-Encoding", transferEncodingRows());
    add("chunk", chunkRows());
    add("Expect", expectRows());
}

void TestRequestParser::outcomeDoesNotDependOnTheSplit()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, outcome);
    const QByteArrayView view = bytes;

    Outcome whole;
    whole.feed(view);
    QCOMPARE(whole.text(), outcome);

    Outcome bytewise;
    for (const char &byte : bytes)
        bytewise.feed(QByteArrayView(&byte, 1));
    QCOMPARE(bytewise.text(), outcome);
    QCOMPARE(bytewise.detail(), whole.detail());

    for (qsizetype at = 1; at < view.size(); ++at) {
        Outcome split;
        split.feed(view.first(at));
        split.feed(view.sliced(at));
        if (split.text() != outcome || split.detail() != whole.detail()) {
            QFAIL(qPrintable(QStringLiteral("split after byte %1: %2")
                                 .arg(at)
                                 .arg(QString::fromLatin1(split.text()))));
        }
    }
}

void TestRequestParser::anErrorIsRepeatedAndInputThenDropped()
{
    RequestParser parser(10);
    parser.append("GET\r\n");
    const Error first = parser.parse().error();
    parser.append(kGet);
    const Result<Status> second = parser.parse();
    QVERIFY(!second.ok());
    QCOMPARE(second.error().code, first.code);
    QCOMPARE(second.error().detail, first.detail);
    QCOMPARE(parser.bufferedBytes(), 0);
    QVERIFY(!parser.midRequest());
    QVERIFY(!parser.inBody());
}

void TestRequestParser::errorDetailsHoldNoInput_data()
{
    QTest::addColumn<QByteArray>("bytes");

    const auto request = [](const QByteArray &fields) {
        return "PUT / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
    };
    QTest::newRow("method") << QByteArray("sesame / HTTP/1.1\r\n");
    QTest::newRow("target") << QByteArray("GET sesame HTTP/1.1\r\nHost: a\r\n\r\n");
    QTest::newRow("version") << QByteArray("GET / sesame\r\n");
    QTest::newRow("authority") << QByteArray("GET http://sesame@/ HTTP/1.1\r\nHost: a\r\n\r\n");
    QTest::newRow("host") << QByteArray("GET / HTTP/1.1\r\nHost: sesame@\r\n\r\n");
    QTest::newRow("field name") << request("sesame\r\n");
    QTest::newRow("length") << request("Content-Length: sesame\r\n");
    QTest::newRow("coding") << request("Transfer-Encoding: sesame\r\n");
    QTest::newRow("expectation") << request("Expect: sesame\r\n");
    QTest::newRow("chunk size") << request("Transfer-Encoding: chunked\r\n") + "sesame\r\n";
    QTest::newRow("trailer") << request("Transfer-Encoding: chunked\r\n") + "0\r\nsesame\r\n\r\n";
}

void TestRequestParser::errorDetailsHoldNoInput()
{
    QFETCH(QByteArray, bytes);
    RequestParser parser(10);
    parser.append(bytes);
    const Result<Status> status = parser.parse();
    QVERIFY(!status.ok());
    QVERIFY(!status.error().detail.isEmpty());
    QVERIFY(!status.error().detail.contains("sesame"));
}

void TestRequestParser::errorDetailsNameTheLimit_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("detail");

    const QByteArray chunked = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    QTest::newRow("target") << "GET /" + QByteArray(9000, 't') + " HTTP/1.1\r\n"
                            << QByteArray("the request target is over the limit of 8192 bytes");
    QTest::newRow("head") << "GET / HTTP/1.1\r\nX: " + QByteArray(17'000, 'v')
                          << QByteArray("the head is over the limit of 16384 bytes");
    QTest::newRow("fields") << "GET / HTTP/1.1\r\n" + QByteArray("X: y\r\n").repeated(101) + "\r\n"
                            << QByteArray("the head is over the limit of 100 fields");
    QTest::newRow("length") << QByteArray("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n")
                            << QByteArray("the body is over the limit of 10 bytes");
    QTest::newRow("chunk") << chunked + "b\r\n"
                           << QByteArray("the body is over the limit of 10 bytes");
    QTest::newRow("trailer") << chunked + "0\r\n" + QByteArray("X: y\r\n").repeated(101)
                             << QByteArray("the trailer is over the limit of 100 fields");
}

void TestRequestParser::errorDetailsNameTheLimit()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, detail);
    RequestParser parser(10);
    parser.append(bytes);
    const Result<Status> status = parser.parse();
    QVERIFY(!status.ok());
    QCOMPARE(status.error().detail, detail);
}

void TestRequestParser::pipelinedRequestsComeOutInOrder_data()
{
    QTest::addColumn<qsizetype>("pieceSize");
    for (const qsizetype size : {1, 7, 1000, 1'000'000})
        QTest::addRow("pieces of %lld bytes", qlonglong(size)) << size;
}

void TestRequestParser::pipelinedRequestsComeOutInOrder()
{
    QFETCH(qsizetype, pieceSize);

    QByteArray bytes;
    QByteArrayList expected;
    for (int i = 0; i < 1000; ++i) {
        const QByteArray number = QByteArray::number(i);
        const QByteArray head = " /" + number + " HTTP/1.1\r\nHost: a\r\n";
        const QByteArray body(i % 50, 'v');
        switch (i % 4) {
        case 0:
            bytes += "GET" + head + "\r\n";
            expected += "GET /" + number;
            break;
        case 1:
            bytes += "PUT" + head + "Content-Length: " + QByteArray::number(body.size())
                     + "\r\n\r\n" + body;
            expected += "PUT /" + number + (body.isEmpty() ? "" : '=' + body);
            break;
        case 2:
            bytes += "PUT" + head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
                     + QByteArray::number(body.size() + 1, 16) + "\r\nx" + body + "\r\n0\r\n\r\n";
            expected += "PUT /" + number + "=abcx" + body;
            break;
        default:
            bytes += "DELETE" + head + "\r\n";
            expected += "DELETE /" + number;
        }
    }
    expected += "idle";

    Outcome outcome;
    for (qsizetype at = 0; at < bytes.size(); at += pieceSize)
        outcome.feed(QByteArrayView(bytes).sliced(at, qMin(pieceSize, bytes.size() - at)));
    QCOMPARE(outcome.text(), expected.join(" | "));
}

// Moving the rest of the buffer once per request would take hours here.
void TestRequestParser::aLongPipelineIsNotMovedOncePerRequest()
{
    constexpr int kRequests = 500'000;
    RequestParser parser(10);
    parser.append(kGet.repeated(kRequests));
    for (int i = 0; i < kRequests; ++i) {
        const Result<Status> status = parser.parse();
        QVERIFY(status && *status == Status::Complete);
        QCOMPARE(parser.takeRequest().head, kGet);
        parser.append(kGet.first(1)); // each time, as a busy connection would
        parser.append(kGet.sliced(1));
    }
    QCOMPARE(parser.bufferedBytes(), kRequests * kGet.size());
}

void TestRequestParser::parseWaitsForTheRequestToBeTaken()
{
    Fed fed("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
    QCOMPARE(fed.status, Status::Complete);
    QCOMPARE(fed.feed("GET /3"), Status::Complete);
    QCOMPARE(fed.parser.takeRequest().target.toByteArray(), "/1");
    QCOMPARE(fed.feed({}), Status::Complete);
    QCOMPARE(fed.parser.takeRequest().target.toByteArray(), "/");
    QCOMPARE(fed.feed({}), Status::NeedMore);
    QVERIFY(fed.parser.midRequest());
}

void TestRequestParser::wantsContinueOnceForAnExpectedBody_data()
{
    QTest::addColumn<QByteArray>("framing");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("Content-Length") << QByteArray("Content-Length: 5\r\n") << QByteArray("hello");
    QTest::newRow("chunked") << QByteArray("Transfer-Encoding: chunked\r\n")
                             << QByteArray("5\r\nhello\r\n0\r\n\r\n");
}

void TestRequestParser::wantsContinueOnceForAnExpectedBody()
{
    QFETCH(QByteArray, framing);
    QFETCH(QByteArray, body);
    const QByteArray head
        = "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n" + framing + "\r\n";

    Fed fed(head.chopped(1));
    QCOMPARE(fed.status, Status::NeedMore);
    for (int request = 0; request < 2; ++request) {
        QCOMPARE(fed.feed(head.last(1)), Status::WantsContinue);
        QVERIFY(fed.parser.inBody());
        QCOMPARE(fed.feed({}), Status::NeedMore);
        QCOMPARE(fed.feed(body.first(1)), Status::NeedMore);
        QCOMPARE(fed.feed(body.sliced(1)), Status::Complete);
        QCOMPARE(fed.parser.takeRequest().body, "hello");
        QCOMPARE(fed.feed(head.chopped(1)), Status::NeedMore);
    }
}

void TestRequestParser::noContinueWhenNotWaitedFor_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("minor");
    QTest::addColumn<QByteArray>("begunBody");
    QTest::addColumn<Status>("status");
    const QByteArray expect = "Expect: 100-continue\r\n";
    const QByteArray five = "Content-Length: 5\r\n";

    QTest::newRow("no Expect") << five << QByteArray("1") << QByteArray() << Status::NeedMore;
    QTest::newRow("HTTP/1.0") << expect + five << QByteArray("0") << QByteArray()
                              << Status::NeedMore;
    QTest::newRow("no body") << expect << QByteArray("1") << QByteArray() << Status::Complete;
    QTest::newRow("length 0") << expect + "Content-Length: 0\r\n"
                              << QByteArray("1") << QByteArray() << Status::Complete;
    QTest::newRow("body begun") << expect + five << QByteArray("1") << QByteArray("h")
                                << Status::NeedMore;
    QTest::newRow("body here") << expect + five << QByteArray("1") << QByteArray("hello")
                               << Status::Complete;
}

void TestRequestParser::noContinueWhenNotWaitedFor()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, minor);
    QFETCH(QByteArray, begunBody);
    QFETCH(Status, status);
    const Fed fed("PUT / HTTP/1." + minor + "\r\nHost: a\r\n" + fields + "\r\n" + begunBody);
    QCOMPARE(fed.status, status);
}

void TestRequestParser::tellsWhatItWaitsFor()
{
    Fed fed("\r\n");
    const auto waitsFor = [&fed](bool midRequest, bool inBody) {
        return fed.parser.midRequest() == midRequest && fed.parser.inBody() == inBody;
    };
    QVERIFY(waitsFor(false, false));
    fed.feed("PUT / HTTP/1.1\r\n");
    QVERIFY(waitsFor(true, false));
    fed.feed("Host: a\r\nContent-Length: 2\r\n\r\n");
    QVERIFY(waitsFor(true, true));
    fed.feed("1");
    QVERIFY(waitsFor(true, true));
    fed.feed("2");
    QVERIFY(waitsFor(false, false));
    fed.parser.takeRequest();
    QVERIFY(waitsFor(false, false));
    fed.feed("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
    QVERIFY(waitsFor(true, true));
    fed.feed("\r\nG");
    fed.parser.takeRequest();
    QVERIFY(waitsFor(true, false));
}

void TestRequestParser::bufferedBytesCountsInputAndBody()
{
    Fed fed("PUT / HTTP/1.1\r\nHost: a\r\n");
    QCOMPARE(fed.parser.bufferedBytes(), 25);
    fed.feed("Content-Length: 10\r\n\r\n");
    QCOMPARE(fed.parser.bufferedBytes(), 0);
    fed.feed("12345");
    QCOMPARE(fed.parser.bufferedBytes(), 5);
    fed.feed("67890GET");
    QCOMPARE(fed.parser.bufferedBytes(), 13);
    fed.parser.takeRequest();
    QCOMPARE(fed.parser.bufferedBytes(), 3);
}

void TestRequestParser::anAnnouncedLengthTakesNoMemory()
{
    Fed fed("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4611686018427387904\r\n\r\nhello",
            qsizetype(1) << 62);
    QCOMPARE(fed.status, Status::NeedMore);
    QCOMPARE(fed.parser.bufferedBytes(), 5);
    QCOMPARE(fed.feed("hello"), Status::NeedMore);
    QCOMPARE(fed.parser.bufferedBytes(), 10);
}

void TestRequestParser::aLargeBodyHoldsNoMoreThanItsSize_data()
{
    QTest::addColumn<bool>("chunked");
    QTest::addColumn<qsizetype>("pieceSize");
    QTest::newRow("Content-Length, in pieces") << false << qsizetype(65536);
    QTest::newRow("Content-Length, whole") << false << qsizetype(10 << 20);
    QTest::newRow("chunked, in pieces") << true << qsizetype(65536);
}

void TestRequestParser::aLargeBodyHoldsNoMoreThanItsSize()
{
    QFETCH(bool, chunked);
    QFETCH(qsizetype, pieceSize);
    const QByteArray body((4 << 20) + 12345, 'b');
    QByteArray bytes = "PUT / HTTP/1.1\r\nHost: a\r\n";
    if (chunked) {
        bytes += "Transfer-Encoding: chunked\r\n\r\n" + QByteArray::number(body.size(), 16) + "\r\n"
                 + body + "\r\n0\r\n\r\n";
    } else {
        bytes += "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
    }

    Fed fed({});
    for (qsizetype at = 0; at < bytes.size(); at += pieceSize)
        fed.status = fed.feed(QByteArrayView(bytes).sliced(at, qMin(pieceSize, bytes.size() - at)));
    QCOMPARE(fed.status, Status::Complete);
    const Request request = fed.parser.takeRequest();
    QVERIFY(request.body == body);
    QCOMPARE(request.body.capacity(), request.body.size());
}

void TestRequestParser::remainderIsWhatFollowsTheRequest()
{
    Fed fed(kGet + raw("\x81\x00 frames"));
    QCOMPARE(fed.status, Status::Complete);
    fed.parser.takeRequest();
    QCOMPARE(fed.parser.takeRemainder(), raw("\x81\x00 frames"));
    QCOMPARE(fed.parser.bufferedBytes(), 0);
    QCOMPARE(fed.parser.takeRemainder(), QByteArray());
}

void TestRequestParser::parsingStartsAfreshOnceTheRemainderIsTaken()
{
    Fed fed(kGet + kGet.first(20));
    fed.parser.takeRequest();
    QCOMPARE(fed.feed({}), Status::NeedMore);
    const QByteArray remainder = fed.parser.takeRemainder();
    QVERIFY(!fed.parser.midRequest());
    QCOMPARE(fed.feed("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" + remainder), Status::Complete);
    QCOMPARE(fed.parser.takeRequest().target.toByteArray(), "*");
    QCOMPARE(fed.feed(kGet.sliced(20)), Status::Complete);
    QCOMPARE(fed.parser.takeRequest().head, kGet);
}

QTEST_GUILESS_MAIN(TestRequestParser)
#include "tst_requestparser.moc"
