// SPDX-License-Identifier: MIT
#include <memorykv/values.h>

#include "request.h"
#include "settings.h"

#include <string.h>

enum { MKV_MAX_TYPE = 255 };

memkv_result *memkv_get(memkv_client *client, memkv_bytes key)
{
    return memkv_get_if(client, key, memkv_always());
}

memkv_result *memkv_get_if(memkv_client *client, memkv_bytes key, memkv_condition condition)
{
    struct mkv_request request;
    const char *fault = mkv_request_key(&request, "GET", key);
    if (fault)
        return mkv_request_refuse(&request, fault);
    request.condition = condition;
    return mkv_request_perform(client, &request);
}

memkv_result *memkv_put(memkv_client *client, memkv_bytes key, memkv_bytes value,
                        const memkv_put_options *options)
{
    memkv_put_options given;
    mkv_copy_options(&given, sizeof given, options);
    struct mkv_request request;
    const char *fault = mkv_request_key(&request, "PUT", key);
    if (!fault && given.type && strlen(given.type) > MKV_MAX_TYPE)
        fault = "type: over 255 bytes";
    if (!fault && !value.data && value.length > 0)
        fault = "value: NULL";
    if (fault)
        return mkv_request_refuse(&request, fault);
    if (given.ttl)
        mkv_request_number(&request, "ttl", given.ttl);
    request.body = value;
    request.type = given.type ? given.type : "application/octet-stream";
    request.condition = given.condition;
    request.minimal = !given.previous;
    return mkv_request_perform(client, &request);
}

static memkv_result *delete_key(memkv_client *client, memkv_bytes key, memkv_condition condition,
                                bool minimal)
{
    struct mkv_request request;
    const char *fault = mkv_request_key(&request, "DELETE", key);
    if (fault)
        return mkv_request_refuse(&request, fault);
    request.condition = condition;
    request.minimal = minimal;
    return mkv_request_perform(client, &request);
}

memkv_result *memkv_delete(memkv_client *client, memkv_bytes key, memkv_condition condition)
{
    return delete_key(client, key, condition, true);
}

memkv_result *memkv_take(memkv_client *client, memkv_bytes key, memkv_condition condition)
{
    return delete_key(client, key, condition, false);
}

memkv_result *memkv_touch(memkv_client *client, memkv_bytes key, uint64_t ttl,
                          memkv_condition condition)
{
    struct mkv_request request;
    const char *fault = mkv_request_key(&request, "PATCH", key);
    if (fault)
        return mkv_request_refuse(&request, fault);
    mkv_request_number(&request, "ttl", ttl);
    request.condition = condition;
    return mkv_request_perform(client, &request);
}
