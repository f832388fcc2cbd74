// SPDX-License-Identifier: MIT
#include <memorykv/listing.h>

#include "json.h"
#include "page.h"
#include "request.h"
#include "result.h"
#include "settings.h"

#include <stdlib.h>

enum { MKV_PAGE = 1000 };

struct memkv_listing
{
    memkv_client *client;
    memkv_list_options options;
    /** What the options point to. */
    struct mkv_buffer texts;
    struct mkv_page_position position;
    /** The page at hand, a JSON array, and which of its elements comes next. NULL: none. */
    struct json_object *page;
    size_t index;
    memkv_entry entry;
    struct mkv_buffer value;
    /** Why the last call gave NULL, owned; NULL at the end. */
    memkv_result *error;
};

memkv_listing *memkv_list(memkv_client *client, const memkv_list_options *options)
{
    memkv_listing *listing = calloc(1, sizeof *listing);
    if (!listing)
        return NULL;
    mkv_copy_options(&listing->options, sizeof listing->options, options);
    memkv_list_options *own = &listing->options;
    mkv_buffer_add(&listing->texts, own->prefix.data, own->prefix.length);
    mkv_buffer_add(&listing->texts, own->after.data, own->after.length);
    if (listing->texts.failed) {
        memkv_listing_free(listing);
        return NULL;
    }
    if (listing->texts.length > 0) {
        own->prefix.data = listing->texts.data;
        own->after.data = listing->texts.data + own->prefix.length;
    }
    if (own->page == 0)
        own->page = MKV_PAGE;
    listing->client = client;
    return listing;
}

void memkv_listing_free(memkv_listing *listing)
{
    if (!listing)
        return;
    json_object_put(listing->page);
    memkv_result_free(listing->error);
    mkv_buffer_free(&listing->texts);
    mkv_buffer_free(&listing->position.query);
    mkv_buffer_free(&listing->value);
    free(listing);
}

const memkv_result *memkv_listing_error(const memkv_listing *listing)
{
    return listing->error;
}

/** Puts an element into entry. Returns false when it is not as it has to be. */
static bool read_entry(memkv_listing *listing, struct json_object *element)
{
    memkv_entry *entry = &listing->entry;
    memset(entry, 0, sizeof *entry);
    if (!listing->options.values) {
        if (!json_object_is_type(element, json_type_string))
            return false;
        entry->key = mkv_json_bytes(element);
        return true;
    }
    memkv_bytes type;
    if (!mkv_json_text(element, "key", &entry->key)
        || !mkv_json_number(element, "revision", &entry->revision)
        || !mkv_json_value(element, &listing->value, &entry->value)
        || !mkv_json_text(element, "type", &type))
        return false;
    entry->type = type.data;
    mkv_json_number(element, "ttl", &entry->ttl);
    return true;
}

/** Fetches the next page. Returns false, and sets error, when it cannot be had. */
static bool fetch(memkv_listing *listing)
{
    memkv_result *result = mkv_page_fetch(listing->client, &listing->options, &listing->position);
    if (!result || !result->success) {
        listing->error = result;
        return false;
    }
    listing->page = mkv_json_parse(result->result, result->length);
    listing->index = 0;
    memkv_result_free(result);
    if (json_object_is_type(listing->page, json_type_array))
        return true;
    listing->error = mkv_result_error(MEMKV_PROTOCOL, 0, "/keys: the answer is no JSON array");
    return false;
}

const memkv_entry *memkv_listing_next(memkv_listing *listing)
{
    memkv_result_free(listing->error);
    listing->error = NULL;
    for (;;) {
        if (listing->page && listing->index < json_object_array_length(listing->page)) {
            struct json_object *element = json_object_array_get_idx(listing->page, listing->index);
            if (!read_entry(listing, element)) {
                listing->error
                    = mkv_result_error(MEMKV_PROTOCOL, 0, "/keys: an entry is not understood");
                return NULL;
            }
            ++listing->index;
            return &listing->entry;
        }
        json_object_put(listing->page);
        listing->page = NULL;
        if (!mkv_page_is_left(&listing->position) || !fetch(listing))
            return NULL;
    }
}

memkv_result *memkv_count(memkv_client *client, memkv_bytes prefix, uint64_t *count)
{
    struct mkv_request request;
    const char *fault = mkv_request_keys(&request, "GET", prefix);
    if (fault)
        return mkv_request_refuse(&request, fault);
    mkv_request_parameter(&request, "count", memkv_text("true"));
    memkv_result *result = mkv_request_perform(client, &request);
    if (!result || !result->success)
        return result;
    uint64_t number = 0;
    struct json_object *object = mkv_json_parse(result->result, result->length);
    const bool understood = mkv_json_number(object, "count", &number);
    json_object_put(object);
    if (!understood) {
        memkv_result_free(result);
        return mkv_result_error(MEMKV_PROTOCOL, 0, "/keys: the answer has no count");
    }
    if (count)
        *count = number;
    return result;
}

memkv_result *memkv_delete_prefix(memkv_client *client, memkv_bytes prefix)
{
    struct mkv_request request;
    const char *fault = mkv_request_keys(&request, "DELETE", prefix);
    if (!fault && !prefix.data)
        fault = "prefix: NULL";
    if (fault)
        return mkv_request_refuse(&request, fault);
    request.minimal = true;
    return mkv_request_perform(client, &request);
}

memkv_result *memkv_delete_all(memkv_client *client)
{
    return memkv_delete_prefix(client, memkv_text(""));
}
