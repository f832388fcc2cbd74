// SPDX-License-Identifier: MIT
/*
 * bench sdk|threads|bare <url> <seconds> <concurrency> <keys> <length of a value>
 *
 * Reads the keys bench:000000 and on in turn, so many at a time, through the library (all on one
 * thread, or a thread for each) or through a bare multi handle of libcurl, and prints how many
 * requests were answered in how many seconds. Ends with 1 as soon as an answer is not a value of
 * that length.
 */
#include <libMemoryKV.h>

#include <curl/curl.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *g_url;
static double g_end;
static unsigned g_keys;
static size_t g_length;
static atomic_uint_fast64_t g_next;
static atomic_uint_fast64_t g_done;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void fail(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(1);
}

static void next_key(char *key, size_t size)
{
    const uint64_t number = atomic_fetch_add(&g_next, 1) % g_keys;
    snprintf(key, size, "bench:%06" PRIu64, number);
}

static void check_value(memkv_result *result)
{
    if (!result || !result->success)
        fail(result ? result->error : "out of memory");
    if (result->length != g_length)
        fail("a value of another length");
    memkv_result_free(result);
}

static void *read_values(void *client)
{
    uint64_t done = 0;
    while (now() < g_end) {
        char key[32];
        next_key(key, sizeof key);
        check_value(memkv_get(client, memkv_text(key)));
        ++done;
    }
    atomic_fetch_add(&g_done, done);
    return NULL;
}

static void through_get_many(unsigned concurrency)
{
    /* Several rounds with each call: at its end less and less runs at a time. */
    const size_t count = (size_t)g_keys * 4;
    memkv_client *client = memkv_client_new(g_url);
    memkv_result **results = calloc(count, sizeof *results);
    memkv_bytes *keys = calloc(count, sizeof *keys);
    char(*texts)[32] = calloc(count, sizeof *texts);
    if (!client || !results || !keys || !texts)
        fail("out of memory");
    for (size_t i = 0; i < count; ++i) {
        next_key(texts[i], sizeof texts[i]);
        keys[i] = memkv_text(texts[i]);
    }
    uint64_t done = 0;
    for (; now() < g_end; done += count) {
        memkv_get_many(client, keys, count, results, concurrency);
        for (size_t i = 0; i < count; ++i)
            check_value(results[i]);
    }
    atomic_fetch_add(&g_done, done);
    free(texts);
    free(keys);
    free(results);
    memkv_client_free(client);
}

static void through_threads(unsigned concurrency)
{
    memkv_client *client = memkv_client_new(g_url);
    pthread_t *threads = calloc(concurrency, sizeof *threads);
    if (!client || !threads)
        fail("out of memory");
    for (unsigned i = 0; i < concurrency; ++i) {
        if (pthread_create(&threads[i], NULL, read_values, client) != 0)
            fail("no thread");
    }
    for (unsigned i = 0; i < concurrency; ++i)
        pthread_join(threads[i], NULL);
    free(threads);
    memkv_client_free(client);
}

/** A request of bare libcurl, and the value it reads into memory of its own, as the library does.
 */
struct bare
{
    CURL *handle;
    char *value;
    size_t length;
};

static size_t take_value(char *data, size_t size, size_t count, void *user)
{
    struct bare *bare = user;
    const size_t length = size * count;
    char *value = realloc(bare->value, bare->length + length + 1);
    if (!value)
        return 0;
    memcpy(value + bare->length, data, length);
    bare->value = value;
    bare->length += length;
    return length;
}

static void begin(CURLM *multi, struct bare *bare)
{
    char key[32];
    char url[512];
    next_key(key, sizeof key);
    snprintf(url, sizeof url, "%s/%s", g_url, key);
    curl_easy_setopt(bare->handle, CURLOPT_URL, url);
    bare->length = 0;
    curl_multi_add_handle(multi, bare->handle);
}

static void finish(const struct bare *bare, CURLcode outcome)
{
    long status = 0;
    curl_easy_getinfo(bare->handle, CURLINFO_RESPONSE_CODE, &status);
    if (outcome != CURLE_OK)
        fail(curl_easy_strerror(outcome));
    if (status != 200 || bare->length != g_length)
        fail("not the value");
}

static void through_libcurl(unsigned concurrency)
{
    CURLM *multi = curl_multi_init();
    struct bare *all = calloc(concurrency, sizeof *all);
    if (!multi || !all)
        fail("out of memory");
    for (unsigned i = 0; i < concurrency; ++i) {
        all[i].handle = curl_easy_init();
        curl_easy_setopt(all[i].handle, CURLOPT_WRITEFUNCTION, take_value);
        curl_easy_setopt(all[i].handle, CURLOPT_WRITEDATA, &all[i]);
        curl_easy_setopt(all[i].handle, CURLOPT_PRIVATE, &all[i]);
        /* What the library does, too: no system calls about signals, no looking for a proxy. */
        curl_easy_setopt(all[i].handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(all[i].handle, CURLOPT_PROXY, "");
        begin(multi, &all[i]);
    }
    uint64_t done = 0;
    for (int running = 1; running > 0;) {
        curl_multi_perform(multi, &running);
        int left = 0;
        CURLMsg *message = NULL;
        while ((message = curl_multi_info_read(multi, &left))) {
            struct bare *bare = NULL;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &bare);
            finish(bare, message->data.result);
            curl_multi_remove_handle(multi, bare->handle);
            free(bare->value);
            bare->value = NULL;
            ++done;
            if (now() < g_end) {
                begin(multi, bare);
                running = 1;
            }
        }
        if (running > 0)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    atomic_fetch_add(&g_done, done);
    for (unsigned i = 0; i < concurrency; ++i)
        curl_easy_cleanup(all[i].handle);
    curl_multi_cleanup(multi);
    free(all);
}

int main(int count, char **arguments)
{
    if (count != 7)
        fail("usage: bench sdk|threads|bare <url> <seconds> <concurrency> <keys> <length of a "
             "value>");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    g_url = arguments[2];
    const unsigned concurrency = (unsigned)strtoul(arguments[4], NULL, 10);
    g_keys = (unsigned)strtoul(arguments[5], NULL, 10);
    g_length = strtoul(arguments[6], NULL, 10);
    const double start = now();
    g_end = start + strtod(arguments[3], NULL);
    if (strcmp(arguments[1], "sdk") == 0)
        through_get_many(concurrency);
    else if (strcmp(arguments[1], "threads") == 0)
        through_threads(concurrency);
    else if (strcmp(arguments[1], "bare") == 0)
        through_libcurl(concurrency);
    else
        fail("the first argument is sdk, threads or bare");
    printf("{\"requests\": %" PRIuFAST64 ", \"seconds\": %f}\n", atomic_load(&g_done),
           now() - start);
    return 0;
}
