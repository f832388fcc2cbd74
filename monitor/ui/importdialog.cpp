// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/importdialog.h"

#include "monitor/ui/format.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace memorykv {

ImportDialog::ImportDialog(Workspace &workspace, QWidget *parent)
    : QDialog(parent)
    , m_workspace(workspace)
    , m_file(new QLineEdit(this))
    , m_browse(new QPushButton(tr("&Browse\u2026"), this))
    , m_onlyMissing(new QCheckBox(tr("&Leave keys that exist alone"), this))
    , m_bar(new QProgressBar(this))
    , m_words(new QLabel(this))
    , m_faults(new QPlainTextEdit(this))
{
    setWindowTitle(tr("Import keys"));
    auto *about
        = new QLabel(tr("Writes the keys of an NDJSON export to the server. The dry run changes "
                        "nothing and says what would happen."),
                     this);
    about->setWordWrap(true);
    m_onlyMissing->setChecked(true);
    m_browse->setAutoDefault(false);
    m_bar->setAccessibleName(tr("Progress"));
    m_words->setTextFormat(Qt::PlainText);
    m_words->setWordWrap(true);
    m_faults->setReadOnly(true);
    m_faults->setAccessibleName(tr("Lines that cannot be imported"));
    m_faults->hide();
    auto *file = new QHBoxLayout;
    file->addWidget(m_file, 1);
    file->addWidget(m_browse);
    auto *form = new QFormLayout;
    form->setHorizontalSpacing(12);
    auto *fileLabel = new QLabel(tr("&File:"), this);
    fileLabel->setBuddy(m_file);
    form->addRow(fileLabel, file);
    form->addRow(QString(), m_onlyMissing);
    auto *buttons = new QDialogButtonBox(this);
    m_dry = buttons->addButton(tr("&Dry run"), QDialogButtonBox::ActionRole);
    m_go = buttons->addButton(tr("&Import"), QDialogButtonBox::ActionRole);
    m_close = buttons->addButton(QDialogButtonBox::Close);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    layout->addWidget(about);
    layout->addLayout(form);
    layout->addWidget(m_bar);
    layout->addWidget(m_words);
    layout->addWidget(m_faults, 1);
    layout->addStretch();
    layout->addWidget(buttons);
    setMinimumWidth(520);
    const auto changed = [this] {
        m_dryDone = false;
        check();
    };
    connect(m_browse, &QPushButton::clicked, this, &ImportDialog::browse);
    connect(m_file, &QLineEdit::textChanged, this, changed);
    connect(m_onlyMissing, &QCheckBox::toggled, this, changed);
    connect(m_dry, &QPushButton::clicked, this, &ImportDialog::dryRun);
    connect(m_go, &QPushButton::clicked, this, &ImportDialog::import);
    connect(m_close, &QPushButton::clicked, this, &ImportDialog::reject);
    check();
}

ImportDialog::~ImportDialog() = default;

void ImportDialog::setFileName(const QString &fileName)
{
    m_file->setText(fileName);
}

void ImportDialog::setOnlyMissing(bool onlyMissing)
{
    m_onlyMissing->setChecked(onlyMissing);
}

bool ImportDialog::canImport() const
{
    return m_go->isEnabled();
}

QString ImportDialog::words() const
{
    return m_words->text();
}

void ImportDialog::browse()
{
    const QString name = QFileDialog::getOpenFileName(
        this, windowTitle(), m_file->text(), tr("NDJSON (*.ndjson *.jsonl);;All files (*)"));
    if (!name.isEmpty())
        m_file->setText(name);
}

void ImportDialog::check()
{
    const bool running = isRunning();
    for (QWidget *field : std::initializer_list<QWidget *>{m_file, m_browse, m_onlyMissing})
        field->setEnabled(!running);
    m_dry->setEnabled(!running && !m_file->text().isEmpty());
    m_go->setEnabled(!running && m_dryDone && !m_workspace.isReadOnly());
    m_go->setToolTip(m_workspace.isReadOnly() ? tr("The connection is locked: read-only")
                     : m_dryDone              ? QString()
                                              : tr("Do a dry run first"));
    m_dry->setDefault(!m_dryDone);
    m_go->setDefault(m_dryDone);
    m_close->setText(running ? tr("&Cancel") : tr("&Close"));
    m_bar->setVisible(running);
}

void ImportDialog::dryRun()
{
    start(true);
}

void ImportDialog::import()
{
    if (canImport())
        start(false);
}

void ImportDialog::start(bool dry)
{
    if (isRunning() || m_file->text().isEmpty())
        return;
    m_dryRuns = dry;
    m_faults->hide();
    const ImportRequest request{m_workspace.rest().endpoint(), m_file->text(), dry,
                                m_onlyMissing->isChecked()};
    m_job = std::make_unique<ImportJob>(request);
    connect(m_job.get(), &ImportJob::progress, this, [this](qint64 done, qint64 total) {
        m_bar->setRange(0, total <= 0 ? 0 : 1000);
        m_bar->setValue(total <= 0 ? 0 : int(done * 1000 / total));
    });
    connect(m_job.get(), &ImportJob::finished, this, &ImportDialog::onFinished);
    m_bar->setRange(0, 0);
    m_words->setText(dry ? tr("Looking\u2026") : tr("Importing\u2026"));
    m_job->start();
    check();
}

void ImportDialog::onFinished(const ImportReport &report)
{
    // Destroyed later: this is called from within it.
    m_job.release()->deleteLater();
    m_dryDone = m_dryRuns && !report.cancelled && report.error.isEmpty();
    check();
    QStringList words;
    if (!report.error.isEmpty())
        words += tr("It ended early: %1").arg(report.error);
    else if (report.cancelled)
        words += m_dryRuns ? tr("Cancelled.") : tr("Cancelled. What was written until then stays.");
    else
        words += m_dryRuns ? tr("This would happen:") : tr("Done:");
    words += tr("%1 new, %2 replaced, %3 unchanged, %4 left alone, %5 not readable")
                 .arg(numberText(report.created), numberText(report.replaced),
                      numberText(report.unchanged), numberText(report.kept),
                      numberText(report.invalid));
    m_words->setText(words.join(QLatin1Char('\n')));
    QStringList faults;
    for (const ImportFault &fault : report.faults)
        faults += tr("Line %1: %2").arg(numberText(fault.line), fault.text);
    m_faults->setPlainText(faults.join(QLatin1Char('\n')));
    m_faults->setVisible(!faults.isEmpty());
    Q_EMIT ended();
}

void ImportDialog::reject()
{
    if (isRunning())
        m_job->cancel();
    else
        QDialog::reject();
}

} // namespace memorykv
