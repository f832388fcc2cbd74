// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/exportjob.h"

#include "monitor/client/exportworker.h"

namespace memorykv {

ExportJob::ExportJob(KeysExport what, QObject *parent)
    : ExportJob(new KeysExportWorker(std::move(what)), parent)
{ }

ExportJob::ExportJob(WalExport what, QObject *parent)
    : ExportJob(new WalExportWorker(std::move(what)), parent)
{ }

ExportJob::ExportJob(ExportWorker *worker, QObject *parent)
    : QObject(parent)
    , m_worker(worker)
{
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    connect(m_worker, &ExportWorker::progress, this, &ExportJob::progress);
    connect(m_worker, &ExportWorker::finished, this, &ExportJob::finished);
    m_thread.setObjectName(QStringLiteral("export"));
    m_thread.start();
}

ExportJob::~ExportJob()
{
    m_worker->cancel();
    m_thread.quit();
    m_thread.wait();
}

void ExportJob::start()
{
    QMetaObject::invokeMethod(m_worker, &ExportWorker::start);
}

void ExportJob::cancel()
{
    m_worker->cancel();
}

} // namespace memorykv
