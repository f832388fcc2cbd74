// SPDX-License-Identifier: MIT
/**
 * @file
 * What a watcher's thread does: connect, hand events on, connect again.
 */
#ifndef MEMORYKV_SRC_WATCHER_H
#define MEMORYKV_SRC_WATCHER_H

#include "buffer.h"
#include "endpoint.h"
#include "feed.h"
#include "wakeup.h"

#include <memorykv/watch.h>

struct memkv_watcher
{
    /** Set once. */
    memkv_client *client;
    memkv_watch_options options;
    memkv_event_callback on_event;
    void *user;
    struct mkv_buffer prefix;
    struct mkv_endpoint endpoint;
    pthread_t thread;

    struct mkv_wakeup wakeup;
    /** Behind the lock of wakeup. */
    memkv_position dealt_with;
    bool ended;
    bool abandoned;

    /** Of the thread; how it ended is read by others once ended is set. */
    struct mkv_feed feed;
    struct mkv_buffer scratch;
    /** Connections that failed in a row. */
    unsigned failures;
    /** What the server asked to wait with the last failure, in seconds. */
    long retry_after;
    memkv_code code;
    int status;
    char text[256];
};

/** A watcher without its thread. NULL without memory. */
memkv_watcher *mkv_watcher_new(const memkv_client *client, const memkv_watch_options *options,
                               memkv_event_callback on_event, void *user);

/** Frees all of it. Its thread has to be over, or be the one that calls this as the last thing. */
void mkv_watcher_destroy(memkv_watcher *watcher);

/** On the thread that asked for it: checks the options and finds out where to begin. */
void mkv_watcher_begin(memkv_watcher *watcher);

/** On the watcher's thread: watches until the end. */
void mkv_watcher_run(memkv_watcher *watcher);

/** How a watcher that has ended did. */
memkv_result *mkv_watcher_outcome(const memkv_watcher *watcher);

#endif
