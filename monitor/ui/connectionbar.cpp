// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/connectionbar.h"

#include "monitor/models/displaytext.h"

#include <QApplication>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>

namespace memorykv {

namespace {

constexpr int kAddressRole = Qt::UserRole;
constexpr int kIdRole = Qt::UserRole + 1;
constexpr int kManage = Qt::UserRole + 2; ///< marks the entry that opens the profiles

QIcon dot(const QColor &color)
{
    QPixmap pixmap(32, 32);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawEllipse(6, 6, 20, 20);
    return QIcon(pixmap);
}

} // namespace

ConnectionBar::ConnectionBar(QWidget *parent)
    : QToolBar(parent)
    , m_chip(new QLabel(this))
    , m_address(new QComboBox(this))
    , m_go(new QPushButton(this))
    , m_words(new QLineEdit(this))
    , m_retry(new QPushButton(tr("&Retry now"), this))
    , m_token(new QPushButton(tr("&Token\u2026"), this))
    , m_lock(new QPushButton(this))
{
    setObjectName(QStringLiteral("connectionbar"));
    setWindowTitle(tr("Connection"));
    setMovable(false);
    setContextMenuPolicy(Qt::PreventContextMenu);

    m_chip->setFixedWidth(5);
    m_chip->setAutoFillBackground(true);
    m_address->setEditable(true);
    m_address->setInsertPolicy(QComboBox::NoInsert);
    m_address->setMinimumContentsLength(24);
    m_address->setAccessibleName(tr("Server address"));
    m_address->lineEdit()->setPlaceholderText(tr("http://host:port"));
    m_address->setToolTip(tr("The server: an address or one of the profiles"));
    m_words->setReadOnly(true);
    m_words->setFrame(false);
    m_words->setTextMargins(8, 0, 8, 0);
    m_words->setFixedHeight(m_go->sizeHint().height());
    m_lock->setCheckable(true);
    m_lock->setToolTip(tr("Keeps this window from changing anything on the server"));

    auto *whole = new QWidget(this);
    auto *layout = new QHBoxLayout(whole);
    layout->setContentsMargins(6, 5, 6, 5);
    layout->setSpacing(6);
    layout->addWidget(m_chip);
    layout->addWidget(m_address);
    layout->addWidget(m_go);
    layout->addWidget(m_words, 1);
    layout->addWidget(m_retry);
    layout->addWidget(m_token);
    layout->addWidget(m_lock);
    addWidget(whole);

    connect(m_go, &QPushButton::clicked, this, &ConnectionBar::go);
    connect(m_address->lineEdit(), &QLineEdit::returnPressed, this,
            [this] { Q_EMIT connectRequested(m_address->currentText(), {}); });
    connect(m_address, &QComboBox::activated, this, [this](int index) {
        if (m_address->itemData(index, kManage).toBool()) {
            m_address->setEditText(address());
            Q_EMIT profilesRequested();
            return;
        }
        const QString chosen = m_address->itemData(index, kAddressRole).toString();
        m_address->setEditText(chosen);
        Q_EMIT connectRequested(chosen, m_address->itemData(index, kIdRole).toString());
    });
    connect(m_retry, &QPushButton::clicked, this, &ConnectionBar::retryRequested);
    connect(m_token, &QPushButton::clicked, this, &ConnectionBar::tokenRequested);
    connect(m_lock, &QPushButton::toggled, this, &ConnectionBar::showLock);
    connect(m_lock, &QPushButton::toggled, this, &ConnectionBar::readOnlyChanged);
    showLock();
    setView({});
}

void ConnectionBar::setChoices(const QList<ServerChoice> &choices)
{
    const QString typed = m_address->currentText();
    m_address->clear();
    for (const ServerChoice &choice : choices) {
        m_address->addItem(choice.color.isValid() ? dot(choice.color) : QIcon(),
                           tr("%1 (%2)").arg(choice.name, choice.address));
        const int index = m_address->count() - 1;
        m_address->setItemData(index, choice.address, kAddressRole);
        m_address->setItemData(index, choice.id, kIdRole);
    }
    if (!choices.isEmpty())
        m_address->insertSeparator(m_address->count());
    m_address->addItem(tr("Profiles\u2026"));
    m_address->setItemData(m_address->count() - 1, true, kManage);
    m_address->setCurrentIndex(-1);
    m_address->setEditText(typed);
}

void ConnectionBar::setServer(const QString &address, const QColor &color)
{
    m_address->setEditText(address);
    m_color = color;
    paint();
}

void ConnectionBar::setView(const ConnectionView &view)
{
    m_view = view;
    if (m_words->text() != view.words) {
        m_words->setText(view.words);
        m_words->setCursorPosition(0);
        m_words->setToolTip(toolTipText(view.words));
    }
    m_words->setAccessibleName(tr("Connection: %1").arg(view.words));
    m_go->setText(view.canConnect ? tr("&Connect") : tr("Dis&connect"));
    m_retry->setVisible(view.canRetry);
    m_token->setVisible(view.needsToken);
    paint();
}

QString ConnectionBar::words() const
{
    return m_words->text();
}

bool ConnectionBar::isReadOnly() const
{
    return m_lock->isChecked();
}

void ConnectionBar::setReadOnly(bool readOnly)
{
    m_lock->setChecked(readOnly);
}

QString ConnectionBar::address() const
{
    return m_address->currentText();
}

void ConnectionBar::focusAddress()
{
    m_address->setFocus(Qt::ShortcutFocusReason);
    m_address->lineEdit()->selectAll();
}

void ConnectionBar::showLock()
{
    m_lock->setText(m_lock->isChecked() ? tr("Read-onl&y: on") : tr("Read-onl&y: off"));
}

void ConnectionBar::go()
{
    if (m_view.canConnect)
        Q_EMIT connectRequested(m_address->currentText(), {});
    else
        Q_EMIT disconnectRequested();
}

void ConnectionBar::changeEvent(QEvent *event)
{
    QToolBar::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paint();
}

void ConnectionBar::paint()
{
    const QPalette usual = QApplication::palette();
    QPalette words = usual;
    words.setColor(QPalette::Base, toneGround(m_view.tone, usual));
    words.setColor(QPalette::Text, toneColor(m_view.tone, usual));
    m_words->setPalette(words);
    QPalette chip = usual;
    if (m_color.isValid())
        chip.setColor(QPalette::Window, m_color);
    m_chip->setPalette(chip);
    m_chip->setVisible(m_color.isValid());
}

} // namespace memorykv
