// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/drafteditor.h"

#include "monitor/client/jsonformat.h"
#include "monitor/ui/drafttext.h"
#include "monitor/ui/format.h"
#include "monitor/ui/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace memorykv {

namespace {

/// JSON with a longer line than this is laid out for editing.
constexpr qsizetype kComfortableLine = 400;

bool isJson(const QByteArray &type)
{
    return type.contains("json");
}

bool hasLongLine(QByteArrayView bytes)
{
    qsizetype start = 0;
    while (bytes.size() - start > kComfortableLine) {
        const qsizetype end = bytes.indexOf('\n', start);
        if (end < 0 || end - start > kComfortableLine)
            return true;
        start = end + 1;
    }
    return false;
}

} // namespace

DraftEditor::DraftEditor(QWidget *parent)
    : QWidget(parent)
    , m_type(new QComboBox(this))
    , m_editor(new QPlainTextEdit(this))
    , m_note(new QLabel(this))
{
    m_type->setEditable(true);
    m_type->setInsertPolicy(QComboBox::NoInsert);
    m_type->addItems({QStringLiteral("application/json"), QStringLiteral("text/plain"),
                      QStringLiteral("application/octet-stream")});
    m_type->setAccessibleName(tr("Content type"));
    m_editor->setFont(monospaceFont());
    m_editor->setTabChangesFocus(true);
    m_editor->setAccessibleName(tr("Value to edit"));
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    auto *label = new QLabel(tr("Ty&pe"), this);
    label->setBuddy(m_type);
    auto *file = new QPushButton(tr("Fr&om file\u2026"), this);

    auto *head = new QHBoxLayout;
    head->addWidget(label);
    head->addWidget(m_type, 1);
    head->addWidget(file);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(m_editor, 1);
    layout->addWidget(m_note);

    setFocusProxy(m_editor);
    connect(m_editor, &QPlainTextEdit::textChanged, this, &DraftEditor::onEdited);
    connect(m_type, &QComboBox::currentTextChanged, this, [this] {
        say();
        if (!m_filling)
            Q_EMIT edited();
    });
    connect(file, &QPushButton::clicked, this, &DraftEditor::fileRequested);
}

void DraftEditor::begin(const QByteArray &bytes, const QByteArray &type)
{
    m_filling = true;
    m_bytes = bytes;
    m_fileName.clear();
    m_touched = false;
    m_type->setEditText(QString::fromUtf8(type));
    QByteArray text = bytes;
    m_laidOut = false;
    if (isJson(type) && hasLongLine(bytes) && bytes.size() <= DraftText::kMaxBytes) {
        if (const auto pretty = prettyJson(bytes); pretty.ok()) {
            text = pretty.value();
            m_laidOut = true;
        }
    }
    const auto draft = DraftText::fromBytes(text);
    m_inEditor = draft.has_value();
    m_crlf = draft && draft->crlf;
    m_editor->setPlainText(draft ? draft->text : QString());
    m_editor->setReadOnly(!draft);
    m_editor->setVisible(m_inEditor);
    m_filling = false;
    say();
}

QByteArray DraftEditor::bytes() const
{
    return m_inEditor && m_touched ? DraftText::toBytes(*m_editor->document(), m_crlf) : m_bytes;
}

QByteArray DraftEditor::type() const
{
    return m_type->currentText().trimmed().toUtf8();
}

void DraftEditor::setFile(const QByteArray &bytes, const QString &fileName)
{
    begin(bytes, type());
    m_fileName = fileName;
    say();
    Q_EMIT edited();
}

void DraftEditor::setReadOnly(bool readOnly)
{
    m_editor->setReadOnly(readOnly || !m_inEditor);
    m_type->setEnabled(!readOnly);
}

void DraftEditor::onEdited()
{
    if (m_filling)
        return;
    m_touched = true;
    say();
    Q_EMIT edited();
}

void DraftEditor::say()
{
    QString note;
    Tone tone = Tone::Neutral;
    if (!m_inEditor) {
        note = m_fileName.isEmpty()
                   ? tr("This value (%1) is no text that can be edited here without harm. "
                        "It can be replaced from a file.")
                         .arg(bytesText(double(m_bytes.size())))
                   : tr("%1 from \u201c%2\u201d will be saved as they are.")
                         .arg(bytesText(double(m_bytes.size())), m_fileName);
    } else if (isJson(type())) {
        const auto valid = checkJson(bytes());
        if (!valid.ok() && !bytes().isEmpty()) {
            note = tr("Not valid JSON: %1.").arg(QString::fromUtf8(valid.error().detail));
            tone = Tone::Warning;
        } else if (m_laidOut) {
            note = tr("Laid out for editing; saved as it stands here once it is changed.");
        }
    }
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    QPalette palette = m_note->palette();
    palette.setColor(QPalette::WindowText, toneColor(tone, this->palette()));
    m_note->setPalette(palette);
}

} // namespace memorykv
