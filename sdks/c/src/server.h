// SPDX-License-Identifier: MIT
/**
 * @file
 * What memkv_ping() and memkv_info() do, for a thread that is told to stop.
 */
#ifndef MEMORYKV_SRC_SERVER_H
#define MEMORYKV_SRC_SERVER_H

#include "wakeup.h"

#include <memorykv/client.h>

/** GET /ping. wakeup: see struct mkv_request. */
memkv_result *mkv_server_ping(const memkv_client *client, struct mkv_wakeup *wakeup);

/** GET /-/info. info as with memkv_info(); wakeup: see struct mkv_request. */
memkv_result *mkv_server_info(const memkv_client *client, memkv_server_info *info,
                              struct mkv_wakeup *wakeup);

#endif
