// SPDX-License-Identifier: MIT
#include "base64.h"

#include <string.h>

static const char g_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool mkv_base64_encode(struct mkv_buffer *buffer, memkv_bytes bytes)
{
    if (!mkv_buffer_reserve(buffer, bytes.length / 3 * 4 + 4))
        return false;
    for (size_t i = 0; i < bytes.length; i += 3) {
        const size_t left = bytes.length - i;
        unsigned three = (unsigned)(unsigned char)bytes.data[i] << 16;
        if (left > 1)
            three |= (unsigned)(unsigned char)bytes.data[i + 1] << 8;
        if (left > 2)
            three |= (unsigned char)bytes.data[i + 2];
        const char four[4]
            = {g_digits[three >> 18], g_digits[three >> 12 & 63],
               left > 1 ? g_digits[three >> 6 & 63] : '=', left > 2 ? g_digits[three & 63] : '='};
        memcpy(buffer->data + buffer->length, four, sizeof four);
        buffer->length += sizeof four;
    }
    return true;
}

/** What a digit stands for, -1 for what is none. */
static int digit_value(char digit)
{
    if (digit >= 'A' && digit <= 'Z')
        return digit - 'A';
    if (digit >= 'a' && digit <= 'z')
        return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9')
        return digit - '0' + 52;
    if (digit == '+')
        return 62;
    return digit == '/' ? 63 : -1;
}

/** Decodes four digits, the last of which may be padding. Returns how many bytes, 0: not valid. */
static size_t decode_four(const char *digits, bool last, unsigned char *out)
{
    size_t padding = 0;
    unsigned three = 0;
    if (last && digits[3] == '=')
        padding = digits[2] == '=' ? 2 : 1;
    for (size_t i = 0; i < 4; ++i) {
        const int value = i < 4 - padding ? digit_value(digits[i]) : 0;
        if (value < 0)
            return 0;
        three = three << 6 | (unsigned)value;
    }
    out[0] = (unsigned char)(three >> 16);
    out[1] = (unsigned char)(three >> 8);
    out[2] = (unsigned char)three;
    return 3 - padding;
}

bool mkv_base64_decode(struct mkv_buffer *buffer, memkv_bytes base64)
{
    if (base64.length % 4 != 0 || !mkv_buffer_reserve(buffer, base64.length / 4 * 3 + 1))
        return false;
    for (size_t i = 0; i < base64.length; i += 4) {
        unsigned char three[3];
        const size_t size = decode_four(base64.data + i, i + 4 == base64.length, three);
        if (size == 0)
            return false;
        memcpy(buffer->data + buffer->length, three, size);
        buffer->length += size;
    }
    return true;
}
