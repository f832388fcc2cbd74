// SPDX-License-Identifier: MIT
/**
 * @file
 * Base64 (RFC 4648, section 4), as the server writes and reads it: with padding, without line ends.
 */
#ifndef MEMORYKV_SRC_BASE64_H
#define MEMORYKV_SRC_BASE64_H

#include "buffer.h"

#include <memorykv/bytes.h>

/** Adds bytes in base64. Returns false without memory. */
bool mkv_base64_encode(struct mkv_buffer *buffer, memkv_bytes bytes);

/** Adds the bytes that base64 stands for. Returns false when it is none, or without memory. */
bool mkv_base64_decode(struct mkv_buffer *buffer, memkv_bytes base64);

#endif
