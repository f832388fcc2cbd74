// SPDX-License-Identifier: MIT
/**
 * @file
 * Single keys: read, write, delete, expire. Values are any bytes.
 *
 * A key is 1 to 1,024 bytes of UTF-8, and the library percent-encodes it. Names that the server
 * uses itself (keys, keys/..., wal, ping, metrics, -/...) are MEMKV_INVALID.
 *
 * All functions block until the answer is there, a time limit is over or the last try has failed,
 * and may be called by any thread.
 */
#ifndef MEMORYKV_VALUES_H
#define MEMORYKV_VALUES_H

#include <memorykv/bytes.h>
#include <memorykv/client.h>
#include <memorykv/condition.h>
#include <memorykv/export.h>
#include <memorykv/result.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How to write a value. Begin with memkv_put_options_init(). */
typedef struct memkv_put_options
{
    /** sizeof(memkv_put_options), set by memkv_put_options_init(). */
    size_t size;
    /** The content type, up to 255 bytes. NULL: application/octet-stream. */
    const char *type;
    /** Seconds until it expires. 0: it stays. */
    uint64_t ttl;
    /** Write only if this holds; MEMKV_CONDITION_FAILED otherwise. */
    memkv_condition condition;
    /** The result is to hold the value that was replaced. Of no meaning in a batch. */
    bool previous;
} memkv_put_options;

/** Sets all members to 0 or NULL, and size. */
static inline void memkv_put_options_init(memkv_put_options *options)
{
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

/**
 * Reads a value.
 * @return success with the value, its revision and type; MEMKV_NOT_FOUND without the key.
 */
MEMKV_API memkv_result *memkv_get(memkv_client *client, memkv_bytes key);

/**
 * Reads a value if the condition holds: memkv_unless_revision() fetches only what has changed and
 * gives MEMKV_NOT_MODIFIED (no success) else.
 */
MEMKV_API memkv_result *memkv_get_if(memkv_client *client, memkv_bytes key,
                                     memkv_condition condition);

/**
 * Reads many values, some of them at the same time: on this thread, over a connection for each of
 * the reads that run at once. Each is like memkv_get() by itself; together they show no one moment.
 * @param keys count of them; in any order, also more than once.
 * @param results receives count results in the order of keys, each to be freed. NULL for one that
 * there was no memory for.
 * @param at_once how many run at the same time. 0: 32.
 * @return how many succeeded.
 */
MEMKV_API size_t memkv_get_many(memkv_client *client, const memkv_bytes *keys, size_t count,
                                memkv_result **results, size_t at_once);

/**
 * Writes a value.
 * @param options NULL: none.
 * @return success with the new revision; status 201 when the key is new, 200 when it was replaced.
 */
MEMKV_API memkv_result *memkv_put(memkv_client *client, memkv_bytes key, memkv_bytes value,
                                  const memkv_put_options *options);

/**
 * Deletes a key.
 * @return success without bytes; MEMKV_NOT_FOUND without the key. When a first try broke after the
 * server had done it, a further one answers MEMKV_NOT_FOUND too.
 */
MEMKV_API memkv_result *memkv_delete(memkv_client *client, memkv_bytes key,
                                     memkv_condition condition);

/** As memkv_delete(), with the removed value and its type as the result. */
MEMKV_API memkv_result *memkv_take(memkv_client *client, memkv_bytes key,
                                   memkv_condition condition);

/**
 * Sets when a key expires, and leaves its value and revision alone.
 * @param ttl seconds from now; 0: never.
 */
MEMKV_API memkv_result *memkv_touch(memkv_client *client, memkv_bytes key, uint64_t ttl,
                                    memkv_condition condition);

#ifdef __cplusplus
}
#endif

#endif
