// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/exportdialog.h"

#include "monitor/ui/format.h"
#include "monitor/ui/theme.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace memorykv {

ExportDialog::ExportDialog(Workspace &workspace, What what, QWidget *parent)
    : QDialog(parent)
    , m_workspace(workspace)
    , m_what(what)
    , m_prefix(new QLineEdit(this))
    , m_format(new QComboBox(this))
    , m_file(new QLineEdit(this))
    , m_browse(new QPushButton(tr("&Browse\u2026"), this))
    , m_bar(new QProgressBar(this))
    , m_words(new QLabel(this))
{
    const bool keys = what == What::Keys;
    setWindowTitle(keys ? tr("Export keys") : tr("Export log"));
    auto *about
        = new QLabel(keys ? tr("Writes all keys that begin with a prefix, with their values, "
                               "to a file that can be imported again.")
                          : tr("Writes the %1 events that the log shows to a file.")
                                .arg(numberText(qint64(workspace.wal().rowCount()))),
                     this);
    about->setWordWrap(true);
    m_prefix->setFont(monospaceFont());
    m_prefix->setPlaceholderText(tr("all keys"));
    m_format->addItem(tr("NDJSON: one JSON object on each line"), int(ExportFormat::Ndjson));
    m_format->addItem(tr("CSV: a table"), int(ExportFormat::Csv));
    m_browse->setAutoDefault(false);
    auto *file = new QHBoxLayout;
    file->addWidget(m_file, 1);
    file->addWidget(m_browse);
    auto *form = new QFormLayout;
    form->setHorizontalSpacing(12);
    if (keys)
        form->addRow(tr("&Prefix:"), m_prefix);
    else
        m_prefix->hide();
    form->addRow(tr("F&ormat:"), m_format);
    auto *fileLabel = new QLabel(tr("&File:"), this);
    fileLabel->setBuddy(m_file);
    form->addRow(fileLabel, file);
    m_words->setTextFormat(Qt::PlainText);
    m_words->setWordWrap(true);
    m_bar->setVisible(false);
    m_bar->setAccessibleName(tr("Progress"));
    auto *buttons = new QDialogButtonBox(this);
    m_go = buttons->addButton(tr("&Export"), QDialogButtonBox::ActionRole);
    m_go->setDefault(true);
    m_close = buttons->addButton(QDialogButtonBox::Close);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    layout->addWidget(about);
    layout->addLayout(form);
    layout->addWidget(m_bar);
    layout->addWidget(m_words);
    layout->addStretch();
    layout->addWidget(buttons);
    setMinimumWidth(520);
    connect(m_browse, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(m_file, &QLineEdit::textChanged, this, &ExportDialog::check);
    connect(m_go, &QPushButton::clicked, this, &ExportDialog::start);
    connect(m_close, &QPushButton::clicked, this, &ExportDialog::reject);
    check();
}

ExportDialog::~ExportDialog() = default;

void ExportDialog::setPrefix(const QByteArray &prefix)
{
    m_prefix->setText(QString::fromUtf8(prefix));
}

void ExportDialog::setFileName(const QString &fileName)
{
    m_file->setText(fileName);
}

void ExportDialog::setFormat(ExportFormat format)
{
    m_format->setCurrentIndex(m_format->findData(int(format)));
}

QString ExportDialog::words() const
{
    return m_words->text();
}

void ExportDialog::browse()
{
    const bool csv = m_format->currentData().toInt() == int(ExportFormat::Csv);
    const QString name = QFileDialog::getSaveFileName(
        this, windowTitle(), m_file->text(), csv ? tr("CSV (*.csv)") : tr("NDJSON (*.ndjson)"));
    if (!name.isEmpty())
        m_file->setText(name);
}

void ExportDialog::check()
{
    const bool running = isRunning();
    for (QWidget *field : std::initializer_list<QWidget *>{m_prefix, m_format, m_file, m_browse})
        field->setEnabled(!running);
    m_go->setEnabled(!running && !m_file->text().isEmpty());
    m_close->setText(running ? tr("&Cancel") : tr("&Close"));
    m_bar->setVisible(running);
}

void ExportDialog::start()
{
    if (isRunning() || m_file->text().isEmpty())
        return;
    const auto format = static_cast<ExportFormat>(m_format->currentData().toInt());
    if (m_what == What::Keys) {
        m_job = std::make_unique<ExportJob>(KeysExport{
            m_workspace.rest().endpoint(), m_prefix->text().toUtf8(), m_file->text(), format});
    } else {
        m_job = std::make_unique<ExportJob>(m_workspace.wal().exportOf(m_file->text(), format));
    }
    connect(m_job.get(), &ExportJob::progress, this, [this](quint64 done, quint64 total) {
        // A progress bar counts in int, and the total is but an estimate.
        m_bar->setRange(0, total == 0 ? 0 : 1000);
        m_bar->setValue(total == 0 ? 0 : int(std::min<quint64>(1000, done * 1000 / total)));
        m_words->setText(tr("%1 written").arg(numberText(done)));
    });
    connect(m_job.get(), &ExportJob::finished, this, &ExportDialog::onFinished);
    m_bar->setRange(0, 0);
    m_words->setText(tr("Writing\u2026"));
    m_job->start();
    check();
}

void ExportDialog::onFinished(quint64 lines, bool cancelled, const QString &error)
{
    // Destroyed later: this is called from within it.
    m_job.release()->deleteLater();
    check();
    if (cancelled)
        m_words->setText(tr("Cancelled. No file was written."));
    else if (!error.isEmpty())
        m_words->setText(tr("Nothing was written: %1").arg(error));
    else if (m_what == What::Keys)
        m_words->setText(lines == 1 ? tr("1 key is in the file.")
                                    : tr("%1 keys are in the file.").arg(numberText(lines)));
    else
        m_words->setText(lines == 1 ? tr("1 event is in the file.")
                                    : tr("%1 events are in the file.").arg(numberText(lines)));
    m_close->setFocus();
    Q_EMIT ended();
}

void ExportDialog::reject()
{
    if (isRunning())
        m_job->cancel();
    else
        QDialog::reject();
}

} // namespace memorykv
