// SPDX-License-Identifier: MIT
/**
 * @file
 * What the tests with a real server share. The server is named by the environment (withserver).
 */
#ifndef MEMORYKV_TEST_LIVE_H
#define MEMORYKV_TEST_LIVE_H

#include "check.h"

#include <libMemoryKV.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/** The address of the server. */
static inline const char *server_url(void)
{
    const char *url = getenv("MEMORYKV_URL");
    if (!url) {
        fprintf(stderr, "run this with withserver\n");
        exit(2);
    }
    return url;
}

/** A client of that server, which trusts its certificate. */
static inline memkv_client *server_client(void)
{
    memkv_options options;
    memkv_options_init(&options);
    options.ca_file = getenv("MEMORYKV_CA");
    return memkv_client_open(server_url(), &options);
}

/** Whether a result is a success; frees it and says why it is none. */
static inline bool succeeds(memkv_result *result)
{
    const bool success = result && result->success;
    if (!success)
        fprintf(stderr, "failed: %s\n", result ? result->error : "no memory");
    memkv_result_free(result);
    return success;
}

/** Whether a result has this code; frees it. */
static inline bool fails_with(memkv_result *result, memkv_code code)
{
    const bool fails = result && !result->success && result->code == code;
    if (!fails && result)
        fprintf(stderr, "%d (%s): %s\n", (int)result->code, memkv_code_text(result->code),
                result->error);
    memkv_result_free(result);
    return fails;
}

/** A listening socket with nobody behind it who would answer; url receives its address. */
static inline int listen_silently(char url[64])
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 16) == 0);
    CHECK(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
    snprintf(url, 64, "http://127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
    return listener;
}

#endif
