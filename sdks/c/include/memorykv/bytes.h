// SPDX-License-Identifier: MIT
/**
 * @file
 * Bytes that belong to somebody else, and positions in the history of a store.
 */
#ifndef MEMORYKV_BYTES_H
#define MEMORYKV_BYTES_H

#include <memorykv/export.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Some bytes and how many they are. Never owns them: whoever made it keeps them alive for as long
 * as the function it is passed to says, which is the call itself unless it says otherwise. Keys
 * and values may hold zero bytes; data may be NULL when length is 0.
 */
typedef struct memkv_bytes
{
    const char *data;
    size_t length;
} memkv_bytes;

/** The bytes of a zero-terminated text, without the zero. NULL gives no bytes. */
static inline memkv_bytes memkv_text(const char *text)
{
    memkv_bytes bytes;
    bytes.data = text;
    bytes.length = text ? strlen(text) : 0;
    return bytes;
}

/** length bytes at data. */
static inline memkv_bytes memkv_data(const void *data, size_t length)
{
    memkv_bytes bytes;
    bytes.data = (const char *)data;
    bytes.length = length;
    return bytes;
}

/**
 * A place in the history of a store: just after the change seq of the history epoch. Compare seqs
 * only within one epoch. Both 0: no position.
 */
typedef struct memkv_position
{
    uint64_t epoch;
    uint64_t seq;
} memkv_position;

/** Room for a position as text, its zero byte included. */
#define MEMKV_POSITION_SIZE 48

/** Writes a position as text, "<epoch>:<seq>", for example to store it. Returns text. */
MEMKV_API char *memkv_position_text(memkv_position position, char text[MEMKV_POSITION_SIZE]);

/** Reads such a text. Returns false, and leaves position alone, when it is none. */
MEMKV_API bool memkv_position_parse(const char *text, memkv_position *position);

#ifdef __cplusplus
}
#endif

#endif
