// SPDX-License-Identifier: MIT
#include "base64.h"
#include "check.h"
#include "text.h"

#include <stdlib.h>

static void utf8_is_told_from_other_bytes(void)
{
    static const struct
    {
        const char *bytes;
        size_t length;
        bool valid;
    } rows[] = {
        {"", 0, true},
        {"plain", 5, true},
        {"a\0b", 3, true},
        {"\xC3\xBC", 2, true},
        {"\xE4\xB8\x96", 3, true},
        {"\xF0\x9F\x99\x82", 4, true},
        {"\xF4\x8F\xBF\xBF", 4, true},
        {"\xC3", 1, false},
        {"\xE4\xB8", 2, false},
        {"\xF0\x9F\x99", 3, false},
        {"\x80", 1, false},
        {"\xC3\x28", 2, false},
        {"\xC0\x80", 2, false},         /* overlong */
        {"\xE0\x80\x80", 3, false},     /* overlong */
        {"\xF0\x80\x80\x80", 4, false}, /* overlong */
        {"\xED\xA0\x80", 3, false},     /* surrogate */
        {"\xF4\x90\x80\x80", 4, false}, /* beyond U+10FFFF */
        {"\xFF", 1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        if (!CHECK(mkv_is_utf8(memkv_data(rows[i].bytes, rows[i].length)) == rows[i].valid))
            fprintf(stderr, "  row %zu\n", i);
    }
}

static void keys_that_are_none_are_named(void)
{
    char longest[1025];
    memset(longest, 'k', sizeof longest);
    CHECK(!mkv_key_fault(memkv_text("k")));
    CHECK(!mkv_key_fault(memkv_data(longest, 1024)));
    CHECK(mkv_key_fault(memkv_data(longest, 1025)));
    CHECK(mkv_key_fault(memkv_text("")));
    CHECK(mkv_key_fault(memkv_text("\xFF")));
    static const char *const reserved[]
        = {"keys", "keys/", "keys/a", "wal", "ping", "metrics", "-/x"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; ++i)
        CHECK(mkv_key_fault(memkv_text(reserved[i])));
    static const char *const fine[] = {"keys2", "wal/1", "pings", "-", "-x", "a/keys", "/keys"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; ++i)
        CHECK(!mkv_key_fault(memkv_text(fine[i])));
    CHECK(!mkv_prefix_fault(memkv_text("")));
    CHECK(!mkv_prefix_fault(memkv_text("keys")));
    CHECK(mkv_prefix_fault(memkv_data(longest, 1025)));
}

static void everything_but_unreserved_bytes_is_percent_encoded(void)
{
    struct mkv_buffer out = {0};
    mkv_add_encoded(&out, memkv_data("aZ09-._~/ %?#+&=\0\xC3\xBC", 19));
    CHECK_TEXT(mkv_buffer_terminated(&out), "aZ09-._~/%20%25%3F%23%2B%26%3D%00%C3%BC");
    mkv_buffer_free(&out);
}

static void control_characters_are_no_field_values(void)
{
    CHECK(mkv_is_field_value(NULL));
    CHECK(mkv_is_field_value("text/plain; charset=utf-8"));
    CHECK(!mkv_is_field_value("a\r\nX-Evil: 1"));
    CHECK(!mkv_is_field_value("a\tb"));
    CHECK(!mkv_is_field_value("\x7F"));
}

static void base64_goes_both_ways(void)
{
    static const struct
    {
        const char *bytes;
        size_t length;
        const char *base64;
    } rows[] = {
        {"", 0, ""},
        {"f", 1, "Zg=="},
        {"fo", 2, "Zm8="},
        {"foo", 3, "Zm9v"},
        {"foob", 4, "Zm9vYg=="},
        {"fooba", 5, "Zm9vYmE="},
        {"foobar", 6, "Zm9vYmFy"},
        {"\xFF\xFE\0", 3, "//4A"},
        {"\xFB\xF0", 2, "+/A="},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        struct mkv_buffer out = {0};
        CHECK(mkv_base64_encode(&out, memkv_data(rows[i].bytes, rows[i].length)));
        CHECK_TEXT(mkv_buffer_terminated(&out), rows[i].base64);
        mkv_buffer_clear(&out);
        CHECK(mkv_base64_decode(&out, memkv_text(rows[i].base64)));
        CHECK(out.length == rows[i].length && memcmp(out.data, rows[i].bytes, rows[i].length) == 0);
        mkv_buffer_free(&out);
    }
}

static void what_is_no_base64_is_refused(void)
{
    static const char *const rows[] = {
        "A", "AA", "AAA", "AAAAA", "A===", "====", "AA=A", "AA==AAAA", "AA A", "AA-_", "\n\n\n\n"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        struct mkv_buffer out = {0};
        if (!CHECK(!mkv_base64_decode(&out, memkv_text(rows[i]))))
            fprintf(stderr, "  %s\n", rows[i]);
        mkv_buffer_free(&out);
    }
}

int main(void)
{
    utf8_is_told_from_other_bytes();
    keys_that_are_none_are_named();
    everything_but_unreserved_bytes_is_percent_encoded();
    control_characters_are_no_field_values();
    base64_goes_both_ways();
    what_is_no_base64_is_refused();
    return check_result();
}
