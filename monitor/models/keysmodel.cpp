// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/models/keysmodel.h"

#include "monitor/models/displaytext.h"

#include <algorithm>

namespace memorykv {

namespace {

constexpr int kSettleMs = 200;
constexpr std::size_t kMaxPending = 50'000; ///< keys that came, changes during a request

/// What a view with so many rows does for one insertion or removal grows with them.
constexpr std::size_t kSettleWork = 2'000'000;
constexpr int kMinBudget = 4;
constexpr int kMaxBudget = 200;

} // namespace

KeysModel::KeysModel(QObject *parent)
    : QAbstractTableModel(parent)
{
    m_settleTimer.setSingleShot(true);
    m_settleTimer.setInterval(kSettleMs);
    connect(&m_settleTimer, &QTimer::timeout, this, &KeysModel::settle);
}

int KeysModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int KeysModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant KeysModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == KeyColumn)
            return displayText(row.key);
        return row.changedAtMs == 0 ? QString() : displayTime(row.changedAtMs);
    case Qt::ToolTipRole:
        return toolTipText(displayText(row.key));
    case KeyRole:
        return row.key;
    case MarkRole:
        return static_cast<int>(row.mark);
    case ChangedAtRole:
        return row.changedAtMs;
    case SizeRole:
        return row.size;
    default:
        return {};
    }
}

QVariant KeysModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    return section == KeyColumn ? tr("Key") : tr("Changed");
}

bool KeysModel::canFetchMore(const QModelIndex &parent) const
{
    return !parent.isValid() && m_active && !m_loading && !m_complete && !m_failed;
}

void KeysModel::fetchMore(const QModelIndex &parent)
{
    if (canFetchMore(parent))
        want(m_nextAfter);
}

void KeysModel::setPrefix(const QByteArray &prefix)
{
    m_prefix = prefix;
    begin(true);
    want({});
}

void KeysModel::refresh()
{
    begin(true);
    want({});
}

void KeysModel::clear()
{
    begin(false);
    Q_EMIT stateChanged();
}

/// Empties the model; answers to what was asked before are of an earlier generation from now on.
void KeysModel::begin(bool active)
{
    beginResetModel();
    m_settleTimer.stop();
    m_rows.clear();
    m_pending.clear();
    m_sinceRequest.clear();
    m_removed = 0;
    m_markedFrom = m_markedEnd = 0;
    m_nextAfter.clear();
    ++m_generation;
    m_active = active;
    m_complete = m_failed = m_stale = false;
    // A view that is told of the reset may ask for more at once; the first page is wanted anyway.
    m_loading = active;
    endResetModel();
}

void KeysModel::want(const QByteArray &after)
{
    m_loading = true;
    Q_EMIT stateChanged();
    Q_EMIT pageWanted(
        {.generation = m_generation, .prefix = m_prefix, .after = after, .limit = kPageSize});
}

void KeysModel::pageArrived(quint64 generation, const KeyPage &page)
{
    if (generation != m_generation || !m_loading)
        return;
    // A view may ask for more as soon as it is told of rows, so that all else is settled first.
    const QByteArray reached = std::exchange(m_nextAfter, page.more ? page.nextAfter : m_nextAfter);
    m_complete = !page.more;
    appendPage(page, reached);
    // The page shows the store at a moment that the feed may have told of before the page came, or
    // tells of after it. Applied again in order, its changes lead to the same end.
    const std::vector<Change> changes = std::exchange(m_sinceRequest, {});
    for (const Change &change : changes)
        applyChange(change);
    emitMarked();
    m_loading = false;
    Q_EMIT stateChanged();
}

/// Appends the keys of \a page that come after \a reached.
void KeysModel::appendPage(const KeyPage &page, const QByteArray &reached)
{
    std::vector<Row> rows;
    rows.reserve(static_cast<std::size_t>(page.keys.size()));
    const QByteArray *last = &reached;
    for (const QByteArray &key : page.keys) {
        if (key <= *last || !key.startsWith(m_prefix))
            continue;
        rows.push_back({.key = key});
        last = &key;
    }
    if (rows.empty())
        return;
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(rows.size()) - 1);
    m_rows.insert(m_rows.end(), std::make_move_iterator(rows.begin()),
                  std::make_move_iterator(rows.end()));
    endInsertRows();
}

void KeysModel::pageFailed(quint64 generation, const Failure &failure)
{
    if (generation != m_generation || !m_loading)
        return;
    m_loading = false;
    m_failed = true;
    m_sinceRequest.clear();
    Q_EMIT stateChanged();
    Q_EMIT loadFailed(failure);
}

void KeysModel::applyEvents(const QList<Event> &events)
{
    if (!m_active)
        return;
    for (const Event &event : events) {
        if (event.op == Op::Gap)
            setStale();
        if (!isMutation(event.op))
            continue;
        const Change change{
            .op = event.op, .key = event.key, .timeMs = event.timeMs, .size = event.value.size()};
        if (m_loading && m_sinceRequest.size() < kMaxPending)
            m_sinceRequest.push_back(change);
        else if (m_loading)
            setStale();
        applyChange(change);
    }
    emitMarked();
}

void KeysModel::setStale()
{
    if (std::exchange(m_stale, true))
        return;
    Q_EMIT stateChanged();
}

/// Whether \a key would be among the pages that are loaded.
bool KeysModel::covers(const QByteArray &key) const
{
    return key.startsWith(m_prefix)
           && (m_complete || (!m_nextAfter.isEmpty() && key <= m_nextAfter));
}

/// The first row whose key is not before \a key.
std::size_t KeysModel::lowerBound(QByteArrayView key) const
{
    const auto found = std::lower_bound(
        m_rows.begin(), m_rows.end(), key,
        [](const Row &row, QByteArrayView wanted) { return QByteArrayView(row.key) < wanted; });
    return static_cast<std::size_t>(found - m_rows.begin());
}

int KeysModel::rowOf(QByteArrayView key) const
{
    const std::size_t row = lowerBound(key);
    return row < m_rows.size() && QByteArrayView(m_rows[row].key) == key ? static_cast<int>(row)
                                                                         : -1;
}

QByteArray KeysModel::keyAt(int row) const
{
    return row >= 0 && row < rowCount() ? m_rows[static_cast<std::size_t>(row)].key : QByteArray();
}

void KeysModel::applyChange(const Change &change)
{
    switch (change.op) {
    case Op::Insert:
        applyInsert(change);
        break;
    case Op::Touch:
        applyTouch(change);
        break;
    case Op::Delete:
    case Op::Expire:
        applyRemoval(change);
        break;
    case Op::DeletePrefix:
        applyRangeRemoval(change, change.key);
        break;
    case Op::DeleteAll:
        applyRangeRemoval(change, {});
        break;
    default:
        break;
    }
}

void KeysModel::applyInsert(const Change &change)
{
    if (!covers(change.key))
        return;
    if (const int row = rowOf(change.key); row >= 0) {
        markRow(static_cast<std::size_t>(row), Mark::Changed, change);
        return;
    }
    if (m_pending.size() >= kMaxPending) {
        setStale();
        return;
    }
    m_pending[change.key] = {.key = change.key,
                             .changedAtMs = change.timeMs,
                             .size = change.size,
                             .mark = Mark::Inserted};
    if (!m_settleTimer.isActive())
        m_settleTimer.start();
}

void KeysModel::applyTouch(const Change &change)
{
    const int row = rowOf(change.key);
    if (row < 0)
        return;
    Change kept = change;
    kept.size = m_rows[static_cast<std::size_t>(row)].size;
    markRow(static_cast<std::size_t>(row), Mark::Changed, kept);
}

void KeysModel::applyRemoval(const Change &change)
{
    m_pending.erase(change.key);
    if (const int row = rowOf(change.key); row >= 0)
        markRow(static_cast<std::size_t>(row), Mark::Removed, change);
}

void KeysModel::applyRangeRemoval(const Change &change, QByteArrayView prefix)
{
    const QByteArray first = prefix.toByteArray();
    const auto from = m_pending.lower_bound(first);
    auto end = from;
    while (end != m_pending.end() && end->first.startsWith(prefix))
        ++end;
    m_pending.erase(from, end);
    for (std::size_t row = lowerBound(prefix);
         row < m_rows.size() && m_rows[row].key.startsWith(prefix); ++row)
        markRow(row, Mark::Removed, change);
}

void KeysModel::markRow(std::size_t row, Mark mark, const Change &change)
{
    Row &marked = m_rows[row];
    m_removed += (mark == Mark::Removed ? 1 : 0) - (marked.mark == Mark::Removed ? 1 : 0);
    marked.mark = mark;
    marked.changedAtMs = change.timeMs;
    marked.size = mark == Mark::Removed ? -1 : change.size;
    const bool none = m_markedFrom == m_markedEnd;
    m_markedFrom = none ? row : std::min(m_markedFrom, row);
    m_markedEnd = none ? row + 1 : std::max(m_markedEnd, row + 1);
    if (m_removed > 0 && !m_settleTimer.isActive())
        m_settleTimer.start();
}

void KeysModel::emitMarked()
{
    if (m_markedFrom == m_markedEnd)
        return;
    const auto first = static_cast<int>(m_markedFrom);
    const auto last = static_cast<int>(m_markedEnd) - 1;
    m_markedFrom = m_markedEnd = 0;
    Q_EMIT dataChanged(index(first, 0), index(last, ColumnCount - 1));
}

int KeysModel::settleBudget() const
{
    const std::size_t affordable = kSettleWork / std::max<std::size_t>(m_rows.size(), 1);
    return static_cast<int>(std::clamp<std::size_t>(affordable, kMinBudget, kMaxBudget));
}

void KeysModel::settle()
{
    m_settleTimer.stop();
    const int left = removeMarked(settleBudget());
    insertPending(left);
    if (m_removed > 0 || !m_pending.empty())
        m_settleTimer.start();
}

/// Removes up to \a budget runs of rows that are marked so, and returns what is left of it.
int KeysModel::removeMarked(int budget)
{
    // From the end, so that what is removed moves only what stays.
    for (std::size_t end = m_rows.size(); end > 0 && m_removed > 0 && budget > 0; --end) {
        if (m_rows[end - 1].mark != Mark::Removed)
            continue;
        std::size_t first = end - 1;
        while (first > 0 && m_rows[first - 1].mark == Mark::Removed)
            --first;
        beginRemoveRows({}, static_cast<int>(first), static_cast<int>(end) - 1);
        m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(first),
                     m_rows.begin() + static_cast<std::ptrdiff_t>(end));
        m_removed -= static_cast<int>(end - first);
        endRemoveRows();
        --budget;
        end = first + 1;
    }
    return budget;
}

/// Inserts up to \a budget runs of the keys that came.
void KeysModel::insertPending(int budget)
{
    for (; budget > 0 && !m_pending.empty(); --budget) {
        const std::size_t at = lowerBound(m_pending.begin()->first);
        std::vector<Row> run;
        auto next = m_pending.begin();
        while (next != m_pending.end() && (at == m_rows.size() || next->first < m_rows[at].key)) {
            run.push_back(std::move(next->second));
            next = m_pending.erase(next);
        }
        beginInsertRows({}, static_cast<int>(at), static_cast<int>(at + run.size()) - 1);
        m_rows.insert(m_rows.begin() + static_cast<std::ptrdiff_t>(at),
                      std::make_move_iterator(run.begin()), std::make_move_iterator(run.end()));
        endInsertRows();
    }
}

void KeysModel::clearMarks()
{
    for (Row &row : m_rows) {
        if (row.mark != Mark::Removed) {
            row.mark = Mark::None;
            row.changedAtMs = 0;
        }
    }
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

} // namespace memorykv
