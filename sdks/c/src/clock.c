// SPDX-License-Identifier: MIT
#include "clock.h"

#include <errno.h>
#include <stdatomic.h>
#include <time.h>

int64_t mkv_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void mkv_sleep_ms(int64_t duration)
{
    struct timespec left;
    left.tv_sec = (time_t)(duration / 1000);
    left.tv_nsec = (long)(duration % 1000) * 1000000;
    while (nanosleep(&left, &left) != 0 && errno == EINTR) { }
}

/** A number from 0 to 2^32 - 1 that differs from thread to thread and from call to call. */
static uint32_t chance(void)
{
    static atomic_uint_fast64_t calls;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t mixed = (uint64_t)now.tv_nsec + ((uint64_t)now.tv_sec << 32)
                     + (uint64_t)atomic_fetch_add(&calls, 1) * UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ (mixed >> 31)) * UINT64_C(0xBF58476D1CE4E5B9);
    return (uint32_t)(mixed >> 32);
}

int64_t mkv_backoff_ms(long base, long longest, unsigned failures)
{
    int64_t pause = base;
    for (unsigned i = 1; i < failures && pause < INT32_MAX; ++i)
        pause *= 2;
    if (longest > 0 && pause > longest)
        pause = longest;
    return pause / 2 + (int64_t)(chance() % (uint64_t)(pause / 2 + 1));
}
