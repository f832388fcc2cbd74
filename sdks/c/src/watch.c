// SPDX-License-Identifier: MIT
#include <memorykv/watch.h>

#include "clock.h"
#include "result.h"
#include "watcher.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static void *run_watcher(void *user)
{
    memkv_watcher *watcher = user;
    mkv_watcher_run(watcher);
    pthread_mutex_lock(&watcher->wakeup.lock);
    watcher->ended = true;
    const bool abandoned = watcher->abandoned;
    pthread_cond_broadcast(&watcher->wakeup.changed);
    pthread_mutex_unlock(&watcher->wakeup.lock);
    if (abandoned) {
        pthread_detach(pthread_self());
        mkv_watcher_destroy(watcher);
    }
    return NULL;
}

/** Starts the thread with all signals blocked: they are the program's. */
static bool start(memkv_watcher *watcher)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    /* The thread reads its own id; it gets the lock after it was written. */
    pthread_mutex_lock(&watcher->wakeup.lock);
    const bool started = pthread_create(&watcher->thread, NULL, run_watcher, watcher) == 0;
    pthread_mutex_unlock(&watcher->wakeup.lock);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

memkv_watcher *memkv_watch(const memkv_client *client, const memkv_watch_options *options,
                           memkv_event_callback on_event, void *user)
{
    if (!client || !on_event)
        return NULL;
    memkv_watcher *watcher = mkv_watcher_new(client, options, on_event, user);
    if (!watcher)
        return NULL;
    mkv_watcher_begin(watcher);
    if (start(watcher))
        return watcher;
    mkv_watcher_destroy(watcher);
    return NULL;
}

void memkv_watch_stop(memkv_watcher *watcher)
{
    if (watcher)
        mkv_wakeup_stop(&watcher->wakeup);
}

memkv_result *memkv_watch_wait(memkv_watcher *watcher, long timeout_ms)
{
    const int64_t end = mkv_now_ms() + timeout_ms;
    pthread_mutex_lock(&watcher->wakeup.lock);
    while (!watcher->ended) {
        if (timeout_ms < 0)
            pthread_cond_wait(&watcher->wakeup.changed, &watcher->wakeup.lock);
        else if (!mkv_wakeup_wait_until(&watcher->wakeup, end))
            break;
    }
    const bool ended = watcher->ended;
    pthread_mutex_unlock(&watcher->wakeup.lock);
    return ended ? mkv_watcher_outcome(watcher) : NULL;
}

memkv_position memkv_watch_position(memkv_watcher *watcher)
{
    pthread_mutex_lock(&watcher->wakeup.lock);
    const memkv_position position = watcher->dealt_with;
    pthread_mutex_unlock(&watcher->wakeup.lock);
    return position;
}

void memkv_watch_free(memkv_watcher *watcher)
{
    if (!watcher)
        return;
    pthread_mutex_lock(&watcher->wakeup.lock);
    const bool own = pthread_equal(watcher->thread, pthread_self()) != 0;
    if (own)
        watcher->abandoned = true;
    pthread_mutex_unlock(&watcher->wakeup.lock);
    memkv_watch_stop(watcher);
    if (own)
        return;
    pthread_join(watcher->thread, NULL);
    mkv_watcher_destroy(watcher);
}
