// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/valueview.h"

#include "monitor/client/jsonformat.h"
#include "monitor/ui/foldedtextview.h"
#include "monitor/ui/format.h"
#include "monitor/ui/hexview.h"
#include "monitor/ui/messagestrip.h"
#include "shared/utf8.h"

#include <QBuffer>
#include <QImageReader>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTabBar>
#include <QThreadPool>
#include <QVBoxLayout>

namespace memorykv {

namespace {

constexpr int kMaxImageSide = 8192; ///< pixels; larger ones are scaled down while they are read

ValueView::Mode modeFor(ValueKind kind)
{
    switch (kind) {
    case ValueKind::Json:
        return ValueView::JsonMode;
    case ValueKind::Image:
        return ValueView::ImageMode;
    case ValueKind::Binary:
        return ValueView::HexMode;
    case ValueKind::Empty:
    case ValueKind::Text:
        break;
    }
    return ValueView::TextMode;
}

/// Runs \a work on another thread and then \a done with its result on that of \a context, unless
/// that is gone.
template <typename Work, typename Finish>
void runAside(QObject *context, Work work, Finish done)
{
    const QPointer<QObject> alive(context);
    QThreadPool::globalInstance()->start([alive, work, done] {
        auto result = work();
        if (!alive)
            return;
        QMetaObject::invokeMethod(
            alive, [done, result = std::move(result)] { done(result); }, Qt::QueuedConnection);
    });
}

QImage readImage(const QByteArray &bytes)
{
    QBuffer buffer;
    buffer.setData(bytes);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer);
    reader.setAutoTransform(true);
    const QSize size = reader.size();
    if (size.width() > kMaxImageSide || size.height() > kMaxImageSide)
        reader.setScaledSize(size.scaled(kMaxImageSide, kMaxImageSide, Qt::KeepAspectRatio));
    return reader.read();
}

} // namespace

ValueView::ValueView(QWidget *parent)
    : QWidget(parent)
    , m_modes(new QTabBar(this))
    , m_stack(new QStackedWidget(this))
    , m_text(new FoldedTextView(this))
    , m_json(new FoldedTextView(this))
    , m_hex(new HexView(this))
    , m_imageArea(new QScrollArea(this))
    , m_image(new QLabel(this))
    , m_strip(new MessageStrip(this))
{
    m_modes->addTab(tr("Text"));
    m_modes->addTab(tr("JSON"));
    m_modes->addTab(tr("Hex"));
    m_modes->addTab(tr("Image"));
    m_modes->setDrawBase(false);
    m_modes->setExpanding(false);
    m_modes->setAccessibleName(tr("How the value is shown"));
    m_json->setAccessibleName(tr("Value as JSON"));
    m_image->setAlignment(Qt::AlignCenter);
    m_imageArea->setWidget(m_image);
    m_imageArea->setWidgetResizable(true);
    m_imageArea->setAccessibleName(tr("Value as image"));
    for (QWidget *view : std::initializer_list<QWidget *>{m_text, m_json, m_hex, m_imageArea})
        m_stack->addWidget(view);
    m_loadAll = m_strip->addButton(tr("Load &all"));

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_modes);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_strip);

    connect(m_modes, &QTabBar::currentChanged, this, &ValueView::showMode);
    connect(m_modes, &QTabBar::tabBarClicked, this, [this] { m_chosen = true; });
    connect(m_loadAll, &QPushButton::clicked, this, &ValueView::loadAllRequested);
}

ValueView::~ValueView() = default;

ValueView::Mode ValueView::mode() const
{
    return static_cast<Mode>(m_modes->currentIndex());
}

void ValueView::setMode(Mode mode)
{
    m_chosen = true;
    m_modes->setCurrentIndex(mode);
}

QString ValueView::shownText() const
{
    return mode() == JsonMode ? m_json->wholeText() : m_text->wholeText();
}

void ValueView::setValue(const StoredValue &value, ValueKind kind)
{
    if (value.key != m_value.key)
        m_chosen = false;
    m_value = value;
    m_kind = kind;
    m_modes->setTabVisible(ImageMode, kind == ValueKind::Image);
    const bool possible = mode() != ImageMode || kind == ValueKind::Image;
    if ((!m_chosen || !possible) && m_modes->currentIndex() != modeFor(kind))
        m_modes->setCurrentIndex(modeFor(kind));
    else
        showMode();
}

void ValueView::clear()
{
    ++m_run;
    m_value = {};
    m_text->showText({});
    m_json->showText({});
    m_hex->setBytes({});
    m_image->clear();
    m_strip->clear();
}

void ValueView::showMode()
{
    ++m_run;
    m_modeFault.clear();
    m_stack->setCurrentIndex(mode());
    setFocusProxy(m_stack->currentWidget());
    switch (mode()) {
    case TextMode: {
        // The first bytes of a longer value may end in the middle of a character.
        const qsizetype size
            = m_value.whole ? m_value.bytes.size() : validUtf8Prefix(m_value.bytes);
        const bool endsWithin = m_value.bytes.size() - size < 4;
        m_text->showText(QString::fromUtf8(endsWithin ? m_value.bytes.first(size) : m_value.bytes));
        if (m_value.whole && !m_value.bytes.isValidUtf8())
            m_modeFault = tr("Not all of it is text; what is not shows as \u201c\ufffd\u201d.");
        break;
    }
    case JsonMode:
        showJson();
        break;
    case HexMode:
        m_hex->setBytes(m_value.bytes);
        break;
    case ImageMode:
        showImage();
        break;
    }
    say();
}

void ValueView::showJson()
{
    if (!m_value.whole) {
        m_json->showText(QString::fromUtf8(m_value.bytes));
        m_modeFault = tr("It is laid out once all of it is loaded.");
        return;
    }
    const QByteArray bytes = m_value.bytes;
    const int run = m_run;
    const auto show = [this, run, bytes](const Result<QByteArray> &pretty) {
        if (run != m_run)
            return;
        m_json->showText(QString::fromUtf8(pretty.ok() ? pretty.value() : bytes));
        m_modeFault = pretty.ok()
                          ? QString()
                          : tr("Not JSON: %1.").arg(QString::fromUtf8(pretty.error().detail));
        say();
    };
    static constexpr qsizetype kAtOnce = qsizetype{128} * 1024;
    if (bytes.size() <= kAtOnce)
        return show(prettyJson(bytes));
    m_json->showText({});
    runAside(
        this, [bytes] { return prettyJson(bytes); }, show);
}

void ValueView::showImage()
{
    m_image->clear();
    if (!m_value.whole) {
        m_modeFault = tr("It is shown once all of it is loaded.");
        return;
    }
    const QByteArray bytes = m_value.bytes;
    const int run = m_run;
    runAside(
        this, [bytes] { return readImage(bytes); },
        [this, run](const QImage &image) {
            if (run != m_run)
                return;
            if (image.isNull())
                m_modeFault = tr("This is no image that can be read here.");
            else
                m_image->setPixmap(QPixmap::fromImage(image));
            m_image->setToolTip(tr("%1 \u00d7 %2 pixels").arg(image.width()).arg(image.height()));
            say();
        });
}

void ValueView::setProgress(qint64 bytes, qint64 total)
{
    if (!m_value.whole && total > 0) {
        m_strip->say(
            Tone::Busy,
            tr("Loading: %1 of %2").arg(bytesText(double(bytes)), bytesText(double(total))));
    }
}

void ValueView::say()
{
    QStringList words;
    if (!m_value.whole) {
        words += tr("The first %1 of %2.")
                     .arg(bytesText(double(m_value.bytes.size())),
                          bytesText(double(m_value.totalSize)));
    }
    if (!m_modeFault.isEmpty())
        words += m_modeFault;
    const FoldedTextView *text = mode() == TextMode   ? m_text
                                 : mode() == JsonMode ? m_json
                                                      : nullptr;
    if (text != nullptr && text->isFolded())
        words += tr("Long lines are folded; copying gives them whole.");
    m_loadAll->setVisible(!m_value.whole);
    if (words.isEmpty())
        m_strip->clear();
    else
        m_strip->say(m_value.whole ? Tone::Warning : Tone::Busy, words.join(QLatin1Char(' ')));
}

} // namespace memorykv
