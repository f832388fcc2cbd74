// SPDX-License-Identifier: MIT
#include "event.h"

#include "json.h"
#include "ops.h"

#include <string.h>

enum {
    MKV_WITH_KEY
    = MEMKV_OP_INSERT | MEMKV_OP_TOUCH | MEMKV_OP_DELETE | MEMKV_OP_EXPIRE | MEMKV_OP_READ,
    MKV_WITH_PREFIX = MEMKV_OP_DELETE_PREFIX | MEMKV_OP_LIST_PREFIX
};

void mkv_add_op_names(struct mkv_buffer *buffer, unsigned ops)
{
    bool first = true;
    for (unsigned op = MEMKV_OP_INSERT; op <= MEMKV_OP_SYNCED; op <<= 1) {
        if (!(ops & op))
            continue;
        mkv_buffer_text(buffer, first ? "" : ",");
        mkv_buffer_text(buffer, mkv_op_name((memkv_op)op));
        first = false;
    }
}

/** A member as a terminated text, NULL without one. */
static const char *text_of(struct json_object *object, const char *name)
{
    memkv_bytes text;
    return mkv_json_text(object, name, &text) ? text.data : NULL;
}

static bool read_gap(struct json_object *object, memkv_event *event)
{
    if (!mkv_json_number(object, "from", &event->from)
        || !mkv_json_number(object, "to", &event->to))
        return false;
    event->position.seq = event->to;
    return true;
}

static bool read_members(struct json_object *object, memkv_event *event, struct mkv_buffer *scratch)
{
    const unsigned op = (unsigned)event->op;
    if (!mkv_json_number(object, "epoch", &event->position.epoch))
        return false;
    if (op == MEMKV_OP_GAP)
        return read_gap(object, event);
    if (!mkv_json_number(object, "seq", &event->seq))
        return false;
    event->position.seq = event->seq;
    if ((op & MKV_WITH_KEY) && !mkv_json_text(object, "key", &event->key))
        return false;
    if ((op & MKV_WITH_PREFIX) && !mkv_json_text(object, "prefix", &event->key))
        return false;
    if (op == MEMKV_OP_INSERT && !mkv_json_value(object, scratch, &event->value))
        return false;
    mkv_json_number(object, "ttl", &event->ttl);
    event->type = text_of(object, "type");
    event->peer = text_of(object, "peer");
    event->found = mkv_json_true(object, "found");
    event->initial = op == MEMKV_OP_INSERT && mkv_json_true(object, "initial");
    return true;
}

bool mkv_event_read(struct mkv_event *event, memkv_bytes message, struct mkv_buffer *scratch)
{
    memset(event, 0, sizeof *event);
    memkv_bytes name;
    event->object = mkv_json_parse(message.data, message.length);
    if (mkv_json_text(event->object, "op", &name)) {
        event->event.op = (memkv_op)mkv_op_of(name.data);
        event->event.time = text_of(event->object, "time");
        if (read_members(event->object, &event->event, scratch))
            return true;
    }
    mkv_event_free(event);
    return false;
}

void mkv_event_free(struct mkv_event *event)
{
    json_object_put(event->object);
    event->object = NULL;
}
