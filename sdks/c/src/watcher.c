// SPDX-License-Identifier: MIT
#include "watcher.h"

#include "clock.h"
#include "event.h"
#include "result.h"
#include "server.h"
#include "settings.h"
#include "socket.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MKV_FIRST_PAUSE_MS = 500, MKV_LONGEST_PAUSE_MS = 30000, MKV_IDLE_MS = 60000 };
enum { MKV_HANDSHAKE_MS = 10000 };
static const size_t g_max_message = (size_t)256 * 1024 * 1024;

static memkv_client *copy_client(const memkv_client *client)
{
    const struct memkv_settings *settings = mkv_settings_of(client);
    memkv_options options;
    memkv_options_init(&options);
    options.token = settings->token;
    options.ca_file = settings->ca_file;
    options.connect_timeout_ms = settings->connect_timeout_ms;
    options.timeout_ms = settings->timeout_ms ? settings->timeout_ms : -1;
    options.retries = -1; /* The watcher itself tries again. */
    return memkv_client_open(client->host, &options);
}

memkv_watcher *mkv_watcher_new(const memkv_client *client, const memkv_watch_options *options,
                               memkv_event_callback on_event, void *user)
{
    memkv_watcher *watcher = calloc(1, sizeof *watcher);
    if (!watcher)
        return NULL;
    if (!mkv_wakeup_init(&watcher->wakeup)) {
        free(watcher);
        return NULL;
    }
    mkv_copy_options(&watcher->options, sizeof watcher->options, options);
    const memkv_bytes prefix = watcher->options.prefix;
    mkv_buffer_add(&watcher->prefix, prefix.data, prefix.length);
    watcher->options.prefix.data = watcher->prefix.data;
    watcher->client = copy_client(client);
    watcher->on_event = on_event;
    watcher->user = user;
    if (watcher->client && !watcher->prefix.failed)
        return watcher;
    mkv_watcher_destroy(watcher);
    return NULL;
}

void mkv_watcher_destroy(memkv_watcher *watcher)
{
    mkv_wakeup_destroy(&watcher->wakeup);
    mkv_endpoint_free(&watcher->endpoint);
    mkv_buffer_free(&watcher->prefix);
    mkv_buffer_free(&watcher->scratch);
    memkv_client_free(watcher->client);
    free(watcher);
}

static void set_outcome(memkv_watcher *watcher, memkv_code code, int status, const char *text)
{
    watcher->code = code;
    watcher->status = status;
    snprintf(watcher->text, sizeof watcher->text, "%s", text);
}

memkv_result *mkv_watcher_outcome(const memkv_watcher *watcher)
{
    if (watcher->code != MEMKV_STOPPED)
        return mkv_result_error(watcher->code, watcher->status, "%s", watcher->text);
    memkv_result *result = mkv_result_empty();
    if (result)
        result->code = MEMKV_STOPPED;
    return result;
}

static void tell(memkv_watcher *watcher, memkv_watch_state state, int64_t pause_ms)
{
    if (!watcher->options.on_status)
        return;
    const bool over = state == MEMKV_WATCH_WAITING || state == MEMKV_WATCH_ENDED;
    memkv_watch_status status;
    memset(&status, 0, sizeof status);
    status.state = state;
    status.code = over ? watcher->code : MEMKV_OK;
    status.status = over ? watcher->status : 0;
    status.text = over ? watcher->text : "";
    status.pause_ms = (long)pause_ms;
    watcher->options.on_status(watcher->user, &status);
}

/** What is wrong with what was asked for, or NULL. */
static const char *fault_of(memkv_watcher *watcher)
{
    const memkv_watch_options *options = &watcher->options;
    const unsigned known = (1u << 10) - 1;
    const char *token = mkv_settings_of(watcher->client)->token;
    if (!watcher->client->host)
        return "host: empty";
    if (options->ops & ~known)
        return "ops: what cannot be filtered";
    if (options->initial && (options->since.epoch || options->since.seq))
        return "initial: not together with since";
    if (mkv_prefix_fault(options->prefix))
        return mkv_prefix_fault(options->prefix);
    if (!mkv_is_field_value(token))
        return "token: control characters";
    return mkv_endpoint_parse(&watcher->endpoint, watcher->client->host);
}

/** Whether trying again after a failure could help. */
static bool may_pass(memkv_code code, int status)
{
    switch (code) {
    case MEMKV_UNREACHABLE:
    case MEMKV_TIMEOUT:
    case MEMKV_BROKEN:
    case MEMKV_RATE_LIMITED:
    case MEMKV_UNAVAILABLE:
    case MEMKV_STORE_FULL:
    case MEMKV_SERVER:
        return true;
    default:
        return status == 408;
    }
}

static long positive(long value, long otherwise)
{
    return value > 0 ? value : otherwise;
}

/** Tells why there is no connection, and waits. Returns false when the watch is over instead. */
static bool pause_after_failure(memkv_watcher *watcher)
{
    if (mkv_wakeup_is_stopped(&watcher->wakeup)) {
        set_outcome(watcher, MEMKV_STOPPED, 0, "");
        return false;
    }
    if (!may_pass(watcher->code, watcher->status))
        return false;
    ++watcher->failures;
    const memkv_watch_options *options = &watcher->options;
    int64_t pause = mkv_backoff_ms(positive(options->backoff_ms, MKV_FIRST_PAUSE_MS),
                                   positive(options->backoff_max_ms, MKV_LONGEST_PAUSE_MS),
                                   watcher->failures);
    if ((int64_t)watcher->retry_after * 1000 > pause)
        pause = (int64_t)watcher->retry_after * 1000;
    tell(watcher, MEMKV_WATCH_WAITING, pause);
    mkv_wakeup_sleep(&watcher->wakeup, pause);
    return true;
}

/** Finds out where the history stands. Returns false, with the outcome set, when that fails. */
static bool find_position(memkv_watcher *watcher)
{
    memkv_server_info info;
    memkv_result *result = mkv_server_info(watcher->client, &info, &watcher->wakeup);
    const bool found = result && result->success && info.position.epoch != 0;
    if (found) {
        watcher->feed.position = info.position;
        watcher->feed.known = true;
    } else if (result && result->success) {
        set_outcome(watcher, MEMKV_UNAUTHORIZED, 401, "the server asks for a token");
    } else if (result) {
        set_outcome(watcher, result->code, result->status, result->error);
        watcher->retry_after = result->retry_after;
    } else {
        set_outcome(watcher, MEMKV_NO_MEMORY, 0, memkv_code_text(MEMKV_NO_MEMORY));
    }
    memkv_result_free(result);
    return found;
}

void mkv_watcher_begin(memkv_watcher *watcher)
{
    const memkv_watch_options *options = &watcher->options;
    const char *fault = fault_of(watcher);
    if (fault) {
        set_outcome(watcher, MEMKV_INVALID, 0, fault);
        return;
    }
    struct mkv_feed *feed = &watcher->feed;
    feed->ops = options->ops;
    feed->prefix = options->prefix;
    feed->initial = options->initial;
    feed->lossless = options->lossless;
    feed->position = options->since;
    feed->known = options->since.epoch || options->since.seq;
    watcher->dealt_with = feed->position;
    if (!feed->known && !feed->initial && find_position(watcher))
        watcher->dealt_with = feed->position;
}

static void on_open(void *user)
{
    memkv_watcher *watcher = user;
    tell(watcher, MEMKV_WATCH_CONNECTED, 0);
    if (!mkv_feed_restarts(&watcher->feed) || mkv_wakeup_is_stopped(&watcher->wakeup))
        return;
    memkv_event event;
    memset(&event, 0, sizeof event);
    event.op = MEMKV_OP_RESTARTED;
    watcher->on_event(watcher->user, &event);
}

static bool on_message(void *user, memkv_bytes message)
{
    memkv_watcher *watcher = user;
    if (mkv_wakeup_is_stopped(&watcher->wakeup))
        return false;
    struct mkv_event event;
    if (!mkv_event_read(&event, message, &watcher->scratch)) {
        set_outcome(watcher, MEMKV_PROTOCOL, 0, "the server sent what is no event");
        return false;
    }
    watcher->failures = 0;
    if (mkv_feed_take(&watcher->feed, &event.event))
        watcher->on_event(watcher->user, &event.event);
    mkv_event_free(&event);
    if (watcher->feed.known) {
        pthread_mutex_lock(&watcher->wakeup.lock);
        watcher->dealt_with = watcher->feed.position;
        pthread_mutex_unlock(&watcher->wakeup.lock);
    }
    return true;
}

/** Whether it is for lack of trust that TLS failed: libcurl can tell, libwebsockets cannot. */
static void find_out_about_trust(memkv_watcher *watcher)
{
    memkv_result *result = mkv_server_ping(watcher->client, &watcher->wakeup);
    if (result && result->code == MEMKV_TLS)
        set_outcome(watcher, MEMKV_TLS, 0, result->error);
    else
        set_outcome(watcher, MEMKV_UNREACHABLE, 0, "the TLS handshake failed");
    memkv_result_free(result);
}

/** One connection. Sets the outcome. */
static void connect_once(memkv_watcher *watcher)
{
    const struct memkv_settings *settings = mkv_settings_of(watcher->client);
    struct mkv_buffer target = {0};
    mkv_buffer_text(&target, watcher->endpoint.path);
    mkv_feed_target(&watcher->feed, &target);
    struct mkv_socket socket;
    memset(&socket, 0, sizeof socket);
    socket.endpoint = &watcher->endpoint;
    socket.target = mkv_buffer_terminated(&target);
    socket.token = settings->token;
    socket.ca_file = settings->ca_file;
    socket.handshake_ms = settings->timeout_ms > 0 && settings->timeout_ms < MKV_HANDSHAKE_MS
                              ? settings->timeout_ms
                              : MKV_HANDSHAKE_MS;
    socket.idle_ms = positive(watcher->options.idle_timeout_ms, MKV_IDLE_MS);
    socket.max_message
        = watcher->options.max_message ? watcher->options.max_message : g_max_message;
    socket.on_open = on_open;
    socket.on_message = on_message;
    socket.user = watcher;
    set_outcome(watcher, MEMKV_OK, 0, "");
    if (socket.target)
        mkv_socket_run(&socket, &watcher->wakeup);
    else
        socket.code = MEMKV_NO_MEMORY;
    /* What on_message found wrong counts, and not that it ended the connection. */
    if (watcher->code == MEMKV_OK)
        set_outcome(watcher, socket.code, socket.status, socket.text);
    if (watcher->code == MEMKV_TLS)
        find_out_about_trust(watcher);
    watcher->retry_after = socket.retry_after;
    mkv_buffer_free(&target);
}

void mkv_watcher_run(memkv_watcher *watcher)
{
    /* Fails only when mkv_watcher_begin() did, and left the outcome. */
    bool on = watcher->code == MEMKV_OK || pause_after_failure(watcher);
    while (on) {
        const struct mkv_feed *feed = &watcher->feed;
        watcher->retry_after = 0;
        tell(watcher, MEMKV_WATCH_CONNECTING, 0);
        if (feed->known || feed->initial || find_position(watcher))
            connect_once(watcher);
        on = pause_after_failure(watcher);
    }
    tell(watcher, MEMKV_WATCH_ENDED, 0);
}
