// SPDX-License-Identifier: MIT
/**
 * @file
 * What a client knows besides the host. Never changes, so that threads can share it.
 */
#ifndef MEMORYKV_SRC_SETTINGS_H
#define MEMORYKV_SRC_SETTINGS_H

#include <memorykv/client.h>

#include <stdint.h>

/** The options of a client with the defaults filled in. */
struct memkv_settings
{
    /** Tells these settings from all others that the process ever had; not 0. */
    uint64_t id;
    const char *token;
    const char *ca_file;
    long connect_timeout_ms;
    /** 0: no limit. */
    long timeout_ms;
    unsigned retries;
    long backoff_ms;
};

/** The settings of a client; the defaults if it has none of its own. */
const struct memkv_settings *mkv_settings_of(const memkv_client *client);

/** Copies options of a program that may know fewer, or more, members than this library. */
void mkv_copy_options(void *to, size_t size, const void *from);

#endif
