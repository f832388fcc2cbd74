// SPDX-License-Identifier: GPL-3.0-only
#include "shared/jsonstring.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace memorykv;

namespace {

QByteArray encoded(QByteArrayView text)
{
    QByteArray out;
    appendJsonString(text, out);
    return out;
}

} // namespace

class TestJsonString : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void escapes_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("empty") << QByteArray() << QByteArray("\"\"");
        QTest::newRow("plain") << QByteArray("plain") << QByteArray("\"plain\"");
        QTest::newRow("slash stays") << QByteArray("a/b") << QByteArray("\"a/b\"");
        QTest::newRow("quote, backslash") << QByteArray("\"\\") << QByteArray("\"\\\"\\\\\"");
        QTest::newRow("short") << QByteArray("\b\f\n\r\t") << QByteArray(R"("\b\f\n\r\t")");
        QTest::newRow("control") << QByteArray("\0\x1f", 2) << QByteArray(R"("\u0000\u001f")");
        QTest::newRow("DEL stays") << QByteArray("\x7f") << QByteArray("\"\x7f\"");
        QTest::newRow("UTF-8 stays")
            << QByteArray("\xc3\xbc\xf0\x9f\x98\x80") << QByteArray("\"\xc3\xbc\xf0\x9f\x98\x80\"");
        QTest::newRow("JSON") << QByteArray(R"({"type": "WASM"})")
                              << QByteArray("\"{\\\"type\\\": \\\"WASM\\\"}\"");
    }
    void escapes()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, json);
        QCOMPARE(encoded(text), json);
        QCOMPARE(jsonStringSize(text), json.size());
    }

    void everyCharacterAtEveryPlaceReadsBack()
    {
        // Blocks of eight bytes are copied at once: each character stands at each place of a block.
        for (int before = 0; before < 18; ++before) {
            for (int after = 0; after < 10; ++after) {
                for (char16_t character = 0; character < 0x100; ++character) {
                    const QString text = QString(before, u'a') + QChar(character)
                                         + QString(after, u'\u00e9') + QChar(character);
                    const QByteArray json = encoded(text.toUtf8());
                    const auto read = QJsonDocument::fromJson('[' + json + ']').array();
                    if (read.size() != 1 || read[0].toString() != text
                        || jsonStringSize(text.toUtf8()) != json.size())
                        QFAIL(json.constData());
                }
            }
        }
    }

    void bytesThatAreNoUtf8BecomeReplacementCharacters()
    {
        QCOMPARE(encoded("a\xff\"\xc3"), QByteArray("\"a\xef\xbf\xbd\\\"\xef\xbf\xbd\""));
    }

    void appendsToWhatIsThere()
    {
        QByteArray out = "{\"key\":";
        appendJsonString("a\"b", out);
        appendJsonString("c", out);
        QCOMPARE(out, QByteArray("{\"key\":\"a\\\"b\"\"c\""));
    }
};

QTEST_APPLESS_MAIN(TestJsonString)
#include "tst_jsonstring.moc"
