// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/exportworker.h"

namespace memorykv {

namespace {

constexpr int kPageSize = 1'000;
constexpr qint64 kProgressMs = 100;
constexpr qsizetype kWriteAtOnce = 1 << 20;

void appendEventLine(const ExportedEvent &exported, ExportFormat format, QByteArray &out)
{
    if (format == ExportFormat::Csv) {
        appendEventCsv(exported, out);
        return;
    }
    appendExportedJson(exported, out);
    out += '\n';
}

void appendEntryLine(const KeyEntry &entry, ExportFormat format, QByteArray &out)
{
    if (format == ExportFormat::Csv) {
        appendEntryCsv(entry, out);
        return;
    }
    appendEntryJson(entry, out);
    out += '\n';
}

} // namespace

ExportWorker::ExportWorker(const QString &fileName)
    : m_file(fileName)
{
    m_file.setParent(this);
}

void ExportWorker::start()
{
    m_sinceProgress.start();
    if (!m_file.open(QIODevice::WriteOnly)) {
        finish(false, m_file.errorString());
        return;
    }
    begin();
}

void ExportWorker::cancel()
{
    m_isCancelled = true;
    QMetaObject::invokeMethod(this, [this] {
        interrupt();
        fail({});
    });
}

bool ExportWorker::write(const QByteArray &text, quint64 lines, quint64 total)
{
    if (m_file.write(text) != text.size()) {
        fail(m_file.errorString());
        return false;
    }
    m_lines += lines;
    if (m_sinceProgress.hasExpired(kProgressMs)) {
        m_sinceProgress.restart();
        Q_EMIT progress(m_lines, qMax(total, m_lines));
    }
    return true;
}

void ExportWorker::end()
{
    if (m_file.commit()) {
        Q_EMIT progress(m_lines, m_lines);
        finish(false, {});
    } else {
        finish(false, m_file.errorString());
    }
}

void ExportWorker::fail(const QString &error)
{
    m_file.cancelWriting();
    m_file.commit();
    finish(m_isCancelled, error);
}

void ExportWorker::finish(bool cancelled, const QString &error)
{
    if (!std::exchange(m_hasFinished, true))
        Q_EMIT finished(m_lines, cancelled, error);
}

KeysExportWorker::KeysExportWorker(KeysExport what)
    : ExportWorker(what.fileName)
    , m_what(std::move(what))
    , m_rest(this)
{
    m_rest.setEndpoint(m_what.endpoint);
}

void KeysExportWorker::begin()
{
    if (m_what.format == ExportFormat::Csv && !write(entryCsvHead(), 0, 0))
        return;
    m_call = m_rest.count(m_what.prefix, this, [this](const Outcome<quint64> &count) {
        if (!count) {
            fail(count.error().text);
            return;
        }
        m_total = *count;
        askPage({});
    });
}

void KeysExportWorker::interrupt()
{
    m_call.abort();
}

void KeysExportWorker::askPage(const QByteArray &after)
{
    m_call = m_rest.entries(m_what.prefix, after, kPageSize, this,
                            [this](const Outcome<EntryPage> &page) { onPage(page); });
}

void KeysExportWorker::onPage(const Outcome<EntryPage> &page)
{
    if (!page) {
        fail(page.error().text);
        return;
    }
    QByteArray text;
    for (const KeyEntry &entry : page->entries)
        appendEntryLine(entry, m_what.format, text);
    if (!write(text, static_cast<quint64>(page->entries.size()), m_total))
        return;
    if (page->more)
        askPage(page->nextAfter);
    else
        end();
}

WalExportWorker::WalExportWorker(WalExport what)
    : ExportWorker(what.fileName)
    , m_what(std::move(what))
{ }

void WalExportWorker::begin()
{
    QByteArray text = m_what.format == ExportFormat::Csv ? eventCsvHead() : QByteArray();
    quint64 lines = 0;
    while (const auto event = m_what.source()) {
        if (isCancelled()) {
            fail({});
            return;
        }
        appendEventLine(*event, m_what.format, text);
        ++lines;
        if (text.size() < kWriteAtOnce)
            continue;
        if (!write(text, std::exchange(lines, 0), m_what.total))
            return;
        text.clear();
    }
    if (write(text, lines, m_what.total))
        end();
}

} // namespace memorykv
