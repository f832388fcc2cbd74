// SPDX-License-Identifier: GPL-3.0-only
#include "server/page/page.h"

#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace memorykv;

/// The files of the page, as they are built into the program.
class TestPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void filesHaveATypeAndContent();
    void whatIsReferredToIsThere();
    void allThatIsThereIsReferredTo();
    void nothingIsInline();
    void nothingIsOfAnotherHost();
    void theSdkTellsItsLicence();
};

namespace {

QString textOf(const QByteArray &name)
{
    for (const PageAsset &asset : pageAssets()) {
        if (asset.name == name)
            return QString::fromUtf8(asset.content);
    }
    return {};
}

/// The names of the files that the HTML and the modules load.
QSet<QByteArray> references()
{
    static const QRegularExpression inHtml(u"(?:href|src)=\"/-/page/([^\"]+)\""_s);
    static const QRegularExpression inModules(u"from \"\\./([^\"]+)\""_s);
    QSet<QByteArray> names;
    const auto collect = [&names](const QRegularExpression &form, const QString &text) {
        for (const auto &match : form.globalMatch(text))
            names.insert(match.captured(1).toUtf8());
    };
    collect(inHtml, QString::fromUtf8(pageHtml()));
    for (const PageAsset &asset : pageAssets()) {
        if (asset.name.endsWith(".js"))
            collect(inModules, QString::fromUtf8(asset.content));
    }
    return names;
}

} // namespace

void TestPage::filesHaveATypeAndContent()
{
    const std::vector<PageAsset> assets = pageAssets();
    QVERIFY(!assets.empty());
    for (const PageAsset &asset : assets) {
        QVERIFY2(!asset.content.isEmpty(), asset.name.constData());
        const QByteArray type = asset.name.endsWith(".js")    ? "text/javascript; charset=utf-8"
                                : asset.name.endsWith(".css") ? "text/css; charset=utf-8"
                                                              : "image/svg+xml";
        QCOMPARE(asset.type, type);
    }
}

void TestPage::whatIsReferredToIsThere()
{
    for (const QByteArray &name : references())
        QVERIFY2(!textOf(name).isEmpty(), name.constData());
}

void TestPage::allThatIsThereIsReferredTo()
{
    const QSet<QByteArray> names = references();
    for (const PageAsset &asset : pageAssets())
        QVERIFY2(names.contains(asset.name), asset.name.constData());
}

// The page's Content-Security-Policy would stop it without a word.
void TestPage::nothingIsInline()
{
    static const QRegularExpression inlined(
        u"<script(?![^>]*\\ssrc=)|<style|\\sstyle=|\\son\\w+=\"|javascript:"_s);
    const auto found = inlined.match(QString::fromUtf8(pageHtml()));
    QVERIFY2(!found.hasMatch(), qPrintable(found.captured()));
}

void TestPage::nothingIsOfAnotherHost()
{
    static const QRegularExpression elsewhere(
        u"(?:href|src)=\"(?:\\w+:)?//|\\burl\\([^)]|@import|from \"(?!\\./)"_s);
    QString all = QString::fromUtf8(pageHtml());
    for (const PageAsset &asset : pageAssets())
        all += QString::fromUtf8(asset.content).remove(QRegularExpression(u"\\n \\*[^\\n]*"_s));
    const auto found = elsewhere.match(all);
    QVERIFY2(!found.hasMatch(), qPrintable(found.captured()));
}

void TestPage::theSdkTellsItsLicence()
{
    QVERIFY(textOf("memorykv.js").startsWith("// SPDX-License-Identifier: MIT\n"_L1));
}

QTEST_GUILESS_MAIN(TestPage)
#include "tst_page.moc"
