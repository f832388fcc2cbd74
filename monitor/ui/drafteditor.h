// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QWidget>

class QComboBox;
class QLabel;
class QPlainTextEdit;

namespace memorykv {

/// Edits a value as text, or takes its bytes from a file where it is none. What was not touched
/// stays byte for byte as it was.
class DraftEditor : public QWidget
{
    Q_OBJECT

public:
    explicit DraftEditor(QWidget *parent = nullptr);

    /// Begins with \a bytes of the content type \a type. JSON of very long lines is laid out anew.
    void begin(const QByteArray &bytes, const QByteArray &type);

    QByteArray bytes() const;
    QByteArray type() const;

    /// Keeps the draft from being changed, while it is on its way.
    void setReadOnly(bool readOnly);

    /// Makes the bytes of a file the draft.
    void setFile(const QByteArray &bytes, const QString &fileName);

    QPlainTextEdit *editor() const { return m_editor; }
    QComboBox *typeField() const { return m_type; }

Q_SIGNALS:
    /// bytes() or type() changed by the user.
    void edited();
    void fileRequested();

private:
    void onEdited();
    void say();

    QComboBox *m_type;
    QPlainTextEdit *m_editor;
    QLabel *m_note;
    QByteArray m_bytes; ///< the draft while the editor does not hold it or is untouched
    QString m_fileName;
    bool m_crlf = false;
    bool m_inEditor = false; ///< the editor holds the draft
    bool m_touched = false;
    bool m_filling = false;
    bool m_laidOut = false;
};

} // namespace memorykv
