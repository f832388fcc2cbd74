// SPDX-License-Identifier: MIT
#include "request.h"

#include "attempt.h"
#include "clock.h"
#include "result.h"
#include "settings.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

void mkv_request_begin(struct mkv_request *request, const char *method, const char *path)
{
    memset(request, 0, sizeof *request);
    request->method = method;
    mkv_buffer_text(&request->target, path);
}

const char *mkv_request_key(struct mkv_request *request, const char *method, memkv_bytes key)
{
    mkv_request_begin(request, method, "/");
    const char *fault = mkv_key_fault(key);
    if (!fault)
        mkv_add_encoded(&request->target, key);
    return fault;
}

const char *mkv_request_keys(struct mkv_request *request, const char *method, memkv_bytes prefix)
{
    mkv_request_begin(request, method, "/keys");
    const char *fault = mkv_prefix_fault(prefix);
    if (!fault && prefix.length > 0) {
        mkv_buffer_text(&request->target, "/");
        mkv_add_encoded(&request->target, prefix);
    }
    return fault;
}

static void add_name(struct mkv_request *request, const char *name)
{
    const bool first
        = request->target.length == 0 || !memchr(request->target.data, '?', request->target.length);
    mkv_buffer_text(&request->target, first ? "?" : "&");
    mkv_buffer_text(&request->target, name);
    mkv_buffer_text(&request->target, "=");
}

void mkv_request_parameter(struct mkv_request *request, const char *name, memkv_bytes value)
{
    add_name(request, name);
    mkv_add_encoded(&request->target, value);
}

void mkv_request_number(struct mkv_request *request, const char *name, uint64_t value)
{
    add_name(request, name);
    mkv_buffer_number(&request->target, value);
}

memkv_result *mkv_request_refuse(struct mkv_request *request, const char *fault)
{
    mkv_buffer_free(&request->target);
    return mkv_result_error(MEMKV_INVALID, 0, "%s", fault);
}

/** Whether there is anything but a scheme in a URL. libcurl would take what comes for the host. */
static bool names_host(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *name = scheme ? scheme + 3 : url;
    return name[strspn(name, "/:")] != '\0';
}

const char *mkv_request_fault(const memkv_client *client, const struct mkv_request *request)
{
    if (!client)
        return "client: NULL";
    if (!client->host || !names_host(client->host))
        return "host: empty";
    if (!mkv_is_field_value(client->host))
        return "host: control characters";
    if (!mkv_is_field_value(mkv_settings_of(client)->token))
        return "token: control characters";
    if (!mkv_is_field_value(request->type))
        return "type: control characters";
    return NULL;
}

bool mkv_may_pass(const memkv_result *result)
{
    switch (result->code) {
    case MEMKV_UNREACHABLE:
    case MEMKV_BROKEN:
    case MEMKV_RATE_LIMITED:
    case MEMKV_UNAVAILABLE:
        return true;
    default:
        return result->status == 408 || result->status == 502 || result->status == 504;
    }
}

/** Tries until it worked, cannot work, or may not be tried again. */
static memkv_result *repeat(const memkv_client *client, const struct mkv_request *request,
                            const char *target)
{
    const struct memkv_settings *settings = mkv_settings_of(client);
    const bool once = request->once || request->condition.kind != MEMKV_ALWAYS;
    const int64_t end = settings->timeout_ms ? mkv_now_ms() + settings->timeout_ms : INT64_MAX;
    for (unsigned tries = 1;; ++tries) {
        memkv_result *result = mkv_attempt(client->host, settings, request, target,
                                           settings->timeout_ms ? end - mkv_now_ms() : 0);
        if (!result || once || tries > settings->retries || !mkv_may_pass(result))
            return result;
        const int64_t pause = result->retry_after > 0
                                  ? (int64_t)result->retry_after * 1000
                                  : mkv_backoff_ms(settings->backoff_ms, 0, tries);
        if (end != INT64_MAX && pause >= end - mkv_now_ms())
            return result;
        memkv_result_free(result);
        mkv_sleep_ms(pause);
    }
}

memkv_result *mkv_request_perform(const memkv_client *client, struct mkv_request *request)
{
    const char *fault = mkv_request_fault(client, request);
    if (fault)
        return mkv_request_refuse(request, fault);
    const char *target = mkv_buffer_terminated(&request->target);
    memkv_result *result = target ? repeat(client, request, target) : mkv_result_no_memory();
    mkv_buffer_free(&request->target);
    return result ? result : mkv_result_no_memory();
}
