// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QPlainTextEdit>

class QTimer;

namespace memorykv {

/// Text to read, of any size. A QPlainTextEdit lays out a line as a whole, so one of megabytes
/// would stop the window; here lines are folded after kLongestLine characters, and long texts come
/// in pieces between which the window goes on. What is copied has none of the folds.
class FoldedTextView : public QPlainTextEdit
{
    Q_OBJECT

public:
    static constexpr int kLongestLine = 4000; ///< UTF-16 units before a line is folded
    static constexpr int kPiece = 256 * 1024; ///< UTF-16 units put in at a time

    explicit FoldedTextView(QWidget *parent = nullptr);

    /// Shows \a text from its beginning. The first piece is there on return, the rest follows.
    void showText(const QString &text);

    /// Whether all of the text is there.
    bool isComplete() const { return m_shown == m_text.size(); }

    /// Whether lines are folded, so that the view does not look as the text is.
    bool isFolded() const { return m_folded; }

    /// The text as it was given.
    const QString &wholeText() const { return m_text; }

Q_SIGNALS:
    /// All of the text is there.
    void completed();

protected:
    QMimeData *createMimeDataFromSelection() const override;

private:
    void showPiece();

    QString m_text;
    qsizetype m_shown = 0;
    int m_lineLength = 0; ///< of the last line shown so far
    bool m_folded = false;
    QTimer *m_more;
};

} // namespace memorykv
