// SPDX-License-Identifier: MIT
#include "answer.h"

#include "json.h"
#include "result.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/** So that times can be added up, whatever a server says. */
enum { MKV_LONGEST_WAIT_S = 366 * 24 * 60 * 60 };

/** A field of the answer, the n-th of that name; NULL without one. */
static const char *field(CURL *handle, const char *name, size_t n)
{
    struct curl_header *header = NULL;
    /* -1: of the last answer, where there were redirects. */
    if (curl_easy_header(handle, name, n, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return NULL;
    return header->value;
}

/** The revision that an entity tag stands for; 0 when it is none of this server's. */
static uint64_t revision_of(const char *tag)
{
    if (!tag)
        return 0;
    if (strncmp(tag, "W/", 2) == 0)
        tag += 2;
    if (tag[0] != '"' || tag[1] < '0' || tag[1] > '9')
        return 0;
    char *end = NULL;
    errno = 0;
    const unsigned long long number = strtoull(tag + 1, &end, 10);
    return errno == 0 && *end == '"' ? number : 0;
}

/** Adds the target of a link with rel="next" (RFC 8288), as this server writes them. */
static void take_next(CURL *handle, struct mkv_buffer *next)
{
    const char *link = NULL;
    for (size_t n = 0; (link = field(handle, "Link", n)); ++n) {
        const char *begin = strchr(link, '<');
        const char *end = begin ? strchr(begin, '>') : NULL;
        if (end && (strstr(end, "rel=\"next\"") || strstr(end, "rel=next"))) {
            mkv_buffer_add(next, begin + 1, (size_t)(end - begin - 1));
            return;
        }
    }
}

long mkv_retry_after_of(const char *text)
{
    if (!text)
        return 0;
    char *end = NULL;
    long long seconds = strtoll(text, &end, 10);
    if (end == text) {
        const time_t date = curl_getdate(text, NULL);
        seconds = date < 0 ? 0 : (long long)date - (long long)time(NULL);
    }
    if (seconds < 0)
        return 0;
    return seconds < MKV_LONGEST_WAIT_S ? (long)seconds : MKV_LONGEST_WAIT_S;
}

memkv_code mkv_code_of_status(int status)
{
    switch (status) {
    case 304:
        return MEMKV_NOT_MODIFIED;
    case 400:
        return MEMKV_INVALID;
    case 401:
        return MEMKV_UNAUTHORIZED;
    case 403:
        return MEMKV_FORBIDDEN;
    case 404:
        return MEMKV_NOT_FOUND;
    case 412:
        return MEMKV_CONDITION_FAILED;
    case 413:
    case 414:
        return MEMKV_TOO_LARGE;
    case 429:
        return MEMKV_RATE_LIMITED;
    case 503:
        return MEMKV_UNAVAILABLE;
    case 507:
        return MEMKV_STORE_FULL;
    default:
        if (status >= 500 && status < 600)
            return MEMKV_SERVER;
        return status >= 400 && status < 500 ? MEMKV_REFUSED : MEMKV_PROTOCOL;
    }
}

/** The failure that an answer with an error stands for, in the words of its problem document. */
static memkv_result *failure(int status, const char *body, size_t length, const char *type)
{
    const memkv_code code = mkv_code_of_status(status);
    memkv_bytes words = {NULL, 0};
    uint64_t index = MEMKV_NO_INDEX;
    struct json_object *problem = NULL;
    if (type && strncasecmp(type, "application/problem+json", 24) == 0)
        problem = mkv_json_parse(body, length);
    if (problem && !mkv_json_text(problem, "detail", &words))
        mkv_json_text(problem, "title", &words);
    if (problem)
        mkv_json_number(problem, "index", &index);
    if (!words.length && (code == MEMKV_NOT_FOUND || code == MEMKV_NOT_MODIFIED))
        words = memkv_text(memkv_code_text(code));
    memkv_result *result = mkv_result_failure(code, status, words.data, words.length);
    if (result)
        result->index = (size_t)index;
    json_object_put(problem);
    return result;
}

memkv_result *mkv_answer(CURL *handle, struct mkv_buffer *block, struct mkv_buffer *next)
{
    long status = 0;
    char *type = NULL;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type);
    const bool success = status >= 200 && status < 300;
    memkv_result *result
        = success ? mkv_result_finish(block, type)
                  : failure((int)status, mkv_result_bytes(block), mkv_result_length(block), type);
    if (!result)
        return NULL;
    result->status = (int)status;
    result->revision = revision_of(field(handle, "ETag", 0));
    if (!success)
        result->retry_after = mkv_retry_after_of(field(handle, "Retry-After", 0));
    if (success && next) {
        take_next(handle, next);
        if (next->failed) {
            memkv_result_free(result);
            return NULL;
        }
    }
    return result;
}
