// SPDX-License-Identifier: MIT
#include "endpoint.h"

#include "buffer.h"

#include <curl/curl.h>

#include <stdlib.h>
#include <string.h>

/** A part of a URL as an own copy; NULL without memory. */
static char *part(CURLU *parsed, CURLUPart which, unsigned flags)
{
    char *text = NULL;
    char *copy = NULL;
    if (curl_url_get(parsed, which, &text, flags) == CURLUE_OK)
        copy = strdup(text);
    curl_free(text);
    return copy;
}

static char *host_field(const char *host, const char *port, bool is_default)
{
    struct mkv_buffer field = {0};
    mkv_buffer_text(&field, host);
    if (!is_default) {
        mkv_buffer_text(&field, ":");
        mkv_buffer_text(&field, port);
    }
    if (!mkv_buffer_terminated(&field)) {
        mkv_buffer_free(&field);
        return NULL;
    }
    return field.data;
}

static void strip_brackets(char *address)
{
    const size_t length = strlen(address);
    if (length >= 2 && address[0] == '[' && address[length - 1] == ']') {
        memmove(address, address + 1, length - 2);
        address[length - 2] = '\0';
    }
}

static void strip_slashes(char *path)
{
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/')
        path[--length] = '\0';
}

static const char *fill(struct mkv_endpoint *endpoint, CURLU *parsed)
{
    static const char no_memory[] = "out of memory";
    char *scheme = part(parsed, CURLUPART_SCHEME, 0);
    char *port = part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    const char *fault = scheme && port ? NULL : no_memory;
    if (!fault) {
        endpoint->tls = strcmp(scheme, "https") == 0;
        if (!endpoint->tls && strcmp(scheme, "http") != 0)
            fault = "host: the scheme has to be http or https";
    }
    if (!fault) {
        endpoint->port = atoi(port);
        endpoint->address = part(parsed, CURLUPART_HOST, 0);
        endpoint->path = part(parsed, CURLUPART_PATH, 0);
        if (endpoint->address)
            endpoint->host
                = host_field(endpoint->address, port, endpoint->port == (endpoint->tls ? 443 : 80));
        if (endpoint->host && endpoint->path) {
            strip_brackets(endpoint->address);
            strip_slashes(endpoint->path);
        } else {
            fault = no_memory;
        }
    }
    free(scheme);
    free(port);
    return fault;
}

const char *mkv_endpoint_parse(struct mkv_endpoint *endpoint, const char *url)
{
    memset(endpoint, 0, sizeof *endpoint);
    CURLU *parsed = curl_url();
    if (!parsed)
        return "out of memory";
    const char *fault = "host: not a URL";
    if (curl_url_set(parsed, CURLUPART_URL, url, CURLU_GUESS_SCHEME) == CURLUE_OK)
        fault = fill(endpoint, parsed);
    curl_url_cleanup(parsed);
    if (fault)
        mkv_endpoint_free(endpoint);
    return fault;
}

void mkv_endpoint_free(struct mkv_endpoint *endpoint)
{
    free(endpoint->address);
    free(endpoint->host);
    free(endpoint->path);
    memset(endpoint, 0, sizeof *endpoint);
}
