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

struct lws_context;

struct mkv_wakeup
{
    pthread_mutex_t lock;
    /** Signalled whenever something behind the lock changes. Waits on the monotonic clock. */
    pthread_cond_t changed;
    /** Behind the lock. */
    bool stopped;
    /** What the thread waits in, when it waits for a socket. Behind the lock. */
    struct lws_context *context;
};

bool mkv_wakeup_init(struct mkv_wakeup *wakeup);
void mkv_wakeup_destroy(struct mkv_wakeup *wakeup);

/** Any thread: ends the waiting for good. */
void mkv_wakeup_stop(struct mkv_wakeup *wakeup);

/** Whether it was stopped. */
bool mkv_wakeup_is_stopped(struct mkv_wakeup *wakeup);

/** Says what the thread waits in from now on; NULL: nothing. */
void mkv_wakeup_set_context(struct mkv_wakeup *wakeup, struct lws_context *context);

/** Waits for changed until a time of mkv_now_ms(); with the lock held. False when it has come. */
bool mkv_wakeup_wait_until(struct mkv_wakeup *wakeup, int64_t time_ms);

/** Sleeps, until it is stopped. */
void mkv_wakeup_sleep(struct mkv_wakeup *wakeup, int64_t duration_ms);

#endif
