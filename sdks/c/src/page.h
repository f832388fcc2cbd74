// SPDX-License-Identifier: MIT
/**
 * @file
 * One page of a listing, and the way to the next one.
 */
#ifndef MEMORYKV_SRC_PAGE_H
#define MEMORYKV_SRC_PAGE_H

#include "buffer.h"

#include <memorykv/client.h>
#include <memorykv/listing.h>

/** Where in a listing one is. All members 0: at its beginning. */
struct mkv_page_position
{
    /** The query of the next page with its "?", from the Link of the last one. */
    struct mkv_buffer query;
    bool begun;
};

/** Whether there is a page to fetch. */
bool mkv_page_is_left(const struct mkv_page_position *position);

/**
 * Fetches the page at a position, which moves behind it on success. Asks for what the options say;
 * page 0 there sets no limit. The result is the JSON array.
 */
memkv_result *mkv_page_fetch(const memkv_client *client, const memkv_list_options *options,
                             struct mkv_page_position *position);

/** Whether bytes look like a whole JSON array, as far as the two ends tell. */
bool mkv_is_array(const char *text, size_t length);

#endif
