// SPDX-License-Identifier: MIT
#include "commands.h"
#include "outcome.h"

#include <string.h>

static struct json_object *get(memkv_client *client, struct json_object *command)
{
    memkv_result *result = memkv_get_if(client, text_of(command, "key"), condition_of(command));
    if (!result || !result->success)
        return failure(result);
    struct json_object *outcome = success();
    add_value(outcome, "value", memkv_data(result->result, result->length));
    add_terminated(outcome, "type", result->type);
    add_long(outcome, "revision", result->revision);
    memkv_result_free(result);
    return outcome;
}

static memkv_put_options put_options_of(struct json_object *command)
{
    memkv_put_options options;
    memkv_put_options_init(&options);
    options.type = terminated_of(command, "type");
    options.ttl = (uint64_t)number_of(command, "ttl", 0);
    options.condition = condition_of(command);
    options.previous = true_of(command, "return_previous");
    return options;
}

static struct json_object *put(memkv_client *client, struct json_object *command)
{
    const memkv_put_options options = put_options_of(command);
    size_t length = 0;
    char *value = value_of(command, "value", &length);
    memkv_result *result
        = memkv_put(client, text_of(command, "key"), memkv_data(value, length), &options);
    free(value);
    if (!result || !result->success)
        return failure(result);
    struct json_object *outcome = success();
    const bool created = result->status == 201;
    json_object_object_add(outcome, "created", json_object_new_boolean(created));
    add_long(outcome, "revision", result->revision);
    if (options.previous && !created)
        add_value(outcome, "previous", memkv_data(result->result, result->length));
    memkv_result_free(result);
    return outcome;
}

static struct json_object *take(memkv_client *client, struct json_object *command)
{
    memkv_result *result = memkv_take(client, text_of(command, "key"), condition_of(command));
    if (!result || !result->success)
        return failure(result);
    struct json_object *outcome = success();
    add_value(outcome, "value", memkv_data(result->result, result->length));
    memkv_result_free(result);
    return outcome;
}

static struct json_object *touch(memkv_client *client, struct json_object *command)
{
    memkv_result *result
        = memkv_touch(client, text_of(command, "key"), (uint64_t)number_of(command, "ttl", 0),
                      condition_of(command));
    if (!result || !result->success)
        return failure(result);
    memkv_result_free(result);
    return success();
}

static struct json_object *entry_of(const memkv_entry *entry)
{
    struct json_object *object = need(json_object_new_object());
    add_text(object, "key", entry->key);
    add_value(object, "value", entry->value);
    add_terminated(object, "type", entry->type);
    add_long(object, "revision", entry->revision);
    if (entry->ttl)
        add_number(object, "ttl", entry->ttl);
    return object;
}

/** Walks what the options say, or up to limit of it (0: all). */
static struct json_object *walk(memkv_client *client, const memkv_list_options *options,
                                uint64_t limit)
{
    memkv_listing *listing = need(memkv_list(client, options));
    struct json_object *all = need(json_object_new_array());
    const memkv_entry *entry = NULL;
    while ((entry = memkv_listing_next(listing))) {
        if (limit && json_object_array_length(all) == limit)
            break;
        if (options->values) {
            json_object_array_add(all, entry_of(entry));
        } else {
            json_object_array_add(
                all, json_object_new_string_len(entry->key.data, (int)entry->key.length));
        }
    }
    struct json_object *outcome = NULL;
    const memkv_result *error = memkv_listing_error(listing);
    if (error) {
        memkv_result *copy = need(malloc(sizeof *copy));
        *copy = *error;
        outcome = failure(copy);
        json_object_put(all);
    } else {
        outcome = success();
        json_object_object_add(outcome, options->values ? "entries" : "keys", all);
        json_object_object_add(outcome, "more", json_object_new_boolean(entry != NULL));
    }
    memkv_listing_free(listing);
    return outcome;
}

static struct json_object *list(memkv_client *client, const char *name, struct json_object *command)
{
    memkv_list_options options;
    memkv_list_options_init(&options);
    const int64_t limit = number_of(command, "limit", 0);
    options.prefix = text_of(command, "prefix");
    options.after = text_of(command, "after");
    options.page = (uint32_t)(limit ? limit : number_of(command, "page", 0));
    options.values = strcmp(name, "entries") == 0;
    return walk(client, &options, (uint64_t)limit);
}

static struct json_object *count(memkv_client *client, struct json_object *command)
{
    uint64_t number = 0;
    memkv_result *result = memkv_count(client, text_of(command, "prefix"), &number);
    if (!result || !result->success)
        return failure(result);
    memkv_result_free(result);
    struct json_object *outcome = success();
    add_number(outcome, "count", number);
    return outcome;
}

/** Through the functions of the first SDK, as they give the keys. */
static struct json_object *delete_many(memkv_client *client, const char *name,
                                       struct json_object *command)
{
    memkv_result *result
        = strcmp(name, "delete_all") == 0
              ? memkv_delete_all_keys(client)
              : memkv_delete_keys_with_prefix(client, terminated_of(command, "prefix"));
    if (!result || !result->success)
        return failure(result);
    struct json_object *outcome = success();
    json_object_object_add(outcome, "keys", json_tokener_parse(result->result));
    memkv_result_free(result);
    return outcome;
}

static memkv_code add_operation(memkv_batch *batch, struct json_object *operation)
{
    const memkv_bytes key = text_of(operation, "key");
    if (strcmp(terminated_of(operation, "op"), "delete") == 0)
        return memkv_batch_delete(batch, key, condition_of(operation));
    const memkv_put_options options = put_options_of(operation);
    size_t length = 0;
    char *value = value_of(operation, "value", &length);
    const memkv_code code = memkv_batch_put(batch, key, memkv_data(value, length), &options);
    free(value);
    return code;
}

static struct json_object *item_of(const memkv_batch_item *item)
{
    struct json_object *object = need(json_object_new_object());
    add_number(object, "status", (uint64_t)item->status);
    if (item->revision)
        add_long(object, "revision", item->revision);
    return object;
}

static struct json_object *batch(memkv_client *client, struct json_object *command)
{
    struct json_object *operations = NULL;
    json_object_object_get_ex(command, "operations", &operations);
    const size_t size = json_object_array_length(operations);
    memkv_batch *all = need(memkv_batch_new());
    memkv_code code = MEMKV_OK;
    for (size_t i = 0; i < size && code == MEMKV_OK; ++i)
        code = add_operation(all, json_object_array_get_idx(operations, i));
    if (code != MEMKV_OK) {
        memkv_batch_free(all);
        return invalid("an operation is not as it has to be");
    }
    memkv_batch_item *items = need(calloc(size + 1, sizeof *items));
    memkv_result *result = memkv_batch_commit(client, all, items, size);
    memkv_batch_free(all);
    if (!result || !result->success) {
        free(items);
        return failure(result);
    }
    memkv_result_free(result);
    struct json_object *results = need(json_object_new_array());
    for (size_t i = 0; i < size; ++i)
        json_object_array_add(results, item_of(&items[i]));
    free(items);
    struct json_object *outcome = success();
    json_object_object_add(outcome, "results", results);
    return outcome;
}

static struct json_object *ping(memkv_client *client)
{
    memkv_result *result = memkv_ping(client);
    if (!result || !result->success)
        return failure(result);
    memkv_result_free(result);
    return success();
}

static struct json_object *info(memkv_client *client)
{
    memkv_server_info about;
    memkv_result *result = memkv_info(client, &about);
    if (!result || !result->success)
        return failure(result);
    struct json_object *whole = json_tokener_parse(result->result);
    memkv_result_free(result);
    struct json_object *outcome = success();
    add_terminated(outcome, "name", terminated_of(whole, "name"));
    add_terminated(outcome, "version", about.version);
    if (about.position.epoch)
        add_position(outcome, about.position);
    if (about.keys != MEMKV_UNTOLD)
        add_number(outcome, "keys", about.keys);
    json_object_put(whole);
    return outcome;
}

struct json_object *request_command(memkv_client *client, const char *name,
                                    struct json_object *command)
{
    if (strcmp(name, "get") == 0)
        return get(client, command);
    if (strcmp(name, "put") == 0)
        return put(client, command);
    if (strcmp(name, "delete") == 0)
        return take(client, command);
    if (strcmp(name, "touch") == 0)
        return touch(client, command);
    if (strcmp(name, "list") == 0 || strcmp(name, "keys") == 0 || strcmp(name, "entries") == 0)
        return list(client, name, command);
    if (strcmp(name, "count") == 0)
        return count(client, command);
    if (strcmp(name, "delete_all") == 0 || strcmp(name, "delete_prefix") == 0)
        return delete_many(client, name, command);
    if (strcmp(name, "batch") == 0)
        return batch(client, command);
    if (strcmp(name, "ping") == 0)
        return ping(client);
    return strcmp(name, "info") == 0 ? info(client) : NULL;
}
