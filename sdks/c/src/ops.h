// SPDX-License-Identifier: MIT
/**
 * @file
 * The names that the feed has for kinds of events (docs/feed.md). MEMKV_OP_RESTARTED has none, as
 * it does not come from the server.
 */
#ifndef MEMORYKV_SRC_OPS_H
#define MEMORYKV_SRC_OPS_H

#include <memorykv/watch.h>

/** The name of an op; NULL when it has none. */
const char *mkv_op_name(memkv_op op);

/** The op of a name, as a mask; 0 when there is none. */
unsigned mkv_op_of(const char *name);

#endif
