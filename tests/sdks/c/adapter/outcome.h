// SPDX-License-Identifier: MIT
/**
 * @file
 * What the adapter reads and writes: members of commands and of outcomes
 * (sdks/conformance/README.md).
 */
#ifndef MEMORYKV_ADAPTER_OUTCOME_H
#define MEMORYKV_ADAPTER_OUTCOME_H

#include <libMemoryKV.h>

#include <json-c/json.h>

/** A string member of a command; no bytes without it. Lives as long as the command. */
memkv_bytes text_of(struct json_object *command, const char *name);

/** The same as a terminated text, NULL without it. */
const char *terminated_of(struct json_object *command, const char *name);

/** A number of a command, or what is to stand for a missing one. */
int64_t number_of(struct json_object *command, const char *name, int64_t otherwise);

bool true_of(struct json_object *command, const char *name);

/** A member that is base64, decoded; to be freed. */
char *value_of(struct json_object *command, const char *name, size_t *length);

/** if_match and if_none_match as a condition. */
memkv_condition condition_of(struct json_object *command);

/** Exits with a message when memory ran out, which no case is about. */
void *need(void *pointer);

struct json_object *success(void);

/** The outcome of a failure; takes the result. */
struct json_object *failure(memkv_result *result);

/** The outcome of a failure found by the adapter itself. */
struct json_object *invalid(const char *detail);

/** Add members. Numbers of 64 bits are written as strings, values in base64. */
void add_text(struct json_object *outcome, const char *name, memkv_bytes text);
void add_terminated(struct json_object *outcome, const char *name, const char *text);
void add_value(struct json_object *outcome, const char *name, memkv_bytes value);
void add_long(struct json_object *outcome, const char *name, uint64_t number);
void add_number(struct json_object *outcome, const char *name, uint64_t number);
void add_position(struct json_object *outcome, memkv_position position);

#endif
