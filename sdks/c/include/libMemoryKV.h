// SPDX-License-Identifier: MIT
/**
 * @file
 * libmemorykv: MemoryKV in C. This header has all of it.
 *
 * The functions declared here are the ones that programs for the first MemoryKV SDK were written
 * with: zero-terminated texts in, a result out. They go on to work, also on values with zero bytes
 * in them, which length tells. What can do more is in the headers below memorykv/:
 *
 * - client.h: clients, options, threads
 * - values.h: read, write, delete, with conditions and expiry
 * - listing.h: walk, count and delete many keys
 * - batch.h: several writes, all or none
 * - watch.h: the live feed
 * - result.h: what requests give back
 *
 * What a program of that time has to know: success is now false for every answer that is an error,
 * a missing key (status 404) too, where it used to tell only that there was an answer. Keys are
 * percent-encoded here; do not encode them before. Nothing in a result is freed by itself, the
 * result with free() as ever.
 */
#ifndef LIBMEMORYKV_H
#define LIBMEMORYKV_H

#include <memorykv/batch.h>
#include <memorykv/bytes.h>
#include <memorykv/client.h>
#include <memorykv/condition.h>
#include <memorykv/listing.h>
#include <memorykv/result.h>
#include <memorykv/values.h>
#include <memorykv/watch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Reads a value. MEMKV_NOT_FOUND without the key. */
MEMKV_API memkv_result *memkv_get_key(memkv_client *client, const char *key);

/** Writes a text as the value. The result holds the value that was replaced, if there was one. */
MEMKV_API memkv_result *memkv_put_key(memkv_client *client, const char *key, const char *put_body);

/** Deletes a key. The result holds the value it had. MEMKV_NOT_FOUND without the key. */
MEMKV_API memkv_result *memkv_delete_key(memkv_client *client, const char *key);

/** All keys, as a JSON array in byte order. */
MEMKV_API memkv_result *memkv_list_keys(memkv_client *client);

/** The keys that begin with key_prefix, as a JSON array in byte order. */
MEMKV_API memkv_result *memkv_list_keys_with_prefix(memkv_client *client, const char *key_prefix);

/** Deletes the keys that begin with key_prefix. The result holds them as a JSON array. */
MEMKV_API memkv_result *memkv_delete_keys_with_prefix(memkv_client *client, const char *key_prefix);

/** Deletes all keys. The result holds them as a JSON array. */
MEMKV_API memkv_result *memkv_delete_all_keys(memkv_client *client);

#ifdef __cplusplus
}
#endif

#endif
