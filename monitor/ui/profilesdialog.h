// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/connectionprofile.h"
#include "monitor/client/profilestore.h"
#include "monitor/client/tokenstore.h"

#include <QDialog>

#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace memorykv {

/// The saved servers: name, address, colour, lock, and where the token comes from.
class ProfilesDialog : public QDialog
{
    Q_OBJECT

public:
    /// \a profiles and \a tokens must outlive the dialog.
    ProfilesDialog(ProfileStore &profiles, TokenStore &tokens, QWidget *parent = nullptr);

    /// Chooses the profile with \a id.
    void choose(const QString &id);
    /// Begins a profile for \a address, which is saved when the user says so.
    void addFor(const QUrl &address);

Q_SIGNALS:
    /// The user wants to connect with \a profile; the dialog closes.
    void connectRequested(const memorykv::ConnectionProfile &profile);
    /// What is saved changed.
    void profilesChanged();

private:
    void build();
    void fill();
    void showProfile(const ConnectionProfile &profile);
    void showCertificate();
    /// The profile as the form has it; nothing, with the fault shown, when it makes no sense.
    std::optional<ConnectionProfile> fromForm();
    bool save();
    void removeChosen();
    void chooseColour();
    void setColour(const QString &colour);
    void say(const QString &text);

    ProfileStore &m_profiles;
    TokenStore &m_tokens;
    ConnectionProfile m_current;
    QString m_colour;
    QListWidget *m_list;
    QWidget *m_form;
    QLineEdit *m_name;
    QLineEdit *m_address;
    QPushButton *m_colourButton;
    QPushButton *m_noColour;
    QComboBox *m_tokenSource;
    QLineEdit *m_token;
    QCheckBox *m_readOnly;
    QLabel *m_certificate;
    QPushButton *m_forget;
    QLabel *m_words;
    QPushButton *m_remove;
    QPushButton *m_save;
    QPushButton *m_connect;
};

} // namespace memorykv
