// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/profilesdialog.h"

#include "monitor/client/certificatequestion.h"
#include "monitor/ui/theme.h"

#include <QCheckBox>
#include <QColorDialog>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

namespace memorykv {

namespace {

QIcon swatch(const QString &colour)
{
    if (colour.isEmpty())
        return {};
    QPixmap pixmap(32, 32);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(colour));
    painter.drawRoundedRect(4, 4, 24, 24, 6, 6);
    return QIcon(pixmap);
}

} // namespace

ProfilesDialog::ProfilesDialog(ProfileStore &profiles, TokenStore &tokens, QWidget *parent)
    : QDialog(parent)
    , m_profiles(profiles)
    , m_tokens(tokens)
    , m_list(new QListWidget(this))
    , m_form(new QWidget(this))
    , m_name(new QLineEdit(m_form))
    , m_address(new QLineEdit(m_form))
    , m_colourButton(new QPushButton(m_form))
    , m_noColour(new QPushButton(tr("Non&e"), m_form))
    , m_tokenSource(new QComboBox(m_form))
    , m_token(new QLineEdit(m_form))
    , m_readOnly(
          new QCheckBox(tr("&Read-only: nothing can be changed until it is unlocked"), m_form))
    , m_certificate(new QLabel(m_form))
    , m_forget(new QPushButton(tr("&Forget"), m_form))
    , m_words(new QLabel(this))
{
    setWindowTitle(tr("Profiles"));
    build();
    fill();
    if (m_list->count() > 0)
        m_list->setCurrentRow(0);
    else
        m_form->setEnabled(false);
}

void ProfilesDialog::build()
{
    m_list->setAccessibleName(tr("Profiles"));
    m_list->setMinimumWidth(180);
    m_address->setPlaceholderText(tr("http://host:8080"));
    m_tokenSource->addItem(tr("No token"), int(TokenSource::None));
    m_tokenSource->addItem(tr("From the system's keychain"), int(TokenSource::Keychain));
    m_tokenSource->addItem(tr("Ask each time"), int(TokenSource::Ask));
    m_token->setEchoMode(QLineEdit::Password);
    m_token->setPlaceholderText(tr("unchanged"));
    m_certificate->setTextFormat(Qt::PlainText);
    m_words->setTextFormat(Qt::PlainText);
    m_words->setWordWrap(true);

    auto *certificate = new QHBoxLayout;
    certificate->addWidget(m_certificate, 1);
    certificate->addWidget(m_forget);
    auto *colour = new QHBoxLayout;
    colour->addWidget(m_colourButton, 1);
    colour->addWidget(m_noColour);
    auto *form = new QFormLayout(m_form);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(12);
    form->addRow(tr("&Name:"), m_name);
    form->addRow(tr("&Address:"), m_address);
    auto *colourLabel = new QLabel(tr("C&olour:"), m_form);
    colourLabel->setBuddy(m_colourButton);
    form->addRow(colourLabel, colour);
    form->addRow(tr("To&ken:"), m_tokenSource);
    form->addRow(tr("New token:"), m_token);
    form->addRow(tr("Certificate:"), certificate);
    form->addRow(QString(), m_readOnly);

    auto *add = new QPushButton(tr("Ne&w"), this);
    m_remove = new QPushButton(tr("Re&move"), this);
    m_save = new QPushButton(tr("&Save"), this);
    m_connect = new QPushButton(tr("Save and &connect"), this);
    auto *close = new QPushButton(tr("Close"), this);
    for (QPushButton *button : {add, m_remove, m_save, close, m_forget, m_colourButton, m_noColour})
        button->setAutoDefault(false);
    m_connect->setDefault(true);

    auto *left = new QVBoxLayout;
    auto *leftButtons = new QHBoxLayout;
    leftButtons->addWidget(add);
    leftButtons->addWidget(m_remove);
    left->addWidget(m_list, 1);
    left->addLayout(leftButtons);
    auto *right = new QVBoxLayout;
    auto *rightButtons = new QHBoxLayout;
    rightButtons->addStretch();
    rightButtons->addWidget(m_save);
    rightButtons->addWidget(m_connect);
    rightButtons->addWidget(close);
    right->addWidget(m_form);
    right->addWidget(m_words);
    right->addStretch();
    right->addLayout(rightButtons);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(16);
    layout->addLayout(left);
    layout->addLayout(right, 1);
    resize(720, 360);

    connect(m_list, &QListWidget::currentItemChanged, this, [this](QListWidgetItem *item) {
        if (const auto profile = item == nullptr
                                     ? std::nullopt
                                     : m_profiles.profile(item->data(Qt::UserRole).toString()))
            showProfile(*profile);
    });
    connect(m_tokenSource, &QComboBox::currentIndexChanged, this, [this] {
        m_token->setEnabled(m_tokenSource->currentData().toInt() == int(TokenSource::Keychain));
    });
    connect(add, &QPushButton::clicked, this,
            [this] { addFor(QUrl(QStringLiteral("http://localhost:8080"))); });
    connect(m_remove, &QPushButton::clicked, this, &ProfilesDialog::removeChosen);
    connect(m_colourButton, &QPushButton::clicked, this, &ProfilesDialog::chooseColour);
    connect(m_noColour, &QPushButton::clicked, this, [this] {
        m_colourButton->setFocus();
        setColour({});
    });
    connect(m_forget, &QPushButton::clicked, this, [this] {
        m_name->setFocus();
        m_current.pinnedSha256.clear();
        showCertificate();
    });
    connect(m_save, &QPushButton::clicked, this, &ProfilesDialog::save);
    connect(m_connect, &QPushButton::clicked, this, [this] {
        if (!save())
            return;
        accept();
        Q_EMIT connectRequested(m_current);
    });
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
}

void ProfilesDialog::fill()
{
    const QSignalBlocker blocker(m_list);
    m_list->clear();
    const QList<ConnectionProfile> profiles = m_profiles.profiles();
    for (const ConnectionProfile &profile : profiles) {
        auto *item = new QListWidgetItem(swatch(profile.colour), profile.name, m_list);
        item->setData(Qt::UserRole, profile.id);
        item->setToolTip(profile.address.toString());
    }
    m_remove->setEnabled(!profiles.isEmpty());
    if (profiles.isEmpty())
        say(tr("A profile keeps a server's address, its colour and its lock. \u201cNew\u201d makes "
               "one."));
}

void ProfilesDialog::choose(const QString &id)
{
    for (int row = 0; row < m_list->count(); ++row) {
        if (m_list->item(row)->data(Qt::UserRole).toString() == id)
            m_list->setCurrentRow(row);
    }
}

void ProfilesDialog::addFor(const QUrl &address)
{
    m_list->setCurrentRow(-1);
    showProfile(ConnectionProfile::create(address));
    m_name->setFocus();
    m_name->selectAll();
}

void ProfilesDialog::showProfile(const ConnectionProfile &profile)
{
    m_current = profile;
    m_form->setEnabled(true);
    m_name->setText(profile.name);
    m_address->setText(profile.address.toString());
    setColour(profile.colour);
    m_tokenSource->setCurrentIndex(m_tokenSource->findData(int(profile.tokenSource)));
    m_token->clear();
    m_token->setEnabled(profile.tokenSource == TokenSource::Keychain);
    m_readOnly->setChecked(profile.readOnly);
    showCertificate();
    say({});
}

void ProfilesDialog::showCertificate()
{
    const bool pinned = !m_current.pinnedSha256.isEmpty();
    m_certificate->setText(
        pinned
            ? tr("trusted by hand: %1\u2026").arg(fingerprintText(m_current.pinnedSha256).left(23))
            : tr("as the system says"));
    m_forget->setVisible(pinned);
}

std::optional<ConnectionProfile> ProfilesDialog::fromForm()
{
    const auto address = addressFromText(m_address->text());
    if (!address.ok()) {
        say(QString::fromUtf8(address.error().detail));
        m_address->setFocus();
        return std::nullopt;
    }
    ConnectionProfile profile = m_current;
    profile.name = m_name->text().trimmed();
    profile.address = address.value();
    profile.colour = m_colour;
    profile.readOnly = m_readOnly->isChecked();
    profile.tokenSource = static_cast<TokenSource>(m_tokenSource->currentData().toInt());
    // A certificate is trusted for one server.
    if (profile.address != m_current.address)
        profile.pinnedSha256.clear();
    return profile;
}

bool ProfilesDialog::save()
{
    if (!m_form->isEnabled())
        return false;
    const auto profile = fromForm();
    if (!profile)
        return false;
    if (const auto saved = m_profiles.save(*profile); !saved.ok()) {
        say(QString::fromUtf8(saved.error().detail));
        return false;
    }
    if (!m_token->text().isEmpty() && profile->tokenSource == TokenSource::Keychain) {
        const QPointer<ProfilesDialog> self(this);
        m_tokens.write(profile->id, m_token->text().trimmed().toUtf8(),
                       [self](const Result<Done> &done) {
                           if (self && !done.ok()) {
                               self->say(tr("The token could not be put into the keychain: %1.")
                                             .arg(QString::fromUtf8(done.error().detail)));
                           }
                       });
    }
    m_current = *profile;
    fill();
    choose(profile->id);
    say(tr("Saved."));
    Q_EMIT profilesChanged();
    return true;
}

void ProfilesDialog::removeChosen()
{
    if (m_list->currentItem() == nullptr)
        return;
    const QString id = m_list->currentItem()->data(Qt::UserRole).toString();
    m_profiles.remove(id);
    m_tokens.remove(id, [](const Result<Done> &) {});
    fill();
    m_form->setEnabled(m_list->count() > 0);
    if (m_list->count() > 0)
        m_list->setCurrentRow(0);
    Q_EMIT profilesChanged();
}

void ProfilesDialog::chooseColour()
{
    const QColor begin
        = m_colour.isEmpty() ? palette().color(QPalette::Highlight) : QColor(m_colour);
    auto *dialog = new QColorDialog(begin, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QColorDialog::colorSelected, this,
            [this](const QColor &color) { setColour(color.name()); });
    dialog->open();
}

void ProfilesDialog::setColour(const QString &colour)
{
    m_colour = colour;
    m_colourButton->setIcon(swatch(colour));
    m_colourButton->setText(colour.isEmpty() ? tr("Choose\u2026") : colour);
    m_noColour->setVisible(!colour.isEmpty());
}

void ProfilesDialog::say(const QString &text)
{
    m_words->setText(text);
}

} // namespace memorykv
