// SPDX-License-Identifier: MIT
/**
 * @file
 * Where a watcher is in the feed: what to ask for, what to hand on, what to keep in mind. Knows
 * nothing of sockets and threads.
 */
#ifndef MEMORYKV_SRC_FEED_H
#define MEMORYKV_SRC_FEED_H

#include "buffer.h"

#include <memorykv/watch.h>

struct mkv_feed
{
    /** What is asked for; with the texts in it owned elsewhere. */
    unsigned ops;
    memkv_bytes prefix;
    bool initial;
    bool lossless;
    /** After the last event. Counts only if known is set. */
    memkv_position position;
    bool known;
    /** Initial events that have been handed on since the initial state began. */
    bool begun;
};

/** Adds path and query of the feed's address, from "/wal" on. */
void mkv_feed_target(const struct mkv_feed *feed, struct mkv_buffer *target);

/**
 * Whether the initial state begins anew with the connection that has just been made, although some
 * of it has been handed on: true once for each time.
 */
bool mkv_feed_restarts(struct mkv_feed *feed);

/**
 * Takes an event: moves the position, and makes that of the event what one can resume from. Returns
 * whether it is to be handed on: not when it was not asked for, or was there already.
 */
bool mkv_feed_take(struct mkv_feed *feed, memkv_event *event);

#endif
