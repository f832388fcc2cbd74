// SPDX-License-Identifier: MIT
/* Many reads at once, on the thread of the caller. */
#include <memorykv/values.h>

#include "attempt.h"
#include "request.h"

#include <stdlib.h>

enum { MKV_AT_ONCE = 32, MKV_WAIT_MS = 1000 };

/** One of the reads that run at once. */
struct slot
{
    struct mkv_request request;
    struct mkv_attempt attempt;
    /** Which of the keys. */
    size_t index;
};

struct many
{
    memkv_client *client;
    const memkv_bytes *keys;
    memkv_result **results;
    size_t count;
    /** The first key that has not been begun. */
    size_t next;
    CURLM *multi;
};

/** Ends a read that libcurl is through with, or never had. */
static void finish(struct many *many, struct slot *slot, CURLcode outcome)
{
    many->results[slot->index] = mkv_attempt_end(&slot->attempt, outcome);
    mkv_buffer_free(&slot->request.target);
}

/** Begins the read of a key. Returns false when it has ended already. */
static bool begin(struct many *many, struct slot *slot, size_t index)
{
    slot->index = index;
    const char *fault = mkv_request_key(&slot->request, "GET", many->keys[index]);
    if (!fault)
        fault = mkv_request_fault(many->client, &slot->request);
    if (fault) {
        many->results[index] = mkv_request_refuse(&slot->request, fault);
        return false;
    }
    const struct memkv_settings *settings = mkv_settings_of(many->client);
    const char *target = mkv_buffer_terminated(&slot->request.target);
    const bool begun = target
                       && mkv_attempt_begin(&slot->attempt, MKV_POOL_MULTI, many->client->host,
                                            settings, &slot->request, target, settings->timeout_ms);
    if (!target) {
        mkv_buffer_free(&slot->request.target);
        return false;
    }
    if (begun) {
        curl_easy_setopt(slot->attempt.handle, CURLOPT_PRIVATE, slot);
        if (curl_multi_add_handle(many->multi, slot->attempt.handle) == CURLM_OK)
            return true;
    }
    finish(many, slot, CURLE_OUT_OF_MEMORY);
    return false;
}

/** Begins the next read that takes time. Returns false when there is none left. */
static bool begin_next(struct many *many, struct slot *slot)
{
    while (many->next < many->count) {
        if (begin(many, slot, many->next++))
            return true;
    }
    return false;
}

/** Ends what is done, and begins something else in its place. Returns how many run less. */
static size_t turn_over(struct many *many)
{
    size_t fewer = 0;
    int left = 0;
    CURLMsg *message = NULL;
    while ((message = curl_multi_info_read(many->multi, &left))) {
        struct slot *slot = NULL;
        const CURLcode outcome = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
        curl_multi_remove_handle(many->multi, slot->attempt.handle);
        finish(many, slot, outcome);
        if (!begin_next(many, slot))
            ++fewer;
    }
    return fewer;
}

static void run(struct many *many, struct slot *slots, size_t at_once)
{
    size_t running = 0;
    while (running < at_once && begin_next(many, &slots[running]))
        ++running;
    while (running > 0) {
        int active = 0;
        curl_multi_perform(many->multi, &active);
        const size_t fewer = turn_over(many);
        running -= fewer;
        /* What was begun anew is to be sent before there is anything to wait for. */
        if (running > 0 && (size_t)active >= running)
            curl_multi_poll(many->multi, NULL, 0, MKV_WAIT_MS, NULL);
    }
}

size_t memkv_get_many(memkv_client *client, const memkv_bytes *keys, size_t count,
                      memkv_result **results, size_t at_once)
{
    for (size_t i = 0; i < count; ++i)
        results[i] = NULL;
    at_once = at_once ? at_once : MKV_AT_ONCE;
    at_once = at_once < count ? at_once : count;
    struct many many = {.client = client, .keys = keys, .results = results, .count = count};
    struct slot *slots = calloc(at_once + 1, sizeof *slots);
    many.multi = slots ? mkv_pool_take_multi() : NULL;
    if (many.multi) {
        run(&many, slots, at_once);
        mkv_pool_give_multi(many.multi);
    }
    free(slots);
    size_t successes = 0;
    for (size_t i = 0; i < count; ++i) {
        /* One that failed in a way that may pass goes the way of single reads. */
        if (!results[i] || mkv_may_pass(results[i])) {
            memkv_result_free(results[i]);
            results[i] = memkv_get(client, keys[i]);
        }
        successes += results[i] && results[i]->success ? 1 : 0;
    }
    return successes;
}
