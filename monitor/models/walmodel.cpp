// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/walmodel.h"

#include "monitor/models/displaytext.h"

#include <QLocale>

#include <algorithm>

namespace memorykv {

namespace {

constexpr qsizetype kAppendAtOnce = 20'000; ///< events between two looks at the limits
constexpr qsizetype kShownValue = 256;      ///< characters of a value in its cell

QString seqText(const WalRow &row)
{
    if (row.op != Op::Gap)
        return QString::number(row.seq);
    return WalModel::tr("%1 to %2").arg(row.extra).arg(row.seq);
}

QString gapText(const WalRow &row)
{
    const auto from = static_cast<quint64>(row.extra);
    if (row.seq < from)
        return WalModel::tr("The server began anew");
    const quint64 missing = row.seq - from + 1;
    return missing == 1
               ? WalModel::tr("1 change is missing here")
               : WalModel::tr("%1 changes are missing here").arg(QLocale().toString(missing));
}

QString valueText(const WalRow &row)
{
    switch (row.op) {
    case Op::Insert:
        return displayText(row.value(), kShownValue);
    case Op::Touch:
        return row.extra == 0 ? WalModel::tr("no longer expires")
                              : WalModel::tr("expires in %1 s").arg(row.extra);
    case Op::Read:
        return row.found ? QString() : WalModel::tr("not found");
    case Op::Gap:
        return gapText(row);
    default:
        return {};
    }
}

QString cellText(const WalRow &row, int column)
{
    switch (column) {
    case WalModel::SeqColumn:
        return seqText(row);
    case WalModel::TimeColumn:
        return displayTime(row.timeMs);
    case WalModel::OpColumn:
        return QString::fromLatin1(opName(row.op));
    case WalModel::KeyColumn:
        return displayText(row.key());
    case WalModel::ValueColumn:
        return valueText(row);
    case WalModel::SizeColumn:
        return row.op == Op::Insert ? QString::number(row.valueSize) : QString();
    default:
        return {};
    }
}

/// Numbers stand on the right, under their heads.
QVariant alignmentOf(int column)
{
    if (column != WalModel::SeqColumn && column != WalModel::SizeColumn)
        return {};
    return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
}

ExportedEvent exported(const WalRow &row)
{
    return {.event = row.toEvent(), .cutFrom = row.isCut() ? qint64{row.valueSize} : 0};
}

/// Goes through a snapshot on whatever thread it is called, giving what passes a filter.
class SnapshotSource
{
public:
    SnapshotSource(std::vector<std::shared_ptr<const WalBuffer::Chunk>> chunks, WalFilter filter)
        : m_chunks(std::move(chunks))
        , m_filter(std::move(filter))
    { }

    std::optional<ExportedEvent> operator()()
    {
        for (; m_chunk < m_chunks.size(); ++m_chunk, m_row = 0) {
            const WalBuffer::Chunk &chunk = *m_chunks[m_chunk];
            while (m_row < chunk.size()) {
                const WalRow &row = chunk[m_row++];
                if (m_filter.passes(row.op, row.key()))
                    return exported(row);
            }
        }
        return std::nullopt;
    }

private:
    std::vector<std::shared_ptr<const WalBuffer::Chunk>> m_chunks;
    WalFilter m_filter;
    std::size_t m_chunk = 0;
    std::size_t m_row = 0;
};

} // namespace

WalModel::WalModel(QObject *parent)
    : QAbstractTableModel(parent)
{ }

int WalModel::rowCount(const QModelIndex &parent) const
{
    if (parent.isValid())
        return 0;
    return static_cast<int>(isFiltered() ? m_matches.size() : m_buffer.count());
}

int WalModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant WalModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const WalRow &row = walRowAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return cellText(row, index.column());
    case Qt::ToolTipRole:
        // What may be longer than its column.
        if (index.column() == KeyColumn || index.column() == ValueColumn)
            return toolTipText(cellText(row, index.column()));
        return {};
    case Qt::TextAlignmentRole:
        return alignmentOf(index.column());
    case OpRole:
        return static_cast<int>(row.op);
    case KeyRole:
        return row.op == Op::Heartbeat ? QByteArray() : row.key().toByteArray();
    case SeqRole:
        return row.seq;
    case IdRole:
        return idAt(index.row());
    default:
        return {};
    }
}

QVariant WalModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return alignmentOf(section);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    switch (section) {
    case SeqColumn:
        return tr("Seq");
    case TimeColumn:
        return tr("Time");
    case OpColumn:
        return tr("Op");
    case KeyColumn:
        return tr("Key");
    case ValueColumn:
        return tr("Value");
    case SizeColumn:
        return tr("Size");
    default:
        return {};
    }
}

void WalModel::append(const QList<Event> &events)
{
    for (qsizetype at = 0; at < events.size(); at += kAppendAtOnce) {
        const qsizetype count = qMin(kAppendAtOnce, events.size() - at);
        if (isFiltered())
            appendFiltered(events.constData() + at, count);
        else
            appendSome(events.constData() + at, count);
        evictExcess();
    }
    if (m_holding && !events.isEmpty())
        Q_EMIT holdChanged();
}

void WalModel::appendSome(const Event *events, qsizetype count)
{
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(count) - 1);
    for (qsizetype at = 0; at < count; ++at)
        m_buffer.append(events[at]);
    endInsertRows();
}

void WalModel::appendFiltered(const Event *events, qsizetype count)
{
    std::vector<quint64> matches;
    for (qsizetype at = 0; at < count; ++at) {
        if (m_filter.passes(events[at].op, events[at].key))
            matches.push_back(m_buffer.endId());
        m_buffer.append(events[at]);
    }
    if (matches.empty())
        return;
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(matches.size()) - 1);
    m_matches.insert(m_matches.end(), matches.begin(), matches.end());
    endInsertRows();
}

void WalModel::evictExcess()
{
    const quint64 rows = m_buffer.excess(m_maxRows, m_maxBytes);
    if (rows == 0)
        return;
    const std::size_t shown = shownBefore(m_buffer.firstId() + rows);
    if (shown == 0) {
        m_buffer.evict(rows);
        return;
    }
    Q_EMIT aboutToEvict(static_cast<int>(shown));
    beginRemoveRows({}, 0, static_cast<int>(shown) - 1);
    m_buffer.evict(rows);
    if (isFiltered())
        m_matches.erase(m_matches.begin(), m_matches.begin() + static_cast<std::ptrdiff_t>(shown));
    endRemoveRows();
    Q_EMIT evicted(static_cast<int>(shown));
}

/// How many of the rows that are shown have an id before \a id.
std::size_t WalModel::shownBefore(quint64 id) const
{
    if (!isFiltered())
        return std::clamp(id, m_buffer.firstId(), m_buffer.endId()) - m_buffer.firstId();
    return static_cast<std::size_t>(std::lower_bound(m_matches.begin(), m_matches.end(), id)
                                    - m_matches.begin());
}

void WalModel::clear()
{
    beginResetModel();
    m_buffer.clear();
    m_matches.clear();
    m_heldFrom = m_buffer.endId();
    endResetModel();
    Q_EMIT holdChanged();
}

void WalModel::setLimits(quint64 maxRows, qint64 maxBytes)
{
    m_maxRows = qMax(maxRows, quint64{1});
    m_maxBytes = qMax(maxBytes, qint64{1});
    evictExcess();
}

void WalModel::setFilter(const WalFilter &filter)
{
    if (filter == m_filter)
        return;
    beginResetModel();
    m_filter = filter;
    m_matches.clear();
    if (isFiltered()) {
        for (quint64 id = m_buffer.firstId(); id < m_buffer.endId(); ++id) {
            const WalRow &row = m_buffer.row(id);
            if (m_filter.passes(row.op, row.key()))
                m_matches.push_back(id);
        }
    }
    endResetModel();
    if (m_holding)
        Q_EMIT holdChanged();
}

void WalModel::setHolding(bool holding)
{
    if (holding == m_holding)
        return;
    m_holding = holding;
    m_heldFrom = m_buffer.endId();
    Q_EMIT holdChanged();
}

quint64 WalModel::newRows() const
{
    return m_holding ? static_cast<quint64>(rowCount()) - shownBefore(m_heldFrom) : 0;
}

Event WalModel::eventAt(int row) const
{
    return walRowAt(row).toEvent();
}

ExportedEvent WalModel::exportedAt(int row) const
{
    return exported(walRowAt(row));
}

const WalRow &WalModel::walRowAt(int row) const
{
    return m_buffer.row(idAt(row));
}

quint64 WalModel::idAt(int row) const
{
    const auto at = static_cast<std::size_t>(row);
    return isFiltered() ? m_matches[at] : m_buffer.firstId() + at;
}

int WalModel::rowOfId(quint64 id) const
{
    const std::size_t row = shownBefore(id);
    const bool isShown
        = row < static_cast<std::size_t>(rowCount()) && idAt(static_cast<int>(row)) == id;
    return isShown ? static_cast<int>(row) : -1;
}

int WalModel::rowOfSeq(quint64 seq) const
{
    for (int row = rowCount() - 1; row >= 0; --row) {
        const WalRow &candidate = walRowAt(row);
        if (candidate.seq == seq && isMutation(candidate.op))
            return row;
    }
    return -1;
}

WalExport WalModel::exportOf(const QString &fileName, ExportFormat format) const
{
    return {.source = SnapshotSource(m_buffer.snapshot(), m_filter),
            .total = static_cast<quint64>(rowCount()),
            .fileName = fileName,
            .format = format};
}

} // namespace memorykv
