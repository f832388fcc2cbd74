// SPDX-License-Identifier: MIT
/**
 * @file
 * Reads JSON with json-c, strictly, and looks at members by their type.
 */
#ifndef MEMORYKV_SRC_JSON_H
#define MEMORYKV_SRC_JSON_H

#include "buffer.h"

#include <memorykv/bytes.h>

#include <json-c/json.h>

/** Parses a whole text. Returns NULL when it is no JSON; freed with json_object_put(). */
struct json_object *mkv_json_parse(const char *text, size_t length);

/** A member that is a string. Returns false, and leaves out alone, when there is none. */
bool mkv_json_text(struct json_object *object, const char *name, memkv_bytes *out);

/** A member that is a whole number from 0 on. Returns false when there is none. */
bool mkv_json_number(struct json_object *object, const char *name, uint64_t *out);

/** Whether there is a member that is true. */
bool mkv_json_true(struct json_object *object, const char *name);

/**
 * The value of an object: its member value, or value_base64, which is decoded into scratch.
 * Returns false when it has neither as it has to be.
 */
bool mkv_json_value(struct json_object *object, struct mkv_buffer *scratch, memkv_bytes *out);

/** The bytes of a string. */
memkv_bytes mkv_json_bytes(struct json_object *string);

#endif
