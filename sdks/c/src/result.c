// SPDX-License-Identifier: MIT
#include "result.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool mkv_result_begin(struct mkv_buffer *block)
{
    if (!mkv_buffer_reserve(block, sizeof(memkv_result)))
        return false;
    memset(block->data, 0, sizeof(memkv_result));
    block->length = sizeof(memkv_result);
    return true;
}

const char *mkv_result_bytes(const struct mkv_buffer *block)
{
    return block->data + sizeof(memkv_result);
}

size_t mkv_result_length(const struct mkv_buffer *block)
{
    return block->length - sizeof(memkv_result);
}

memkv_result *mkv_result_finish(struct mkv_buffer *block, const char *type)
{
    const size_t length = block->failed ? 0 : mkv_result_length(block);
    const size_t type_length = type ? strlen(type) + 1 : 0;
    mkv_buffer_add(block, "", 1);
    mkv_buffer_add(block, type, type_length);
    if (block->failed) {
        mkv_buffer_free(block);
        return NULL;
    }
    /* What doubling left over goes back, unless it is not worth a move. */
    if (block->capacity - block->length > block->length / 4 + 128) {
        char *exact = realloc(block->data, block->length);
        if (exact)
            block->data = exact;
    }
    /* From malloc(), so aligned for any type. */
    memkv_result *result = (memkv_result *)(void *)block->data;
    char *bytes = block->data + sizeof *result;
    memset(block, 0, sizeof *block);
    result->success = true;
    result->result = bytes;
    result->length = length;
    result->type = type_length ? bytes + length + 1 : NULL;
    result->index = MEMKV_NO_INDEX;
    return result;
}

memkv_result *mkv_result_empty(void)
{
    struct mkv_buffer block = {0};
    mkv_result_begin(&block);
    return mkv_result_finish(&block, NULL);
}

memkv_result *mkv_result_failure(memkv_code code, int status, const char *detail, size_t length)
{
    struct mkv_buffer block = {0};
    mkv_result_begin(&block);
    if (detail && length > 0) {
        mkv_buffer_add(&block, detail, length);
    } else if (status) {
        mkv_buffer_text(&block, "the server answered ");
        mkv_buffer_number(&block, (uint64_t)status);
    } else {
        mkv_buffer_text(&block, memkv_code_text(code));
    }
    memkv_result *result = mkv_result_finish(&block, NULL);
    if (result) {
        result->success = false;
        result->code = code;
        result->status = status;
    }
    return result;
}

memkv_result *mkv_result_error(memkv_code code, int status, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return mkv_result_failure(code, status, text, strlen(text));
}

memkv_result *mkv_result_no_memory(void)
{
    return mkv_result_failure(MEMKV_NO_MEMORY, 0, NULL, 0);
}

void memkv_result_free(memkv_result *result)
{
    free(result);
}

const char *memkv_code_text(memkv_code code)
{
    switch (code) {
    case MEMKV_OK:
        return "ok";
    case MEMKV_INVALID:
        return "invalid argument";
    case MEMKV_NO_MEMORY:
        return "out of memory";
    case MEMKV_UNREACHABLE:
        return "server not reachable";
    case MEMKV_TLS:
        return "tls failed";
    case MEMKV_TIMEOUT:
        return "timeout";
    case MEMKV_BROKEN:
        return "connection broken";
    case MEMKV_PROTOCOL:
        return "answer not understood";
    case MEMKV_NOT_FOUND:
        return "no such key";
    case MEMKV_CONDITION_FAILED:
        return "condition failed";
    case MEMKV_NOT_MODIFIED:
        return "not modified";
    case MEMKV_UNAUTHORIZED:
        return "unauthorized";
    case MEMKV_FORBIDDEN:
        return "forbidden";
    case MEMKV_TOO_LARGE:
        return "too large";
    case MEMKV_RATE_LIMITED:
        return "too many requests";
    case MEMKV_UNAVAILABLE:
        return "server unavailable";
    case MEMKV_STORE_FULL:
        return "store full";
    case MEMKV_REFUSED:
        return "request refused";
    case MEMKV_SERVER:
        return "server error";
    case MEMKV_STOPPED:
        return "stopped";
    }
    return "unknown";
}
