// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/ui/inspectorlink.h"
#include "monitor/ui/workspace.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;

namespace memorykv {

class ConflictView;
class DraftEditor;
class MessageStrip;
class ValueView;

/// One key: its value, type, revision and expiry; and its edit, which is an explicit act.
class InspectorPanel : public QWidget
{
    Q_OBJECT

public:
    InspectorPanel(Workspace &workspace, InspectorLink &link, QWidget *parent = nullptr);

    /// Begins a key that is not there yet.
    void beginNew(const QByteArray &key, const QByteArray &type);
    void edit();
    void save();
    void discard();
    /// Asks for the expiry in a dialog.
    void changeTtl();
    /// Asks for a file and makes its bytes the draft.
    void replaceFromFile();
    /// Writes the value to a file that is asked for.
    void saveToFile();

    bool isEditing() const;
    bool canEdit() const;
    bool canChangeTtl() const;
    /// Whether there is a draft that would be lost.
    bool hasUnsavedChanges() const;

    ValueView *valueView() const { return m_value; }
    ConflictView *conflictView() const { return m_conflict; }
    DraftEditor *draftEditor() const { return m_draft; }
    MessageStrip *strip() const { return m_strip; }
    /// The words that stand where there is no value; empty while there is one.
    QString emptyText() const;
    QString ttlText() const;
    /// Shows what is in the panel paler, or not.
    void setStale(bool stale);

Q_SIGNALS:
    /// What can be done changed.
    void stateChanged();
    void deleteRequested();
    void failed(const QString &text);

protected:
    void changeEvent(QEvent *event) override;

private:
    void build();
    void paintEmpty();
    void onModel();
    void showState();
    void showPage(QWidget *page);
    void showFacts();
    void showTtl();
    void showStrip();
    void showButtons();
    void onDraft();

    Workspace &m_workspace;
    InspectorLink &m_link;
    InspectorModel &m_model;
    QLineEdit *m_key;
    QLabel *m_type;
    QLabel *m_size;
    QLabel *m_revision;
    QLabel *m_ttl;
    QPushButton *m_changeTtl;
    MessageStrip *m_strip;
    QPushButton *m_again;
    QStackedWidget *m_stack;
    QLabel *m_empty;
    ValueView *m_value;
    DraftEditor *m_draft;
    ConflictView *m_conflict;
    QPushButton *m_edit;
    QPushButton *m_save;
    QPushButton *m_discard;
    QPushButton *m_delete;
    QTimer m_second;
    StoredValue m_shown; ///< what the value view has
    InspectorModel::State m_lastState = InspectorModel::State::Nothing;
};

} // namespace memorykv
