// SPDX-License-Identifier: MIT
#include "pool.h"

#include <memorykv/client.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/** More than so many idle handles are not kept: as many as threads that make requests at once. */
enum { MKV_MOST_IDLE = 128 };

static pthread_once_t g_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t g_lock = PTHREAD_MUTEX_INITIALIZER;
static CURL *g_idle[MKV_MOST_IDLE];
static size_t g_idle_count;
/** Of the process that forked this one; kept so that they do not count as lost. */
static CURL *g_parents[MKV_MOST_IDLE];

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
    memcpy(g_parents, g_idle, g_idle_count * sizeof *g_idle);
    g_idle_count = 0;
    unlock();
}

static void begin(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    pthread_atfork(lock, unlock, forget);
    /* After curl_global_init(), so that it runs before what the TLS library does at the end. */
    atexit(memkv_close_idle);
}

CURL *mkv_pool_take(void)
{
    pthread_once(&g_once, begin);
    CURL *handle = NULL;
    lock();
    if (g_idle_count > 0)
        handle = g_idle[--g_idle_count];
    unlock();
    return handle ? handle : curl_easy_init();
}

void mkv_pool_give(CURL *handle)
{
    curl_easy_reset(handle);
    lock();
    if (g_idle_count < MKV_MOST_IDLE) {
        g_idle[g_idle_count++] = handle;
        handle = NULL;
    }
    unlock();
    if (handle)
        curl_easy_cleanup(handle);
}

void memkv_close_idle(void)
{
    for (;;) {
        lock();
        CURL *handle = g_idle_count > 0 ? g_idle[--g_idle_count] : NULL;
        unlock();
        if (!handle)
            return;
        curl_easy_cleanup(handle);
    }
}
