// SPDX-License-Identifier: MIT
#include <memorykv/batch.h>

#include "base64.h"
#include "json.h"
#include "request.h"
#include "result.h"
#include "settings.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct memkv_batch
{
    /** The body of the request without its end: {"operations":[{...},{...} */
    struct mkv_buffer body;
    size_t count;
};

static const char g_begin[] = "{\"operations\":[";
static const char g_end[] = "]}";

memkv_batch *memkv_batch_new(void)
{
    memkv_batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return NULL;
    memkv_batch_clear(batch);
    if (!batch->body.failed)
        return batch;
    memkv_batch_free(batch);
    return NULL;
}

void memkv_batch_free(memkv_batch *batch)
{
    if (!batch)
        return;
    mkv_buffer_free(&batch->body);
    free(batch);
}

void memkv_batch_clear(memkv_batch *batch)
{
    mkv_buffer_clear(&batch->body);
    mkv_buffer_text(&batch->body, g_begin);
    batch->count = 0;
}

size_t memkv_batch_count(const memkv_batch *batch)
{
    return batch->count;
}

/** Adds a text as a JSON string (RFC 8259, section 7). It has to be UTF-8. */
static void add_string(struct mkv_buffer *body, memkv_bytes text)
{
    mkv_buffer_text(body, "\"");
    for (size_t i = 0; i < text.length; ++i) {
        const unsigned char byte = (unsigned char)text.data[i];
        char escaped[8];
        if (byte < 0x20) {
            snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned)byte);
            mkv_buffer_text(body, escaped);
        } else {
            if (byte == '"' || byte == '\\')
                mkv_buffer_text(body, "\\");
            mkv_buffer_add(body, &text.data[i], 1);
        }
    }
    mkv_buffer_text(body, "\"");
}

static void add_condition(struct mkv_buffer *body, memkv_condition condition)
{
    if (condition.kind == MEMKV_ALWAYS)
        return;
    mkv_buffer_text(body,
                    condition.kind == MEMKV_IF_MATCH ? ",\"if_match\":" : ",\"if_none_match\":");
    if (condition.revision)
        mkv_buffer_number(body, condition.revision);
    else
        mkv_buffer_text(body, "\"*\"");
}

static void add_value(struct mkv_buffer *body, memkv_bytes value)
{
    if (mkv_is_utf8(value)) {
        mkv_buffer_text(body, ",\"value\":");
        add_string(body, value);
        return;
    }
    mkv_buffer_text(body, ",\"value_base64\":\"");
    mkv_base64_encode(body, value);
    mkv_buffer_text(body, "\"");
}

static void begin_operation(memkv_batch *batch, const char *op, memkv_bytes key)
{
    mkv_buffer_text(&batch->body, batch->count ? ",{\"op\":\"" : "{\"op\":\"");
    mkv_buffer_text(&batch->body, op);
    mkv_buffer_text(&batch->body, "\",\"key\":");
    add_string(&batch->body, key);
}

/** Ends an operation that began at a length, or takes it back without memory. */
static memkv_code end_operation(memkv_batch *batch, size_t length)
{
    mkv_buffer_text(&batch->body, "}");
    if (batch->body.failed) {
        batch->body.length = length;
        batch->body.failed = false;
        return MEMKV_NO_MEMORY;
    }
    ++batch->count;
    return MEMKV_OK;
}

memkv_code memkv_batch_put(memkv_batch *batch, memkv_bytes key, memkv_bytes value,
                           const memkv_put_options *options)
{
    memkv_put_options given;
    mkv_copy_options(&given, sizeof given, options);
    if (!batch || mkv_key_fault(key) || !mkv_is_utf8(memkv_text(given.type))
        || (!value.data && value.length > 0))
        return MEMKV_INVALID;
    const size_t length = batch->body.length;
    begin_operation(batch, "put", key);
    add_value(&batch->body, value);
    if (given.type) {
        mkv_buffer_text(&batch->body, ",\"type\":");
        add_string(&batch->body, memkv_text(given.type));
    }
    if (given.ttl) {
        mkv_buffer_text(&batch->body, ",\"ttl\":");
        mkv_buffer_number(&batch->body, given.ttl);
    }
    add_condition(&batch->body, given.condition);
    return end_operation(batch, length);
}

memkv_code memkv_batch_delete(memkv_batch *batch, memkv_bytes key, memkv_condition condition)
{
    if (!batch || mkv_key_fault(key))
        return MEMKV_INVALID;
    const size_t length = batch->body.length;
    begin_operation(batch, "delete", key);
    add_condition(&batch->body, condition);
    return end_operation(batch, length);
}

/** Returns false when the answer does not have one result for each operation. */
static bool read_items(struct json_object *answer, size_t count, memkv_batch_item *items)
{
    struct json_object *results = NULL;
    if (!json_object_object_get_ex(answer, "results", &results)
        || !json_object_is_type(results, json_type_array)
        || json_object_array_length(results) != count)
        return false;
    for (size_t i = 0; i < count; ++i) {
        struct json_object *one = json_object_array_get_idx(results, i);
        uint64_t status = 0;
        if (!mkv_json_number(one, "status", &status))
            return false;
        if (!items)
            continue;
        memset(&items[i], 0, sizeof items[i]);
        items[i].status = (int)status;
        mkv_json_number(one, "seq", &items[i].seq);
        mkv_json_number(one, "revision", &items[i].revision);
    }
    return true;
}

static memkv_result *send_batch(memkv_client *client, const memkv_batch *batch)
{
    struct mkv_buffer body = {0};
    mkv_buffer_reserve(&body, batch->body.length + sizeof g_end);
    mkv_buffer_add(&body, batch->body.data, batch->body.length);
    mkv_buffer_text(&body, g_end);
    if (body.failed) {
        mkv_buffer_free(&body);
        return mkv_result_no_memory();
    }
    struct mkv_request request;
    mkv_request_begin(&request, "POST", "/-/batch");
    request.type = "application/json";
    request.body = memkv_data(body.data, body.length);
    request.once = true;
    memkv_result *result = mkv_request_perform(client, &request);
    mkv_buffer_free(&body);
    return result;
}

memkv_result *memkv_batch_commit(memkv_client *client, const memkv_batch *batch,
                                 memkv_batch_item *items, size_t count)
{
    if (!batch)
        return mkv_result_error(MEMKV_INVALID, 0, "batch: NULL");
    if (items && count < batch->count)
        return mkv_result_error(MEMKV_INVALID, 0, "items: room for %zu of %zu", count,
                                batch->count);
    memkv_result *result = send_batch(client, batch);
    if (!result || !result->success)
        return result;
    struct json_object *answer = mkv_json_parse(result->result, result->length);
    const bool understood = read_items(answer, batch->count, items);
    const int status = result->status;
    json_object_put(answer);
    memkv_result_free(result);
    if (!understood)
        return mkv_result_error(MEMKV_PROTOCOL, status, "/-/batch: the answer is not understood");
    result = mkv_result_empty();
    if (result)
        result->status = status;
    return result;
}
