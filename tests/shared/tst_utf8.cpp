// SPDX-License-Identifier: GPL-3.0-only
#include "shared/utf8.h"

#include <QByteArray>
#include <QRandomGenerator>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv;

class TestUtf8 : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void validPrefix_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("valid");
        QTest::newRow("empty") << QByteArray() << 0;
        QTest::newRow("ASCII with NUL") << QByteArray("a\0b", 3) << 3;
        QTest::newRow("two to four bytes")
            << QByteArray("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80") << 9;
        QTest::newRow("last code point") << QByteArray("\xf4\x8f\xbf\xbf") << 4;
        QTest::newRow("above the last") << QByteArray("\xf4\x90\x80\x80") << 0;
        QTest::newRow("overlong, two bytes") << QByteArray("a\xc0\x80") << 1;
        QTest::newRow("overlong, three bytes") << QByteArray("\xe0\x9f\xbf") << 0;
        QTest::newRow("overlong, four bytes") << QByteArray("\xf0\x8f\xbf\xbf") << 0;
        QTest::newRow("before the surrogates") << QByteArray("\xed\x9f\xbf") << 3;
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << 0;
        QTest::newRow("continuation alone") << QByteArray("ab\x80") << 2;
        QTest::newRow("cut short") << QByteArray("ab\xf0\x9f\x98") << 2;
        QTest::newRow("not continued") << QByteArray("\xe2\x82z") << 0;
        QTest::newRow("never a byte of UTF-8") << QByteArray("ok\xff") << 2;
    }
    void validPrefix()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, valid);
        QCOMPARE(validUtf8Prefix(bytes), qsizetype(valid));
        QCOMPARE(QByteArrayView(bytes).isValidUtf8(), valid == bytes.size());
    }

    void everyCodePointIsWrittenAsValidUtf8()
    {
        for (char32_t codePoint = 0; codePoint <= 0x10ffff; ++codePoint) {
            if (codePoint >= 0xd800 && codePoint < 0xe000)
                continue;
            QByteArray out;
            appendCodePoint(codePoint, out);
            // A byte before it, as QString takes a byte order mark off the front.
            const QString read = QString::fromUtf8('x' + out);
            if (validUtf8Prefix(out) != out.size() || read.toUcs4().value(1) != codePoint)
                QFAIL(qPrintable(QStringLiteral("U+%1").arg(uint(codePoint), 4, 16)));
        }
    }

    void bytesThatAreNoUtf8BecomeReplacementCharacters_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("text");
        const QByteArray r = "\xef\xbf\xbd";
        QTest::newRow("empty") << QByteArray() << QByteArray();
        QTest::newRow("valid") << QByteArray("gr\xc3\xbc\xc3\x9f")
                               << QByteArray("gr\xc3\xbc\xc3\x9f");
        QTest::newRow("NUL is valid") << QByteArray("a\0b", 3) << QByteArray("a\0b", 3);
        QTest::newRow("first") << QByteArray("\xff"
                                             "abc")
                               << r + "abc";
        QTest::newRow("last") << QByteArray("abc\xff") << "abc" + r;
        QTest::newRow("in a row") << QByteArray("a\xfe\xff\x80z") << "a" + r + r + r + "z";
        QTest::newRow("cut short") << QByteArray("a\xf0\x9f\x98") << "a" + r + r + r;
        QTest::newRow("overlong") << QByteArray("\xc0\x80") << r + r;
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << r + r + r;
        QTest::newRow("valid after invalid") << QByteArray("\xc3\xc3\xbc") << r + "\xc3\xbc";
    }
    void bytesThatAreNoUtf8BecomeReplacementCharacters()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, text);
        QByteArray out = "=";
        appendAsUtf8(bytes, out);
        QCOMPARE(out, "=" + text);
        QVERIFY(QByteArrayView(out).isValidUtf8());
    }

    // More than is gathered at a time, with characters of all sizes at each end of it.
    void manyBytesThatAreNoUtf8()
    {
        QRandomGenerator random(1);
        const QList<QByteArray> pieces{"a", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
        for (int run = 0; run < 100; ++run) {
            QByteArray bytes;
            QByteArray expected;
            while (bytes.size() < 10'000) {
                const auto kind = random.bounded(pieces.size() + 1);
                bytes += kind < pieces.size() ? pieces[kind] : "\xff"_ba;
                expected += kind < pieces.size() ? pieces[kind] : "\xef\xbf\xbd"_ba;
            }
            QByteArray out;
            appendAsUtf8(bytes, out);
            QVERIFY(out == expected);
        }
    }
};

QTEST_APPLESS_MAIN(TestUtf8)
#include "tst_utf8.moc"
