// SPDX-License-Identifier: MIT
/**
 * @file
 * The commands of the adapter. Each returns an outcome.
 */
#ifndef MEMORYKV_ADAPTER_COMMANDS_H
#define MEMORYKV_ADAPTER_COMMANDS_H

#include <libMemoryKV.h>

#include <json-c/json.h>

/** A command of one request. NULL when there is none of this name. */
struct json_object *request_command(memkv_client *client, const char *name,
                                    struct json_object *command);

/** A command about the watch, of which there is one at a time. NULL: no such command. */
struct json_object *watch_command(memkv_client *client, const char *name,
                                  struct json_object *command);

/** Ends the watch, if there is one, and forgets its events. */
void end_watch(void);

#endif
