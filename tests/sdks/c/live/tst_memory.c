// SPDX-License-Identifier: MIT
/*
 * Every allocation of the library fails once: nothing crashes, nothing leaks (valgrind looks), and
 * what is given back is NULL, a failure or, where the memory was not essential, right. The linker
 * leads the calls of the static library here (--wrap); those of other libraries are as ever.
 */
#include "check.h"
#include "live.h"

#include <stdatomic.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

/* Allocations until the one that fails; below 1: none does. Watchers have threads. */
static atomic_long g_left;

static bool fails_now(void)
{
    return atomic_fetch_sub(&g_left, 1) == 1;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fails_now() ? NULL : __real_realloc(block, size);
}

/** Whether a result is none, a success or a failure for lack of memory; frees it. */
static bool is_sound(memkv_result *result)
{
    const bool sound = !result || result->success || result->code == MEMKV_NO_MEMORY;
    if (!sound)
        fprintf(stderr, "%s: %s\n", memkv_code_text(result->code), result->error);
    memkv_result_free(result);
    return sound;
}

static bool make_requests(memkv_client *client)
{
    char value[3000];
    memset(value, 'v', sizeof value);
    memkv_put_options options;
    memkv_put_options_init(&options);
    options.type = "text/plain";
    options.condition = memkv_unless_revision(1);
    bool sound = is_sound(
        memkv_put(client, memkv_text("m/\xC3\xBC"), memkv_data(value, sizeof value), &options));
    sound = is_sound(memkv_get(client, memkv_text("m/fixed"))) && sound;
    sound = is_sound(memkv_list_keys(client)) && sound;
    sound = is_sound(memkv_info(client, NULL)) && sound;
    uint64_t count = 0;
    return is_sound(memkv_count(client, memkv_text(""), &count)) && sound;
}

static bool make_batch(memkv_client *client)
{
    memkv_batch *batch = memkv_batch_new();
    if (!batch)
        return true;
    memkv_batch_put(batch, memkv_text("m/1"), memkv_data("\xFF", 1), NULL);
    memkv_batch_put(batch, memkv_text("m/2"), memkv_text("text"), NULL);
    memkv_batch_item items[2];
    const bool sound = is_sound(memkv_batch_commit(client, batch, items, 2));
    memkv_batch_free(batch);
    return sound;
}

static bool walk(memkv_client *client)
{
    memkv_list_options options;
    memkv_list_options_init(&options);
    options.prefix = memkv_text("m/");
    options.after = memkv_text("m");
    options.page = 2;
    options.values = true;
    memkv_listing *listing = memkv_list(client, &options);
    if (!listing)
        return true;
    while (memkv_listing_next(listing)) { }
    const memkv_result *error = memkv_listing_error(listing);
    const bool sound = !error || error->code == MEMKV_NO_MEMORY || error->code == MEMKV_PROTOCOL;
    memkv_listing_free(listing);
    return sound;
}

static bool read_many(memkv_client *client)
{
    memkv_bytes keys[5];
    memkv_result *results[5];
    for (int i = 0; i < 5; ++i)
        keys[i] = memkv_text("m/fixed");
    memkv_get_many(client, keys, 5, results, 2);
    bool sound = true;
    for (int i = 0; i < 5; ++i)
        sound = is_sound(results[i]) && sound;
    return sound;
}

static void on_event(void *user, const memkv_event *event)
{
    if (event->op == MEMKV_OP_SYNCED)
        atomic_store((atomic_bool *)user, true);
}

static bool watch(memkv_client *client)
{
    atomic_bool synced = false;
    memkv_watch_options options;
    memkv_watch_options_init(&options);
    options.initial = true;
    options.prefix = memkv_text("m/");
    memkv_watcher *watcher = memkv_watch(client, &options, on_event, &synced);
    if (!watcher)
        return true;
    memkv_result *result = NULL;
    while (!result && !atomic_load(&synced))
        result = memkv_watch_wait(watcher, 10);
    bool sound = !result || result->code == MEMKV_NO_MEMORY || result->code == MEMKV_INVALID
                 || result->code == MEMKV_PROTOCOL;
    if (!sound)
        fprintf(stderr, "%s: %s\n", memkv_code_text(result->code), result->error);
    memkv_result_free(result);
    memkv_watch_free(watcher);
    return sound;
}

/** All of it with a new client and no idle connections. */
static bool use_library(void)
{
    memkv_client *client = server_client();
    if (!client)
        return true;
    bool sound = make_requests(client);
    sound = make_batch(client) && sound;
    sound = walk(client) && sound;
    sound = read_many(client) && sound;
    sound = watch(client) && sound;
    memkv_client_free(client);
    return sound;
}

int main(void)
{
    memkv_client *client = server_client();
    CHECK(succeeds(memkv_put(client, memkv_text("m/fixed"), memkv_text("value"), NULL)));
    memkv_client_free(client);

    const long many = 1000000;
    atomic_store(&g_left, many);
    CHECK(use_library());
    const long allocations = many - atomic_load(&g_left);
    CHECK(allocations > 20);
    for (long failing = 1; failing <= allocations; ++failing) {
        atomic_store(&g_left, failing);
        if (!CHECK(use_library()))
            fprintf(stderr, "  allocation %ld of %ld\n", failing, allocations);
        atomic_store(&g_left, 0);
    }
    printf("%ld allocations\n", allocations);
    return check_result();
}
