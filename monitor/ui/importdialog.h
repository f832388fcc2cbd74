// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/importjob.h"
#include "monitor/ui/workspace.h"

#include <QDialog>

#include <memory>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace memorykv {

/// Imports an export of keys. First a dry run, which changes nothing and says what would happen;
/// only then the import itself, of the same file with the same choice.
class ImportDialog : public QDialog
{
    Q_OBJECT

public:
    explicit ImportDialog(Workspace &workspace, QWidget *parent = nullptr);
    ~ImportDialog() override;

    void setFileName(const QString &fileName);
    void setOnlyMissing(bool onlyMissing);
    void dryRun();
    void import();
    bool canImport() const;
    QString words() const;
    bool isRunning() const { return m_job != nullptr; }

    void reject() override;

Q_SIGNALS:
    /// A run ended, in whatever way.
    void ended();

private:
    void browse();
    void check();
    void start(bool dry);
    void onFinished(const ImportReport &report);

    Workspace &m_workspace;
    QLineEdit *m_file;
    QPushButton *m_browse;
    QCheckBox *m_onlyMissing;
    QProgressBar *m_bar;
    QLabel *m_words;
    QPlainTextEdit *m_faults;
    QPushButton *m_dry;
    QPushButton *m_go;
    QPushButton *m_close;
    bool m_dryDone = false; ///< a dry run of what the form says went well
    bool m_dryRuns = false;
    std::unique_ptr<ImportJob> m_job;
};

} // namespace memorykv
