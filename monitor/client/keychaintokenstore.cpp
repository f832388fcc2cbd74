// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/keychaintokenstore.h"

#include <qt6keychain/keychain.h>

namespace memorykv {

namespace {

Error errorOf(const QKeychain::Job &job)
{
    switch (job.error()) {
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
        return {ErrorCode::Unavailable, job.errorString().toUtf8()};
    default:
        return {ErrorCode::InvalidArgument, job.errorString().toUtf8()};
    }
}

Result<Done> doneOrError(const QKeychain::Job &job)
{
    if (job.error() != QKeychain::NoError)
        return errorOf(job);
    return Done{};
}

/// Starts \a job, which deletes itself when it has finished.
void run(QKeychain::Job *job, const QString &profileId)
{
    job->setInsecureFallback(false);
    job->setKey(profileId);
    job->start();
}

} // namespace

KeychainTokenStore::KeychainTokenStore(QObject *parent)
    : QObject(parent)
{ }

void KeychainTokenStore::read(const QString &profileId, Read done)
{
    auto *job = new QKeychain::ReadPasswordJob(QStringLiteral("memorykv-monitor"), this);
    connect(job, &QKeychain::Job::finished, this, [job, done = std::move(done)] {
        if (job->error() == QKeychain::NoError)
            done(std::optional(job->textData().toUtf8()));
        else if (job->error() == QKeychain::EntryNotFound)
            done(std::optional<QByteArray>());
        else
            done(errorOf(*job));
    });
    run(job, profileId);
}

void KeychainTokenStore::write(const QString &profileId, const QByteArray &token, Written done)
{
    auto *job = new QKeychain::WritePasswordJob(QStringLiteral("memorykv-monitor"), this);
    job->setTextData(QString::fromUtf8(token));
    connect(job, &QKeychain::Job::finished, this,
            [job, done = std::move(done)] { done(doneOrError(*job)); });
    run(job, profileId);
}

void KeychainTokenStore::remove(const QString &profileId, Written done)
{
    auto *job = new QKeychain::DeletePasswordJob(QStringLiteral("memorykv-monitor"), this);
    connect(job, &QKeychain::Job::finished, this, [job, done = std::move(done)] {
        if (job->error() == QKeychain::EntryNotFound)
            done(Done{});
        else
            done(doneOrError(*job));
    });
    run(job, profileId);
}

} // namespace memorykv
