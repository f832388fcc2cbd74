// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/logging.h"

#include "shared/logcategories.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTemporaryFile>
#include <QTest>

#include <cerrno>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace memorykv;

Q_DECLARE_METATYPE(QtMsgType)

namespace {

constexpr qint64 kTime = 1764000754321; // 2025-11-24T16:12:34.321Z

/// Sends standard error and Qt's messages to a file while it lives.
class Capture
{
public:
    Capture(LogLevel level, LogFormat format)
        : m_handler(qInstallMessageHandler(nullptr))
        , m_standardError(::dup(STDERR_FILENO))
    {
        m_opened = m_file.open() && ::dup2(m_file.handle(), STDERR_FILENO) >= 0;
        installLogging(level, format);
    }
    ~Capture()
    {
        ::dup2(m_standardError, STDERR_FILENO);
        ::close(m_standardError);
        QLoggingCategory::setFilterRules(QString());
        qInstallMessageHandler(m_handler);
    }
    Q_DISABLE_COPY_MOVE(Capture)

    bool opened() const { return m_opened; }

    /// The lines written so far; a last one without a line feed would stand at the end.
    QList<QByteArray> lines()
    {
        QFile file(m_file.fileName());
        if (!file.open(QIODevice::ReadOnly))
            return {};
        QList<QByteArray> all = file.readAll().split('\n');
        if (all.last().isEmpty())
            all.removeLast();
        return all;
    }

private:
    QtMessageHandler m_handler;
    int m_standardError;
    QTemporaryFile m_file;
    bool m_opened = false;
};

/// Logs at each level, ours and Qt's, and returns what was shown: "category level".
QList<QByteArray> shownAt(LogLevel level)
{
    Capture capture(level, LogFormat::Text);
    qCDebug(lcHttp, "message");
    qCInfo(lcHttp, "message");
    qCWarning(lcHttp, "message");
    qCCritical(lcHttp, "message");
    qDebug("message");
    qInfo("message");
    qWarning("message");
    qCritical("message");
    QList<QByteArray> shown;
    for (const QByteArray &line : capture.lines()) {
        const QList<QByteArray> words = line.simplified().split(' ');
        shown.append(words.value(2) + ' ' + words.value(1));
    }
    return shown;
}

} // namespace

class TestLogging : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textLines_data()
    {
        QTest::addColumn<QtMsgType>("type");
        QTest::addColumn<QString>("message");
        QTest::addColumn<QByteArray>("line");
        const auto row = [](const char *name, QtMsgType type, const QString &message,
                            const QByteArray &rest) {
            QTest::newRow(name) << type << message << "2025-11-24T16:12:34.321Z " + rest + '\n';
        };
        const QString plain = QStringLiteral("a message");
        row("debug", QtDebugMsg, plain, "debug memorykv.http a message");
        row("info", QtInfoMsg, plain, "info  memorykv.http a message");
        row("warning", QtWarningMsg, plain, "warning memorykv.http a message");
        row("critical", QtCriticalMsg, plain, "error memorykv.http a message");
        row("fatal", QtFatalMsg, plain, "fatal memorykv.http a message");
        row("empty", QtInfoMsg, {}, "info  memorykv.http ");
        row("line feeds", QtInfoMsg, QStringLiteral("a\r\nb\tc\n"),
            "info  memorykv.http a\\r\\nb\\tc\\n");
        row("terminal commands", QtInfoMsg, QStringLiteral("\u001b[2J\u009b2J\u0000\u007f"),
            "info  memorykv.http \\u001b[2J\\u009b2J\\u0000\\u007f");
        row("Unicode line ends", QtInfoMsg, QStringLiteral("a\u2028b\u2029c\u0085d"),
            "info  memorykv.http a\\u2028b\\u2029c\\u0085d");
        row("UTF-8", QtInfoMsg, QStringLiteral("gr\u00fc\u00df \U0001f600"),
            "info  memorykv.http gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80");
    }
    void textLines()
    {
        QFETCH(QtMsgType, type);
        QFETCH(QString, message);
        QFETCH(QByteArray, line);
        QCOMPARE(logLine(LogFormat::Text, kTime, type, "memorykv.http", message), line);
    }

    void jsonLines()
    {
        const QString message = QStringLiteral("say \"hi\"\n\u001b[2J \\ gr\u00fc\u00df");
        const QByteArray line
            = logLine(LogFormat::Json, kTime, QtWarningMsg, "memorykv.feed", message);
        QVERIFY(line.startsWith(R"({"time":"2025-11-24T16:12:34.321Z","level":"warning",)"));
        QCOMPARE(line.count('\n'), 1);
        QVERIFY(line.endsWith("}\n"));
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        QCOMPARE(object.size(), 4);
        QCOMPARE(object[QStringLiteral("category")].toString(), QStringLiteral("memorykv.feed"));
        QCOMPARE(object[QStringLiteral("message")].toString(), message);
    }

    void levelsFilter_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<QList<QByteArray>>("shown");
        const QList<QByteArray> all
            = {"memorykv.http debug", "memorykv.http info", "memorykv.http warning",
               "memorykv.http error", "default warning",    "default error"};
        QTest::newRow("debug") << int(LogLevel::Debug) << all;
        QTest::newRow("info") << int(LogLevel::Info) << all.sliced(1);
        QTest::newRow("warning") << int(LogLevel::Warning) << all.sliced(2);
        QTest::newRow("error") << int(LogLevel::Error) << QList<QByteArray>{all[3], all[5]};
    }
    void levelsFilter()
    {
        if (qEnvironmentVariableIsSet("QT_LOGGING_RULES"))
            QSKIP("QT_LOGGING_RULES is set and goes before the level");
        QFETCH(int, level);
        QFETCH(QList<QByteArray>, shown);
        QCOMPARE(shownAt(static_cast<LogLevel>(level)), shown);
    }

    void categoriesHaveTheirNames()
    {
        QCOMPARE(lcServer().categoryName(), "memorykv.server");
        QCOMPARE(lcHttp().categoryName(), "memorykv.http");
        QCOMPARE(lcFeed().categoryName(), "memorykv.feed");
        QCOMPARE(lcStore().categoryName(), "memorykv.store");
        QCOMPARE(lcLog().categoryName(), "memorykv.log");
    }

    void linesOfManyThreadsStayWhole()
    {
        constexpr int kThreads = 8;
        constexpr int kMessages = 500;
        Capture capture(LogLevel::Info, LogFormat::Json);
        QVERIFY(capture.opened());
        std::vector<std::thread> threads;
        threads.reserve(kThreads);
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([thread] {
                for (int i = 0; i < kMessages; ++i)
                    qCInfo(lcServer).noquote()
                        << QString(8192, QChar(u'a' + thread)) << thread * kMessages + i;
            });
        }
        for (std::thread &thread : threads)
            thread.join();

        const QList<QByteArray> lines = capture.lines();
        QCOMPARE(lines.size(), kThreads * kMessages);
        QSet<int> seen;
        for (const QByteArray &line : lines) {
            const QString message
                = QJsonDocument::fromJson(line).object()[QStringLiteral("message")].toString();
            const int number = message.section(u' ', -1).toInt();
            QCOMPARE(message.section(u' ', 0, 0), QString(8192, QChar(u'a' + number / kMessages)));
            seen.insert(number);
        }
        QCOMPARE(seen.size(), kThreads * kMessages);
    }

    void aNonBlockingPipeLosesNothing()
    {
        int ends[2];
        QCOMPARE(::pipe2(ends, O_NONBLOCK), 0);
        const int standardError = ::dup(STDERR_FILENO);
        QByteArray read;
        {
            Capture capture(LogLevel::Info, LogFormat::Text);
            ::dup2(ends[1], STDERR_FILENO);
            std::thread writer([] {
                for (int i = 0; i < 50; ++i)
                    qCInfo(lcServer).noquote() << QString(20'000, u'x');
            });
            // Far more than a pipe holds; the writer has to wait for this reader.
            std::vector<char> buffer(4096);
            while (read.count('\n') < 50) {
                const ssize_t count = ::read(ends[0], buffer.data(), buffer.size());
                if (count > 0)
                    read.append(buffer.data(), count);
                else
                    std::this_thread::yield();
            }
            writer.join();
        }
        ::dup2(standardError, STDERR_FILENO);
        for (const int descriptor : {standardError, ends[0], ends[1]})
            ::close(descriptor);
        for (const QByteArray &line : read.trimmed().split('\n'))
            QVERIFY(line.endsWith(' ' + QByteArray(20'000, 'x')));
    }

    void errnoSurvives()
    {
        Capture capture(LogLevel::Info, LogFormat::Text);
        errno = ENOSPC;
        qCInfo(lcServer, "message");
        const int after = errno;
        QCOMPARE(after, ENOSPC);
        QCOMPARE(capture.lines().size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestLogging)
#include "tst_logging.moc"
