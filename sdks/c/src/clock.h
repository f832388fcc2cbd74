// SPDX-License-Identifier: MIT
/**
 * @file
 * Time that only goes forward, and pauses.
 */
#ifndef MEMORYKV_SRC_CLOCK_H
#define MEMORYKV_SRC_CLOCK_H

#include <stdint.h>

/** Milliseconds since some moment in the past. */
int64_t mkv_now_ms(void);

/** Sleeps. */
void mkv_sleep_ms(int64_t duration);

/**
 * The pause before the try after `failures` failed ones (from 1): base, doubled with each one, up
 * to longest (0: no limit); of that between a half and all, by chance, so that many clients do not
 * come back at the same moment.
 */
int64_t mkv_backoff_ms(long base, long longest, unsigned failures);

#endif
