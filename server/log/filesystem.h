// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <QByteArrayView>
#include <QList>

#include <memory>

namespace memorykv {

/// An open file. Used by one thread at a time. Errors are StorageFull when there is no room left
/// and StorageFailed for all else; their detail names the operation, the path and the cause.
class File
{
public:
    virtual ~File() = default;

    /// Writes behind what was written before; at first at the end of the file. Returns how many
    /// bytes were taken, at least 1, perhaps not all.
    virtual Result<qsizetype> write(QByteArrayView bytes) = 0;

    /// Makes a file that is shorter than \a size that long, with zeros that are written out: not a
    /// hole. write() goes on where it would have gone on, and takes their place. After an error
    /// there may be some of the zeros; the file can still be used.
    virtual Result<Done> extend(qint64 size) = 0;

    /// Returns once all that was written is on stable storage. After an error it is unknown what
    /// is, and no later call can tell: the kernel reports a failed write-back once.
    virtual Result<Done> sync() = 0;

    /// Reads up to \a size bytes at \a offset; fewer only at the end, 0 behind it.
    virtual Result<qsizetype> readAt(qint64 offset, char *data, qsizetype size) const = 0;

    virtual Result<qint64> size() const = 0;

    /// Cuts off everything from \a size on; write() goes on there.
    virtual Result<Done> truncate(qint64 size) = 0;
};

/// Calls \a file's write() until all of \a bytes are taken or an error comes.
Result<Done> writeAll(File &file, QByteArrayView bytes);

/// Holds the exclusive use of a directory for as long as it lives.
class DirectoryLock
{
public:
    virtual ~DirectoryLock() = default;
};

/// What the log asks of the file system, so that tests can put one in its place that fails, writes
/// short and forgets what was not synced. Paths are as open(2) takes them. Thread-safe.
class FileSystem
{
public:
    enum class OpenMode {
        Read,
        Append, ///< read, and write at the end, of a file that is there; its only writer
        Create, ///< as Append, of a new file; one that is there is emptied
    };

    virtual ~FileSystem() = default;

    virtual Result<std::unique_ptr<File>> open(const QByteArray &path, OpenMode mode) = 0;
    /// Puts \a from in the place of \a to, atomically.
    virtual Result<Done> rename(const QByteArray &from, const QByteArray &to) = 0;
    virtual Result<Done> remove(const QByteArray &path) = 0;
    /// The names in \a directory, sorted, without "." and "..".
    virtual Result<QList<QByteArray>> list(const QByteArray &directory) = 0;
    /// Makes created, renamed and removed names durable.
    virtual Result<Done> syncDirectory(const QByteArray &directory) = 0;
    /// StorageFailed when another process holds \a directory or it cannot be written to.
    virtual Result<std::unique_ptr<DirectoryLock>> lock(const QByteArray &directory) = 0;
};

/// The file system of the machine. Lives as long as the program.
FileSystem &posixFileSystem();

} // namespace memorykv
