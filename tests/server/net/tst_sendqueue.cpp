// SPDX-License-Identifier: GPL-3.0-only
#include "server/net/sendqueue.h"

#include <QtTest>

#include <array>

#include <sys/socket.h>
#include <unistd.h>

using namespace memorykv;

class TestSendQueue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sendsAtOnceWhatIsTaken();
    void keepsTheRestByReference();
    void sendsInOrder_data();
    void sendsInOrder();
    void smallPiecesAreGathered();
    void nothingComesAfterTheEnd();
    void clearForgetsWhatWaits();
};

namespace {

/// Two ends of a connection.
struct Pair
{
    Pair()
    {
        std::array<int, 2> ends{};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) != 0)
            qFatal("no socket pair");
        out = ends[0];
        in = ends[1];
    }
    ~Pair()
    {
        ::close(out);
        closeReader();
    }
    Q_DISABLE_COPY_MOVE(Pair)

    void closeReader()
    {
        if (in >= 0)
            ::close(std::exchange(in, -1));
    }

    QByteArray readAll() const
    {
        QByteArray all;
        std::array<char, 65536> part{};
        for (ssize_t count = 0; (count = ::read(in, part.data(), part.size())) > 0;)
            all.append(part.data(), count);
        return all;
    }

    int out = -1;
    int in = -1;
};

QByteArray numbered(int size, int from)
{
    QByteArray bytes;
    while (bytes.size() < size)
        bytes += QByteArray::number(from++) + ' ';
    bytes.truncate(size);
    return bytes;
}

/// What fills a socket several times over.
constexpr int kTooMuch = 4 << 20;

} // namespace

void TestSendQueue::sendsAtOnceWhatIsTaken()
{
    Pair pair;
    SendQueue queue;
    QCOMPARE(queue.send(pair.out, "hello"), SendQueue::Status::Open);
    QVERIFY(queue.isEmpty());
    QCOMPARE(pair.readAll(), QByteArray("hello"));
    QCOMPARE(queue.send(pair.out, {}), SendQueue::Status::Open);
    QVERIFY(queue.isEmpty());
}

void TestSendQueue::keepsTheRestByReference()
{
    Pair pair;
    SendQueue queue;
    QByteArray bytes = numbered(kTooMuch, 0);
    const char *const place = bytes.constData();
    QCOMPARE(queue.send(pair.out, bytes), SendQueue::Status::Open);
    QVERIFY(queue.bytes() > 0);
    QVERIFY(queue.bytes() < bytes.size());
    QVERIFY(!bytes.isDetached()); // someone else has them, too
    QVERIFY(bytes.constData() == place);
    QByteArray received;
    while (!queue.isEmpty()) {
        received += pair.readAll();
        QCOMPARE(queue.flush(pair.out), SendQueue::Status::Open);
    }
    received += pair.readAll();
    QVERIFY(received == bytes);
    QVERIFY(bytes.isDetached());
}

void TestSendQueue::sendsInOrder_data()
{
    QTest::addColumn<QList<int>>("sizes");
    QTest::newRow("small ones") << QList<int>{1, 10, 100, 1000};
    QTest::newRow("large ones") << QList<int>{5000, 70'000, 300'000};
    QTest::newRow("mixed") << QList<int>{3, 100'000, 7, 8, 5000, 9, 4095, 4096, 4097};
}

void TestSendQueue::sendsInOrder()
{
    QFETCH(QList<int>, sizes);
    Pair pair;
    SendQueue queue;
    QByteArray sent;
    QByteArray received;
    for (int i = 0; sent.size() < kTooMuch; ++i) {
        const QByteArray bytes = numbered(sizes[i % sizes.size()], i);
        sent += bytes;
        QCOMPARE(queue.send(pair.out, bytes), SendQueue::Status::Open);
        // From time to time there is some room, which the next piece must not take.
        if (i % 1000 == 999) {
            received += pair.readAll();
            QCOMPARE(queue.flush(pair.out), SendQueue::Status::Open);
        }
    }
    QVERIFY(queue.bytes() > 0);
    while (received.size() < sent.size()) {
        received += pair.readAll();
        QCOMPARE(queue.flush(pair.out), SendQueue::Status::Open);
    }
    QVERIFY(received == sent);
    QVERIFY(queue.isEmpty());
}

// A reference to each of them would take more than the bytes.
void TestSendQueue::smallPiecesAreGathered()
{
    Pair pair;
    SendQueue queue;
    queue.send(pair.out, numbered(kTooMuch, 0));
    const QByteArray small = numbered(100, 0);
    queue.send(pair.out, small);
    QVERIFY(small.isDetached());
}

void TestSendQueue::nothingComesAfterTheEnd()
{
    Pair pair;
    SendQueue waiting;
    waiting.send(pair.out, numbered(kTooMuch, 0));
    pair.closeReader();
    SendQueue queue;
    QCOMPARE(queue.send(pair.out, "late"), SendQueue::Status::Broken);
    QCOMPARE(waiting.flush(pair.out), SendQueue::Status::Broken);
}

void TestSendQueue::clearForgetsWhatWaits()
{
    Pair pair;
    SendQueue queue;
    queue.send(pair.out, numbered(kTooMuch, 0));
    (void)pair.readAll();
    queue.clear();
    QCOMPARE(queue.bytes(), 0);
    queue.send(pair.out, "next");
    QCOMPARE(pair.readAll(), QByteArray("next"));
}

QTEST_GUILESS_MAIN(TestSendQueue)
#include "tst_sendqueue.moc"
