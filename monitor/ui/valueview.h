// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/resttypes.h"
#include "monitor/models/valuekind.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QTabBar;

namespace memorykv {

class FoldedTextView;
class HexView;
class MessageStrip;

/// A value to look at: as text, as JSON laid out with every token kept, in hexadecimal, or as an
/// image. It chooses by the value's kind until the user chooses. Large values are laid out on
/// another thread or in pieces, so that the window goes on meanwhile.
class ValueView : public QWidget
{
    Q_OBJECT

public:
    enum Mode { TextMode, JsonMode, HexMode, ImageMode };

    explicit ValueView(QWidget *parent = nullptr);
    ~ValueView() override;

    /// Shows \a value. With another key than before the mode is chosen anew.
    void setValue(const StoredValue &value, ValueKind kind);
    void clear();

    Mode mode() const;
    void setMode(Mode mode);
    /// What is shown as text or JSON at the moment, without folds.
    QString shownText() const;

    /// Says how much of the rest is loaded, while that goes on.
    void setProgress(qint64 bytes, qint64 total);

Q_SIGNALS:
    /// The user asked for the rest of the value.
    void loadAllRequested();

private:
    void showMode();
    void showJson();
    void showImage();
    void say();

    StoredValue m_value;
    ValueKind m_kind = ValueKind::Empty;
    bool m_chosen = false; ///< the user chose the mode for this key
    QString m_modeFault;   ///< why the value cannot be shown in this mode
    int m_run = 0;         ///< counts values shown: what is laid out for an earlier one is dropped
    QTabBar *m_modes;
    QStackedWidget *m_stack;
    FoldedTextView *m_text;
    FoldedTextView *m_json;
    HexView *m_hex;
    QScrollArea *m_imageArea;
    QLabel *m_image;
    MessageStrip *m_strip;
    QPushButton *m_loadAll;
};

} // namespace memorykv
