// SPDX-License-Identifier: MIT
#include "wakeup.h"

#include "clock.h"

#include <time.h>

bool mkv_wakeup_init(struct mkv_wakeup *wakeup)
{
    wakeup->stopped = false;
    wakeup->wake = NULL;
    wakeup->waiting_in = NULL;
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    const bool made = pthread_cond_init(&wakeup->changed, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    if (made && pthread_mutex_init(&wakeup->lock, NULL) != 0) {
        pthread_cond_destroy(&wakeup->changed);
        return false;
    }
    return made;
}

void mkv_wakeup_destroy(struct mkv_wakeup *wakeup)
{
    pthread_mutex_destroy(&wakeup->lock);
    pthread_cond_destroy(&wakeup->changed);
}

void mkv_wakeup_stop(struct mkv_wakeup *wakeup)
{
    pthread_mutex_lock(&wakeup->lock);
    wakeup->stopped = true;
    if (wakeup->wake)
        wakeup->wake(wakeup->waiting_in);
    pthread_cond_broadcast(&wakeup->changed);
    pthread_mutex_unlock(&wakeup->lock);
}

bool mkv_wakeup_is_stopped(struct mkv_wakeup *wakeup)
{
    pthread_mutex_lock(&wakeup->lock);
    const bool stopped = wakeup->stopped;
    pthread_mutex_unlock(&wakeup->lock);
    return stopped;
}

void mkv_wakeup_waits_in(struct mkv_wakeup *wakeup, mkv_wake wake, void *waiting_in)
{
    pthread_mutex_lock(&wakeup->lock);
    wakeup->wake = wake;
    wakeup->waiting_in = waiting_in;
    pthread_mutex_unlock(&wakeup->lock);
}

void mkv_wakeup_waits_no_more(struct mkv_wakeup *wakeup)
{
    mkv_wakeup_waits_in(wakeup, NULL, NULL);
}

bool mkv_wakeup_wait_until(struct mkv_wakeup *wakeup, int64_t time_ms)
{
    struct timespec time;
    time.tv_sec = (time_t)(time_ms / 1000);
    time.tv_nsec = (long)(time_ms % 1000) * 1000000;
    return pthread_cond_timedwait(&wakeup->changed, &wakeup->lock, &time) == 0;
}

void mkv_wakeup_sleep(struct mkv_wakeup *wakeup, int64_t duration_ms)
{
    /* The clock is rounded down; the pause is not to be shorter for that. */
    const int64_t end = mkv_now_ms() + duration_ms + 1;
    pthread_mutex_lock(&wakeup->lock);
    while (!wakeup->stopped && mkv_now_ms() < end)
        mkv_wakeup_wait_until(wakeup, end);
    pthread_mutex_unlock(&wakeup->lock);
}
