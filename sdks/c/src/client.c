// SPDX-License-Identifier: MIT
#include "settings.h"

#include <memorykv/client.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    MKV_CONNECT_TIMEOUT_MS = 5000,
    MKV_TIMEOUT_MS = 30000,
    MKV_RETRIES = 3,
    MKV_BACKOFF_MS = 100
};

static const struct memkv_settings defaults = {
    .id = 1,
    .connect_timeout_ms = MKV_CONNECT_TIMEOUT_MS,
    .timeout_ms = MKV_TIMEOUT_MS,
    .retries = MKV_RETRIES,
    .backoff_ms = MKV_BACKOFF_MS,
};

const struct memkv_settings *mkv_settings_of(const memkv_client *client)
{
    return client->settings ? client->settings : &defaults;
}

void mkv_copy_options(void *to, size_t size, const void *from)
{
    memset(to, 0, size);
    if (!from)
        return;
    size_t known = 0;
    memcpy(&known, from, sizeof known);
    memcpy(to, from, known < size ? known : size);
}

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

/** Copies a text to *end, which moves behind it. */
static char *place(char **end, const char *text)
{
    if (!text)
        return NULL;
    char *copy = memcpy(*end, text, size_of(text));
    *end += size_of(text);
    return copy;
}

memkv_client *memkv_client_new(const char *host)
{
    return memkv_client_open(host, NULL);
}

memkv_client *memkv_client_open(const char *host, const memkv_options *options)
{
    memkv_options given;
    mkv_copy_options(&given, sizeof given, options);

    /* One block for all of it, so that plain free() leaves nothing behind. */
    struct block
    {
        memkv_client client;
        struct memkv_settings settings;
    } *block
        = calloc(1, sizeof *block + size_of(host) + size_of(given.token) + size_of(given.ca_file));
    if (!block)
        return NULL;
    char *end = (char *)(block + 1);
    block->client.host = place(&end, host);
    block->client.settings = &block->settings;
    struct memkv_settings *settings = &block->settings;
    static atomic_uint_fast64_t last_id = 1;
    *settings = defaults;
    settings->id = atomic_fetch_add(&last_id, 1) + 1;
    settings->token = place(&end, given.token);
    settings->ca_file = place(&end, given.ca_file);
    if (given.connect_timeout_ms > 0)
        settings->connect_timeout_ms = given.connect_timeout_ms;
    if (given.timeout_ms != 0)
        settings->timeout_ms = given.timeout_ms > 0 ? given.timeout_ms : 0;
    if (given.retries != 0)
        settings->retries = given.retries > 0 ? (unsigned)given.retries : 0;
    if (given.backoff_ms > 0)
        settings->backoff_ms = given.backoff_ms;
    return &block->client;
}

void memkv_init_client(memkv_client *client, const char *host)
{
    /* The program's own text, which it may change; nothing here writes to it. */
    memcpy(&client->host, &host, sizeof client->host);
    client->settings = NULL;
}

void memkv_client_free(memkv_client *client)
{
    free(client);
}
