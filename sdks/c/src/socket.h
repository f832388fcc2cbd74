// SPDX-License-Identifier: MIT
/**
 * @file
 * One WebSocket connection through libwebsockets, from the handshake to its end.
 */
#ifndef MEMORYKV_SRC_SOCKET_H
#define MEMORYKV_SRC_SOCKET_H

#include "buffer.h"
#include "endpoint.h"
#include "wakeup.h"

#include <memorykv/bytes.h>
#include <memorykv/result.h>

/** What to connect to, who is told, and how it ended. */
struct mkv_socket
{
    const struct mkv_endpoint *endpoint;
    /** Path and query, terminated. */
    const char *target;
    /** NULL: none. */
    const char *token;
    const char *ca_file;
    long handshake_ms;
    long idle_ms;
    size_t max_message;
    /** The connection is there. */
    void (*on_open)(void *user);
    /** A whole message. Returns false to end the connection. */
    bool (*on_message)(void *user, memkv_bytes message);
    void *user;

    /** Set by mkv_socket_run(): why it ended. MEMKV_TLS: perhaps for lack of trust. */
    memkv_code code;
    /** The HTTP status of a refusal, or the code of a close, or 0. */
    int status;
    /** Whether it got as far as on_open. */
    bool opened;
    /** Seconds, 0 when the server did not say. */
    long retry_after;
    char text[256];
};

/**
 * Connects and calls back on this thread until the connection has ended or wakeup is stopped; then
 * code is MEMKV_STOPPED, as it is when on_message ended it.
 */
void mkv_socket_run(struct mkv_socket *socket, struct mkv_wakeup *wakeup);

#endif
