// SPDX-License-Identifier: MIT
/**
 * @file
 * Makes results: one block of memory with the struct in front and its bytes behind.
 */
#ifndef MEMORYKV_SRC_RESULT_H
#define MEMORYKV_SRC_RESULT_H

#include "buffer.h"

#include <memorykv/result.h>

/** Begins a block: leaves room for the struct in an empty buffer. The bytes are added after it. */
bool mkv_result_begin(struct mkv_buffer *block);

/** The bytes added to a block so far. */
const char *mkv_result_bytes(const struct mkv_buffer *block);
size_t mkv_result_length(const struct mkv_buffer *block);

/**
 * Makes a block the result of a success, with status and code 0 and this type (NULL: none). The
 * buffer is an empty one afterwards. Returns NULL without memory.
 */
memkv_result *mkv_result_finish(struct mkv_buffer *block, const char *type);

/** A success without bytes. */
memkv_result *mkv_result_empty(void);

/** A failure. detail may be NULL, and need not be terminated. */
memkv_result *mkv_result_failure(memkv_code code, int status, const char *detail, size_t length);

/** A failure with words like those of printf(). */
__attribute__((format(printf, 3, 4))) memkv_result *mkv_result_error(memkv_code code, int status,
                                                                     const char *format, ...);

/** A failure for lack of memory, or NULL when there is not even enough for that. */
memkv_result *mkv_result_no_memory(void);

#endif
