// SPDX-License-Identifier: MIT
#include "check.h"
#include "clock.h"
#include "result.h"

#include <libMemoryKV.h>

static void a_result_is_one_block_that_plain_free_frees(void)
{
    struct mkv_buffer block = {0};
    CHECK(mkv_result_begin(&block));
    mkv_buffer_add(&block, "a\0b", 3);
    memkv_result *result = mkv_result_finish(&block, "text/plain");
    CHECK(result && result->success && result->code == MEMKV_OK);
    CHECK(result->length == 3 && memcmp(result->result, "a\0b", 4) == 0);
    CHECK_TEXT(result->type, "text/plain");
    CHECK(result->result > (char *)result && result->type > result->result);
    CHECK(result->index == MEMKV_NO_INDEX);
    CHECK(!block.data);
    free(result);
}

static void an_empty_result_is_a_text_too(void)
{
    memkv_result *result = mkv_result_empty();
    CHECK(result && result->success && result->length == 0 && !result->type);
    CHECK_TEXT(result->result, "");
    free(result);
}

static void a_large_result_gives_back_what_it_does_not_need(void)
{
    struct mkv_buffer block = {0};
    mkv_result_begin(&block);
    char chunk[1000];
    memset(chunk, 'x', sizeof chunk);
    for (int i = 0; i < 5000; ++i)
        mkv_buffer_add(&block, chunk, sizeof chunk);
    memkv_result *result = mkv_result_finish(&block, NULL);
    CHECK(result && result->length == 5000000 && result->result[4999999] == 'x'
          && result->result[5000000] == '\0');
    free(result);
}

static void a_failure_says_why(void)
{
    memkv_result *result = mkv_result_error(MEMKV_INVALID, 0, "key: %s", "empty");
    CHECK(result && !result->success && result->code == MEMKV_INVALID && result->status == 0);
    CHECK_TEXT(result->error, "key: empty");
    CHECK(result->length == strlen("key: empty"));
    free(result);
    result = mkv_result_failure(MEMKV_SERVER, 500, NULL, 0);
    CHECK_TEXT(result->error, "the server answered 500");
    memkv_result_free(result);
    result = mkv_result_no_memory();
    CHECK_TEXT(result->error, "out of memory");
    memkv_result_free(result);
    memkv_result_free(NULL);
}

static void every_code_has_a_name(void)
{
    for (int code = 0; code <= (int)MEMKV_STOPPED; ++code) {
        const char *text = memkv_code_text((memkv_code)code);
        CHECK(text && strcmp(text, "unknown") != 0);
    }
    CHECK_TEXT(memkv_code_text((memkv_code)9999), "unknown");
}

static void positions_go_both_ways(void)
{
    char text[MEMKV_POSITION_SIZE];
    memkv_position position = {UINT64_MAX, UINT64_MAX};
    CHECK_TEXT(memkv_position_text(position, text), "18446744073709551615:18446744073709551615");
    memkv_position read = {1, 2};
    CHECK(memkv_position_parse(text, &read) && read.epoch == UINT64_MAX && read.seq == UINT64_MAX);
    CHECK(memkv_position_parse("3:0", &read) && read.epoch == 3 && read.seq == 0);
    static const char *const none[] = {"",
                                       ":",
                                       "1",
                                       "1:",
                                       ":1",
                                       "1:2:3",
                                       "1:2 ",
                                       " 1:2",
                                       "-1:2",
                                       "+1:2",
                                       "1:-2",
                                       "1:x",
                                       "18446744073709551616:1"};
    for (size_t i = 0; i < sizeof none / sizeof *none; ++i) {
        if (!CHECK(!memkv_position_parse(none[i], &read)))
            fprintf(stderr, "  %s\n", none[i]);
    }
    CHECK(!memkv_position_parse(NULL, &read));
    CHECK(read.epoch == 3 && read.seq == 0);
}

static void pauses_double_up_to_the_longest(void)
{
    for (int i = 0; i < 200; ++i) {
        const int64_t first = mkv_backoff_ms(100, 1000, 1);
        const int64_t third = mkv_backoff_ms(100, 1000, 3);
        const int64_t tenth = mkv_backoff_ms(100, 1000, 10);
        CHECK(first >= 50 && first <= 100);
        CHECK(third >= 200 && third <= 400);
        CHECK(tenth >= 500 && tenth <= 1000);
        CHECK(mkv_backoff_ms(100, 0, 1000000) > 0);
        CHECK(mkv_backoff_ms(1, 0, 1) <= 1);
    }
}

static void a_client_is_one_block_that_plain_free_frees(void)
{
    memkv_options options;
    memkv_options_init(&options);
    char token[] = "secret";
    options.token = token;
    options.ca_file = "/nowhere/ca.pem";
    memkv_client *client = memkv_client_open("http://localhost:1", &options);
    memset(token, 'x', sizeof token - 1);
    CHECK_TEXT(client->host, "http://localhost:1");
    free(client);

    client = memkv_client_new("http://localhost:2");
    CHECK_TEXT(client->host, "http://localhost:2");
    free(client);

    memkv_client local;
    char host[] = "http://localhost:3";
    memkv_init_client(&local, host);
    CHECK(local.host == host);
    memkv_client_free(NULL);
}

static void options_of_an_older_program_are_taken_as_far_as_they_go(void)
{
    struct
    {
        size_t size;
        const char *token;
    } older = {sizeof older, "t"};
    memkv_options all;
    memset(&all, 0, sizeof all);
    memcpy(&all, &older, sizeof older);
    all.retries = 7; /* Behind what the older program knows. */
    memkv_client *client = memkv_client_open("http://localhost:1", &all);
    CHECK(client != NULL);
    free(client);
}

int main(void)
{
    a_result_is_one_block_that_plain_free_frees();
    an_empty_result_is_a_text_too();
    a_large_result_gives_back_what_it_does_not_need();
    a_failure_says_why();
    every_code_has_a_name();
    positions_go_both_ways();
    pauses_double_up_to_the_longest();
    a_client_is_one_block_that_plain_free_frees();
    options_of_an_older_program_are_taken_as_far_as_they_go();
    return check_result();
}
