// SPDX-License-Identifier: GPL-3.0-only
#include "server/log/filesystem.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace memorykv;

class TestPosixFileSystem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void writtenIsReadBack();
    void appendGoesOnAtTheEnd();
    void createEmptiesWhatWasThere();
    void readEndsWhereTheFileEnds();
    void truncatedIsGone();
    void extendedIsZeroAndWrittenOver();
    void extendDoesNotShorten();
    void renameReplaces();
    void removedIsGone();
    void listIsSorted();
    void directoryCanBeSynced();
    void filesAreForTheirOwnerAlone();
    void whatIsNotThereIsNamed();
    void readOnlyFileCannotBeWritten();
    void fullDiskIsToldApart();
    void lockIsHeldOnce();
    void missingDirectoryCannotBeLocked();
    void readOnlyDirectoryCannotBeLocked();

private:
    QByteArray path(const char *name) const { return m_path + '/' + name; }

    std::optional<QTemporaryDir> m_directory;
    QByteArray m_path;
};

namespace {

using Mode = FileSystem::OpenMode;

FileSystem &files()
{
    return posixFileSystem();
}

void store(const QByteArray &path, const QByteArray &bytes)
{
    const auto file = files().open(path, Mode::Create);
    QVERIFY2(file, file ? "" : file.error().detail.constData());
    QVERIFY(writeAll(**file, bytes));
    QVERIFY((*file)->sync());
}

QByteArray load(const QByteArray &path)
{
    const auto file = files().open(path, Mode::Read);
    if (!file)
        return file.error().detail;
    QByteArray bytes(qsizetype(*(*file)->size()), '\0');
    const auto got = (*file)->readAt(0, bytes.data(), bytes.size());
    return got && *got == bytes.size() ? bytes : QByteArray("not all was read");
}

} // namespace

void TestPosixFileSystem::init()
{
    m_directory.emplace();
    QVERIFY(m_directory->isValid());
    m_path = QFile::encodeName(m_directory->path());
}

void TestPosixFileSystem::writtenIsReadBack()
{
    const QByteArray bytes(3 << 20, 'x');
    store(path("a"), bytes);
    QVERIFY(load(path("a")) == bytes);
}

void TestPosixFileSystem::appendGoesOnAtTheEnd()
{
    store(path("a"), "one");
    {
        const auto file = files().open(path("a"), Mode::Append);
        QVERIFY(file);
        QVERIFY(writeAll(**file, "two"));
        char bytes[3];
        QCOMPARE(*(*file)->readAt(2, bytes, 3), 3);
        QCOMPARE(QByteArray(bytes, 3), "etw");
    }
    QCOMPARE(load(path("a")), "onetwo");
}

void TestPosixFileSystem::createEmptiesWhatWasThere()
{
    store(path("a"), "something");
    store(path("a"), "else");
    QCOMPARE(load(path("a")), "else");
}

void TestPosixFileSystem::readEndsWhereTheFileEnds()
{
    store(path("a"), "12345");
    const auto file = files().open(path("a"), Mode::Read);
    char bytes[10];
    QCOMPARE(*(*file)->readAt(3, bytes, 10), 2);
    QCOMPARE(*(*file)->readAt(5, bytes, 10), 0);
    QCOMPARE(*(*file)->readAt(500, bytes, 10), 0);
}

void TestPosixFileSystem::truncatedIsGone()
{
    store(path("a"), "12345");
    const auto file = files().open(path("a"), Mode::Append);
    QVERIFY((*file)->truncate(2));
    QVERIFY(writeAll(**file, "x"));
    QCOMPARE(load(path("a")), "12x");
}

void TestPosixFileSystem::extendedIsZeroAndWrittenOver()
{
    store(path("a"), "12");
    const auto file = files().open(path("a"), Mode::Append);
    QVERIFY(writeAll(**file, "3"));
    QVERIFY((*file)->extend(100000));
    QVERIFY(load(path("a")) == "123" + QByteArray(100000 - 3, '\0'));
    struct stat status = {};
    QCOMPARE(::stat(path("a").constData(), &status), 0);
    QVERIFY(status.st_blocks * 512 >= 100000); // no hole
    QVERIFY(writeAll(**file, "45"));
    QVERIFY(load(path("a")) == "12345" + QByteArray(100000 - 5, '\0'));
    QVERIFY((*file)->truncate(5));
    QVERIFY(writeAll(**file, "6"));
    QCOMPARE(load(path("a")), "123456");
}

void TestPosixFileSystem::extendDoesNotShorten()
{
    store(path("a"), "12345");
    const auto file = files().open(path("a"), Mode::Append);
    QVERIFY((*file)->extend(3));
    QCOMPARE(load(path("a")), "12345");
}

void TestPosixFileSystem::renameReplaces()
{
    store(path("a"), "new");
    store(path("b"), "old");
    QVERIFY(files().rename(path("a"), path("b")));
    QCOMPARE(load(path("b")), "new");
    QCOMPARE(*files().list(m_path), QList<QByteArray>{"b"});
}

void TestPosixFileSystem::removedIsGone()
{
    store(path("a"), "x");
    QVERIFY(files().remove(path("a")));
    QVERIFY(files().list(m_path)->isEmpty());
    QVERIFY(!files().remove(path("a")));
}

void TestPosixFileSystem::listIsSorted()
{
    for (const char *name : {"b", "a2", ".hidden", "a10"})
        store(path(name), {});
    QCOMPARE(*files().list(m_path), (QList<QByteArray>{".hidden", "a10", "a2", "b"}));
}

void TestPosixFileSystem::directoryCanBeSynced()
{
    QVERIFY(files().syncDirectory(m_path));
    QVERIFY(!files().syncDirectory(path("none")));
}

void TestPosixFileSystem::filesAreForTheirOwnerAlone()
{
    store(path("a"), "secret");
    const auto lock = files().lock(m_path);
    for (const char *name : {"a", "lock"}) {
        struct stat status = {};
        QCOMPARE(::stat(path(name).constData(), &status), 0);
        QCOMPARE(status.st_mode & 0777U, 0600U);
    }
}

void TestPosixFileSystem::whatIsNotThereIsNamed()
{
    const QByteArray missing = path("none/file");
    const QList<Error> errors{
        files().open(missing, Mode::Read).error(),   files().open(missing, Mode::Append).error(),
        files().open(missing, Mode::Create).error(), files().remove(missing).error(),
        files().rename(missing, missing).error(),    files().list(missing).error(),
        files().syncDirectory(missing).error(),
    };
    for (const Error &error : errors) {
        QCOMPARE(error.code, ErrorCode::StorageFailed);
        QVERIFY2(error.detail.contains(missing), error.detail.constData());
        QVERIFY2(error.detail.contains("No such file"), error.detail.constData());
    }
}

void TestPosixFileSystem::readOnlyFileCannotBeWritten()
{
    store(path("a"), "x");
    const auto file = files().open(path("a"), Mode::Read);
    const auto written = (*file)->write("y");
    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::StorageFailed);
}

// /dev/full has no room, ever.
void TestPosixFileSystem::fullDiskIsToldApart()
{
    const auto file = files().open("/dev/full", Mode::Append);
    if (!file)
        QSKIP("there is no /dev/full");
    const auto written = (*file)->write("x");
    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::StorageFull);
    QVERIFY(written.error().detail.contains("/dev/full"));
}

void TestPosixFileSystem::lockIsHeldOnce()
{
    auto first = files().lock(m_path);
    QVERIFY(first);
    const auto second = files().lock(m_path);
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::StorageFailed);
    QVERIFY2(second.error().detail.contains("in use by another process"),
             second.error().detail.constData());
    first->reset();
    QVERIFY(files().lock(m_path));
}

void TestPosixFileSystem::missingDirectoryCannotBeLocked()
{
    const auto lock = files().lock(path("none"));
    QVERIFY(!lock);
    QCOMPARE(lock.error().code, ErrorCode::StorageFailed);
    QVERIFY2(lock.error().detail.contains(path("none")), lock.error().detail.constData());
}

void TestPosixFileSystem::readOnlyDirectoryCannotBeLocked()
{
    static constexpr uid_t kNobody = 65534;
    QCOMPARE(::chmod(m_path.constData(), 0555), 0);
    const uid_t user = ::geteuid();
    if (user == 0)
        QCOMPARE(::seteuid(kNobody), 0); // root may write everywhere
    const auto lock = files().lock(m_path);
    if (user == 0)
        QCOMPARE(::seteuid(user), 0);
    QCOMPARE(::chmod(m_path.constData(), 0755), 0);
    QVERIFY(!lock);
    QCOMPARE(lock.error().code, ErrorCode::StorageFailed);
    QVERIFY2(lock.error().detail.contains("Permission denied"), lock.error().detail.constData());
}

QTEST_GUILESS_MAIN(TestPosixFileSystem)
#include "tst_posixfilesystem.moc"
