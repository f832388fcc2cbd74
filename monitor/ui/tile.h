// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QFrame>
#include <QString>

class QLabel;

namespace memorykv {

/// One number with its name: large, calm, and as wide as the widest it has shown, so that the row
/// of tiles does not move while it counts.
class Tile : public QFrame
{
    Q_OBJECT

public:
    explicit Tile(const QString &name, QWidget *parent = nullptr);

    /// Shows \a text; a dash for an empty one.
    void setValue(const QString &text);
    QString value() const;

protected:
    void changeEvent(QEvent *event) override;

private:
    void paintNames();

    QLabel *m_name;
    QLabel *m_value;
};

} // namespace memorykv
