// SPDX-License-Identifier: MIT
#include "feed.h"

#include "event.h"
#include "text.h"

#include <string.h>

static const unsigned g_always
    = (unsigned)MEMKV_OP_GAP | (unsigned)MEMKV_OP_SYNCED | (unsigned)MEMKV_OP_RESTARTED;

void mkv_feed_target(const struct mkv_feed *feed, struct mkv_buffer *target)
{
    mkv_buffer_text(target, "/wal?format=json");
    if (feed->ops) {
        /* With heartbeats the position moves on while nothing of interest happens, so that it stays
           among what the server holds. */
        mkv_buffer_text(target, "&op=");
        mkv_add_op_names(target, (feed->ops | (unsigned)MEMKV_OP_HEARTBEAT) & ~g_always);
    }
    if (feed->prefix.length > 0) {
        mkv_buffer_text(target, "&prefix=");
        mkv_add_encoded(target, feed->prefix);
    }
    if (feed->lossless)
        mkv_buffer_text(target, "&lossless=true");
    if (feed->known) {
        char text[MEMKV_POSITION_SIZE];
        mkv_buffer_text(target, "&since=");
        mkv_buffer_text(target, memkv_position_text(feed->position, text));
    } else if (feed->initial) {
        mkv_buffer_text(target, "&initial=true");
    }
}

bool mkv_feed_restarts(struct mkv_feed *feed)
{
    const bool restarts = feed->begun && !feed->known;
    feed->begun = false;
    return restarts;
}

/** Whether the watcher is still within the initial state, where events give no position. */
static bool is_before_synced(const struct mkv_feed *feed)
{
    return feed->initial && !feed->known;
}

/** Whether the position is at or after that of an event. */
static bool is_past(const struct mkv_feed *feed, const memkv_event *event)
{
    return feed->known && event->position.epoch == feed->position.epoch
           && event->position.seq <= feed->position.seq;
}

bool mkv_feed_take(struct mkv_feed *feed, memkv_event *event)
{
    const bool wanted
        = event->op && (!feed->ops || ((unsigned)event->op & (feed->ops | g_always)) != 0);
    if (event->initial
        || (is_before_synced(feed) && event->op != MEMKV_OP_SYNCED && event->op != MEMKV_OP_GAP)) {
        memset(&event->position, 0, sizeof event->position);
        feed->begun = feed->begun || (wanted && event->initial);
        return wanted;
    }
    const bool past = is_past(feed, event);
    if (past && ((unsigned)event->op & MEMKV_OPS_CHANGES) != 0)
        return false;
    /* A gap may lead back: the server knows less than was shown. Nothing else does. */
    if (!past || event->op == MEMKV_OP_GAP)
        feed->position = event->position;
    feed->known = true;
    return wanted;
}
