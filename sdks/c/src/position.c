// SPDX-License-Identifier: MIT
#include <memorykv/bytes.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

char *memkv_position_text(memkv_position position, char text[MEMKV_POSITION_SIZE])
{
    snprintf(text, MEMKV_POSITION_SIZE, "%" PRIu64 ":%" PRIu64, position.epoch, position.seq);
    return text;
}

/** Reads a number up to a byte; returns what comes after that, NULL when there is none. */
static const char *read_number(const char *text, char end, uint64_t *number)
{
    if (*text < '0' || *text > '9')
        return NULL;
    char *stop = NULL;
    errno = 0;
    *number = strtoull(text, &stop, 10);
    return errno == 0 && *stop == end ? stop + 1 : NULL;
}

bool memkv_position_parse(const char *text, memkv_position *position)
{
    memkv_position read;
    const char *seq = text ? read_number(text, ':', &read.epoch) : NULL;
    if (!seq || !read_number(seq, '\0', &read.seq))
        return false;
    *position = read;
    return true;
}
