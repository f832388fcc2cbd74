// SPDX-License-Identifier: MIT
/**
 * @file
 * How a thread that waits, for a socket or for time to pass, is told to stop.
 */
#ifndef MEMORYKV_SRC_WAKEUP_H
#define MEMORYKV_SRC_WAKEUP_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/** Ends the waiting in something, from any thread. */
typedef void (*mkv_wake)(void *waiting_in);

struct mkv_wakeup
{
    pthread_mutex_t lock;
    /** Signalled whenever something behind the lock changes. Waits on the monotonic clock. */
    pthread_cond_t changed;
    /** Behind the lock. */
    bool stopped;
    /** What the thread waits in while it waits for a socket, else wake is NULL. Behind the lock. */
    mkv_wake wake;
    void *waiting_in;
};

bool mkv_wakeup_init(struct mkv_wakeup *wakeup);
void mkv_wakeup_destroy(struct mkv_wakeup *wakeup);

/** Any thread: ends the waiting for good. */
void mkv_wakeup_stop(struct mkv_wakeup *wakeup);

/** Whether it was stopped. */
bool mkv_wakeup_is_stopped(struct mkv_wakeup *wakeup);

/** Says what the thread waits in from now on, which lives until the next call. */
void mkv_wakeup_waits_in(struct mkv_wakeup *wakeup, mkv_wake wake, void *waiting_in);

/** Says that it waits in nothing any more. */
void mkv_wakeup_waits_no_more(struct mkv_wakeup *wakeup);

/** Waits for changed until a time of mkv_now_ms(); with the lock held. False when it has come. */
bool mkv_wakeup_wait_until(struct mkv_wakeup *wakeup, int64_t time_ms);

/** Sleeps, until it is stopped. */
void mkv_wakeup_sleep(struct mkv_wakeup *wakeup, int64_t duration_ms);

#endif
