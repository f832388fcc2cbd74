// SPDX-License-Identifier: MIT
/**
 * @file
 * Conditions on the revision of a key (RFC 9110, sections 13.1.1 and 13.1.2). The server decides
 * them under the same lock as the write.
 */
#ifndef MEMORYKV_CONDITION_H
#define MEMORYKV_CONDITION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum memkv_condition_kind {
    MEMKV_ALWAYS = 0,
    MEMKV_IF_MATCH = 1,
    MEMKV_IF_NONE_MATCH = 2
} memkv_condition_kind;

/** A condition. All members 0: none. Made by the functions below. */
typedef struct memkv_condition
{
    memkv_condition_kind kind;
    /** 0 stands for any revision. */
    uint64_t revision;
} memkv_condition;

static inline memkv_condition memkv_make_condition(memkv_condition_kind kind, uint64_t revision)
{
    memkv_condition condition;
    condition.kind = kind;
    condition.revision = revision;
    return condition;
}

/** No condition. */
static inline memkv_condition memkv_always(void)
{
    return memkv_make_condition(MEMKV_ALWAYS, 0);
}

/** Only if the key is at this revision (If-Match). No key ever is at revision 0. */
static inline memkv_condition memkv_if_revision(uint64_t revision)
{
    /* The server gives no value the largest revision either, so that it never matches. */
    return memkv_make_condition(MEMKV_IF_MATCH, revision ? revision : UINT64_MAX);
}

/** Only if the key is there (If-Match: *). */
static inline memkv_condition memkv_if_exists(void)
{
    return memkv_make_condition(MEMKV_IF_MATCH, 0);
}

/** Only if the key is not at this revision, or not there at all (If-None-Match). */
static inline memkv_condition memkv_unless_revision(uint64_t revision)
{
    return memkv_make_condition(MEMKV_IF_NONE_MATCH, revision ? revision : UINT64_MAX);
}

/** Only if the key is not there (If-None-Match: *): create, but never overwrite. */
static inline memkv_condition memkv_if_absent(void)
{
    return memkv_make_condition(MEMKV_IF_NONE_MATCH, 0);
}

#ifdef __cplusplus
}
#endif

#endif
