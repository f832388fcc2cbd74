// SPDX-License-Identifier: MIT
#include "ops.h"

#include <string.h>

static const struct
{
    const char *name;
    memkv_op op;
} g_ops[] = {
    {"insert", MEMKV_OP_INSERT},
    {"touch", MEMKV_OP_TOUCH},
    {"delete", MEMKV_OP_DELETE},
    {"delete_prefix", MEMKV_OP_DELETE_PREFIX},
    {"delete_all", MEMKV_OP_DELETE_ALL},
    {"expire", MEMKV_OP_EXPIRE},
    {"read", MEMKV_OP_READ},
    {"list", MEMKV_OP_LIST},
    {"list_prefix", MEMKV_OP_LIST_PREFIX},
    {"heartbeat", MEMKV_OP_HEARTBEAT},
    {"gap", MEMKV_OP_GAP},
    {"synced", MEMKV_OP_SYNCED},
};
enum { MKV_OP_COUNT = sizeof g_ops / sizeof *g_ops };

const char *mkv_op_name(memkv_op op)
{
    for (size_t i = 0; i < MKV_OP_COUNT; ++i) {
        if (g_ops[i].op == op)
            return g_ops[i].name;
    }
    return NULL;
}

unsigned mkv_op_of(const char *name)
{
    for (size_t i = 0; i < MKV_OP_COUNT; ++i) {
        if (strcmp(name, g_ops[i].name) == 0)
            return (unsigned)g_ops[i].op;
    }
    return 0;
}
