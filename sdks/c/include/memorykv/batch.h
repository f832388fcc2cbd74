// SPDX-License-Identifier: MIT
/**
 * @file
 * Several writes that are done all together or not at all.
 */
#ifndef MEMORYKV_BATCH_H
#define MEMORYKV_BATCH_H

#include <memorykv/bytes.h>
#include <memorykv/client.h>
#include <memorykv/condition.h>
#include <memorykv/export.h>
#include <memorykv/result.h>
#include <memorykv/values.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A list of writes. For one thread at a time; needs no client until it is committed. */
typedef struct memkv_batch memkv_batch;

/** What became of one operation of a batch. */
typedef struct memkv_batch_item
{
    /** What the request by itself would have got: 201 or 200 for a put, 200 or 404 for a delete. */
    int status;
    /** The seq of the change; 0 for a delete of a key that was not there. */
    uint64_t seq;
    /** The value's revision; 0 for a delete. */
    uint64_t revision;
} memkv_batch_item;

/** An empty batch, to be freed with memkv_batch_free(). NULL without memory. */
MEMKV_API memkv_batch *memkv_batch_new(void);

/** Frees a batch. NULL is fine. */
MEMKV_API void memkv_batch_free(memkv_batch *batch);

/** Takes all operations out, so that it can be filled anew. */
MEMKV_API void memkv_batch_clear(memkv_batch *batch);

/** How many operations it holds. */
MEMKV_API size_t memkv_batch_count(const memkv_batch *batch);

/**
 * Adds a write; key, value and type are copied.
 * @param options NULL: none.
 * @return MEMKV_OK; MEMKV_INVALID when the key is not 1 to 1,024 bytes of UTF-8 or the type is not
 * UTF-8; MEMKV_NO_MEMORY. After both the batch is as it was.
 */
MEMKV_API memkv_code memkv_batch_put(memkv_batch *batch, memkv_bytes key, memkv_bytes value,
                                     const memkv_put_options *options);

/** Adds a delete. One of a key that is not there is no failure. Returns as memkv_batch_put(). */
MEMKV_API memkv_code memkv_batch_delete(memkv_batch *batch, memkv_bytes key,
                                        memkv_condition condition);

/**
 * Does all operations in their order, with nothing in between, or none. The batch stays as it is.
 * @param items receives one element for each operation on success; NULL when they do not matter.
 * @param count elements of items: fewer than operations is MEMKV_INVALID.
 * @return success without bytes. MEMKV_CONDITION_FAILED when a condition did not hold; index says
 * which operation was at fault. A batch whose answer got lost is not repeated, as its conditions
 * would see what it did itself: MEMKV_BROKEN or MEMKV_TIMEOUT then leaves open whether it was done.
 */
MEMKV_API memkv_result *memkv_batch_commit(memkv_client *client, const memkv_batch *batch,
                                           memkv_batch_item *items, size_t count);

#ifdef __cplusplus
}
#endif

#endif
