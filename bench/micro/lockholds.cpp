// SPDX-License-Identifier: GPL-3.0-only
#include "bench/micro/lockholds.h"

#include <QDeadlineTimer>
#include <QReadWriteLock>

using namespace memorykv;
using Clock = std::chrono::steady_clock;

namespace {

thread_local LockHolds *t_holds = nullptr;
thread_local Latencies *t_kind = nullptr; ///< where the hold that goes on belongs; null for none
thread_local Clock::time_point t_since;

bool begin(Latencies LockHolds::*kind)
{
    if (t_holds) {
        t_kind = &(t_holds->*kind);
        t_since = Clock::now();
    }
    return true;
}

void end(Clock::time_point until)
{
    if (t_kind)
        std::exchange(t_kind, nullptr)->add(until - t_since);
}

} // namespace

// What the linker makes of --wrap=<symbol>: calls go to __wrap_<symbol>, and __real_<symbol> is
// what they would have gone to. Qt's versions differ in which of these they call; weak, those that
// a version does not have are no error.
extern "C" {

[[gnu::weak]] void
realLockForRead(QReadWriteLock *) asm("__real__ZN14QReadWriteLock11lockForReadEv");
[[gnu::weak]] void
realLockForWrite(QReadWriteLock *) asm("__real__ZN14QReadWriteLock12lockForWriteEv");
[[gnu::weak]] bool
realTryForReadAtOnce(QReadWriteLock *) asm("__real__ZN14QReadWriteLock14tryLockForReadEv");
[[gnu::weak]] bool
realTryForWriteAtOnce(QReadWriteLock *) asm("__real__ZN14QReadWriteLock15tryLockForWriteEv");
[[gnu::weak]] bool
realTryForRead(QReadWriteLock *,
               QDeadlineTimer) asm("__real__ZN14QReadWriteLock14tryLockForReadE14QDeadlineTimer");
[[gnu::weak]] bool
realTryForWrite(QReadWriteLock *,
                QDeadlineTimer) asm("__real__ZN14QReadWriteLock15tryLockForWriteE14QDeadlineTimer");
void realUnlock(QReadWriteLock *) asm("__real__ZN14QReadWriteLock6unlockEv");

void lockForRead(QReadWriteLock *lock) asm("__wrap__ZN14QReadWriteLock11lockForReadEv");
void lockForWrite(QReadWriteLock *lock) asm("__wrap__ZN14QReadWriteLock12lockForWriteEv");
bool tryForReadAtOnce(QReadWriteLock *lock) asm("__wrap__ZN14QReadWriteLock14tryLockForReadEv");
bool tryForWriteAtOnce(QReadWriteLock *lock) asm("__wrap__ZN14QReadWriteLock15tryLockForWriteEv");
bool tryForRead(QReadWriteLock *lock, QDeadlineTimer timeout) asm(
    "__wrap__ZN14QReadWriteLock14tryLockForReadE14QDeadlineTimer");
bool tryForWrite(QReadWriteLock *lock, QDeadlineTimer timeout) asm(
    "__wrap__ZN14QReadWriteLock15tryLockForWriteE14QDeadlineTimer");
void unlock(QReadWriteLock *lock) asm("__wrap__ZN14QReadWriteLock6unlockEv");

void lockForRead(QReadWriteLock *lock)
{
    realLockForRead(lock);
    begin(&LockHolds::reads);
}

void lockForWrite(QReadWriteLock *lock)
{
    realLockForWrite(lock);
    begin(&LockHolds::writes);
}

bool tryForReadAtOnce(QReadWriteLock *lock)
{
    return realTryForReadAtOnce(lock) && begin(&LockHolds::reads);
}

bool tryForWriteAtOnce(QReadWriteLock *lock)
{
    return realTryForWriteAtOnce(lock) && begin(&LockHolds::writes);
}

bool tryForRead(QReadWriteLock *lock, QDeadlineTimer timeout)
{
    return realTryForRead(lock, timeout) && begin(&LockHolds::reads);
}

bool tryForWrite(QReadWriteLock *lock, QDeadlineTimer timeout)
{
    return realTryForWrite(lock, timeout) && begin(&LockHolds::writes);
}

void unlock(QReadWriteLock *lock)
{
    realUnlock(lock);
    end(Clock::now());
}

} // extern "C"

LockHolds::LockHolds()
{
    t_holds = this;
}

LockHolds::~LockHolds()
{
    t_holds = nullptr;
}
