// SPDX-License-Identifier: MIT
/**
 * @file
 * A server's URL, taken apart for libwebsockets.
 */
#ifndef MEMORYKV_SRC_ENDPOINT_H
#define MEMORYKV_SRC_ENDPOINT_H

#include <stdbool.h>

struct mkv_endpoint
{
    /** Name or address to connect to, owned; an IPv6 address without its brackets. */
    char *address;
    int port;
    bool tls;
    /** What the field Host says, owned. */
    char *host;
    /** What comes before every path, owned, without a "/" at the end. */
    char *path;
};

/** Takes a URL apart. Returns what is wrong with it, or NULL; then to be freed. */
const char *mkv_endpoint_parse(struct mkv_endpoint *endpoint, const char *url);

void mkv_endpoint_free(struct mkv_endpoint *endpoint);

#endif
