// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/ui/workspace.h"

#include <QObject>

namespace memorykv {

/// Asks the server on behalf of the inspector, and writes for it: between InspectorModel, which
/// knows states, and RestClient, which knows requests. Nothing blocks. GUI thread.
class InspectorLink : public QObject
{
    Q_OBJECT

public:
    /// Values above this are not asked for once more only to learn their expiry.
    static constexpr qint64 kLargeValue = 1 << 20;

    explicit InspectorLink(Workspace &workspace, QObject *parent = nullptr);

    /// Shows \a key, its first 64 KiB to begin with.
    void open(const QByteArray &key);
    /// Loads the same key again. Does nothing while it is edited.
    void reload();
    /// Loads the rest of a value.
    void loadAll();
    /// Whether loadAll() or a reload is on its way.
    bool isLoading() const { return m_call.isRunning(); }

    /// Begins to edit, after loading the rest where that is needed.
    void edit();
    /// Writes the draft. What somebody else wrote meanwhile becomes a conflict in the model.
    void save();

    /// Asks for the expiry of a key too large to do so by itself.
    void askTtl();
    bool isTtlKnown() const { return m_ttlKnown; }
    /// Sets the expiry, or clears it with 0, if the value is still the one shown.
    void setTtl(qint64 seconds);

Q_SIGNALS:
    /// A write was done; \a text says so.
    void done(const QString &text);
    void failed(const QString &text);
    /// Bytes of the value loaded so far, of \a total.
    void progress(qint64 bytes, qint64 total);
    /// isTtlKnown() changed.
    void ttlKnownChanged();

private:
    void load(qint64 maxBytes, bool thenEdit);
    void fetchTheirs(const QByteArray &key);
    void setTtlKnown(bool known);
    quint64 epochNow() const;

    Workspace &m_workspace;
    InspectorModel &m_model;
    RestCall m_call;
    RestCall m_ttlCall;
    bool m_ttlKnown = false;
    quint64 m_epoch = 0; ///< the history the value was loaded from
};

} // namespace memorykv
