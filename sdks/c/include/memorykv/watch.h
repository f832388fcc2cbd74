// SPDX-License-Identifier: MIT
/**
 * @file
 * The live feed: everything that happens in the store, in one order, while it happens.
 *
 * A watcher has a thread of its own. It connects, calls back for each event, and when the
 * connection is lost connects again with growing pauses and goes on where it was: no change comes
 * twice, and what the server no longer holds is told by an event MEMKV_OP_GAP. See docs/feed.md
 * for the feed itself.
 */
#ifndef MEMORYKV_WATCH_H
#define MEMORYKV_WATCH_H

#include <memorykv/bytes.h>
#include <memorykv/client.h>
#include <memorykv/export.h>
#include <memorykv/result.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What an event says has happened. Each is a bit, so that they can be combined to a filter. */
typedef enum memkv_op {
    /** A value was written: key, value, type, ttl, initial. */
    MEMKV_OP_INSERT = 1 << 0,
    /** An expiry was set or cleared: key, ttl. */
    MEMKV_OP_TOUCH = 1 << 1,
    /** A key was deleted: key. */
    MEMKV_OP_DELETE = 1 << 2,
    /** All keys that begin with key were deleted. */
    MEMKV_OP_DELETE_PREFIX = 1 << 3,
    /** All keys were deleted. */
    MEMKV_OP_DELETE_ALL = 1 << 4,
    /** The time of a key had come: key. */
    MEMKV_OP_EXPIRE = 1 << 5,
    /** A key was read: key, found. */
    MEMKV_OP_READ = 1 << 6,
    /** All keys were listed. */
    MEMKV_OP_LIST = 1 << 7,
    /** The keys that begin with key were listed. */
    MEMKV_OP_LIST_PREFIX = 1 << 8,
    /** A consumer of the feed answered a ping: peer. */
    MEMKV_OP_HEARTBEAT = 1 << 9,
    /**
     * The changes from to to, both included, do not come; all after them do. In a new epoch what
     * was known is void. Comes whatever the filter.
     */
    MEMKV_OP_GAP = 1 << 10,
    /** The initial state is complete as of position. Comes whatever the filter. */
    MEMKV_OP_SYNCED = 1 << 11,
    /**
     * The connection was lost within the initial state, which begins anew: forget the initial
     * events so far. Made by the watcher itself; comes whatever the filter.
     */
    MEMKV_OP_RESTARTED = 1 << 12
} memkv_op;

/** The ops that change the store. */
#define MEMKV_OPS_CHANGES                                                                          \
    ((unsigned)MEMKV_OP_INSERT | (unsigned)MEMKV_OP_TOUCH | (unsigned)MEMKV_OP_DELETE              \
     | (unsigned)MEMKV_OP_DELETE_PREFIX | (unsigned)MEMKV_OP_DELETE_ALL                            \
     | (unsigned)MEMKV_OP_EXPIRE)

/** One event. Belongs to the watcher; valid, with all it points to, during the callback. */
typedef struct memkv_event
{
    memkv_op op;
    /**
     * Where the history stands after this event: what to resume from once it has been dealt with.
     * Of a change its own seq. Initial events have none (both members 0).
     */
    memkv_position position;
    /** The key, or the prefix of MEMKV_OP_DELETE_PREFIX and MEMKV_OP_LIST_PREFIX. */
    memkv_bytes key;
    memkv_bytes value;
    /** The content type of value, else NULL. */
    const char *type;
    /**
     * The seq of a change, which is the revision of an inserted value; of other events the seq they
     * saw. 0 when there is none.
     */
    uint64_t seq;
    /** Seconds to live; 0 when it does not expire, or no longer. */
    uint64_t ttl;
    /** Of a gap: the first and the last seq that are missing. */
    uint64_t from;
    uint64_t to;
    /** Of a read: whether the key was there. */
    bool found;
    /** Of an insert: it is part of the initial state. */
    bool initial;
    /** When, by the server's clock: RFC 3339 in UTC. NULL for what the watcher made itself. */
    const char *time;
    /** Of a heartbeat: address and port of the consumer, else NULL. */
    const char *peer;
} memkv_event;

/** What a watcher is doing. */
typedef enum memkv_watch_state {
    MEMKV_WATCH_CONNECTING = 0,
    MEMKV_WATCH_CONNECTED = 1,
    /** The connection was lost or refused; it is tried again after pause_ms. */
    MEMKV_WATCH_WAITING = 2,
    /** Over. */
    MEMKV_WATCH_ENDED = 3
} memkv_watch_state;

/** A change of state, for whoever shows it. Valid during the callback. */
typedef struct memkv_watch_status
{
    memkv_watch_state state;
    /** Why it waits or ended; MEMKV_OK otherwise. */
    memkv_code code;
    /** The HTTP status of a refused connection or the code of a WebSocket close, else 0. */
    int status;
    /** The same in words, "" when there is nothing to say. */
    const char *text;
    /** Of MEMKV_WATCH_WAITING: how long, in milliseconds. */
    long pause_ms;
} memkv_watch_status;

/**
 * Called for each event, one at a time, on the watcher's thread. While it runs nothing is read from
 * the connection: a callback that takes long becomes a slow consumer. May call
 * memkv_watch_stop(), memkv_watch_free() and all requests.
 */
typedef void (*memkv_event_callback)(void *user, const memkv_event *event);

/** Called for each change of state, on the watcher's thread. May call what the other one may. */
typedef void (*memkv_status_callback)(void *user, const memkv_watch_status *status);

/** What to watch. Begin with memkv_watch_options_init(). */
typedef struct memkv_watch_options
{
    /** sizeof(memkv_watch_options), set by memkv_watch_options_init(). */
    size_t size;
    /** Bits of memkv_op, without MEMKV_OP_GAP and what comes after it. 0: all. */
    unsigned ops;
    /** Only what concerns keys that begin with this. Copied. */
    memkv_bytes prefix;
    /** First what came after this position. Both members 0: from now on. */
    memkv_position since;
    /** First every matching key as it stands, then MEMKV_OP_SYNCED. Not together with since. */
    bool initial;
    /**
     * When the callback is too slow, have the server close the connection; the watcher resumes, so
     * that nothing is left out as long as the server holds it. Else a gap tells what was.
     */
    bool lossless;
    /** Told about connections; NULL: nobody is. */
    memkv_status_callback on_status;
    /** The first pause before connecting again, in ms; it doubles each time. 0: 500. */
    long backoff_ms;
    /** The longest pause in ms. 0: 30,000. A longer Retry-After of the server is kept to. */
    long backoff_max_ms;
    /**
     * When nothing has come for so long, in ms, the connection is given up; after half of it the
     * server is asked with a ping whether it is still there. 0: 60,000.
     */
    long idle_timeout_ms;
    /** The largest message taken, in bytes; a larger one ends the watcher. 0: 256 MiB. */
    size_t max_message;
} memkv_watch_options;

/** Sets all members to 0 or NULL, and size. */
static inline void memkv_watch_options_init(memkv_watch_options *options)
{
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

/** A running watch. Its functions may be called by any thread. */
typedef struct memkv_watcher memkv_watcher;

/**
 * Begins to watch, on a new thread; the connection is made there.
 *
 * With neither since nor initial it first asks the server where its history stands (/-/info), and
 * shows every change made after this function returned, whatever becomes of the connection. That
 * is a request like any other and takes as long as one may; when it fails it is tried again on the
 * thread, and the watch begins once it succeeds.
 *
 * It goes on until it is stopped. By itself it ends only when trying again makes no sense: the
 * options contradict each other, the token is refused (401, 403), the server does not take the
 * request (other 4xx but 408 and 429) or sends what is no event, its certificate is not trusted, or
 * a message is over max_message. A handshake that takes longer than 10 s, or than timeout_ms of the
 * client if that is less, is given up and tried again.
 * @param client copied; free to go after the call.
 * @param options copied; NULL: everything, from now on.
 * @param on_event not NULL.
 * @param user passed to the callbacks.
 * @return the watcher, to be freed with memkv_watch_free(); NULL when there is no memory or no
 * thread to be had, or client or on_event is NULL.
 */
MEMKV_API memkv_watcher *memkv_watch(const memkv_client *client, const memkv_watch_options *options,
                                     memkv_event_callback on_event, void *user);

/**
 * Asks the watcher to end, and returns at once; a callback may still be running. From within a
 * callback: no further one follows. Once is enough, more do no harm.
 */
MEMKV_API void memkv_watch_stop(memkv_watcher *watcher);

/**
 * Waits until the watcher has ended, up to timeout_ms; negative: without limit. Not from within a
 * callback.
 * @return NULL when it has not ended; else how it did, to be freed: success with code
 * MEMKV_STOPPED when it was stopped.
 */
MEMKV_API memkv_result *memkv_watch_wait(memkv_watcher *watcher, long timeout_ms);

/** The position of the last event that was dealt with; both members 0 when there is none yet. */
MEMKV_API memkv_position memkv_watch_position(memkv_watcher *watcher);

/**
 * Stops the watcher, waits for a callback that is running, and frees it. NULL is fine. From within
 * a callback it does not wait; the watcher goes when the callback has returned.
 */
MEMKV_API void memkv_watch_free(memkv_watcher *watcher);

#ifdef __cplusplus
}
#endif

#endif
