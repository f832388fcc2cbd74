// SPDX-License-Identifier: GPL-3.0-only
// The views of values: hexadecimal, folded text, drafts, and the view that chooses among them.
#include "monitor/ui/drafteditor.h"
#include "monitor/ui/drafttext.h"
#include "monitor/ui/foldedtextview.h"
#include "monitor/ui/hexview.h"
#include "monitor/ui/messagestrip.h"
#include "monitor/ui/valueview.h"

#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTextBlock>

using namespace memorykv;

namespace {

constexpr qsizetype kLarge = 5 << 20;

StoredValue whole(const QByteArray &bytes, const QByteArray &type = "text/plain")
{
    return {"k", bytes, type, 1, bytes.size(), true};
}

QString copied(QWidget *view)
{
    QTest::keyClick(view, Qt::Key_C, Qt::ControlModifier);
    return QApplication::clipboard()->text();
}

} // namespace

class TestTextViews : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hexMovesAndSelectsByKeys()
    {
        HexView view;
        view.resize(700, 300);
        view.show();
        QByteArray bytes;
        for (int code = 0; code < 256; ++code)
            bytes.append(static_cast<char>(code));
        view.setBytes(bytes);
        QCOMPARE(view.bytesPerRow(), 16);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(view.caret(), 16);
        QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(view.selectedBytes(), QByteArray("\x10\x11"));
        QCOMPARE(copied(&view), QStringLiteral("10 11"));
        QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier);
        QCOMPARE(view.caret(), 255);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(view.caret(), 255);
        QTest::keyClick(&view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(view.selectedBytes(), bytes);
    }

    void hexTakesNothingAndMuch()
    {
        HexView view;
        view.resize(700, 300);
        view.show();
        QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier);
        QTest::keyClick(&view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(view.selectedBytes(), QByteArray());
        view.setBytes(QByteArray(kLarge, '\xff'));
        QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier);
        QCOMPARE(view.caret(), kLarge - 1);
        QVERIFY(!view.grab().isNull());
    }

    void longLinesAreFoldedAndCopiedWhole()
    {
        FoldedTextView view;
        view.resize(500, 300);
        view.show();
        const QString text = QString(10'000, QLatin1Char('x')) + QStringLiteral("\nsecond\n");
        view.showText(text);
        QTRY_VERIFY(view.isComplete());
        QVERIFY(view.isFolded());
        QCOMPARE(view.blockCount(), 5);
        view.selectAll();
        QCOMPARE(copied(&view), text);
    }

    void aLineOfMegabytesComesInPieces()
    {
        FoldedTextView view;
        view.resize(500, 300);
        view.show();
        const QString text(kLarge, QLatin1Char('x'));
        QSignalSpy completed(&view, &FoldedTextView::completed);
        view.showText(text);
        QVERIFY(!view.isComplete());
        QTRY_VERIFY_WITH_TIMEOUT(completed.size() == 1, 60'000);
        QCOMPARE(view.wholeText(), text);
        // Another text in between ends the pieces of the first.
        view.showText(text);
        view.showText(QStringLiteral("short"));
        QTest::qWait(0);
        QCOMPARE(view.toPlainText(), QStringLiteral("short"));
    }

    void foldsDoNotSplitCharacters()
    {
        FoldedTextView view;
        QString text(FoldedTextView::kLongestLine - 1, QLatin1Char('x'));
        text += QStringLiteral("\U0001F600 and more");
        view.showText(text);
        QVERIFY(view.document()->firstBlock().text().endsWith(QStringLiteral("\U0001F600")));
    }

    void draftsComeBackByteForByte_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("isEditable");
        QTest::newRow("empty") << QByteArray() << true;
        QTest::newRow("text") << QByteArray("two\nlines\n") << true;
        QTest::newRow("CRLF") << QByteArray("two\r\nlines\r\n") << true;
        QTest::newRow("no-break space") << QByteArray("a\u00a0b") << true;
        QTest::newRow("tab") << QByteArray("a\tb") << true;
        QTest::newRow("mixed line ends") << QByteArray("a\r\nb\n") << false;
        QTest::newRow("lone CR") << QByteArray("a\rb") << false;
        QTest::newRow("paragraph separator") << QByteArray("a\u2029b") << false;
        QTest::newRow("line separator") << QByteArray("a\u2028b") << false;
        QTest::newRow("NUL") << QByteArray("a\0b", 3) << false;
        QTest::newRow("not UTF-8") << QByteArray("\xff\xfe") << false;
        QTest::newRow("one long line") << QByteArray(100'000, 'x') << false;
        QTest::newRow("too large") << QByteArray((1 << 20) + 1, '\n') << false;
    }
    void draftsComeBackByteForByte()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, isEditable);
        const auto draft = DraftText::fromBytes(bytes);
        QCOMPARE(draft.has_value(), isEditable);
        if (!draft)
            return;
        QPlainTextEdit edit;
        edit.setPlainText(draft->text);
        QCOMPARE(DraftText::toBytes(*edit.document(), draft->crlf), bytes);
    }

    void anEditorThatIsNotTouchedChangesNothing()
    {
        DraftEditor editor;
        const QByteArray minified = R"({"a":)" + QByteArray(600, '1') + R"(,"b":[1,2]})";
        editor.begin(minified, "application/json");
        // Laid out for editing, but not until it is edited.
        QVERIFY(editor.editor()->blockCount() > 1);
        QCOMPARE(editor.bytes(), minified);
        editor.begin(QByteArray("\xff\0\x01", 3), "application/octet-stream");
        QVERIFY(!editor.editor()->isVisibleTo(&editor));
        QCOMPARE(editor.bytes(), QByteArray("\xff\0\x01", 3));
    }

    void anEditorTellsOfEdits()
    {
        DraftEditor editor;
        QSignalSpy edited(&editor, &DraftEditor::edited);
        editor.begin("one\r\n", "text/plain");
        QCOMPARE(edited.size(), 0);
        editor.editor()->moveCursor(QTextCursor::End);
        editor.editor()->insertPlainText(QStringLiteral("two\n"));
        QVERIFY(!edited.isEmpty());
        QCOMPARE(editor.bytes(), QByteArray("one\r\ntwo\r\n"));
        editor.setFile("from a file", QStringLiteral("file.txt"));
        QCOMPARE(editor.bytes(), QByteArray("from a file"));
    }

    void theModeIsThatOfTheKind_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<int>("mode");
        QTest::newRow("text") << QByteArray("hello") << QByteArray("text/plain")
                              << int(ValueView::TextMode);
        QTest::newRow("json") << QByteArray("{}") << QByteArray("application/json")
                              << int(ValueView::JsonMode);
        QTest::newRow("bytes") << QByteArray("\xff\0", 2) << QByteArray("application/octet-stream")
                               << int(ValueView::HexMode);
        QTest::newRow("image") << QByteArray("\x89PNG") << QByteArray("image/png")
                               << int(ValueView::ImageMode);
    }
    void theModeIsThatOfTheKind()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, type);
        ValueView view;
        view.setValue(whole(bytes, type), valueKind(type, bytes));
        QTEST(int(view.mode()), "mode");
    }

    void jsonKeepsEveryToken()
    {
        ValueView view;
        const QByteArray json = R"({"n":18446744073709551615,"f":1.10,"a":1,"a":2})";
        view.setValue(whole(json, "application/json"), ValueKind::Json);
        QCOMPARE(view.shownText().remove(QLatin1Char(' ')).remove(QLatin1Char('\n')),
                 QString::fromUtf8(json));
        QVERIFY(view.shownText().contains(QLatin1Char('\n')));
    }

    void largeJsonIsLaidOutAside()
    {
        ValueView view;
        QByteArray json = "[0";
        while (json.size() < kLarge)
            json += ",1234567890";
        json += ']';
        view.setValue(whole(json, "application/json"), ValueKind::Json);
        QVERIFY(view.shownText().isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(view.shownText().size() > json.size(), 60'000);
    }

    void aModeThatWasChosenStaysWithTheKey()
    {
        ValueView view;
        view.setValue(whole("hello"), ValueKind::Text);
        view.setMode(ValueView::HexMode);
        view.setValue(whole("hello again"), ValueKind::Text);
        QCOMPARE(view.mode(), ValueView::HexMode);
        StoredValue other = whole("{}", "application/json");
        other.key = "other";
        view.setValue(other, ValueKind::Json);
        QCOMPARE(view.mode(), ValueView::JsonMode);
    }

    void theRestIsAskedFor()
    {
        ValueView view;
        QSignalSpy asked(&view, &ValueView::loadAllRequested);
        view.setValue({"k", QByteArray(65536, 'x'), "text/plain", 1, kLarge, false},
                      ValueKind::Text);
        const auto *strip = view.findChild<MessageStrip *>();
        QVERIFY(strip->text().contains(QStringLiteral("64")));
        strip->findChild<QPushButton *>()->click();
        QCOMPARE(asked.size(), 1);
    }

    void imagesAreShown()
    {
        QImage image(20, 10, QImage::Format_RGB32);
        image.fill(Qt::red);
        QByteArray bytes;
        QBuffer buffer(&bytes);
        QVERIFY(image.save(&buffer, "PNG"));
        ValueView view;
        view.setValue(whole(bytes, "image/png"), ValueKind::Image);
        const auto isShown = [&view] {
            for (const QLabel *label : view.findChildren<QLabel *>()) {
                if (label->pixmap().size() == QSize(20, 10))
                    return true;
            }
            return false;
        };
        QTRY_VERIFY(isShown());
        view.setValue(whole("no image", "image/png"), ValueKind::Image);
        QTRY_VERIFY(view.findChild<MessageStrip *>()->text().contains(QStringLiteral("no image")));
    }
};

QTEST_MAIN(TestTextViews)
#include "tst_textviews.moc"
