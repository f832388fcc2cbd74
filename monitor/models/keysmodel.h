// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/failure.h"
#include "monitor/client/resttypes.h"
#include "shared/event.h"

#include <QAbstractTableModel>
#include <QByteArray>
#include <QList>
#include <QTimer>

#include <cstddef>
#include <deque>
#include <map>
#include <vector>

namespace memorykv {

/// A page that a KeysModel wants: hand it to RestClient::keys() and the answer back to
/// pageArrived() or pageFailed() with the generation.
struct KeyPageRequest
{
    quint64 generation = 0;
    QByteArray prefix = {};
    QByteArray after = {};
    int limit = 0;
};

/// The keys with a prefix, in byte order, page by page as the view scrolls down (canFetchMore()).
/// One request is wanted at a time; answers to an earlier generation are left alone. Values are
/// never fetched.
///
/// Events of the feed mark the rows they concern at once. Rows that come and go do so a moment
/// later, many at a time (settle()), so that a busy store does not shake the view or block it;
/// when more changes than that can keep up with, isStale() says that a refresh() is due.
///
/// Lives on the GUI thread and talks to no network.
class KeysModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { KeyColumn, ChangedColumn, ColumnCount };
    enum Role {
        KeyRole = Qt::UserRole, ///< QByteArray
        MarkRole,               ///< int: a Mark
        ChangedAtRole, ///< qint64: time of the event behind the mark, ms since 1970 UTC; or 0
        SizeRole,      ///< qint64: bytes of the value, when an event told; or -1
    };
    /// What the feed told of a row since it was loaded.
    enum class Mark { None, Inserted, Changed, Removed };

    static constexpr int kPageSize = 1'000;

    explicit KeysModel(QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;
    bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;

    /// Shows the keys with \a prefix: empties the model and wants the first page.
    void setPrefix(const QByteArray &prefix);
    const QByteArray &prefix() const { return m_prefix; }
    /// The same prefix from the first page on.
    void refresh();
    /// Empties the model and wants nothing, for a server that is not connected.
    void clear();

    /// The answer to a pageWanted(); one of another generation is ignored. Keys that are out of
    /// order or without the prefix are left out.
    void pageArrived(quint64 generation, const KeyPage &page);
    /// After a failure no page is wanted until refresh() or setPrefix().
    void pageFailed(quint64 generation, const Failure &failure);

    /// What the feed brought. A gap makes the model stale.
    void applyEvents(const QList<Event> &events);
    /// Makes the rows that came and went appear and disappear now. Called by itself 200 ms after
    /// an event asked for it.
    void settle();
    /// Forgets all marks.
    void clearMarks();

    QByteArray keyAt(int row) const;
    /// The row of \a key, or -1 when it is not loaded.
    int rowOf(QByteArrayView key) const;

    /// Whether a page is on its way.
    bool isLoading() const { return m_loading; }
    /// Whether all keys with the prefix are loaded.
    bool isComplete() const { return m_complete; }
    /// Whether rows may be missing or too many, until refresh().
    bool isStale() const { return m_stale; }

Q_SIGNALS:
    void pageWanted(const memorykv::KeyPageRequest &request);
    void loadFailed(const memorykv::Failure &failure);
    /// isLoading(), isComplete() or isStale() changed.
    void stateChanged();

private:
    struct Row
    {
        QByteArray key;
        qint64 changedAtMs = 0;
        qint64 size = -1;
        Mark mark = Mark::None;
    };

    /// What of an event counts here, so that values are not kept.
    struct Change
    {
        Op op;
        QByteArray key;
        qint64 timeMs;
        qint64 size;
    };

    void begin(bool active);
    void want(const QByteArray &after);
    void appendPage(const KeyPage &page, const QByteArray &reached);
    void setStale();
    bool covers(const QByteArray &key) const;
    std::size_t lowerBound(QByteArrayView key) const;
    void applyChange(const Change &change);
    void applyInsert(const Change &change);
    void applyTouch(const Change &change);
    void applyRemoval(const Change &change);
    void applyRangeRemoval(const Change &change, QByteArrayView prefix);
    void markRow(std::size_t row, Mark mark, const Change &change);
    void emitMarked();
    int settleBudget() const;
    int removeMarked(int budget);
    void insertPending(int budget);

    QByteArray m_prefix;
    std::deque<Row> m_rows; ///< in byte order of the keys; grows without moving what is there
    std::map<QByteArray, Row> m_pending; ///< keys that are to become rows
    std::vector<Change> m_sinceRequest;  ///< while a page is on its way, to be applied to it
    int m_removed = 0;                   ///< rows marked Removed
    std::size_t m_markedFrom = 0;        ///< rows whose marks are not told yet: from here up to,
    std::size_t m_markedEnd = 0;         ///< but not including, this one
    quint64 m_generation = 0;
    QByteArray m_nextAfter; ///< the last key that the pages so far reached
    bool m_active = false;
    bool m_loading = false;
    bool m_complete = false;
    bool m_failed = false;
    bool m_stale = false;
    QTimer m_settleTimer;
};

} // namespace memorykv

Q_DECLARE_METATYPE(memorykv::KeyPageRequest)
