// SPDX-License-Identifier: MIT
#include "json.h"

#include "base64.h"

#include <limits.h>

struct json_object *mkv_json_parse(const char *text, size_t length)
{
    /* The length of json-c is an int. */
    if (length > INT_MAX - 1)
        return NULL;
    struct json_tokener *tokener = json_tokener_new();
    if (!tokener)
        return NULL;
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *object = json_tokener_parse_ex(tokener, text, (int)length);
    enum json_tokener_error error = json_tokener_get_error(tokener);
    if (error == json_tokener_continue) {
        /* A number at the very end is complete only once something follows it. */
        object = json_tokener_parse_ex(tokener, "", 1);
        error = json_tokener_get_error(tokener);
    }
    json_tokener_free(tokener);
    if (error == json_tokener_success)
        return object;
    json_object_put(object);
    return NULL;
}

memkv_bytes mkv_json_bytes(struct json_object *string)
{
    return memkv_data(json_object_get_string(string), (size_t)json_object_get_string_len(string));
}

bool mkv_json_text(struct json_object *object, const char *name, memkv_bytes *out)
{
    struct json_object *member = NULL;
    if (!json_object_object_get_ex(object, name, &member)
        || !json_object_is_type(member, json_type_string))
        return false;
    *out = mkv_json_bytes(member);
    return true;
}

bool mkv_json_number(struct json_object *object, const char *name, uint64_t *out)
{
    struct json_object *member = NULL;
    if (!json_object_object_get_ex(object, name, &member)
        || !json_object_is_type(member, json_type_int) || json_object_get_int64(member) < 0)
        return false;
    *out = json_object_get_uint64(member);
    return true;
}

bool mkv_json_true(struct json_object *object, const char *name)
{
    struct json_object *member = NULL;
    return json_object_object_get_ex(object, name, &member)
           && json_object_is_type(member, json_type_boolean) && json_object_get_boolean(member);
}

bool mkv_json_value(struct json_object *object, struct mkv_buffer *scratch, memkv_bytes *out)
{
    memkv_bytes base64;
    if (mkv_json_text(object, "value", out))
        return true;
    if (!mkv_json_text(object, "value_base64", &base64))
        return false;
    mkv_buffer_clear(scratch);
    if (!mkv_base64_decode(scratch, base64))
        return false;
    *out = memkv_data(scratch->data, scratch->length);
    return true;
}
