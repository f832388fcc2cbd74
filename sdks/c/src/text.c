// SPDX-License-Identifier: MIT
#include "text.h"

#include <string.h>

enum { MKV_MAX_KEY = 1024 };

/** How many bytes follow the first one of a character; -1 when it cannot be a first one. */
static int following(unsigned char first)
{
    if (first < 0x80)
        return 0;
    if (first >= 0xC2 && first < 0xE0)
        return 1;
    if (first >= 0xE0 && first < 0xF0)
        return 2;
    return first >= 0xF0 && first < 0xF5 ? 3 : -1;
}

/** Whether the second byte is in the range that keeps out overlong forms and surrogates. */
static bool second_fits(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xE0:
        return second >= 0xA0;
    case 0xED:
        return second < 0xA0;
    case 0xF0:
        return second >= 0x90;
    case 0xF4:
        return second < 0x90;
    default:
        return true;
    }
}

bool mkv_is_utf8(memkv_bytes bytes)
{
    const unsigned char *data = (const unsigned char *)bytes.data;
    size_t i = 0;
    while (i < bytes.length) {
        const int more = following(data[i]);
        if (more < 0 || bytes.length - i <= (size_t)more)
            return false;
        if (more > 0 && !second_fits(data[i], data[i + 1]))
            return false;
        for (size_t k = 1; k <= (size_t)more; ++k) {
            if ((data[i + k] & 0xC0) != 0x80)
                return false;
        }
        i += 1 + (size_t)more;
    }
    return true;
}

static bool is(memkv_bytes bytes, const char *text)
{
    return bytes.length == strlen(text) && memcmp(bytes.data, text, bytes.length) == 0;
}

static bool begins_with(memkv_bytes bytes, const char *text)
{
    return bytes.length >= strlen(text) && memcmp(bytes.data, text, strlen(text)) == 0;
}

const char *mkv_prefix_fault(memkv_bytes prefix)
{
    if (prefix.length > MKV_MAX_KEY)
        return "prefix: over 1,024 bytes";
    return mkv_is_utf8(prefix) ? NULL : "prefix: not UTF-8";
}

const char *mkv_key_fault(memkv_bytes key)
{
    if (key.length == 0)
        return "key: empty";
    if (key.length > MKV_MAX_KEY)
        return "key: over 1,024 bytes";
    if (!mkv_is_utf8(key))
        return "key: not UTF-8";
    if (is(key, "keys") || begins_with(key, "keys/") || is(key, "wal") || is(key, "ping")
        || is(key, "metrics") || begins_with(key, "-/"))
        return "key: a name that the server uses itself";
    return NULL;
}

bool mkv_is_field_value(const char *text)
{
    for (; text && *text; ++text) {
        const unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7F)
            return false;
    }
    return true;
}

/** Whether a byte stands for itself in a path. */
static bool is_plain(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '-' && byte <= '9') /* - . / and digits */ || byte == '_' || byte == '~';
}

void mkv_add_encoded(struct mkv_buffer *buffer, memkv_bytes bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t i = 0;
    while (i < bytes.length) {
        size_t end = i;
        while (end < bytes.length && is_plain(bytes.data[end]))
            ++end;
        mkv_buffer_add(buffer, bytes.data + i, end - i);
        for (i = end; i < bytes.length && !is_plain(bytes.data[i]); ++i) {
            const unsigned char byte = (unsigned char)bytes.data[i];
            const char coded[3] = {'%', digits[byte >> 4], digits[byte & 0xF]};
            mkv_buffer_add(buffer, coded, sizeof coded);
        }
    }
}
