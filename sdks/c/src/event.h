// SPDX-License-Identifier: MIT
/**
 * @file
 * Events out of the JSON form of the feed (docs/feed.md).
 */
#ifndef MEMORYKV_SRC_EVENT_H
#define MEMORYKV_SRC_EVENT_H

#include "buffer.h"

#include <memorykv/watch.h>

#include <json-c/json.h>

/** An event and what its members point to. */
struct mkv_event
{
    /** op 0: one that this library does not know. */
    memkv_event event;
    struct json_object *object;
};

/**
 * Reads a message; values in base64 go to scratch. Returns false when it is no event: no JSON
 * object, or without the members that its op has. Otherwise to be freed.
 */
bool mkv_event_read(struct mkv_event *event, memkv_bytes message, struct mkv_buffer *scratch);

/** Frees what an event points to. */
void mkv_event_free(struct mkv_event *event);

/** Adds the names of the ops in a mask, separated by commas. */
void mkv_add_op_names(struct mkv_buffer *buffer, unsigned ops);

#endif
