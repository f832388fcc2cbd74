// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/logging.h"

#include "shared/bytes.h"
#include "shared/jsonstring.h"
#include "shared/timetext.h"

#include <QDateTime>
#include <QLoggingCategory>

#include <atomic>
#include <cerrno>
#include <mutex>

#include <poll.h>
#include <unistd.h>

namespace memorykv {

namespace {

std::atomic<LogFormat> gFormat = LogFormat::Text;

QByteArrayView levelName(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return "debug";
    case QtInfoMsg:
        return "info";
    case QtWarningMsg:
        return "warning";
    case QtCriticalMsg:
        return "error";
    case QtFatalMsg:
        break;
    }
    return "fatal";
}

QString filterRules(LogLevel level)
{
    QString others = QStringLiteral("*.debug=false\n*.info=false\n");
    switch (level) {
    case LogLevel::Debug:
        return others + QStringLiteral("memorykv.*=true");
    case LogLevel::Info:
        return others + QStringLiteral("memorykv.*.info=true");
    case LogLevel::Warning:
        break;
    case LogLevel::Error:
        return others + QStringLiteral("*.warning=false");
    }
    return others;
}

/// Writes \a line to standard error, in one go unless that takes only a part. What cannot be
/// written is lost: there is no other place to tell of it.
void writeLine(QByteArrayView line)
{
    // A long line to a pipe is not atomic: without the lock, lines of two threads could mix.
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    while (!line.isEmpty()) {
        const ssize_t written
            = ::write(STDERR_FILENO, line.data(), static_cast<std::size_t>(line.size()));
        if (written >= 0) {
            line = line.sliced(written);
        } else if (errno == EAGAIN) {
            // Whoever gave us standard error made it non-blocking: wait, as if it were not.
            pollfd ready{STDERR_FILENO, POLLOUT, 0};
            ::poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return;
        }
    }
}

void handleMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    // The code around a log statement may look at errno after it.
    const int savedErrno = errno;
    writeLine(logLine(gFormat, QDateTime::currentMSecsSinceEpoch(), type,
                      context.category ? context.category : "default", message));
    errno = savedErrno;
}

} // namespace

void installLogging(LogLevel level, LogFormat format)
{
    gFormat = format;
    QLoggingCategory::setFilterRules(filterRules(level));
    qInstallMessageHandler(handleMessage);
}

QByteArray logLine(LogFormat format, qint64 timeMs, QtMsgType type, QByteArrayView category,
                   const QString &message)
{
    const TimeText time(timeMs);
    const QByteArrayView level = levelName(type);
    QByteArray line;
    if (format == LogFormat::Json) {
        appendAll({"{\"time\":\"", time, "\",\"level\":\"", level, "\",\"category\":"}, line);
        appendJsonString(category, line);
        line.append(",\"message\":");
        appendJsonString(message.toUtf8(), line);
        line.append("}\n");
    } else {
        // Padded so that the categories stand below each other; warnings stand out.
        const QByteArray padded = level.toByteArray().leftJustified(5);
        appendAll({time, " ", padded, " ", category, " ", printable(message), "\n"}, line);
    }
    return line;
}

QByteArray printable(const QString &text)
{
    QString escaped;
    escaped.reserve(text.size());
    for (const QChar character : text) {
        if (character == u'\n')
            escaped += QStringLiteral("\\n");
        else if (character == u'\r')
            escaped += QStringLiteral("\\r");
        else if (character == u'\t')
            escaped += QStringLiteral("\\t");
        else if (character.category() == QChar::Other_Control
                 || character.category() == QChar::Separator_Line
                 || character.category() == QChar::Separator_Paragraph)
            escaped += QStringLiteral("\\u%1").arg(uint(character.unicode()), 4, 16, QChar(u'0'));
        else
            escaped += character;
    }
    return escaped.toUtf8();
}

} // namespace memorykv
