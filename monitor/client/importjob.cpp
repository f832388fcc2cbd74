// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/importjob.h"

#include "monitor/client/importworker.h"

namespace memorykv {

ImportJob::ImportJob(const ImportRequest &request, QObject *parent)
    : QObject(parent)
    , m_worker(new ImportWorker(request))
{
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    connect(m_worker, &ImportWorker::progress, this, &ImportJob::progress);
    connect(m_worker, &ImportWorker::finished, this, &ImportJob::finished);
    m_thread.setObjectName(QStringLiteral("import"));
    m_thread.start();
}

ImportJob::~ImportJob()
{
    cancel();
    m_thread.quit();
    m_thread.wait();
}

void ImportJob::start()
{
    QMetaObject::invokeMethod(m_worker, &ImportWorker::start);
}

void ImportJob::cancel()
{
    QMetaObject::invokeMethod(m_worker, &ImportWorker::cancel);
}

} // namespace memorykv
