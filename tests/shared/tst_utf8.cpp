// SPDX-License-Identifier: GPL-3.0-only
#include "shared/utf8.h"

#include <QByteArray>
#include <QTest>

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
};

QTEST_APPLESS_MAIN(TestUtf8)
#include "tst_utf8.moc"
