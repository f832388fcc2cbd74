// SPDX-License-Identifier: MIT
/**
 * @file
 * What every request gives back.
 */
#ifndef MEMORYKV_RESULT_H
#define MEMORYKV_RESULT_H

#include <memorykv/export.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a request went. The numbers are part of the interface and do not change. */
typedef enum memkv_code {
    MEMKV_OK = 0,
    /** An argument is not as it has to be. Without a status nothing was sent; else 400. */
    MEMKV_INVALID = 1,
    /** Memory ran out on this side. */
    MEMKV_NO_MEMORY = 2,
    /** There is no connection to the server; nothing was sent. */
    MEMKV_UNREACHABLE = 3,
    /** The server's certificate is not to be trusted, or what to trust cannot be read. */
    MEMKV_TLS = 4,
    /** No whole answer within the time limit. A write may or may not have been done. */
    MEMKV_TIMEOUT = 5,
    /** The connection broke before the answer was there. A write may or may not have been done. */
    MEMKV_BROKEN = 6,
    /** What answered does not speak the protocol of MemoryKV. */
    MEMKV_PROTOCOL = 7,
    /** 404: there is no such key. */
    MEMKV_NOT_FOUND = 8,
    /** 412: the condition did not hold; nothing was changed. */
    MEMKV_CONDITION_FAILED = 9,
    /** 304: the value is still the one of the revision in the condition. */
    MEMKV_NOT_MODIFIED = 10,
    /** 401: the token is missing or wrong. */
    MEMKV_UNAUTHORIZED = 11,
    /** 403: the token does not allow this. */
    MEMKV_FORBIDDEN = 12,
    /** 413 or 414: larger than the server's limit, which error names. */
    MEMKV_TOO_LARGE = 13,
    /** 429: too many requests; nothing was changed. See retry_after. */
    MEMKV_RATE_LIMITED = 14,
    /** 503: the server takes no requests just now; nothing was changed. See retry_after. */
    MEMKV_UNAVAILABLE = 15,
    /** 507: the store is at its memory limit; reads and deletes go on. */
    MEMKV_STORE_FULL = 16,
    /** Any other 4xx: the server does not take this request as it is. */
    MEMKV_REFUSED = 17,
    /** Any other 5xx. */
    MEMKV_SERVER = 18,
    /** A watcher ended because memkv_watch_stop() was called. */
    MEMKV_STOPPED = 19
} memkv_code;

/** index of a result that says nothing about an operation of a batch. */
#define MEMKV_NO_INDEX SIZE_MAX

/**
 * The outcome of a request, in one block of memory: whoever called the function owns it and gives
 * it back with memkv_result_free() or, all the same, with plain free(). Everything it points to
 * lies in the block, so nothing in it is freed by itself.
 *
 * The only functions' result that is NULL: when not even the memory for one could be had.
 */
typedef struct memkv_result
{
    /** Look here first: true when the request was done. */
    bool success;
    union
    {
        /** success: the bytes of the answer, and a zero byte that is not counted after them. */
        char *result;
        /** no success: words that say why, the server's own where it has some; zero-terminated. */
        char *error;
    };
    /** Bytes at result or error, without the zero byte. */
    size_t length;
    /** The HTTP status, 0 when there was no answer. */
    int status;
    memkv_code code;
    /** The value's revision (its ETag), 0 when the answer has none. */
    uint64_t revision;
    /** The content type of result, NULL when the answer has none or there was no success. */
    const char *type;
    /** Seconds the server asked to wait (Retry-After), a year at most; 0 when it did not. */
    long retry_after;
    /** Of a batch: the operation that was at fault, from 0; else MEMKV_NO_INDEX. */
    size_t index;
} memkv_result;

/** Frees a result. NULL is fine. */
MEMKV_API void memkv_result_free(memkv_result *result);

/** The name of a code in lower case words, for messages; static, never NULL. */
MEMKV_API const char *memkv_code_text(memkv_code code);

#ifdef __cplusplus
}
#endif

#endif
