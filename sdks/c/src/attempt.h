// SPDX-License-Identifier: MIT
/**
 * @file
 * One try of a request through libcurl.
 */
#ifndef MEMORYKV_SRC_ATTEMPT_H
#define MEMORYKV_SRC_ATTEMPT_H

#include "pool.h"
#include "request.h"
#include "settings.h"

#include <curl/curl.h>

/** A try while it runs. */
struct mkv_attempt
{
    enum mkv_pool_kind kind;
    CURL *handle;
    const char *host;
    const struct mkv_request *request;
    /** Under which the handle goes back; see mkv_pool_give(). */
    uint64_t id;
    struct mkv_buffer url;
    struct curl_slist *fields;
    /** The result in the making, with the body of the answer. */
    struct mkv_buffer block;
    char error[CURL_ERROR_SIZE];
    bool failed;
};

/**
 * Prepares a handle for a request; all that is passed in has to live until mkv_attempt_end().
 * target is that of the request, terminated; timeout_ms 0 is no limit, anything below 1 otherwise
 * counts as 1. Returns false without memory; then mkv_attempt_end() is to be called all the same.
 */
bool mkv_attempt_begin(struct mkv_attempt *attempt, enum mkv_pool_kind kind, const char *host,
                       const struct memkv_settings *settings, const struct mkv_request *request,
                       const char *target, int64_t timeout_ms);

/** Frees an attempt. Returns its result; NULL without memory or when it had not begun. */
memkv_result *mkv_attempt_end(struct mkv_attempt *attempt, CURLcode outcome);

/** All of it: sends a request once and waits for the whole answer. NULL without memory. */
memkv_result *mkv_attempt(const char *host, const struct memkv_settings *settings,
                          const struct mkv_request *request, const char *target,
                          int64_t timeout_ms);

#endif
