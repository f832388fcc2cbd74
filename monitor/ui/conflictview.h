// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/resttypes.h"

#include <QWidget>

#include <optional>

class QLabel;
class QPushButton;

namespace memorykv {

class FoldedTextView;

/// Two versions of a value next to each other: the one that could not be saved, and the one that
/// somebody else wrote meanwhile. Nothing is overwritten until the user decides.
class ConflictView : public QWidget
{
    Q_OBJECT

public:
    explicit ConflictView(QWidget *parent = nullptr);

    /// Shows \a mine and \a theirs; no theirs when the key is gone. Lines that differ are marked.
    void setVersions(const QByteArray &mine, const QByteArray &mineType,
                     const std::optional<StoredValue> &theirs);

Q_SIGNALS:
    /// Go on editing, now on top of the other version.
    void keepMineRequested();
    /// Give up the edit and show the other version.
    void takeTheirsRequested();

private:
    QLabel *m_words;
    QLabel *m_mineTitle;
    QLabel *m_theirsTitle;
    FoldedTextView *m_mine;
    FoldedTextView *m_theirs;
    QPushButton *m_keep;
    QPushButton *m_take;
};

} // namespace memorykv
