// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/faultyfilesystem.h"

#include <algorithm>
#include <cstring>

namespace memorykv::test {

static bool isIn(QByteArrayView directory, QByteArrayView path)
{
    return path.size() > directory.size() + 1 && path.startsWith(directory)
           && path[directory.size()] == '/';
}

class FaultyFile final : public File
{
public:
    FaultyFile(FaultyFileSystem &files, FaultyFileSystem::NodePtr node, QByteArray path,
               bool isWritable)
        : m_files(files)
        , m_node(std::move(node))
        , m_path(std::move(path))
        , m_isWritable(isWritable)
        , m_position(m_node->seen.size())
    { }

    Result<qsizetype> write(QByteArrayView bytes) override
    {
        const std::lock_guard lock(m_files.m_mutex);
        if (auto error = m_files.enter(FaultyFileSystem::Call::Write, m_path, true))
            return *error;
        if (!m_isWritable)
            return Error{ErrorCode::StorageFailed, "cannot write " + m_path + ": read only"};
        qsizetype size = bytes.size();
        if (m_files.m_shortWrites && size > 1 && !m_files.chance(4))
            size = std::uniform_int_distribution<qsizetype>(1, size)(m_files.m_random);
        change({m_position, bytes.first(size).toByteArray(), false});
        m_position += size;
        return size;
    }

    Result<Done> extend(qint64 size) override
    {
        const std::lock_guard lock(m_files.m_mutex);
        const qint64 length = m_node->seen.size();
        auto error = m_files.enter(FaultyFileSystem::Call::Extend, m_path, true);
        // A disk that becomes full takes some of it.
        const qint64 taken = error ? (size - length) / 2 : size - length;
        if (taken > 0 && m_files.m_callsLeft != 0)
            change({length, QByteArray(taken, '\0'), false});
        return error ? Result<Done>(*std::move(error)) : Done{};
    }

    Result<Done> sync() override
    {
        const std::lock_guard lock(m_files.m_mutex);
        m_files.m_syncsAfterFailure += m_syncHasFailed ? 1 : 0;
        if (auto error = m_files.enter(FaultyFileSystem::Call::Sync, m_path, true)) {
            m_syncHasFailed = true;
            // When the process is gone the system goes on with what it has.
            if (m_files.m_callsLeft != 0)
                m_files.applySome(*m_node);
            return *error;
        }
        for (const FaultyFileSystem::Change &change : m_node->changes)
            FaultyFileSystem::apply(change, m_node->durable);
        m_node->changes.clear();
        return Done{};
    }

    Result<qsizetype> readAt(qint64 offset, char *data, qsizetype size) const override
    {
        const std::lock_guard lock(m_files.m_mutex);
        if (auto error = m_files.enter(FaultyFileSystem::Call::Read, m_path, false))
            return *error;
        const qint64 there = std::clamp<qint64>(m_node->seen.size() - offset, 0, size);
        if (there > 0)
            std::memcpy(data, m_node->seen.constData() + offset, size_t(there));
        return qsizetype(there);
    }

    Result<qint64> size() const override
    {
        const std::lock_guard lock(m_files.m_mutex);
        return qint64(m_node->seen.size());
    }

    Result<Done> truncate(qint64 size) override
    {
        const std::lock_guard lock(m_files.m_mutex);
        if (auto error = m_files.enter(FaultyFileSystem::Call::Truncate, m_path, true))
            return *error;
        change({size, {}, true});
        m_position = std::min(m_position, size);
        return Done{};
    }

private:
    void change(FaultyFileSystem::Change made)
    {
        FaultyFileSystem::apply(made, m_node->seen);
        m_node->changes.push_back(std::move(made));
    }

    FaultyFileSystem &m_files;
    const FaultyFileSystem::NodePtr m_node;
    const QByteArray m_path;
    const bool m_isWritable;
    qint64 m_position;
    bool m_syncHasFailed = false;
};

class FaultyLock final : public DirectoryLock
{
public:
    FaultyLock(FaultyFileSystem &files, QByteArray directory)
        : m_files(files)
        , m_directory(std::move(directory))
    { }
    ~FaultyLock() override
    {
        const std::lock_guard lock(m_files.m_mutex);
        m_files.m_locks.remove(m_directory);
    }

private:
    FaultyFileSystem &m_files;
    const QByteArray m_directory;
    Q_DISABLE_COPY_MOVE(FaultyLock)
};

FaultyFileSystem::FaultyFileSystem(quint32 seed)
    : m_random(seed)
{ }

FaultyFileSystem::~FaultyFileSystem() = default;

bool FaultyFileSystem::chance(int outOf)
{
    return std::uniform_int_distribution(1, outOf)(m_random) == 1;
}

std::optional<Error> FaultyFileSystem::enter(Call call, const QByteArray &path, bool changes)
{
    if (m_callsLeft == 0)
        return Error{ErrorCode::StorageFailed, path + ": the process is gone"};
    if (changes && m_callsLeft > 0 && --m_callsLeft == 0)
        return Error{ErrorCode::StorageFailed, path + ": the process is gone"};
    ++m_calls[size_t(call)];
    if (m_failAt == 0 || call != m_failing || --m_failAt > 0)
        return std::nullopt;
    m_hasFailed = true;
    return Error{m_failure, path + ": a fault of the test"};
}

Result<std::unique_ptr<File>> FaultyFileSystem::open(const QByteArray &path, OpenMode mode)
{
    const std::lock_guard lock(m_mutex);
    const bool creates = mode == OpenMode::Create;
    if (auto error = enter(creates ? Call::Create : Call::Open, path, creates))
        return *error;
    NodePtr node = m_seen.value(path);
    if (!node && !creates)
        return Error{ErrorCode::StorageFailed, "cannot open " + path + ": no such file"};
    if (!node) {
        node = std::make_shared<Node>();
        m_seen.insert(path, node);
        m_changes.push_back({{}, path, node});
    } else if (creates) {
        node->seen.clear();
        node->changes.push_back({0, {}, true});
    }
    return std::unique_ptr<File>(
        std::make_unique<FaultyFile>(*this, node, path, mode != OpenMode::Read));
}

Result<Done> FaultyFileSystem::rename(const QByteArray &from, const QByteArray &to)
{
    const std::lock_guard lock(m_mutex);
    if (auto error = enter(Call::Rename, from, true))
        return *error;
    if (!m_seen.contains(from))
        return Error{ErrorCode::StorageFailed, "cannot rename " + from + ": no such file"};
    m_changes.push_back({from, to, m_seen.value(from)});
    apply(m_changes.back(), m_seen);
    return Done{};
}

Result<Done> FaultyFileSystem::remove(const QByteArray &path)
{
    const std::lock_guard lock(m_mutex);
    if (auto error = enter(Call::Remove, path, true))
        return *error;
    if (!m_seen.contains(path))
        return Error{ErrorCode::StorageFailed, "cannot remove " + path + ": no such file"};
    m_changes.push_back({path, {}, {}});
    apply(m_changes.back(), m_seen);
    return Done{};
}

Result<QList<QByteArray>> FaultyFileSystem::list(const QByteArray &directory)
{
    {
        const std::lock_guard lock(m_mutex);
        if (auto error = enter(Call::List, directory, false))
            return *error;
    }
    return names(directory);
}

Result<Done> FaultyFileSystem::syncDirectory(const QByteArray &directory)
{
    const std::lock_guard lock(m_mutex);
    if (auto error = enter(Call::SyncDirectory, directory, true)) {
        if (m_callsLeft != 0)
            applySomeNames(directory);
        return *error;
    }
    std::erase_if(m_changes, [&](const NameChange &change) {
        if (!isIn(directory, change.come.isEmpty() ? change.gone : change.come))
            return false;
        apply(change, m_durable);
        return true;
    });
    return Done{};
}

Result<std::unique_ptr<DirectoryLock>> FaultyFileSystem::lock(const QByteArray &directory)
{
    const std::lock_guard lock(m_mutex);
    if (m_locks.contains(directory))
        return Error{ErrorCode::StorageFailed, directory + " is in use"};
    m_locks.insert(directory);
    return std::unique_ptr<DirectoryLock>(std::make_unique<FaultyLock>(*this, directory));
}

void FaultyFileSystem::failNth(Call call, int nth, ErrorCode code)
{
    const std::lock_guard lock(m_mutex);
    m_failing = call;
    m_failAt = nth;
    m_failure = code;
    m_hasFailed = false;
}

bool FaultyFileSystem::hasFailed() const
{
    const std::lock_guard lock(m_mutex);
    return m_hasFailed;
}

bool FaultyFileSystem::isFaulty() const
{
    const std::lock_guard lock(m_mutex);
    return m_hasFailed || m_failAt > 0 || m_callsLeft >= 0;
}

int FaultyFileSystem::calls(Call call) const
{
    const std::lock_guard lock(m_mutex);
    return m_calls[size_t(call)];
}

int FaultyFileSystem::syncsAfterFailure() const
{
    const std::lock_guard lock(m_mutex);
    return m_syncsAfterFailure;
}

void FaultyFileSystem::setShortWrites(bool isShort)
{
    const std::lock_guard lock(m_mutex);
    m_shortWrites = isShort;
}

void FaultyFileSystem::stopAfter(int calls)
{
    const std::lock_guard lock(m_mutex);
    m_callsLeft = calls + 1;
}

void FaultyFileSystem::restart()
{
    const std::lock_guard lock(m_mutex);
    m_callsLeft = -1;
    m_failAt = 0;
    m_hasFailed = false;
    m_locks.clear();
}

void FaultyFileSystem::crash(quint32 seed)
{
    restart();
    const std::lock_guard lock(m_mutex);
    m_random.seed(seed);
    for (const auto *names : {&m_seen, &m_durable}) {
        for (const NodePtr &node : *names)
            applySome(*node);
    }
    for (const NameChange &change : m_changes) {
        if (change.node)
            applySome(*change.node);
    }
    applySomeNames({});
    m_seen = m_durable;
    for (const NodePtr &node : std::as_const(m_seen))
        node->seen = node->durable;
}

std::unique_ptr<FaultyFileSystem> FaultyFileSystem::copy() const
{
    const std::lock_guard lock(m_mutex);
    auto other = std::make_unique<FaultyFileSystem>();
    for (auto it = m_seen.begin(); it != m_seen.end(); ++it)
        other->setContent(it.key(), (*it)->seen);
    return other;
}

QByteArray FaultyFileSystem::content(const QByteArray &path) const
{
    const std::lock_guard lock(m_mutex);
    const NodePtr node = m_seen.value(path);
    return node ? node->seen : QByteArray();
}

void FaultyFileSystem::setContent(const QByteArray &path, const QByteArray &bytes)
{
    const std::lock_guard lock(m_mutex);
    const auto node = std::make_shared<Node>(Node{bytes, bytes, {}});
    m_seen.insert(path, node);
    m_durable.insert(path, node);
}

QList<QByteArray> FaultyFileSystem::names(const QByteArray &directory) const
{
    const std::lock_guard lock(m_mutex);
    QList<QByteArray> names;
    for (auto it = m_seen.begin(); it != m_seen.end(); ++it) {
        if (isIn(directory, it.key()))
            names.append(it.key().sliced(directory.size() + 1));
    }
    return names;
}

void FaultyFileSystem::apply(const Change &change, QByteArray &bytes)
{
    const qint64 end = change.isCut ? change.offset : change.offset + change.bytes.size();
    if (change.isCut || bytes.size() < end)
        bytes.resize(end, '\0');
    std::copy(change.bytes.begin(), change.bytes.end(), bytes.begin() + change.offset);
}

void FaultyFileSystem::apply(const NameChange &change, QMap<QByteArray, NodePtr> &names)
{
    if (!change.gone.isEmpty())
        names.remove(change.gone);
    if (!change.come.isEmpty())
        names.insert(change.come, change.node);
}

// A random part of what was not synced becomes durable, and the rest never will.
void FaultyFileSystem::applySome(Node &node)
{
    static constexpr qint64 kSector = 512;
    const bool isTotal = chance(6); // all of it or nothing happens too
    const bool takesAll = chance(2);
    for (const Change &change : node.changes) {
        if (change.isCut || isTotal) {
            if (isTotal ? takesAll : chance(2))
                apply(change, node.durable);
            continue;
        }
        const bool inSectors = chance(2);
        for (qint64 at = 0; at < change.bytes.size();) {
            const qint64 most = change.bytes.size() - at;
            const qint64 step = inSectors ? kSector - (change.offset + at) % kSector
                                          : std::uniform_int_distribution<qint64>(1, 300)(m_random);
            Change piece{change.offset + at, change.bytes.mid(at, std::min(step, most)), false};
            at += piece.bytes.size();
            if (chance(8)) // room that was given but not written, or with what was there before
                piece.bytes.fill(chance(2) ? '\0' : char(m_random()));
            if (!chance(3))
                apply(piece, node.durable);
        }
    }
    node.changes.clear();
}

void FaultyFileSystem::applySomeNames(QByteArrayView directory)
{
    const bool inOrder = chance(2);
    bool goesOn = true;
    std::erase_if(m_changes, [&](const NameChange &change) {
        const QByteArray &name = change.come.isEmpty() ? change.gone : change.come;
        if (!directory.isEmpty() && !isIn(directory, name))
            return false;
        const bool lasts = !chance(3);
        goesOn = goesOn && lasts;
        if (inOrder ? goesOn : lasts)
            apply(change, m_durable);
        return true;
    });
}

} // namespace memorykv::test
