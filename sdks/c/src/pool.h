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

/** A handle with all options at their defaults, the one used last if one is idle. NULL: no memory.
 */
CURL *mkv_pool_take(void);

/** Gives a handle back. Forgets its options and keeps its connections. */
void mkv_pool_give(CURL *handle);

#endif
