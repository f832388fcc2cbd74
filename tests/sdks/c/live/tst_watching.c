// SPDX-License-Identifier: MIT
#include "check.h"
#include "live.h"

#include <dirent.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 60000 };

static memkv_client *g_client;

/** What a watcher has shown, behind a lock. */
struct seen
{
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned events;
    unsigned disorder;
    uint64_t last_seq;
    unsigned states;
    memkv_watcher *watcher;
    bool free_in_callback;
    bool stop_in_callback;
    /** Callbacks do not return while this is set. */
    bool hold;
    /** Of the last change of state that had one. */
    int status;
};

#define SEEN_INIT                                                                                  \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0, 0, NULL, false, false,       \
            false, 0                                                                               \
    }

static void on_event(void *user, const memkv_event *event)
{
    struct seen *seen = user;
    pthread_mutex_lock(&seen->lock);
    ++seen->events;
    if (event->seq <= seen->last_seq)
        ++seen->disorder;
    seen->last_seq = event->seq;
    memkv_watcher *watcher = seen->watcher;
    pthread_cond_broadcast(&seen->changed);
    while (seen->hold)
        pthread_cond_wait(&seen->changed, &seen->lock);
    pthread_mutex_unlock(&seen->lock);
    if (seen->stop_in_callback)
        memkv_watch_stop(watcher);
    if (seen->free_in_callback)
        memkv_watch_free(watcher);
}

static void on_status(void *user, const memkv_watch_status *status)
{
    struct seen *seen = user;
    pthread_mutex_lock(&seen->lock);
    seen->states |= 1u << (unsigned)status->state;
    if (status->status)
        seen->status = status->status;
    pthread_cond_broadcast(&seen->changed);
    pthread_mutex_unlock(&seen->lock);
}

static unsigned events_of(struct seen *seen)
{
    pthread_mutex_lock(&seen->lock);
    const unsigned events = seen->events;
    pthread_mutex_unlock(&seen->lock);
    return events;
}

static void wait_for_events(struct seen *seen, unsigned count)
{
    pthread_mutex_lock(&seen->lock);
    while (seen->events < count)
        pthread_cond_wait(&seen->changed, &seen->lock);
    pthread_mutex_unlock(&seen->lock);
}

static void wait_for_state(struct seen *seen, memkv_watch_state state)
{
    pthread_mutex_lock(&seen->lock);
    while (!(seen->states & 1u << (unsigned)state))
        pthread_cond_wait(&seen->changed, &seen->lock);
    pthread_mutex_unlock(&seen->lock);
}

static memkv_watcher *watch_inserts(struct seen *seen)
{
    memkv_watch_options options;
    memkv_watch_options_init(&options);
    options.ops = MEMKV_OP_INSERT;
    options.prefix = memkv_text("w/");
    options.on_status = on_status;
    pthread_mutex_lock(&seen->lock);
    memkv_watcher *watcher = memkv_watch(g_client, &options, on_event, seen);
    seen->watcher = watcher;
    pthread_mutex_unlock(&seen->lock);
    CHECK(watcher != NULL);
    return watcher;
}

static void put(const char *key)
{
    CHECK(succeeds(memkv_put(g_client, memkv_text(key), memkv_text("v"), NULL)));
}

static void several_watchers_see_every_change_in_order(void)
{
    struct seen one = SEEN_INIT;
    struct seen two = SEEN_INIT;
    memkv_watcher *first = watch_inserts(&one);
    memkv_watcher *second = watch_inserts(&two);
    for (int i = 0; i < 200; ++i)
        put("w/k");
    wait_for_events(&one, 200);
    wait_for_events(&two, 200);
    CHECK(one.disorder == 0 && two.disorder == 0);
    CHECK(!memkv_watch_wait(first, 0));
    CHECK(!memkv_watch_wait(first, 50));
    memkv_watch_free(first);
    /* The position is that of the last event, or of a heartbeat after it. */
    CHECK(memkv_watch_position(second).seq >= one.last_seq || events_of(&two) < 200);
    memkv_watch_free(second);
    /* Connecting, connected, ended; waiting too where the machine is too slow for a handshake. */
    CHECK((one.states & 0xB) == 0xB && (two.states & 0xB) == 0xB);
}

static void *stop_soon(void *watcher)
{
    memkv_watch_stop(watcher);
    memkv_watch_stop(watcher);
    return NULL;
}

static void a_stop_from_another_thread_ends_it_for_good(void)
{
    struct seen seen = SEEN_INIT;
    memkv_watcher *watcher = watch_inserts(&seen);
    put("w/a");
    wait_for_events(&seen, 1);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, stop_soon, watcher) == 0);
    memkv_result *result = memkv_watch_wait(watcher, WAIT_MS);
    CHECK(result && result->success && result->code == MEMKV_STOPPED);
    memkv_result_free(result);
    pthread_join(thread, NULL);
    const unsigned events = events_of(&seen);
    put("w/b");
    CHECK(events_of(&seen) == events);
    memkv_watch_free(watcher);
}

static void a_stop_within_the_callback_lets_no_further_one_follow(void)
{
    struct seen seen = SEEN_INIT;
    seen.stop_in_callback = true;
    memkv_watcher *watcher = watch_inserts(&seen);
    for (int i = 0; i < 20; ++i)
        put("w/c");
    memkv_result *result = memkv_watch_wait(watcher, WAIT_MS);
    CHECK(result && result->code == MEMKV_STOPPED);
    memkv_result_free(result);
    CHECK(events_of(&seen) == 1);
    memkv_watch_free(watcher);
}

static bool has_ended(struct seen *seen)
{
    pthread_mutex_lock(&seen->lock);
    const bool ended = (seen->states & 1u << MEMKV_WATCH_ENDED) != 0;
    pthread_mutex_unlock(&seen->lock);
    return ended;
}

/** Threads of this process. */
static unsigned thread_count(void)
{
    DIR *tasks = opendir("/proc/self/task");
    unsigned count = 0;
    const struct dirent *task = NULL;
    while (tasks && (task = readdir(tasks)))
        count += task->d_name[0] != '.' ? 1 : 0;
    closedir(tasks);
    return count;
}

static void a_watcher_can_be_freed_within_its_callback(void)
{
    struct seen seen = SEEN_INIT;
    seen.free_in_callback = true;
    const unsigned threads = thread_count();
    watch_inserts(&seen);
    put("w/d");
    wait_for_events(&seen, 1);
    for (int i = 0; i < WAIT_MS && !has_ended(&seen); ++i)
        usleep(1000);
    CHECK(has_ended(&seen));
    for (int i = 0; i < WAIT_MS && thread_count() > threads; ++i)
        usleep(1000);
    CHECK(thread_count() == threads);
}

static void watches_that_make_no_sense_end_at_once(void)
{
    struct seen seen = SEEN_INIT;
    memkv_watch_options options;
    CHECK(!memkv_watch(NULL, NULL, on_event, &seen));
    CHECK(!memkv_watch(g_client, NULL, NULL, &seen));
    for (int i = 0; i < 4; ++i) {
        memkv_watch_options_init(&options);
        memkv_client *client = memkv_client_new(i == 3 ? "ftp://localhost" : server_url());
        if (i == 0)
            options.ops = MEMKV_OP_GAP;
        if (i == 1)
            options.prefix = memkv_text("\xFF");
        if (i == 2) {
            options.initial = true;
            options.since.epoch = 1;
        }
        memkv_watcher *watcher = memkv_watch(client, &options, on_event, &seen);
        memkv_client_free(client);
        memkv_result *result = memkv_watch_wait(watcher, WAIT_MS);
        CHECK(result && !result->success && result->code == MEMKV_INVALID && result->length > 0);
        memkv_result_free(result);
        memkv_watch_free(watcher);
    }
    CHECK(seen.events == 0);
}

static void a_message_over_the_limit_ends_the_watch(void)
{
    struct seen seen = SEEN_INIT;
    memkv_watch_options options;
    memkv_watch_options_init(&options);
    options.max_message = 1000;
    memkv_watcher *watcher = memkv_watch(g_client, &options, on_event, &seen);
    char value[2000];
    memset(value, 'x', sizeof value);
    CHECK(
        succeeds(memkv_put(g_client, memkv_text("w/big"), memkv_data(value, sizeof value), NULL)));
    CHECK(fails_with(memkv_watch_wait(watcher, WAIT_MS), MEMKV_TOO_LARGE));
    memkv_watch_free(watcher);
}

static void a_watch_that_is_too_slow_is_told_so(void)
{
    enum { MIB = 1024 * 1024, VALUES = 40, TOO_SLOW = 1013 };
    struct seen seen = SEEN_INIT;
    seen.hold = true;
    memkv_watch_options options;
    memkv_watch_options_init(&options);
    options.ops = MEMKV_OP_INSERT;
    options.lossless = true;
    options.on_status = on_status;
    memkv_watcher *watcher = memkv_watch(g_client, &options, on_event, &seen);
    /* What comes before is replayed to it, at its own pace. */
    wait_for_state(&seen, MEMKV_WATCH_CONNECTED);
    char *value = calloc(1, MIB);
    CHECK(value != NULL);
    memset(value, 'x', MIB);
    for (int i = 0; i < VALUES; ++i)
        CHECK(succeeds(memkv_put(g_client, memkv_text("w/slow"), memkv_data(value, MIB), NULL)));
    free(value);
    pthread_mutex_lock(&seen.lock);
    seen.hold = false;
    pthread_cond_broadcast(&seen.changed);
    pthread_mutex_unlock(&seen.lock);
    wait_for_state(&seen, MEMKV_WATCH_WAITING);
    pthread_mutex_lock(&seen.lock);
    /* The server does not wait for ever until what it says last can be sent. */
    CHECK(seen.status == TOO_SLOW || seen.status == 0);
    pthread_mutex_unlock(&seen.lock);
    memkv_watch_free(watcher);
}

static void a_watch_waits_for_a_server_that_is_away(void)
{
    struct seen seen = SEEN_INIT;
    memkv_client *client = memkv_client_new("http://127.0.0.1:1");
    memkv_watch_options options;
    memkv_watch_options_init(&options);
    options.on_status = on_status;
    options.backoff_ms = 1;
    options.backoff_max_ms = 5;
    memkv_watcher *watcher = memkv_watch(client, &options, on_event, &seen);
    memkv_client_free(client);
    CHECK(!memkv_watch_wait(watcher, 100));
    CHECK(memkv_watch_position(watcher).epoch == 0);
    memkv_watch_free(watcher);
    CHECK(has_ended(&seen) && (seen.states & 1u << MEMKV_WATCH_WAITING));
}

/** Ends a first connection without an answer; of a second one it says nothing at all. */
static void *fall_silent(void *listener)
{
    static int second;
    close(accept(*(int *)listener, NULL, NULL));
    second = accept(*(int *)listener, NULL, NULL);
    return &second;
}

static void a_stop_does_not_wait_for_a_silent_server(void)
{
    char url[64];
    int listener = listen_silently(url);
    pthread_t server;
    CHECK(pthread_create(&server, NULL, fall_silent, &listener) == 0);

    memkv_options options;
    memkv_options_init(&options);
    options.timeout_ms = -1;
    memkv_client *client = memkv_client_open(url, &options);
    struct seen seen = SEEN_INIT;
    memkv_watcher *watcher = memkv_watch(client, NULL, on_event, &seen);
    memkv_client_free(client);
    void *second = NULL;
    pthread_join(server, &second);
    memkv_watch_stop(watcher);
    memkv_result *result = memkv_watch_wait(watcher, WAIT_MS);
    CHECK(result && result->code == MEMKV_STOPPED);
    memkv_result_free(result);
    /* Ends the waiting of one that was not stopped, too. */
    close(*(int *)second);
    memkv_watch_free(watcher);
    close(listener);
}

static void a_certificate_that_is_not_trusted_ends_the_watch(void)
{
    if (!getenv("MEMORYKV_CA"))
        return;
    struct seen seen = SEEN_INIT;
    memkv_client *client = memkv_client_new(server_url());
    memkv_watch_options options;
    memkv_watch_options_init(&options);
    options.initial = true; /* So that the feed itself is the first to connect. */
    memkv_watcher *watcher = memkv_watch(client, &options, on_event, &seen);
    memkv_client_free(client);
    CHECK(fails_with(memkv_watch_wait(watcher, WAIT_MS), MEMKV_TLS));
    memkv_watch_free(watcher);
    CHECK(seen.events == 0);
}

int main(void)
{
    g_client = server_client();
    several_watchers_see_every_change_in_order();
    a_stop_from_another_thread_ends_it_for_good();
    a_stop_within_the_callback_lets_no_further_one_follow();
    a_watcher_can_be_freed_within_its_callback();
    watches_that_make_no_sense_end_at_once();
    a_message_over_the_limit_ends_the_watch();
    a_watch_that_is_too_slow_is_told_so();
    a_watch_waits_for_a_server_that_is_away();
    a_stop_does_not_wait_for_a_silent_server();
    a_certificate_that_is_not_trusted_ends_the_watch();
    memkv_client_free(g_client);
    return check_result();
}
