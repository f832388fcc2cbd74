// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/worker.h"

#include "server/feed/broadcaster.h"
#include "server/http/problem.h"
#include "server/http/snapshotstream.h"

#include <QCoreApplication>

namespace memorykv {

struct Worker::Parts
{
    Parts(WorkerSetup setup, HttpObserver &observer)
        : services{setup.services.store,
                   setup.services.log,
                   observer,
                   setup.services.cors,
                   setup.services.maxValueSize,
                   setup.services.renderMetrics,
                   setup.services.metricsType,
                   setup.services.renderInfo,
                   setup.services.page,
                   setup.services.openApi,
                   setup.services.scope,
                   setup.services.recovering,
                   setup.services.pageFiles}
        , dispatcher(services)
        , hub(setup.broadcaster, setup.feed)
        , gateway(hub, services.cors, setup.gatekeeper)
        , snapshots({services.store, services.log, setup.limits, setup.buffers})
        , context{dispatcher,        services.log,
                  observer,          [this](Upgrade &upgrade) { return take(upgrade); },
                  setup.limits,      {},
                  &setup.gatekeeper, setup.tls,
                  setup.buffers,     setup.rate}
        , pool(context)
    { }

    std::optional<Response> take(Upgrade &upgrade)
    {
        if (services.isRecovering())
            return notReady();
        if (upgrade.kind != Upgrade::Kind::Snapshot)
            return gateway.upgrade(upgrade);
        snapshots.add(upgrade);
        return std::nullopt;
    }

    HttpServices services;
    Dispatcher dispatcher;
    FeedHub hub;
    FeedGateway gateway;
    SnapshotStreams snapshots;
    ConnectionContext context;
    ConnectionPool pool;
    bool poolDrained = false;
    bool hubDrained = false;
    bool snapshotsDrained = false;
};

Worker::Worker(WorkerSetup setup, std::unique_ptr<WorkerObserver> observer, const QString &name)
    : m_observer(std::move(observer))
{
    // Made on its thread, as QObjects and their timers belong to the thread that makes them; the
    // call returns when all is in place.
    m_thread.setObjectName(name);
    auto *starter = new QObject;
    starter->moveToThread(&m_thread);
    m_thread.start();
    QMetaObject::invokeMethod(
        starter,
        [this, starter, &setup] {
            m_parts = std::make_unique<Parts>(setup, *m_observer);
            const Log *log = &m_parts->services.log;
            connect(log, &Log::durable, &m_parts->pool, &ConnectionPool::release,
                    Qt::QueuedConnection);
            connect(log, &Log::failed, &m_parts->pool, &ConnectionPool::failHeld,
                    Qt::QueuedConnection);
            connect(
                &m_parts->pool, &ConnectionPool::drained, this,
                [this] {
                    m_parts->poolDrained = true;
                    noteDrained();
                },
                Qt::DirectConnection);
            connect(
                &m_parts->hub, &FeedHub::drained, this,
                [this] {
                    m_parts->hubDrained = true;
                    noteDrained();
                },
                Qt::DirectConnection);
            connect(
                &m_parts->snapshots, &SnapshotStreams::drained, this,
                [this] {
                    m_parts->snapshotsDrained = true;
                    noteDrained();
                },
                Qt::DirectConnection);
            delete starter;
        },
        Qt::BlockingQueuedConnection);
}

Worker::~Worker()
{
    // finished() is emitted on the thread that ends, where everything that lives there has to go;
    // what waits to be deleted refers to the rest, so it goes first.
    connect(
        &m_thread, &QThread::finished, &m_thread,
        [this] {
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
            m_parts.reset();
        },
        Qt::DirectConnection);
    m_thread.quit();
    m_thread.wait();
}

void Worker::adopt(qintptr descriptor, const std::optional<Error> &refusal,
                   std::shared_ptr<void> ticket)
{
    QMetaObject::invokeMethod(
        &m_parts->pool,
        [this, descriptor, refusal, ticket = std::move(ticket)] {
            m_parts->pool.adopt(descriptor, refusal, ticket);
        },
        Qt::QueuedConnection);
}

void Worker::recheck()
{
    QMetaObject::invokeMethod(
        &m_parts->hub, [this] { m_parts->hub.recheck(); }, Qt::QueuedConnection);
}

void Worker::drain()
{
    QMetaObject::invokeMethod(
        &m_parts->pool,
        [this] {
            m_parts->pool.drain();
            m_parts->hub.drain();
            m_parts->snapshots.drain();
        },
        Qt::QueuedConnection);
}

void Worker::noteDrained()
{
    if (m_parts->poolDrained && m_parts->hubDrained && m_parts->snapshotsDrained)
        Q_EMIT drained();
}

} // namespace memorykv
