// SPDX-License-Identifier: MIT
#include "buffer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MKV_SMALLEST = 256 };

bool mkv_buffer_reserve(struct mkv_buffer *buffer, size_t extra)
{
    if (buffer->failed)
        return false;
    if (extra <= buffer->capacity - buffer->length)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity : MKV_SMALLEST;
    while (capacity - buffer->length < extra) {
        if (capacity > SIZE_MAX / 2) {
            buffer->failed = true;
            return false;
        }
        capacity *= 2;
    }
    char *data = realloc(buffer->data, capacity);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

bool mkv_buffer_add(struct mkv_buffer *buffer, const void *data, size_t length)
{
    if (!mkv_buffer_reserve(buffer, length))
        return false;
    if (length > 0)
        memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
    return true;
}

bool mkv_buffer_text(struct mkv_buffer *buffer, const char *text)
{
    return mkv_buffer_add(buffer, text, strlen(text));
}

bool mkv_buffer_number(struct mkv_buffer *buffer, uint64_t number)
{
    char text[24];
    int length = snprintf(text, sizeof text, "%" PRIu64, number);
    return mkv_buffer_add(buffer, text, (size_t)length);
}

const char *mkv_buffer_terminated(struct mkv_buffer *buffer)
{
    if (!mkv_buffer_reserve(buffer, 1))
        return NULL;
    buffer->data[buffer->length] = '\0';
    return buffer->data;
}

void mkv_buffer_clear(struct mkv_buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
}

void mkv_buffer_free(struct mkv_buffer *buffer)
{
    free(buffer->data);
    memset(buffer, 0, sizeof *buffer);
}
