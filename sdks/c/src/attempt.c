// SPDX-License-Identifier: MIT
#include "attempt.h"

#include "answer.h"
#include "result.h"

#include <curl/curl.h>

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * A server closes connections that are idle for 60 s. One that is about to be closed is not used
 * again, as the request could get lost in it.
 */
enum { MKV_IDLE_SECONDS = 50, MKV_FIELD_SIZE = 320, MKV_MOST_RESERVED = 64 * 1024 * 1024 };
/** What follows the body in a result: a zero byte, and a content type of usual length. */
enum { MKV_TYPE_ROOM = 64 };
enum { MKV_WAIT_MS = 1000 };

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
    struct mkv_attempt *attempt = user;
    const size_t length = size * count;
    if (mkv_result_length(&attempt->block) == 0) {
        /* Room for all of it at once, where its length is known and to be believed. */
        curl_off_t expected = -1;
        curl_easy_getinfo(attempt->handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &expected);
        if (expected > 0 && expected <= MKV_MOST_RESERVED)
            mkv_buffer_reserve(&attempt->block, (size_t)expected + MKV_TYPE_ROOM);
    }
    return mkv_buffer_add(&attempt->block, data, length) ? length : 0;
}

static void add_field(struct mkv_attempt *attempt, const char *format, const char *value)
{
    char field[MKV_FIELD_SIZE];
    snprintf(field, sizeof field, format, value);
    struct curl_slist *fields = curl_slist_append(attempt->fields, field);
    if (fields)
        attempt->fields = fields;
    else
        attempt->failed = true;
}

static void add_condition(struct mkv_attempt *attempt, memkv_condition condition)
{
    char tag[32] = "*";
    if (condition.revision)
        snprintf(tag, sizeof tag, "\"%" PRIu64 "\"", condition.revision);
    if (condition.kind == MEMKV_IF_MATCH)
        add_field(attempt, "If-Match: %s", tag);
    else if (condition.kind == MEMKV_IF_NONE_MATCH)
        add_field(attempt, "If-None-Match: %s", tag);
}

static void set(struct mkv_attempt *attempt, CURLoption option, const char *value)
{
    if (curl_easy_setopt(attempt->handle, option, value) != CURLE_OK)
        attempt->failed = true;
}

/** Whether the environment names a proxy. Without one libcurl need not look with each request. */
static bool may_have_proxy(void)
{
    static const char *const names[]
        = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return true;
    }
    return false;
}

/** What all requests of a client have in common. */
static void set_connection(struct mkv_attempt *attempt, const struct memkv_settings *settings)
{
    CURL *handle = attempt->handle;
    /* Signals are the program's, and there may be threads. */
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, settings->connect_timeout_ms);
    curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN, (long)MKV_IDLE_SECONDS);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, 5L);
    set(attempt, CURLOPT_PROTOCOLS_STR, "http,https");
    set(attempt, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    if (!may_have_proxy())
        set(attempt, CURLOPT_PROXY, "");
    if (settings->ca_file) {
        set(attempt, CURLOPT_CAINFO, settings->ca_file);
        set(attempt, CURLOPT_CAPATH, NULL);
    }
    if (settings->token) {
        /* Not as a field of our own: libcurl takes care that no other host gets to see it. */
        curl_easy_setopt(handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        set(attempt, CURLOPT_XOAUTH2_BEARER, settings->token);
    }
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
}

static void set_body(struct mkv_attempt *attempt, const struct mkv_request *request)
{
    const char *body = request->body.length > 0 ? request->body.data : "";
    curl_easy_setopt(attempt->handle, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(attempt->handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     (curl_off_t)request->body.length);
    add_field(attempt, "Content-Type: %s", request->type);
}

/** What is of this request alone. */
static void set_request(struct mkv_attempt *attempt, const struct mkv_request *request,
                        int64_t timeout_ms)
{
    CURL *handle = attempt->handle;
    const long limit = timeout_ms < 0 ? 1L : (long)timeout_ms;
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, limit);
    set(attempt, CURLOPT_URL, mkv_buffer_terminated(&attempt->url));
    if (strcmp(request->method, "GET") != 0) {
        set(attempt, CURLOPT_CUSTOMREQUEST, request->method);
        attempt->id = 0;
    }
    if (request->type)
        set_body(attempt, request);
    if (request->minimal)
        add_field(attempt, "%s", "Prefer: return=minimal");
    add_condition(attempt, request->condition);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, attempt->fields);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, attempt);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, attempt->error);
}

static memkv_code code_of(CURLcode outcome, bool connected)
{
    switch (outcome) {
    case CURLE_URL_MALFORMAT:
        return MEMKV_INVALID;
    case CURLE_UNSUPPORTED_PROTOCOL:
        /* The URL's scheme, or what was answered: something without a head is HTTP 0.9 for it. */
        return connected ? MEMKV_PROTOCOL : MEMKV_INVALID;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_WRITE_ERROR:
        return MEMKV_NO_MEMORY;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
        return MEMKV_UNREACHABLE;
    case CURLE_OPERATION_TIMEDOUT:
        return connected ? MEMKV_TIMEOUT : MEMKV_UNREACHABLE;
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return MEMKV_TLS;
    case CURLE_ABORTED_BY_CALLBACK:
        return MEMKV_STOPPED;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_TOO_MANY_REDIRECTS:
        return MEMKV_PROTOCOL;
    default:
        return connected ? MEMKV_BROKEN : MEMKV_UNREACHABLE;
    }
}

static memkv_result *no_answer(const struct mkv_attempt *attempt, CURLcode outcome)
{
    curl_off_t sent = 0;
    curl_easy_getinfo(attempt->handle, CURLINFO_PRETRANSFER_TIME_T, &sent);
    const char *words = *attempt->error ? attempt->error : curl_easy_strerror(outcome);
    return mkv_result_error(code_of(outcome, sent > 0), 0, "%.200s: %s", attempt->host, words);
}

static void make_url(struct mkv_buffer *url, const char *host, const char *target)
{
    size_t length = strlen(host);
    while (length > 0 && host[length - 1] == '/')
        --length;
    mkv_buffer_add(url, host, length);
    mkv_buffer_text(url, target);
}

bool mkv_attempt_begin(struct mkv_attempt *attempt, enum mkv_pool_kind kind, const char *host,
                       const struct memkv_settings *settings, const struct mkv_request *request,
                       const char *target, int64_t timeout_ms)
{
    bool ready = false;
    memset(attempt, 0, offsetof(struct mkv_attempt, error));
    attempt->error[0] = '\0';
    attempt->failed = false;
    attempt->kind = kind;
    attempt->host = host;
    attempt->request = request;
    attempt->handle = mkv_pool_take(kind, settings->id, &ready);
    if (!attempt->handle)
        return false;
    attempt->id = settings->id;
    make_url(&attempt->url, host, target);
    if (!ready)
        set_connection(attempt, settings);
    set_request(attempt, request, timeout_ms);
    if (!mkv_result_begin(&attempt->block) || attempt->url.failed)
        attempt->failed = true;
    return !attempt->failed;
}

memkv_result *mkv_attempt_end(struct mkv_attempt *attempt, CURLcode outcome)
{
    memkv_result *result = NULL;
    if (attempt->handle && !attempt->failed) {
        result = outcome == CURLE_OK
                     ? mkv_answer(attempt->handle, &attempt->block, attempt->request->next)
                     : no_answer(attempt, outcome);
    }
    mkv_buffer_free(&attempt->block);
    mkv_buffer_free(&attempt->url);
    if (attempt->handle) {
        /* Nothing in it points to this attempt any more. */
        curl_easy_setopt(attempt->handle, CURLOPT_HTTPHEADER, NULL);
        curl_easy_setopt(attempt->handle, CURLOPT_ERRORBUFFER, NULL);
        mkv_pool_give(attempt->kind, attempt->handle, attempt->failed ? 0 : attempt->id);
    }
    curl_slist_free_all(attempt->fields);
    return result;
}

static void wake(void *multi)
{
    curl_multi_wakeup(multi);
}

/** Waits for the end of what multi does; gives how it went. */
static CURLcode wait_in(CURLM *multi, struct mkv_wakeup *wakeup)
{
    int running = 1;
    while (running > 0 && !mkv_wakeup_is_stopped(wakeup)) {
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            return CURLE_OUT_OF_MEMORY;
        if (running > 0)
            curl_multi_poll(multi, NULL, 0, MKV_WAIT_MS, NULL);
    }
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(multi, &left);
    return message ? message->data.result : CURLE_ABORTED_BY_CALLBACK;
}

/** As curl_easy_perform(), which cannot be woken up; ends when wakeup is stopped. */
static CURLcode perform_until_stopped(CURL *handle, struct mkv_wakeup *wakeup)
{
    CURLcode outcome = CURLE_OUT_OF_MEMORY;
    CURLM *multi = mkv_pool_take_multi();
    if (!multi)
        return outcome;
    if (curl_multi_add_handle(multi, handle) == CURLM_OK) {
        mkv_wakeup_waits_in(wakeup, wake, multi);
        outcome = wait_in(multi, wakeup);
        mkv_wakeup_waits_no_more(wakeup);
        curl_multi_remove_handle(multi, handle);
    }
    mkv_pool_give_multi(multi);
    return outcome;
}

static CURLcode perform(CURL *handle, struct mkv_wakeup *wakeup)
{
    return wakeup ? perform_until_stopped(handle, wakeup) : curl_easy_perform(handle);
}

memkv_result *mkv_attempt(const char *host, const struct memkv_settings *settings,
                          const struct mkv_request *request, const char *target, int64_t timeout_ms)
{
    struct mkv_attempt attempt;
    const enum mkv_pool_kind kind = request->wakeup ? MKV_POOL_MULTI : MKV_POOL_SINGLE;
    const bool begun
        = mkv_attempt_begin(&attempt, kind, host, settings, request, target, timeout_ms);
    return mkv_attempt_end(&attempt,
                           begun ? perform(attempt.handle, request->wakeup) : CURLE_OUT_OF_MEMORY);
}
