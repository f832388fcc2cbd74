// SPDX-License-Identifier: MIT
/* The functions of the first SDK, by means of the others. */
#include <libMemoryKV.h>

#include "page.h"
#include "request.h"
#include "result.h"

#include <string.h>

memkv_result *memkv_get_key(memkv_client *client, const char *key)
{
    return memkv_get(client, memkv_text(key));
}

memkv_result *memkv_put_key(memkv_client *client, const char *key, const char *put_body)
{
    if (!put_body)
        return mkv_result_error(MEMKV_INVALID, 0, "value: NULL");
    memkv_put_options options;
    memkv_put_options_init(&options);
    options.previous = true;
    return memkv_put(client, memkv_text(key), memkv_text(put_body), &options);
}

memkv_result *memkv_delete_key(memkv_client *client, const char *key)
{
    return memkv_take(client, memkv_text(key), memkv_always());
}

/** Adds the elements of a page to the array in block, which lacks its end. */
static void append(struct mkv_buffer *block, const memkv_result *page)
{
    const char *elements = page->result + 1;
    const size_t length = page->length - 2;
    if (length == 0)
        return;
    if (mkv_result_length(block) > 1)
        mkv_buffer_text(block, ",");
    mkv_buffer_add(block, elements, length);
}

/** Lists what is left after a first page, and gives all of it as one array. */
static memkv_result *join(memkv_client *client, const memkv_list_options *options,
                          struct mkv_page_position *position, memkv_result *page)
{
    struct mkv_buffer block = {0};
    mkv_result_begin(&block);
    mkv_buffer_text(&block, "[");
    while (!block.failed) {
        append(&block, page);
        if (!mkv_page_is_left(position))
            break;
        memkv_result_free(page);
        page = mkv_page_fetch(client, options, position);
        if (!page || !page->success) {
            mkv_buffer_free(&block);
            return page;
        }
    }
    mkv_buffer_text(&block, "]");
    memkv_result *all = mkv_result_finish(&block, page->type);
    if (all)
        all->status = page->status;
    memkv_result_free(page);
    return all ? all : mkv_result_no_memory();
}

memkv_result *memkv_list_keys_with_prefix(memkv_client *client, const char *key_prefix)
{
    memkv_list_options options;
    memkv_list_options_init(&options);
    options.prefix = memkv_text(key_prefix);
    struct mkv_page_position position = {0};
    memkv_result *result = mkv_page_fetch(client, &options, &position);
    if (result && result->success && mkv_page_is_left(&position))
        result = join(client, &options, &position, result);
    mkv_buffer_free(&position.query);
    return result;
}

memkv_result *memkv_list_keys(memkv_client *client)
{
    return memkv_list_keys_with_prefix(client, "");
}

memkv_result *memkv_delete_keys_with_prefix(memkv_client *client, const char *key_prefix)
{
    struct mkv_request request;
    const char *fault = mkv_request_keys(&request, "DELETE", memkv_text(key_prefix));
    if (!fault && !key_prefix)
        fault = "prefix: NULL";
    if (fault)
        return mkv_request_refuse(&request, fault);
    memkv_result *result = mkv_request_perform(client, &request);
    if (!result || !result->success || mkv_is_array(result->result, result->length))
        return result;
    const int status = result->status;
    memkv_result_free(result);
    return mkv_result_error(MEMKV_PROTOCOL, status, "/keys: the answer is no array");
}

memkv_result *memkv_delete_all_keys(memkv_client *client)
{
    return memkv_delete_keys_with_prefix(client, "");
}
