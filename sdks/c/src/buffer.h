// SPDX-License-Identifier: MIT
/**
 * @file
 * Bytes that grow. Running out of memory is remembered, so that only the end has to look at it.
 */
#ifndef MEMORYKV_SRC_BUFFER_H
#define MEMORYKV_SRC_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** All members 0: an empty one. */
struct mkv_buffer
{
    /** Owned; from malloc(), so that it can be handed on. NULL while capacity is 0. */
    char *data;
    size_t length;
    size_t capacity;
    /** Memory ran out; nothing is added any more. */
    bool failed;
};

/** Room for so many further bytes. Returns false, and sets failed, without memory. */
bool mkv_buffer_reserve(struct mkv_buffer *buffer, size_t extra);

/** Adds bytes. Returns false without memory. */
bool mkv_buffer_add(struct mkv_buffer *buffer, const void *data, size_t length);

/** Adds a zero-terminated text without the zero. */
bool mkv_buffer_text(struct mkv_buffer *buffer, const char *text);

/** Adds a number in decimal. */
bool mkv_buffer_number(struct mkv_buffer *buffer, uint64_t number);

/** Ends it with a zero byte that does not count. Returns the text, NULL if it has failed. */
const char *mkv_buffer_terminated(struct mkv_buffer *buffer);

/** Forgets the bytes, keeps the memory. */
void mkv_buffer_clear(struct mkv_buffer *buffer);

/** Frees the memory; it is an empty one again. */
void mkv_buffer_free(struct mkv_buffer *buffer);

#endif
