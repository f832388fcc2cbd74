// SPDX-License-Identifier: MIT
#include "server.h"

#include "json.h"
#include "request.h"
#include "result.h"

#include <string.h>

memkv_result *mkv_server_ping(const memkv_client *client, struct mkv_wakeup *wakeup)
{
    struct mkv_request request;
    mkv_request_begin(&request, "GET", "/ping");
    request.wakeup = wakeup;
    return mkv_request_perform(client, &request);
}

/** Returns false when a member is missing that every MemoryKV server tells everybody. */
static bool read_info(struct json_object *object, memkv_server_info *info)
{
    memkv_bytes name;
    memkv_bytes version;
    memset(info, 0, sizeof *info);
    if (!mkv_json_text(object, "name", &name) || !mkv_json_text(object, "version", &version))
        return false;
    size_t length = version.length;
    if (length > sizeof info->version - 1)
        length = sizeof info->version - 1;
    memcpy(info->version, version.data, length);
    info->durable_seq = MEMKV_UNTOLD;
    info->keys = MEMKV_UNTOLD;
    info->stored_bytes = MEMKV_UNTOLD;
    mkv_json_number(object, "epoch", &info->position.epoch);
    mkv_json_number(object, "seq", &info->position.seq);
    mkv_json_number(object, "durable_seq", &info->durable_seq);
    mkv_json_number(object, "keys", &info->keys);
    mkv_json_number(object, "stored_bytes", &info->stored_bytes);
    return true;
}

memkv_result *mkv_server_info(const memkv_client *client, memkv_server_info *info,
                              struct mkv_wakeup *wakeup)
{
    struct mkv_request request;
    mkv_request_begin(&request, "GET", "/-/info");
    request.wakeup = wakeup;
    memkv_result *result = mkv_request_perform(client, &request);
    if (!result || !result->success)
        return result;
    memkv_server_info read;
    struct json_object *object = mkv_json_parse(result->result, result->length);
    const bool understood = read_info(object, &read);
    json_object_put(object);
    if (!understood) {
        const int status = result->status;
        memkv_result_free(result);
        return mkv_result_error(MEMKV_PROTOCOL, status, "/-/info: not what a MemoryKV server says");
    }
    if (info)
        *info = read;
    return result;
}

memkv_result *memkv_ping(memkv_client *client)
{
    return mkv_server_ping(client, NULL);
}

memkv_result *memkv_info(memkv_client *client, memkv_server_info *info)
{
    return mkv_server_info(client, info, NULL);
}
