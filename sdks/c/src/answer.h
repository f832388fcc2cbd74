// SPDX-License-Identifier: MIT
/**
 * @file
 * Makes the answer of a server a result.
 */
#ifndef MEMORYKV_SRC_ANSWER_H
#define MEMORYKV_SRC_ANSWER_H

#include "buffer.h"

#include <memorykv/result.h>

#include <curl/curl.h>

/**
 * The result of a request that was answered: status and fields from the handle, the body from a
 * block of mkv_result_begin(), which is taken. next: see struct mkv_request. NULL without memory.
 */
memkv_result *mkv_answer(CURL *handle, struct mkv_buffer *block, struct mkv_buffer *next);

/**
 * How many seconds a field Retry-After asks to wait, which it says as a number or as a date (RFC
 * 9110, section 10.2.3). NULL, and what is neither: 0. At most a year.
 */
long mkv_retry_after_of(const char *text);

/** The code that stands for a status that is no success. */
memkv_code mkv_code_of_status(int status);

#endif
