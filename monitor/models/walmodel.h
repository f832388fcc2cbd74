// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/exportjob.h"
#include "monitor/models/walbuffer.h"
#include "monitor/models/walfilter.h"
#include "shared/event.h"

#include <QAbstractTableModel>
#include <QList>

#include <deque>

namespace memorykv {

/// The live log: the newest row at the end, at most maxRows() rows and maxBytes() bytes of them;
/// the oldest go, many at a time. Made for 10,000 events a second: a batch is one rowsInserted()
/// and now and then one rowsRemoved(). Filters without a proxy. Gaps are rows.
///
/// A view is shifted when rows above it go. So that it stands still, it remembers its scroll
/// position and moves the current index out of the rows that go on aboutToEvict(), and corrects the
/// scroll bar by as many rows on evicted().
///
/// Lives on the GUI thread and talks to no network.
class WalModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column {
        SeqColumn,
        TimeColumn,
        OpColumn,
        KeyColumn,
        ValueColumn,
        SizeColumn,
        ColumnCount
    };
    enum Role {
        OpRole = Qt::UserRole, ///< int: an Op
        KeyRole,               ///< QByteArray: key or prefix
        SeqRole,               ///< quint64
        IdRole,                ///< quint64: see idAt()
    };

    static constexpr quint64 kDefaultMaxRows = 1'000'000;
    static constexpr qint64 kDefaultMaxBytes = 768LL << 20;

    explicit WalModel(QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    /// Appends \a events in order and evicts what is too much.
    void append(const QList<Event> &events);
    /// Removes all rows.
    void clear();
    /// Rows are kept up to these limits, give or take a chunk of WalBuffer. Both above 0.
    void setLimits(quint64 maxRows, qint64 maxBytes);

    /// Shows only what passes. Costs some tens of milliseconds at a million rows.
    void setFilter(const WalFilter &filter);
    const WalFilter &filter() const { return m_filter; }

    /// Holding: the view stands still while rows go on being appended, and newRows() counts those
    /// that are shown and came since. Following starts the count anew.
    void setHolding(bool holding);
    bool isHolding() const { return m_holding; }
    quint64 newRows() const;

    /// Rows kept, whether they pass the filter or not, and the bytes they take by estimate.
    quint64 keptRows() const { return m_buffer.count(); }
    qint64 keptBytes() const { return m_buffer.bytes(); }

    /// The event of a row that is shown, with as much of the value as is kept.
    Event eventAt(int row) const;
    /// The same, and from how many bytes its value was cut.
    ExportedEvent exportedAt(int row) const;
    const WalRow &walRowAt(int row) const;
    /// A number that stays with the event while its row number changes.
    quint64 idAt(int row) const;
    /// The row that shows it, or -1.
    int rowOfId(quint64 id) const;
    /// The row of the mutation \a seq, the last one when several epochs have it, or -1.
    int rowOfSeq(quint64 seq) const;

    /// What is shown now, for an export on a worker: a snapshot that later events do not change.
    /// The source can be called on any one thread, and outlives the model.
    WalExport exportOf(const QString &fileName, ExportFormat format) const;

Q_SIGNALS:
    /// The first \a rows shown rows are about to go; nothing has changed yet.
    void aboutToEvict(int rows);
    /// They are gone.
    void evicted(int rows);
    /// newRows() or isHolding() changed.
    void holdChanged();

private:
    void appendSome(const Event *events, qsizetype count);
    void appendFiltered(const Event *events, qsizetype count);
    void evictExcess();
    std::size_t shownBefore(quint64 id) const;
    bool isFiltered() const { return !m_filter.passesAll(); }

    WalBuffer m_buffer;
    WalFilter m_filter;
    std::deque<quint64> m_matches; ///< ids of the rows shown, while filtered
    quint64 m_maxRows = kDefaultMaxRows;
    qint64 m_maxBytes = kDefaultMaxBytes;
    bool m_holding = false;
    quint64 m_heldFrom = 0; ///< the id of the first row that is new while holding
};

} // namespace memorykv
