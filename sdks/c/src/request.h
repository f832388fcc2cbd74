// SPDX-License-Identifier: MIT
/**
 * @file
 * One request: built, sent, repeated when that makes sense, and its answer made a result.
 */
#ifndef MEMORYKV_SRC_REQUEST_H
#define MEMORYKV_SRC_REQUEST_H

#include "buffer.h"
#include "wakeup.h"

#include <memorykv/bytes.h>
#include <memorykv/client.h>
#include <memorykv/condition.h>
#include <memorykv/result.h>

/** A request. All members 0 but method and target: nothing special. */
struct mkv_request
{
    const char *method;
    /** Path and query, percent-encoded, from the first "/" on. */
    struct mkv_buffer target;
    /** Sent when type is not NULL. */
    memkv_bytes body;
    const char *type;
    memkv_condition condition;
    /** Prefer: return=minimal. */
    bool minimal;
    /** Sent once, whatever happens. So is one with a condition. */
    bool once;
    /** When it is stopped, the try that is under way ends with MEMKV_STOPPED. NULL: nothing does.
     */
    struct mkv_wakeup *wakeup;
    /** Receives the target of the answer's Link with rel="next"; stays empty without one. */
    struct mkv_buffer *next;
};

/** Begins a request for a path that needs no encoding. */
void mkv_request_begin(struct mkv_request *request, const char *method, const char *path);

/** Begins a request for a key. Returns what is wrong with the key, or NULL. */
const char *mkv_request_key(struct mkv_request *request, const char *method, memkv_bytes key);

/**
 * Begins a request for /keys and a prefix.
 * Returns what is wrong with the prefix, or NULL.
 */
const char *mkv_request_keys(struct mkv_request *request, const char *method, memkv_bytes prefix);

/** Adds a parameter to the query; the value is encoded. */
void mkv_request_parameter(struct mkv_request *request, const char *name, memkv_bytes value);
void mkv_request_number(struct mkv_request *request, const char *name, uint64_t value);

/** Sends it, as often as it takes, and frees what it holds. NULL only without memory. */
memkv_result *mkv_request_perform(const memkv_client *client, struct mkv_request *request);

/** What is wrong with the texts of client and request; NULL when nothing is. */
const char *mkv_request_fault(const memkv_client *client, const struct mkv_request *request);

/** Whether a request that ended like this may succeed when it is made again. */
bool mkv_may_pass(const memkv_result *result);

/** Frees what a request holds and gives a failure MEMKV_INVALID that says what is wrong. */
memkv_result *mkv_request_refuse(struct mkv_request *request, const char *fault);

#endif
