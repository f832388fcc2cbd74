// SPDX-License-Identifier: MIT
/**
 * @file
 * One try of a request through libcurl.
 */
#ifndef MEMORYKV_SRC_ATTEMPT_H
#define MEMORYKV_SRC_ATTEMPT_H

#include "request.h"
#include "settings.h"

/**
 * Sends a request once and waits for the whole answer. target is that of the request, terminated;
 * timeout_ms 0 is no limit, anything below 1 otherwise counts as 1. NULL without memory.
 */
memkv_result *mkv_attempt(const char *host, const struct memkv_settings *settings,
                          const struct mkv_request *request, const char *target,
                          int64_t timeout_ms);

#endif
