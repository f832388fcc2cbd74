// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/importworker.h"

#include "monitor/client/entrytext.h"

#include <array>

namespace memorykv {

namespace {

constexpr qsizetype kUnderWay = 8;      ///< requests at a time; browsers take six
constexpr int kMaxTries = 5;            ///< for a key that others go on writing
constexpr qint64 kMaxLine = 64LL << 20; ///< bytes; a value of the largest size, escaped, fits
constexpr std::size_t kPiece = 16'384;
constexpr qint64 kProgressMs = 100;

} // namespace

ImportWorker::ImportWorker(const ImportRequest &request)
    : m_request(request)
    , m_rest(this)
    , m_file(request.fileName, this)
{
    m_rest.setEndpoint(request.endpoint);
}

void ImportWorker::start()
{
    m_sinceProgress.start();
    if (!m_file.open(QIODevice::ReadOnly)) {
        stop(m_file.errorString());
        return;
    }
    proceed();
}

void ImportWorker::cancel()
{
    m_report.cancelled = !m_hasFinished;
    stop({});
}

/// Keeps as many keys under way as may be.
void ImportWorker::proceed()
{
    while (!m_isStopping && m_underWay.size() < kUnderWay) {
        if (m_waiting) {
            if (m_underWay.contains(m_waiting->entry.key))
                return;
            begin(*std::exchange(m_waiting, std::nullopt));
            continue;
        }
        const auto text = nextLine();
        if (!text)
            break;
        takeLine(*text);
    }
    if (m_sinceProgress.hasExpired(kProgressMs)) {
        m_sinceProgress.restart();
        Q_EMIT progress(m_file.pos(), m_file.size());
    }
    finishWhenIdle();
}

/// The next line of the file with its end; nothing at the end of the file.
std::optional<QByteArray> ImportWorker::nextLine()
{
    while (!m_file.atEnd()) {
        ++m_line;
        auto text = readLine();
        if (m_file.error() != QFile::NoError) {
            stop(m_file.errorString());
            return std::nullopt;
        }
        if (text)
            return text;
        addFault(m_line, tr("the line is over %1 MiB").arg(kMaxLine >> 20));
    }
    return std::nullopt;
}

/// One line, however long; nothing when it is too long. Piece by piece, as QIODevice sets all of
/// what a line may have aside for each line.
std::optional<QByteArray> ImportWorker::readLine()
{
    std::array<char, kPiece> piece;
    QByteArray text;
    bool fits = true;
    bool ended = false;
    while (!ended) {
        const qint64 size = m_file.readLine(piece.data(), piece.size());
        if (size <= 0)
            break;
        ended = piece.at(static_cast<std::size_t>(size) - 1) == '\n';
        fits = fits && text.size() + size <= kMaxLine;
        if (fits)
            text.append(piece.data(), size);
    }
    return fits ? std::optional(text) : std::nullopt;
}

void ImportWorker::takeLine(const QByteArray &text)
{
    if (text.trimmed().isEmpty())
        return;
    auto entry = entryFromJson(text);
    if (!entry) {
        addFault(m_line, QString::fromUtf8(entry.error().detail));
        return;
    }
    m_waiting = Item{.entry = *std::move(entry), .line = m_line};
}

void ImportWorker::begin(Item item)
{
    m_underWay.insert(item.entry.key);
    compare(std::move(item));
}

void ImportWorker::compare(Item item)
{
    const QByteArray key = item.entry.key;
    m_rest.get(key, -1, this, [this, item = std::move(item)](const Outcome<StoredValue> &value) {
        onValue(item, value);
    });
}

void ImportWorker::onValue(Item item, const Outcome<StoredValue> &value)
{
    if (!value) {
        if (value.error().kind == FailureKind::NotFound)
            write(std::move(item), Condition::missing());
        else
            onFailure(item, value.error());
        return;
    }
    const QByteArray type
        = item.entry.type.isEmpty() ? QByteArray("application/octet-stream") : item.entry.type;
    if (value->bytes == item.entry.value && value->type == type)
        done(item, m_report.unchanged);
    else if (m_request.onlyMissing)
        done(item, m_report.kept);
    else
        write(std::move(item), Condition::revisionIs(value->revision));
}

void ImportWorker::write(Item item, Condition condition)
{
    if (m_request.dryRun) {
        done(item,
             condition.kind == Condition::Kind::Missing ? m_report.created : m_report.replaced);
        return;
    }
    const PutRequest put{.key = item.entry.key,
                         .value = item.entry.value,
                         .type = item.entry.type,
                         .ttlSeconds = item.entry.ttlSeconds,
                         .condition = condition};
    m_rest.put(put, this, [this, item = std::move(item)](const Outcome<Written> &written) {
        onWritten(item, written);
    });
}

void ImportWorker::onWritten(Item item, const Outcome<Written> &written)
{
    if (written) {
        done(item, written->created ? m_report.created : m_report.replaced);
        return;
    }
    if (written.error().kind == FailureKind::Conflict && ++item.tries < kMaxTries) {
        compare(std::move(item));
        return;
    }
    onFailure(item, written.error());
}

void ImportWorker::onFailure(const Item &item, const Failure &failure)
{
    constexpr int kContentTooLarge = 413;
    const bool isOfTheLine = failure.kind == FailureKind::Rejected
                             || failure.kind == FailureKind::Conflict
                             || failure.status == kContentTooLarge;
    if (isOfTheLine) {
        addFault(item.line, failure.text);
        m_underWay.remove(item.entry.key);
        proceed();
        return;
    }
    stop(tr("line %1: %2").arg(item.line).arg(failure.text));
}

void ImportWorker::done(const Item &item, quint64 &count)
{
    ++count;
    m_underWay.remove(item.entry.key);
    proceed();
}

void ImportWorker::addFault(qint64 line, const QString &text)
{
    ++m_report.invalid;
    if (m_report.faults.size() < ImportReport::kMaxFaults)
        m_report.faults.append({.line = line, .text = text});
}

/// Ends now. What is on its way may still be written, and is not counted.
void ImportWorker::stop(const QString &error)
{
    if (m_report.error.isEmpty())
        m_report.error = error;
    m_isStopping = true;
    m_rest.setEndpoint(m_request.endpoint);
    m_underWay.clear();
    finishWhenIdle();
}

void ImportWorker::finishWhenIdle()
{
    const bool isIdle = m_underWay.isEmpty() && (m_isStopping || (m_file.atEnd() && !m_waiting));
    if (!isIdle || std::exchange(m_hasFinished, true))
        return;
    if (!m_isStopping)
        Q_EMIT progress(m_file.size(), m_file.size());
    Q_EMIT finished(m_report);
}

} // namespace memorykv
