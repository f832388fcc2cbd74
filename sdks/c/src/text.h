// SPDX-License-Identifier: MIT
/**
 * @file
 * Keys, encodings and other small matters of text.
 */
#ifndef MEMORYKV_SRC_TEXT_H
#define MEMORYKV_SRC_TEXT_H

#include "buffer.h"

#include <memorykv/bytes.h>

/** Whether bytes are well-formed UTF-8 (RFC 3629). */
bool mkv_is_utf8(memkv_bytes bytes);

/** What is wrong with a key, as a static text; NULL when nothing is. */
const char *mkv_key_fault(memkv_bytes key);

/** What is wrong with a prefix, as a static text; NULL when nothing is. It may be empty. */
const char *mkv_prefix_fault(memkv_bytes prefix);

/** Whether a text can be the value of a header field: no control characters. NULL can. */
bool mkv_is_field_value(const char *text);

/** Adds bytes percent-encoded (RFC 3986): all but unreserved characters and "/". */
void mkv_add_encoded(struct mkv_buffer *buffer, memkv_bytes bytes);

#endif
