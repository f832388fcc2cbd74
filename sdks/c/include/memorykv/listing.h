// SPDX-License-Identifier: MIT
/**
 * @file
 * Many keys: walk them, count them, delete them.
 */
#ifndef MEMORYKV_LISTING_H
#define MEMORYKV_LISTING_H

#include <memorykv/bytes.h>
#include <memorykv/client.h>
#include <memorykv/export.h>
#include <memorykv/result.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which keys to walk. Begin with memkv_list_options_init(). */
typedef struct memkv_list_options
{
    /** sizeof(memkv_list_options), set by memkv_list_options_init(). */
    size_t size;
    /** Only keys that begin with this. */
    memkv_bytes prefix;
    /** Only keys that come after this in byte order; it need not be a key. */
    memkv_bytes after;
    /** Keys fetched with each request. 0: 1,000. */
    uint32_t page;
    /** Entries have values, revisions, types and expiries too, not only keys. */
    bool values;
} memkv_list_options;

/** Sets all members to 0 or NULL, and size. */
static inline void memkv_list_options_init(memkv_list_options *options)
{
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

/** One key of a listing. Without values in the options only key is set. */
typedef struct memkv_entry
{
    memkv_bytes key;
    memkv_bytes value;
    uint64_t revision;
    /** The content type, NULL without values. */
    const char *type;
    /** Seconds until it expires, 0 when it does not. */
    uint64_t ttl;
} memkv_entry;

/** A walk through keys in byte order, page by page. For one thread at a time. */
typedef struct memkv_listing memkv_listing;

/**
 * Begins a walk. Sends nothing yet.
 * @param client is used until memkv_listing_free().
 * @param options copied; NULL: all keys, without values.
 * @return the walk, to be freed with memkv_listing_free(); NULL without memory.
 */
MEMKV_API memkv_listing *memkv_list(memkv_client *client, const memkv_list_options *options);

/**
 * The next entry; fetches a page when it has to. Each page shows the store as it was at one moment,
 * the next page a later one; a key that is there all the time comes exactly once.
 * @return valid until the next call for this walk. NULL at the end or after a failure: then
 * memkv_listing_error() tells which of them, and further calls try the failed page again.
 */
MEMKV_API const memkv_entry *memkv_listing_next(memkv_listing *listing);

/**
 * Why memkv_listing_next() gave NULL.
 * @return NULL at the end of the keys; else what went wrong, valid until the next call for this
 * walk, and not to be freed.
 */
MEMKV_API const memkv_result *memkv_listing_error(const memkv_listing *listing);

/** Frees a walk. NULL is fine. */
MEMKV_API void memkv_listing_free(memkv_listing *listing);

/**
 * Counts the keys that begin with prefix; all of them when it is empty.
 * @param count receives the number on success.
 */
MEMKV_API memkv_result *memkv_count(memkv_client *client, memkv_bytes prefix, uint64_t *count);

/**
 * Deletes all keys that begin with prefix, in one change.
 * @param prefix empty: all keys. With data NULL it is MEMKV_INVALID.
 * @return success without bytes, also when there was none. memkv_delete_keys_with_prefix() of
 * libMemoryKV.h gives the removed keys.
 */
MEMKV_API memkv_result *memkv_delete_prefix(memkv_client *client, memkv_bytes prefix);

/** Deletes all keys, in one change. Success without bytes. */
MEMKV_API memkv_result *memkv_delete_all(memkv_client *client);

#ifdef __cplusplus
}
#endif

#endif
