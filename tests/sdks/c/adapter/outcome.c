// SPDX-License-Identifier: MIT
#include "outcome.h"

#include "base64.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void *need(void *pointer)
{
    if (pointer)
        return pointer;
    fprintf(stderr, "out of memory\n");
    exit(2);
}

memkv_bytes text_of(struct json_object *command, const char *name)
{
    struct json_object *member = NULL;
    if (!json_object_object_get_ex(command, name, &member) || !member)
        return memkv_data(NULL, 0);
    return memkv_data(json_object_get_string(member), (size_t)json_object_get_string_len(member));
}

const char *terminated_of(struct json_object *command, const char *name)
{
    return text_of(command, name).data;
}

int64_t number_of(struct json_object *command, const char *name, int64_t otherwise)
{
    struct json_object *member = NULL;
    return json_object_object_get_ex(command, name, &member) ? json_object_get_int64(member)
                                                             : otherwise;
}

bool true_of(struct json_object *command, const char *name)
{
    struct json_object *member = NULL;
    return json_object_object_get_ex(command, name, &member) && json_object_get_boolean(member);
}

char *value_of(struct json_object *command, const char *name, size_t *length)
{
    struct mkv_buffer value = {0};
    if (!mkv_base64_decode(&value, text_of(command, name)))
        fprintf(stderr, "%s: not base64\n", name);
    *length = value.length;
    return value.data;
}

/** A revision, or 0 for "*". */
static uint64_t revision_in(const char *text)
{
    return strcmp(text, "*") == 0 ? 0 : strtoull(text, NULL, 10);
}

memkv_condition condition_of(struct json_object *command)
{
    const char *match = terminated_of(command, "if_match");
    const char *none_match = terminated_of(command, "if_none_match");
    if (match)
        return memkv_make_condition(MEMKV_IF_MATCH, revision_in(match));
    if (none_match)
        return memkv_make_condition(MEMKV_IF_NONE_MATCH, revision_in(none_match));
    return memkv_always();
}

void add_text(struct json_object *outcome, const char *name, memkv_bytes text)
{
    json_object_object_add(
        outcome, name, json_object_new_string_len(text.data ? text.data : "", (int)text.length));
}

void add_terminated(struct json_object *outcome, const char *name, const char *text)
{
    if (text)
        add_text(outcome, name, memkv_text(text));
}

void add_value(struct json_object *outcome, const char *name, memkv_bytes value)
{
    struct mkv_buffer base64 = {0};
    mkv_base64_encode(&base64, value);
    add_text(outcome, name, memkv_data(base64.data, base64.length));
    mkv_buffer_free(&base64);
}

void add_long(struct json_object *outcome, const char *name, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, number);
    add_terminated(outcome, name, text);
}

void add_number(struct json_object *outcome, const char *name, uint64_t number)
{
    json_object_object_add(outcome, name, json_object_new_int64((int64_t)number));
}

void add_position(struct json_object *outcome, memkv_position position)
{
    char text[MEMKV_POSITION_SIZE];
    add_terminated(outcome, "position", memkv_position_text(position, text));
}

struct json_object *success(void)
{
    struct json_object *outcome = need(json_object_new_object());
    json_object_object_add(outcome, "ok", json_object_new_boolean(true));
    return outcome;
}

static const char *kind_of(memkv_code code)
{
    switch (code) {
    case MEMKV_NOT_FOUND:
        return "not_found";
    case MEMKV_NOT_MODIFIED:
        return "not_modified";
    case MEMKV_CONDITION_FAILED:
        return "precondition_failed";
    case MEMKV_UNAUTHORIZED:
        return "unauthorized";
    case MEMKV_FORBIDDEN:
        return "forbidden";
    case MEMKV_TOO_LARGE:
        return "too_large";
    case MEMKV_RATE_LIMITED:
        return "rate_limited";
    case MEMKV_UNAVAILABLE:
        return "unavailable";
    case MEMKV_STORE_FULL:
        return "out_of_memory";
    case MEMKV_INVALID:
    case MEMKV_REFUSED:
        return "invalid";
    case MEMKV_SERVER:
        return "server";
    case MEMKV_TIMEOUT:
        return "timeout";
    case MEMKV_UNREACHABLE:
    case MEMKV_BROKEN:
    case MEMKV_TLS:
        return "connection";
    case MEMKV_PROTOCOL:
        return "protocol";
    default:
        return memkv_code_text(code);
    }
}

struct json_object *failure(memkv_result *result)
{
    need(result);
    struct json_object *outcome = need(json_object_new_object());
    add_terminated(outcome, "error", kind_of(result->code));
    json_object_object_add(outcome, "status", json_object_new_int(result->status));
    add_text(outcome, "detail", memkv_data(result->error, result->length));
    if (result->index != MEMKV_NO_INDEX)
        add_number(outcome, "index", result->index);
    if (result->retry_after)
        add_number(outcome, "retry_after_ms", (uint64_t)result->retry_after * 1000);
    memkv_result_free(result);
    return outcome;
}

struct json_object *invalid(const char *detail)
{
    struct json_object *outcome = need(json_object_new_object());
    add_terminated(outcome, "error", "invalid");
    add_number(outcome, "status", 0);
    add_terminated(outcome, "detail", detail);
    return outcome;
}
