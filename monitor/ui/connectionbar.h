// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/ui/theme.h"

#include <QColor>
#include <QToolBar>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace memorykv {

/// What the connection bar says and offers.
struct ConnectionView
{
    Tone tone = Tone::Neutral;
    QString words;           ///< one sentence: the state, and why
    bool canConnect = true;  ///< offers "Connect", otherwise "Disconnect"
    bool canRetry = false;   ///< offers "Retry now"
    bool needsToken = false; ///< offers "Token..."
};

/// An entry of the list of servers to choose from.
struct ServerChoice
{
    QString id; ///< of the profile
    QString name;
    QString address;
    QColor color; ///< invalid for none
};

/// The strip on top of the window: which server, its state in words, and the read-only lock.
class ConnectionBar : public QToolBar
{
    Q_OBJECT

public:
    explicit ConnectionBar(QWidget *parent = nullptr);

    void setChoices(const QList<ServerChoice> &choices);
    /// What is connected to, or was: its address stands in the field and \a color beside it.
    void setServer(const QString &address, const QColor &color);
    void setView(const ConnectionView &view);
    QString words() const;

    bool isReadOnly() const;
    void setReadOnly(bool readOnly);

    QString address() const;
    void focusAddress();

Q_SIGNALS:
    /// The user wants to connect to what was typed, or chosen: then \a profileId is not empty.
    void connectRequested(const QString &address, const QString &profileId);
    void disconnectRequested();
    void retryRequested();
    void tokenRequested();
    void profilesRequested();
    void readOnlyChanged(bool readOnly);

protected:
    void changeEvent(QEvent *event) override;

private:
    void go();
    void showLock();
    void paint();

    QLabel *m_chip;
    QComboBox *m_address;
    QPushButton *m_go;
    QLineEdit *m_words; ///< a field, so that long words can be read to their end and copied
    QPushButton *m_retry;
    QPushButton *m_token;
    QPushButton *m_lock;
    ConnectionView m_view;
    QColor m_color;
};

} // namespace memorykv
