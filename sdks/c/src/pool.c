// SPDX-License-Identifier: MIT
#include "pool.h"

#include <memorykv/client.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/** More than so many idle handles are not kept: as many as threads that make requests at once. */
enum { MKV_MOST_IDLE = 128, MKV_MOST_IDLE_MULTI = 8 };

struct idle
{
    CURL *handle;
    uint64_t id;
};

struct stack
{
    struct idle handles[MKV_MOST_IDLE];
    size_t count;
};

/** All that is idle. */
struct pool
{
    struct stack stacks[MKV_POOL_KINDS];
    CURLM *multis[MKV_MOST_IDLE_MULTI];
    size_t multi_count;
};

static pthread_once_t g_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t g_lock = PTHREAD_MUTEX_INITIALIZER;
static struct pool g_pool;
/** Of the process that forked this one; kept, and never read, so that they do not count as lost. */
static struct pool g_parents __attribute__((used));

static void lock(void)
{
    pthread_mutex_lock(&g_lock);
}

static void unlock(void)
{
    pthread_mutex_unlock(&g_lock);
}

/**
 * In the child of a fork the sockets are those of the parent. Closing a TLS connection properly
 * would end it for the parent too, so the handles are given up as they are.
 */
static void forget(void)
{
    g_parents = g_pool;
    memset(&g_pool, 0, sizeof g_pool);
    unlock();
}

static void begin(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    pthread_atfork(lock, unlock, forget);
    /* After curl_global_init(), so that it runs before what the TLS library does at the end. */
    atexit(memkv_close_idle);
}

CURL *mkv_pool_take(enum mkv_pool_kind kind, uint64_t id, bool *ready)
{
    pthread_once(&g_once, begin);
    struct stack *stack = &g_pool.stacks[kind];
    struct idle idle = {NULL, 0};
    lock();
    if (stack->count > 0)
        idle = stack->handles[--stack->count];
    unlock();
    *ready = idle.handle && idle.id == id;
    if (!idle.handle)
        return curl_easy_init();
    if (!*ready && idle.id)
        curl_easy_reset(idle.handle);
    return idle.handle;
}

void mkv_pool_give(enum mkv_pool_kind kind, CURL *handle, uint64_t id)
{
    if (!id)
        curl_easy_reset(handle);
    struct stack *stack = &g_pool.stacks[kind];
    const struct idle idle = {handle, id};
    lock();
    const bool kept = stack->count < MKV_MOST_IDLE;
    if (kept)
        stack->handles[stack->count++] = idle;
    unlock();
    if (!kept)
        curl_easy_cleanup(handle);
}

CURLM *mkv_pool_take_multi(void)
{
    pthread_once(&g_once, begin);
    CURLM *multi = NULL;
    lock();
    if (g_pool.multi_count > 0)
        multi = g_pool.multis[--g_pool.multi_count];
    unlock();
    return multi ? multi : curl_multi_init();
}

void mkv_pool_give_multi(CURLM *multi)
{
    lock();
    const bool kept = g_pool.multi_count < MKV_MOST_IDLE_MULTI;
    if (kept)
        g_pool.multis[g_pool.multi_count++] = multi;
    unlock();
    if (!kept)
        curl_multi_cleanup(multi);
}

/** Closes one thing that is idle. Returns false when there is none. */
static bool close_one(void)
{
    CURL *handle = NULL;
    CURLM *multi = NULL;
    lock();
    for (size_t i = 0; i < MKV_POOL_KINDS && !handle; ++i) {
        struct stack *stack = &g_pool.stacks[i];
        if (stack->count > 0)
            handle = stack->handles[--stack->count].handle;
    }
    if (!handle && g_pool.multi_count > 0)
        multi = g_pool.multis[--g_pool.multi_count];
    unlock();
    if (handle)
        curl_easy_cleanup(handle);
    else if (multi)
        curl_multi_cleanup(multi);
    return handle || multi;
}

void memkv_close_idle(void)
{
    while (close_one()) { }
}
