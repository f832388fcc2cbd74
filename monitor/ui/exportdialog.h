// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/exportjob.h"
#include "monitor/ui/workspace.h"

#include <QDialog>

#include <memory>

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace memorykv {

/// Exports keys under a prefix, or the events the log shows, to a file: asks where to and how,
/// shows how far it is, and can be cancelled. A cancelled export leaves no file.
class ExportDialog : public QDialog
{
    Q_OBJECT

public:
    enum class What { Keys, Events };

    ExportDialog(Workspace &workspace, What what, QWidget *parent = nullptr);
    ~ExportDialog() override;

    void setPrefix(const QByteArray &prefix);
    void setFileName(const QString &fileName);
    void setFormat(ExportFormat format);
    void start();
    /// What is said at the moment.
    QString words() const;
    bool isRunning() const { return m_job != nullptr; }

    void reject() override;

Q_SIGNALS:
    /// The export ended, in whatever way.
    void ended();

private:
    void browse();
    void check();
    void onFinished(quint64 lines, bool cancelled, const QString &error);

    Workspace &m_workspace;
    const What m_what;
    QLineEdit *m_prefix;
    QComboBox *m_format;
    QLineEdit *m_file;
    QPushButton *m_browse;
    QProgressBar *m_bar;
    QLabel *m_words;
    QPushButton *m_go;
    QPushButton *m_close;
    std::unique_ptr<ExportJob> m_job;
};

} // namespace memorykv
