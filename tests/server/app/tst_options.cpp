// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/options.h"

#include "server/app/flags.h"

#include <QTest>
#include <QThread>

using namespace memorykv;
using namespace std::chrono_literals;

using Words = QList<QByteArray>;

namespace {

/// Parses \a words after the name of the program; \a variables are "NAME=value".
Result<CommandLine> parse(const Words &words, const Words &variables = {})
{
    QStringList arguments = {QStringLiteral("memorykv-server")};
    for (const QByteArray &word : words)
        arguments.append(QString::fromUtf8(word));
    QProcessEnvironment environment;
    for (const QByteArray &variable : variables) {
        const qsizetype equals = variable.indexOf('=');
        environment.insert(QString::fromUtf8(variable.first(equals)),
                           QString::fromUtf8(variable.sliced(equals + 1)));
    }
    return parseOptions(arguments, environment);
}

} // namespace

class TestOptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutAnythingTheDefaultsHold()
    {
        const auto read = parse({});
        QVERIFY(read);
        QVERIFY(read->action == CommandLine::Action::Serve);
        QVERIFY(read->options == Options());
        QCOMPARE(read->options.address, QHostAddress(QHostAddress::LocalHost));
        QCOMPARE(read->options.port, quint16(8080));
        QVERIFY(!read->options.metricsPort);
        QCOMPARE(read->options.threads, qBound(1, QThread::idealThreadCount(), 256));
        QCOMPARE(read->options.maxConnections, 1024);
        QCOMPARE(read->options.maxValueSize, qint64(5) << 20);
        QCOMPARE(read->options.maxMemory, qint64(0));
        QCOMPARE(read->options.historySize, qint64(32) << 20);
        QCOMPARE(read->options.feedBufferSize, qint64(8) << 20);
        QVERIFY(read->options.heartbeat == 60s);
        QVERIFY(read->options.corsOrigins.isEmpty());
        QVERIFY(read->options.logLevel == LogLevel::Info);
        QVERIFY(read->options.logFormat == LogFormat::Text);
        QVERIFY(parseOptions({}, {}));
    }

    void theDefaultOfEachFlagIsAValueOfIt_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < int(flags().size()); ++i)
            QTest::newRow(flags()[std::size_t(i)].name.data()) << i;
    }
    void theDefaultOfEachFlagIsAValueOfIt()
    {
        QFETCH(int, index);
        const Flag &flag = flags()[std::size_t(index)];
        const auto read
            = parse({"--" + flag.name.toByteArray() + '=' + flag.defaultValue.toByteArray()});
        QVERIFY2(read, read ? "" : read.error().detail.constData());
        QVERIFY(read->options == Options());
    }

    void everyFlagSetsItsOption()
    {
        Options expected;
        expected.address = QHostAddress(QStringLiteral("::1"));
        expected.port = 0;
        expected.metricsPort = 9090;
        expected.threads = 256;
        expected.maxConnections = 7;
        expected.maxValueSize = 1000;
        expected.maxMemory = qint64(2) << 30;
        expected.historySize = 0;
        expected.feedBufferSize = 65536;
        expected.heartbeat = 120s;
        expected.corsOrigins = Words{"https://a.example", "http://b.example:81", "http://c"};
        expected.security.tokenFile = "tokens";
        expected.security.tlsCertificate = "c.pem";
        expected.security.tlsKey = "k.pem";
        expected.security.hosts = Words{"kv.example", "[::1]"};
        expected.security.origins = Words{"https://a.example"};
        expected.security.insecure = true;
        expected.security.maxRate = 5;
        expected.security.maxPerAddress = 0;
        expected.security.maxBuffers = 1 << 20;
        expected.logLevel = LogLevel::Debug;
        expected.logFormat = LogFormat::Json;

        const auto fromFlags = parse({"--address",
                                      "::1",
                                      "--port=0",
                                      "--metrics-port",
                                      "9090",
                                      "--threads",
                                      "256",
                                      "--max-connections=7",
                                      "--max-value",
                                      "1000",
                                      "--max-memory",
                                      "2G",
                                      "--history",
                                      "0",
                                      "--feed-buffer=64KiB",
                                      "--heartbeat",
                                      "2m",
                                      "--cors-origin",
                                      "https://a.example,http://b.example:81",
                                      "--cors-origin=http://c",
                                      "--token-file",
                                      "tokens",
                                      "--tls-cert=c.pem",
                                      "--tls-key=k.pem",
                                      "--host",
                                      "KV.example,[::1]",
                                      "--origin=https://A.example",
                                      "--insecure",
                                      "--max-rate",
                                      "5",
                                      "--max-per-address=off",
                                      "--max-buffers=1MiB",
                                      "--log-level",
                                      "debug",
                                      "--log-format",
                                      "json"});
        QVERIFY2(fromFlags, fromFlags ? "" : fromFlags.error().detail.constData());
        QVERIFY(fromFlags->options == expected);

        const auto fromEnvironment
            = parse({}, {"MEMORYKV_ADDRESS=::1",
                         "MEMORYKV_PORT=0",
                         "MEMORYKV_METRICS_PORT=9090",
                         "MEMORYKV_THREADS=256",
                         "MEMORYKV_MAX_CONNECTIONS=7",
                         "MEMORYKV_MAX_VALUE=1000",
                         "MEMORYKV_MAX_MEMORY=2G",
                         "MEMORYKV_HISTORY=0",
                         "MEMORYKV_FEED_BUFFER=64KiB",
                         "MEMORYKV_HEARTBEAT=2m",
                         "MEMORYKV_CORS_ORIGIN=https://a.example,http://b.example:81,http://c",
                         "MEMORYKV_TOKEN_FILE=tokens",
                         "MEMORYKV_TLS_CERT=c.pem",
                         "MEMORYKV_TLS_KEY=k.pem",
                         "MEMORYKV_HOST=KV.example,[::1]",
                         "MEMORYKV_ORIGIN=https://A.example",
                         "MEMORYKV_INSECURE=true",
                         "MEMORYKV_MAX_RATE=5",
                         "MEMORYKV_MAX_PER_ADDRESS=off",
                         "MEMORYKV_MAX_BUFFERS=1MiB",
                         "MEMORYKV_LOG_LEVEL=debug",
                         "MEMORYKV_LOG_FORMAT=json"});
        QVERIFY2(fromEnvironment,
                 fromEnvironment ? "" : fromEnvironment.error().detail.constData());
        QVERIFY(fromEnvironment->options == expected);
    }

    void whatGoesBeforeWhat_data()
    {
        QTest::addColumn<Words>("words");
        QTest::addColumn<Words>("variables");
        QTest::addColumn<int>("port");
        QTest::newRow("PORT") << Words() << Words{"PORT=1"} << 1;
        QTest::newRow("own name before PORT") << Words() << Words{"PORT=1", "MEMORYKV_PORT=2"} << 2;
        QTest::newRow("flag before both")
            << Words{"--port", "3"} << Words{"PORT=1", "MEMORYKV_PORT=2"} << 3;
        QTest::newRow("a hidden variable may hold anything")
            << Words{"--port=3"} << Words{"PORT=x", "MEMORYKV_PORT=x"} << 3;
        QTest::newRow("PORT hidden by the own name")
            << Words() << Words{"PORT=x", "MEMORYKV_PORT=2"} << 2;
        QTest::newRow("an empty variable is none")
            << Words() << Words{"PORT=1", "MEMORYKV_PORT="} << 1;
        QTest::newRow("the last of a flag given twice")
            << Words{"--port", "3", "--port=4"} << Words() << 4;
        QTest::newRow("flag with the default before the environment")
            << Words{"--port", "8080"} << Words{"PORT=1"} << 8080;
    }
    void whatGoesBeforeWhat()
    {
        QFETCH(Words, words);
        QFETCH(Words, variables);
        QFETCH(int, port);
        const auto read = parse(words, variables);
        QVERIFY2(read, read ? "" : read.error().detail.constData());
        QCOMPARE(int(read->options.port), port);
    }

    void metricsPortHasItsOtherNameToo()
    {
        QVERIFY(parse({}, {"METRICS_PORT=9090"})->options.metricsPort == quint16(9090));
        QVERIFY(!parse({"--metrics-port", "off"}, {"METRICS_PORT=9090"})->options.metricsPort);
    }

    void originsOfFlagsReplaceThoseOfTheEnvironment()
    {
        const auto read = parse({"--cors-origin", "http://a"}, {"MEMORYKV_CORS_ORIGIN=http://b"});
        QVERIFY(read);
        QCOMPARE(read->options.corsOrigins, Words{"http://a"});
        QVERIFY(parse({"--cors-origin", "off"}, {"MEMORYKV_CORS_ORIGIN=http://b"})
                    ->options.corsOrigins.isEmpty());
    }

    void helpAndVersionWinOverAllElse_data()
    {
        QTest::addColumn<Words>("words");
        QTest::addColumn<int>("action");
        const int help = int(CommandLine::Action::PrintHelp);
        const int version = int(CommandLine::Action::PrintVersion);
        QTest::newRow("help") << Words{"--help"} << help;
        QTest::newRow("short") << Words{"-h"} << help;
        QTest::newRow("help after an error") << Words{"--prot", "1", "--help"} << help;
        QTest::newRow("version") << Words{"--version"} << version;
        QTest::newRow("the first of both") << Words{"--version", "--help"} << version;
    }
    void helpAndVersionWinOverAllElse()
    {
        QFETCH(Words, words);
        QFETCH(int, action);
        const auto read = parse(words, {"PORT=x"});
        QVERIFY(read);
        QCOMPARE(int(read->action), action);
    }

    void saysWhatIsWrongAndWhatWouldBeRight_data()
    {
        QTest::addColumn<Words>("words");
        QTest::addColumn<Words>("variables");
        QTest::addColumn<QByteArray>("error");
        const auto flag = [](const Words &words, const QByteArray &error) {
            QTest::newRow(words.join(' ').constData()) << words << Words() << error;
        };
        const auto variable = [](const QByteArray &assignment, const QByteArray &error) {
            QTest::newRow(assignment.constData()) << Words() << Words{assignment} << error;
        };
        const QByteArray port = "'abc' is not a port; give a number from 0 to 65535 "
                                "(0 picks a free one)";
        flag({"--port", "abc"}, "--port: " + port);
        flag({"--port=abc"}, "--port: " + port);
        flag({"--port", "abc", "--port", "1"}, "--port: " + port);
        variable("MEMORYKV_PORT=abc", "MEMORYKV_PORT: " + port);
        variable("PORT=abc", "PORT: " + port);
        variable("METRICS_PORT=abc", "METRICS_PORT: " + port + ", or off");
        flag({"--port"}, "--port: needs a value, --port PORT; the default is 8080");
        flag({"--port="}, "--port: needs a value, --port PORT; the default is 8080");
        flag({"--port", ""}, "--port: needs a value, --port PORT; the default is 8080");
        flag({"--port", "--threads", "4"},
             "--port: needs a value, --port PORT; the default is 8080");
        flag({"--threads", "0"},
             "--threads: '0' is not possible; give a number from 1 to 256, or cores");
        flag({"--threads", "257"},
             "--threads: '257' is not possible; give a number from 1 to 256, or cores");
        flag({"--max-rate", "0"},
             "--max-rate: '0' is not possible; give a number from 1 to 1000000, or off");
        flag({"--max-memory", "2GB"},
             "--max-memory: '2GB' is not a size; write 2GiB (1KiB is 1024 bytes), or off");
        flag({"--max-buffers", "1KiB"},
             "--max-buffers: '1KiB' is out of range; give a size from 1MiB to 1024GiB, or off");
        flag({"--max-connections", "0"},
             "--max-connections: '0' is not possible; give a number from 1 to 1000000");
        flag({"--max-value", "5MB"},
             "--max-value: '5MB' is not a size; write 5MiB (1KiB is 1024 bytes)");
        flag({"--max-value", "2GiB"},
             "--max-value: '2GiB' is out of range; give a size from 1 to 1GiB");
        flag({"--feed-buffer", "1023"},
             "--feed-buffer: '1023' is out of range; give a size from 1KiB to 1024GiB");
        flag({"--heartbeat", "0"},
             "--heartbeat: '0' is out of range; give a duration from 1s to 24h");
        flag({"--log-level", "warn"},
             "--log-level: 'warn' is not a level; give debug, info, warning or error");
        flag({"--log-format", "xml"}, "--log-format: 'xml' is not a format; give text or json");
        flag({"--metrics-port", "8080"},
             "--metrics-port: 8080 is the main port too; give another one, or off to have "
             "/metrics there");
        flag({"--prot", "1"}, "--prot: no such flag; did you mean --port?");
        flag({"--prot=1"}, "--prot: no such flag; did you mean --port?");
        flag({"-port", "1"}, "-port: no such flag; did you mean --port?");
        flag({"--maxvalue", "1"}, "--maxvalue: no such flag; did you mean --max-value?");
        flag({"--MAX_VALUE", "1"}, "--MAX_VALUE: no such flag; did you mean --max-value?");
        flag({"--metrics", "1"}, "--metrics: no such flag; did you mean --metrics-port?");
        flag({"--hepl"}, "--hepl: no such flag; did you mean --help?");
        flag({"--help=all"}, "--help: takes no value");
        flag({"--chekc"}, "--chekc: no such flag; did you mean --check?");
        flag({"--port", "1", "--check", "data"}, "--check: has to come first, and takes no flags");
        flag({"--banana"}, "--banana: no such flag");
        flag({"-p", "1"}, "-p: no such flag");
        flag({"--"}, "--: no such flag");
        flag({"8080"}, "'8080' is not a flag; there are no other arguments");
        flag({"--port", "1", "2"}, "'2' is not a flag; there are no other arguments");
        flag({""}, "'' is not a flag; there are no other arguments");
        flag({"a\nb"}, "'a\\nb' is not a flag; there are no other arguments");
    }
    void saysWhatIsWrongAndWhatWouldBeRight()
    {
        QFETCH(Words, words);
        QFETCH(Words, variables);
        QFETCH(QByteArray, error);
        const auto read = parse(words, variables);
        QVERIFY(!read);
        QVERIFY(read.error().code == ErrorCode::InvalidArgument);
        QCOMPARE(read.error().detail, error);
    }

    void bothPortsMayBePickedByTheSystem()
    {
        const auto read = parse({"--port", "0", "--metrics-port", "0"});
        QVERIFY(read);
        QVERIFY(read->options.metricsPort == quint16(0));
    }

    void helpTellsOfEveryFlagOnOneLine()
    {
        const QList<QByteArray> lines = helpText().split('\n');
        for (const QByteArray &line : lines)
            QVERIFY2(QString::fromUtf8(line).size() <= 80, line.constData());
        for (const Flag &flag : flags()) {
            const QByteArray usage
                = "  --" + flag.name.toByteArray() + ' ' + flag.value.toByteArray() + ' ';
            const QByteArray end = " (" + flag.defaultValue.toByteArray() + ')';
            const auto tells = [&](const QByteArray &line) {
                return line.startsWith(usage) && line.endsWith(end);
            };
            QCOMPARE(std::count_if(lines.begin(), lines.end(), tells), 1);
            if (!flag.otherName.isEmpty())
                QVERIFY(helpText().contains(flag.otherName));
        }
        QVERIFY(helpText().contains("MEMORYKV_MAX_VALUE"));
    }

    void namesAreUniqueAndVariablesFollowThem()
    {
        QSet<QByteArray> names;
        for (const Flag &flag : flags()) {
            for (const QByteArray &name : {variableName(flag), flag.otherName.toByteArray()}) {
                QVERIFY(!names.contains(name) || name.isEmpty());
                names.insert(name);
            }
        }
        QVERIFY(names.contains("MEMORYKV_CORS_ORIGIN"));
    }

    void versionIsOneLine()
    {
        QCOMPARE(versionText(),
                 "memorykv-server " MEMORYKV_VERSION " (Qt " + QByteArray(qVersion()) + ")\n");
    }
};

QTEST_GUILESS_MAIN(TestOptions)
#include "tst_options.moc"
