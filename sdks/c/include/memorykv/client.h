// SPDX-License-Identifier: MIT
/**
 * @file
 * The client: which server, and how to talk to it.
 *
 * Threads: one client may be used by any number of threads at once, for requests and watchers of
 * every kind; nothing changes it after it was made (unless the program itself writes to host). The
 * connections belong to the process: all clients share them, a request takes one that is idle and
 * puts it back. Results belong to the thread that made the request. Batches and listings are used
 * by one thread at a time. After fork() the child has connections of its own.
 *
 * The library never writes to standard output or standard error, and leaves signal handlers alone.
 */
#ifndef MEMORYKV_CLIENT_H
#define MEMORYKV_CLIENT_H

#include <memorykv/bytes.h>
#include <memorykv/export.h>
#include <memorykv/result.h>

#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What memkv_options sets; private. */
struct memkv_settings;

/**
 * A server and how to talk to it. Made by memkv_client_new(), memkv_client_open() or
 * memkv_init_client().
 */
typedef struct memkv_client
{
    /** The server's URL: http://localhost:8080, or https. A path in it is put before every key. */
    char *host;
    /** Private. */
    const struct memkv_settings *settings;
} memkv_client;

/**
 * How to talk to a server. Begin with memkv_options_init(), then set what is to differ; 0 and NULL
 * stand for what is said here.
 */
typedef struct memkv_options
{
    /** sizeof(memkv_options), set by memkv_options_init(): later versions have more members. */
    size_t size;
    /** Sent as "Authorization: Bearer <token>". NULL: none. */
    const char *token;
    /** A file of PEM certificates, the only ones trusted then. NULL: those of the system. */
    const char *ca_file;
    /** Time for making a connection, TLS included, in milliseconds. 0: 5,000. */
    long connect_timeout_ms;
    /**
     * Time for a request in ms, with all tries and the pauses between them. 0: 30,000. Negative:
     * no limit. A pause that would not end within it is not begun.
     */
    long timeout_ms;
    /**
     * How often a request is tried again when it failed in a way that may pass: no connection, a
     * broken connection, 408, 429, 502, 503, 504. 0: 3. Negative: never. Only requests that may be
     * done twice are: reads, listings, and writes without a condition. Writes with a condition and
     * batches are sent once, as a second try would meet what the first one did.
     */
    int retries;
    /**
     * The pause before the first further try in ms. 0: 100. It doubles with each one; between a
     * half and all of it is waited, by chance. When the server says how long (Retry-After), that
     * is waited instead.
     */
    long backoff_ms;
} memkv_options;

/** Sets all members to 0 or NULL, and size. */
static inline void memkv_options_init(memkv_options *options)
{
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

/**
 * A client with the defaults of memkv_options.
 * @param host the server's URL; copied. One without a scheme is taken as http.
 * @return the client, to be freed with memkv_client_free() or plain free(); NULL without memory.
 * A URL that makes no sense shows in the first result.
 */
MEMKV_API memkv_client *memkv_client_new(const char *host);

/**
 * A client with options.
 * @param options copied, with all texts; NULL: the defaults.
 * @return as memkv_client_new().
 */
MEMKV_API memkv_client *memkv_client_open(const char *host, const memkv_options *options);

/**
 * Makes a client with the defaults out of memory of the caller, for example of a local variable.
 * @param host is not copied: it lives as long as the client is used. There is nothing to free.
 */
MEMKV_API void memkv_init_client(memkv_client *client, const char *host);

/** Frees what memkv_client_new() or memkv_client_open() gave. NULL is fine. */
MEMKV_API void memkv_client_free(memkv_client *client);

/**
 * Closes the connections that are idle, of all clients. They also go at the end of the process; a
 * program has no need to call this, but may after a burst of requests from many threads.
 */
MEMKV_API void memkv_close_idle(void);

/** GET /ping. Success with "pong" when the server answers. */
MEMKV_API memkv_result *memkv_ping(memkv_client *client);

/** Stands for a number that the server does not tell whoever has this token, or none. */
#define MEMKV_UNTOLD UINT64_MAX

/** What a server says about itself. */
typedef struct memkv_server_info
{
    /** Zero-terminated, cut off when longer. */
    char version[32];
    /** Where the history of its store stands. Both members 0: untold. */
    memkv_position position;
    /** All changes up to this seq are as safe as the server's --fsync promises; or MEMKV_UNTOLD. */
    uint64_t durable_seq;
    /** Keys in the store; MEMKV_UNTOLD for a token confined to a prefix. */
    uint64_t keys;
    /** Bytes of all keys and values; or MEMKV_UNTOLD. */
    uint64_t stored_bytes;
} memkv_server_info;

/**
 * GET /-/info.
 * @param info receives what the library knows of, on success; may be NULL.
 * @return success with the whole answer, a JSON object.
 */
MEMKV_API memkv_result *memkv_info(memkv_client *client, memkv_server_info *info);

#ifdef __cplusplus
}
#endif

#endif
