// SPDX-License-Identifier: MIT
/**
 * @file
 * The handles of libcurl that the process has, each with the connections it keeps open.
 *
 * They belong to the process and not to clients, since a client may be freed with plain free() or
 * live on a stack: it must own nothing else.
 */
#ifndef MEMORYKV_SRC_POOL_H
#define MEMORYKV_SRC_POOL_H

#include <curl/curl.h>

#include <stdbool.h>
#include <stdint.h>

/** What a handle is used with. Its connections do not survive a change from one to the other. */
enum mkv_pool_kind { MKV_POOL_SINGLE, MKV_POOL_MULTI, MKV_POOL_KINDS };

/**
 * A handle, the one used last if one is idle. ready: whether it was given back with this id, and so
 * has all its options; otherwise they are at their defaults. NULL: no memory.
 */
CURL *mkv_pool_take(enum mkv_pool_kind kind, uint64_t id, bool *ready);

/**
 * Gives a handle back; it keeps its connections. With an id it keeps its options too: none of them
 * may point to what does not live on. 0: they are forgotten.
 */
void mkv_pool_give(enum mkv_pool_kind kind, CURL *handle, uint64_t id);

/** A handle for many requests at once, with the connections it keeps. NULL: no memory. */
CURLM *mkv_pool_take_multi(void);

/** Gives it back, without requests. */
void mkv_pool_give_multi(CURLM *multi);

#endif
