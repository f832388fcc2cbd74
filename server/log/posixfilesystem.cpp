// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/filesystem.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace memorykv {

namespace {

Error failed(const char *what, const QByteArray &path, int cause = errno)
{
    const bool full = cause == ENOSPC || cause == EDQUOT;
    return {full ? ErrorCode::StorageFull : ErrorCode::StorageFailed,
            QByteArray("cannot ") + what + ' ' + path + ": "
                + QByteArray::fromStdString(std::generic_category().message(cause))};
}

// Calls again what a signal interrupted.
template <typename Call>
auto retried(Call call)
{
    auto result = call();
    while (result < 0 && errno == EINTR)
        result = call();
    return result;
}

class PosixFile final : public File
{
public:
    PosixFile(int descriptor, QByteArray path)
        : m_descriptor(descriptor)
        , m_path(std::move(path))
    { }
    ~PosixFile() override { ::close(m_descriptor); }

    Result<Done> goToEnd()
    {
        const auto end = size();
        if (!end)
            return end.error();
        m_position = *end;
        return Done{};
    }

    Result<qsizetype> write(QByteArrayView bytes) override
    {
        auto written = writeAt(m_position, bytes);
        if (written)
            m_position += *written;
        return written;
    }

    Result<Done> extend(qint64 size) override
    {
        static constexpr std::array<char, 64 << 10> kZeros{};
        const auto length = this->size();
        if (!length)
            return length.error();
        for (qint64 at = *length; at < size;) {
            const qint64 step = std::min(size - at, qint64(kZeros.size()));
            const auto written = writeAt(at, QByteArrayView(kZeros.data(), step));
            if (!written)
                return written.error();
            at += *written;
        }
        return Done{};
    }

    Result<Done> sync() override
    {
        if (::fdatasync(m_descriptor) != 0)
            return failed("sync", m_path);
        return Done{};
    }

    Result<qsizetype> readAt(qint64 offset, char *data, qsizetype size) const override
    {
        qsizetype total = 0;
        while (total < size) {
            const ssize_t got = retried([&] {
                return ::pread(m_descriptor, data + total, size_t(size - total), offset + total);
            });
            if (got < 0)
                return failed("read", m_path);
            if (got == 0)
                break;
            total += got;
        }
        return total;
    }

    Result<qint64> size() const override
    {
        struct stat status = {};
        if (::fstat(m_descriptor, &status) != 0)
            return failed("read", m_path);
        return qint64(status.st_size);
    }

    Result<Done> truncate(qint64 size) override
    {
        if (retried([&] { return ::ftruncate(m_descriptor, size); }) != 0)
            return failed("truncate", m_path);
        m_position = std::min(m_position, size);
        return Done{};
    }

private:
    Result<qsizetype> writeAt(qint64 offset, QByteArrayView bytes)
    {
        const ssize_t written = retried(
            [&] { return ::pwrite(m_descriptor, bytes.data(), size_t(bytes.size()), offset); });
        if (written < 0)
            return failed("write", m_path);
        return qsizetype(written);
    }

    const int m_descriptor;
    const QByteArray m_path;
    qint64 m_position = 0; ///< where write() goes on
    Q_DISABLE_COPY_MOVE(PosixFile)
};

// A lock that the kernel gives up when the process ends, however it ends.
class PosixLock final : public DirectoryLock
{
public:
    explicit PosixLock(int descriptor)
        : m_descriptor(descriptor)
    { }
    ~PosixLock() override { ::close(m_descriptor); }

private:
    const int m_descriptor;
    Q_DISABLE_COPY_MOVE(PosixLock)
};

class PosixFileSystem final : public FileSystem
{
public:
    Result<std::unique_ptr<File>> open(const QByteArray &path, OpenMode mode) override
    {
        int flags = O_CLOEXEC;
        if (mode == OpenMode::Read)
            flags |= O_RDONLY;
        else
            flags |= O_RDWR | (mode == OpenMode::Create ? O_CREAT | O_TRUNC : 0);
        const int descriptor = retried([&] { return ::open(path.constData(), flags, kFileMode); });
        if (descriptor < 0)
            return failed("open", path);
        auto file = std::make_unique<PosixFile>(descriptor, path);
        if (mode == OpenMode::Append) {
            auto positioned = file->goToEnd();
            if (!positioned)
                return positioned.error();
        }
        return std::unique_ptr<File>(std::move(file));
    }

    Result<Done> rename(const QByteArray &from, const QByteArray &to) override
    {
        if (std::rename(from.constData(), to.constData()) != 0)
            return failed("rename to", to);
        return Done{};
    }

    Result<Done> remove(const QByteArray &path) override
    {
        if (::unlink(path.constData()) != 0)
            return failed("remove", path);
        return Done{};
    }

    Result<QList<QByteArray>> list(const QByteArray &directory) override
    {
        const std::unique_ptr<DIR, int (*)(DIR *)> opened(::opendir(directory.constData()),
                                                          &::closedir);
        if (!opened)
            return failed("open the directory", directory);
        QList<QByteArray> names;
        while (const dirent *entry = ::readdir(opened.get())) {
            const QByteArray name(entry->d_name);
            if (name != "." && name != "..")
                names.append(name);
        }
        std::sort(names.begin(), names.end());
        return names;
    }

    Result<Done> syncDirectory(const QByteArray &directory) override
    {
        const int descriptor = ::open(directory.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0)
            return failed("open the directory", directory);
        const int status = ::fsync(descriptor);
        const int cause = errno;
        ::close(descriptor);
        if (status != 0)
            return failed("sync the directory", directory, cause);
        return Done{};
    }

    Result<std::unique_ptr<DirectoryLock>> lock(const QByteArray &directory) override
    {
        const QByteArray path = directory + "/lock";
        const int descriptor = ::open(path.constData(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
        if (descriptor < 0 && errno == ENOENT) {
            return Error{ErrorCode::StorageFailed,
                         "there is no directory " + directory + "; create it first"};
        }
        if (descriptor < 0)
            return failed("open", path);
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            const int cause = errno;
            ::close(descriptor);
            if (cause == EWOULDBLOCK) {
                return Error{ErrorCode::StorageFailed,
                             "the data directory " + directory
                                 + " is in use by another process (it holds " + path + ")"};
            }
            return failed("lock", path, cause);
        }
        return std::unique_ptr<DirectoryLock>(std::make_unique<PosixLock>(descriptor));
    }

private:
    // What is stored is nobody else's business.
    static constexpr mode_t kFileMode = 0600;
};

} // namespace

FileSystem &posixFileSystem()
{
    static PosixFileSystem fileSystem;
    return fileSystem;
}

Result<Done> writeAll(File &file, QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const auto written = file.write(bytes);
        if (!written)
            return written.error();
        bytes = bytes.sliced(*written);
    }
    return Done{};
}

} // namespace memorykv
