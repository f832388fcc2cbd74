// SPDX-License-Identifier: MIT
#include "page.h"

#include "request.h"
#include "result.h"

#include <string.h>

bool mkv_page_is_left(const struct mkv_page_position *position)
{
    return !position->begun || position->query.length > 0;
}

bool mkv_is_array(const char *text, size_t length)
{
    return length >= 2 && text[0] == '[' && text[length - 1] == ']';
}

static void ask(struct mkv_request *request, const memkv_list_options *options,
                const struct mkv_page_position *position)
{
    if (position->begun) {
        mkv_buffer_add(&request->target, position->query.data, position->query.length);
        return;
    }
    if (options->after.length > 0)
        mkv_request_parameter(request, "after", options->after);
    if (options->page > 0)
        mkv_request_number(request, "limit", options->page);
    if (options->values)
        mkv_request_parameter(request, "values", memkv_text("true"));
}

/** Moves on to the page a link leads to. Returns false when it leads nowhere, or without memory. */
static bool move(struct mkv_page_position *position, const struct mkv_buffer *link)
{
    position->begun = true;
    mkv_buffer_clear(&position->query);
    if (link->length == 0)
        return true;
    /* Only the query is of interest: the path stays what it was, also behind a proxy that changes
       it. */
    const char *query = memchr(link->data, '?', link->length);
    return query
           && mkv_buffer_add(&position->query, query, link->length - (size_t)(query - link->data));
}

memkv_result *mkv_page_fetch(const memkv_client *client, const memkv_list_options *options,
                             struct mkv_page_position *position)
{
    struct mkv_request request;
    const char *fault = mkv_request_keys(&request, "GET", options->prefix);
    if (fault)
        return mkv_request_refuse(&request, fault);
    struct mkv_buffer link = {0};
    request.next = &link;
    ask(&request, options, position);
    memkv_result *result = mkv_request_perform(client, &request);
    if (result && result->success) {
        const int status = result->status;
        if (!mkv_is_array(result->result, result->length)) {
            memkv_result_free(result);
            result = mkv_result_error(MEMKV_PROTOCOL, status, "/keys: the answer is no array");
        } else if (!move(position, &link)) {
            memkv_result_free(result);
            result = mkv_result_error(MEMKV_PROTOCOL, status, "/keys: a link without a query");
        }
    }
    mkv_buffer_free(&link);
    return result;
}
