// SPDX-License-Identifier: MIT
#include "commands.h"
#include "ops.h"
#include "outcome.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

/* The watch, and the events that have come and have not been asked for. */
static memkv_watcher *g_watcher;
static struct json_object *g_events;
static pthread_mutex_t g_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t g_changed = PTHREAD_COND_INITIALIZER;
static bool g_begun;
static bool g_failed;
static bool g_ended;

/* The ops of the feed, and the one that the library tells by itself. */
static const char g_restarted[] = "restarted";

static const char *name_of(memkv_op op)
{
    const char *name = op == MEMKV_OP_RESTARTED ? g_restarted : mkv_op_name(op);
    return name ? name : "unknown";
}

static unsigned ops_of(struct json_object *command)
{
    struct json_object *names = NULL;
    unsigned ops = 0;
    if (!json_object_object_get_ex(command, "ops", &names))
        return 0;
    for (size_t i = 0; i < json_object_array_length(names); ++i) {
        const char *name = json_object_get_string(json_object_array_get_idx(names, i));
        ops |= strcmp(name, g_restarted) == 0 ? (unsigned)MEMKV_OP_RESTARTED : mkv_op_of(name);
    }
    return ops;
}

static struct json_object *object_of(const memkv_event *event)
{
    struct json_object *object = need(json_object_new_object());
    add_terminated(object, "op", name_of(event->op));
    const bool prefixed = event->op == MEMKV_OP_DELETE_PREFIX || event->op == MEMKV_OP_LIST_PREFIX;
    if (event->key.data)
        add_text(object, prefixed ? "prefix" : "key", event->key);
    if (event->op == MEMKV_OP_INSERT)
        add_value(object, "value", event->value);
    add_terminated(object, "type", event->type);
    if (event->ttl || event->op == MEMKV_OP_TOUCH)
        add_number(object, "ttl", event->ttl);
    if (event->op == MEMKV_OP_READ)
        json_object_object_add(object, "found", json_object_new_boolean(event->found));
    if (event->initial)
        json_object_object_add(object, "initial", json_object_new_boolean(true));
    add_terminated(object, "peer", event->peer);
    if (event->seq)
        add_long(object, "seq", event->seq);
    if (event->position.epoch)
        add_position(object, event->position);
    if (event->op == MEMKV_OP_GAP) {
        add_long(object, "from", event->from);
        add_long(object, "to", event->to);
    }
    return object;
}

static void on_event(void *user, const memkv_event *event)
{
    (void)user;
    struct json_object *object = object_of(event);
    pthread_mutex_lock(&g_lock);
    json_object_array_add(g_events, object);
    pthread_cond_signal(&g_changed);
    pthread_mutex_unlock(&g_lock);
}

static void on_status(void *user, const memkv_watch_status *status)
{
    (void)user;
    pthread_mutex_lock(&g_lock);
    g_ended = status->state == MEMKV_WATCH_ENDED;
    if (!g_begun)
        g_failed = g_ended;
    g_begun = true;
    pthread_cond_signal(&g_changed);
    pthread_mutex_unlock(&g_lock);
}

void end_watch(void)
{
    memkv_watch_free(g_watcher);
    g_watcher = NULL;
    json_object_put(g_events);
    g_events = NULL;
    g_begun = false;
    g_failed = false;
    g_ended = false;
}

/** Waits for the first sign of the watch. Returns whether it is its end. */
static bool has_failed(void)
{
    pthread_mutex_lock(&g_lock);
    while (!g_begun)
        pthread_cond_wait(&g_changed, &g_lock);
    const bool failed = g_failed;
    pthread_mutex_unlock(&g_lock);
    return failed;
}

static struct json_object *watch(memkv_client *client, struct json_object *command)
{
    end_watch();
    memkv_watch_options options;
    memkv_watch_options_init(&options);
    options.ops = ops_of(command);
    options.prefix = text_of(command, "prefix");
    options.initial = true_of(command, "initial");
    options.lossless = true_of(command, "lossless");
    options.backoff_ms = (long)number_of(command, "reconnect_wait_ms", 0);
    options.idle_timeout_ms = (long)number_of(command, "idle_timeout_ms", 0);
    options.on_status = on_status;
    const char *since = terminated_of(command, "since");
    if (since && !memkv_position_parse(since, &options.since))
        return invalid("since: not a position");
    g_events = need(json_object_new_array());
    g_watcher = need(memkv_watch(client, &options, on_event, NULL));
    if (!has_failed())
        return success();
    struct json_object *outcome = failure(memkv_watch_wait(g_watcher, -1));
    end_watch();
    return outcome;
}

/** Waits for so many events, the end of the watch or of the time. With the lock held. */
static void wait_for(size_t count, int64_t timeout_ms)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += (time_t)(timeout_ms / 1000);
    end.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (end.tv_nsec >= 1000000000) {
        ++end.tv_sec;
        end.tv_nsec -= 1000000000;
    }
    while (json_object_array_length(g_events) < count && !g_ended) {
        if (pthread_cond_timedwait(&g_changed, &g_lock, &end) != 0)
            return;
    }
}

static struct json_object *events(struct json_object *command)
{
    if (!g_watcher)
        return invalid("there is no watch");
    const size_t count = (size_t)number_of(command, "count", 0);
    struct json_object *outcome = success();
    struct json_object *some = need(json_object_new_array());
    pthread_mutex_lock(&g_lock);
    wait_for(count, number_of(command, "timeout_ms", 0));
    size_t size = json_object_array_length(g_events);
    size = size < count ? size : count;
    for (size_t i = 0; i < size; ++i)
        json_object_array_add(some, json_object_get(json_object_array_get_idx(g_events, i)));
    json_object_array_del_idx(g_events, 0, size);
    const bool ended = g_ended && json_object_array_length(g_events) == 0;
    pthread_mutex_unlock(&g_lock);
    json_object_object_add(outcome, "events", some);
    if (ended)
        json_object_object_add(outcome, "ended", failure(memkv_watch_wait(g_watcher, -1)));
    return outcome;
}

static struct json_object *stop(void)
{
    if (!g_watcher)
        return invalid("there is no watch");
    memkv_watch_stop(g_watcher);
    memkv_result *result = need(memkv_watch_wait(g_watcher, -1));
    const bool stopped = result->code == MEMKV_STOPPED;
    if (!stopped)
        return failure(result);
    memkv_result_free(result);
    end_watch();
    return success();
}

struct json_object *watch_command(memkv_client *client, const char *name,
                                  struct json_object *command)
{
    if (strcmp(name, "watch") == 0)
        return watch(client, command);
    if (strcmp(name, "events") == 0)
        return events(command);
    return strcmp(name, "stop") == 0 ? stop() : NULL;
}
