// SPDX-License-Identifier: MIT
#include "check.h"
#include "endpoint.h"
#include "event.h"
#include "feed.h"

static bool read_event(struct mkv_event *event, const char *text, struct mkv_buffer *scratch)
{
    return mkv_event_read(event, memkv_text(text), scratch);
}

static void events_are_read_by_their_op(void)
{
    struct mkv_buffer scratch = {0};
    struct mkv_event event;
    CHECK(
        read_event(&event,
                   "{\"seq\":7,\"epoch\":3,\"time\":\"t\",\"op\":\"insert\",\"key\":\"a\\u0000b\","
                   "\"value_base64\":\"//4=\",\"size\":2,\"type\":\"x/y\",\"ttl\":9}",
                   &scratch));
    CHECK(event.event.op == MEMKV_OP_INSERT && event.event.seq == 7);
    CHECK(event.event.position.epoch == 3 && event.event.position.seq == 7);
    CHECK(event.event.key.length == 3 && memcmp(event.event.key.data, "a\0b", 3) == 0);
    CHECK(event.event.value.length == 2 && memcmp(event.event.value.data, "\xFF\xFE", 2) == 0);
    CHECK_TEXT(event.event.type, "x/y");
    CHECK_TEXT(event.event.time, "t");
    CHECK(event.event.ttl == 9 && !event.event.initial);
    mkv_event_free(&event);

    CHECK(read_event(&event, "{\"epoch\":3,\"op\":\"gap\",\"from\":5,\"to\":8}", &scratch));
    CHECK(event.event.op == MEMKV_OP_GAP && event.event.from == 5 && event.event.to == 8
          && event.event.position.seq == 8);
    mkv_event_free(&event);

    CHECK(read_event(&event, "{\"seq\":1,\"epoch\":3,\"op\":\"rename\",\"key\":5}", &scratch));
    CHECK(event.event.op == 0 && event.event.position.seq == 1);
    mkv_event_free(&event);
    mkv_buffer_free(&scratch);
}

static void what_is_no_event_is_refused(void)
{
    static const char *const rows[] = {
        "",
        "Insert { key: k }",
        "[]",
        "null",
        "{}",
        "{\"op\":\"delete\",\"key\":\"k\"}",
        "{\"seq\":1,\"op\":\"delete\",\"key\":\"k\"}",
        "{\"epoch\":1,\"op\":\"delete\",\"key\":\"k\"}",
        "{\"seq\":1,\"epoch\":1,\"op\":\"delete\"}",
        "{\"seq\":1,\"epoch\":1,\"op\":\"delete\",\"key\":5}",
        "{\"seq\":-1,\"epoch\":1,\"op\":\"delete\",\"key\":\"k\"}",
        "{\"seq\":1.5,\"epoch\":1,\"op\":\"delete\",\"key\":\"k\"}",
        "{\"seq\":1,\"epoch\":1,\"op\":\"insert\",\"key\":\"k\"}",
        "{\"seq\":1,\"epoch\":1,\"op\":\"insert\",\"key\":\"k\",\"value_base64\":\"x\"}",
        "{\"seq\":1,\"epoch\":1,\"op\":\"delete_prefix\",\"key\":\"k\"}",
        "{\"epoch\":1,\"op\":\"gap\",\"from\":1}",
        "{\"seq\":1,\"epoch\":1,\"op\":\"delete\",\"key\":\"k\"} {}",
        "{\"seq\":1,\"epoch\":1,\"op\":\"delete\",\"key\":\"\xFF\"}",
    };
    struct mkv_buffer scratch = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        struct mkv_event event;
        if (!CHECK(!read_event(&event, rows[i], &scratch))) {
            fprintf(stderr, "  %s\n", rows[i]);
            mkv_event_free(&event);
        }
    }
    mkv_buffer_free(&scratch);
}

static void target_is(const struct mkv_feed *feed, const char *expected)
{
    struct mkv_buffer target = {0};
    mkv_feed_target(feed, &target);
    CHECK_TEXT(mkv_buffer_terminated(&target), expected);
    mkv_buffer_free(&target);
}

static void the_address_asks_for_what_is_wanted(void)
{
    struct mkv_feed feed;
    memset(&feed, 0, sizeof feed);
    target_is(&feed, "/wal?format=json");
    feed.ops = MEMKV_OP_INSERT | MEMKV_OP_DELETE_ALL;
    feed.prefix = memkv_text("a b&/");
    feed.lossless = true;
    feed.initial = true;
    target_is(&feed, "/wal?format=json&op=insert,delete_all,heartbeat&prefix=a%20b%26/"
                     "&lossless=true&initial=true");
    feed.position.epoch = 3;
    feed.position.seq = 7;
    feed.known = true;
    feed.ops = 0;
    feed.prefix = memkv_text("");
    feed.lossless = false;
    target_is(&feed, "/wal?format=json&since=3:7");
}

static bool take(struct mkv_feed *feed, memkv_op op, uint64_t epoch, uint64_t seq, bool initial)
{
    memkv_event event;
    memset(&event, 0, sizeof event);
    event.op = op;
    event.position.epoch = epoch;
    event.position.seq = seq;
    event.initial = initial;
    return mkv_feed_take(feed, &event);
}

static void nothing_is_handed_on_twice(void)
{
    struct mkv_feed feed;
    memset(&feed, 0, sizeof feed);
    feed.known = true;
    feed.position.epoch = 3;
    feed.position.seq = 5;
    CHECK(take(&feed, MEMKV_OP_INSERT, 3, 6, false));
    CHECK(!take(&feed, MEMKV_OP_INSERT, 3, 6, false));
    CHECK(!take(&feed, MEMKV_OP_DELETE, 3, 2, false));
    CHECK(take(&feed, MEMKV_OP_READ, 3, 6, false));
    CHECK(take(&feed, MEMKV_OP_READ, 3, 4, false));
    CHECK(feed.position.seq == 6);
    CHECK(take(&feed, MEMKV_OP_HEARTBEAT, 3, 9, false));
    CHECK(feed.position.seq == 9);
    CHECK(take(&feed, MEMKV_OP_INSERT, 4, 1, false));
    CHECK(feed.position.epoch == 4 && feed.position.seq == 1);
}

static void a_gap_leads_wherever_it_says(void)
{
    struct mkv_feed feed;
    memset(&feed, 0, sizeof feed);
    feed.ops = MEMKV_OP_DELETE;
    feed.known = true;
    feed.position.epoch = 3;
    feed.position.seq = 50;
    CHECK(take(&feed, MEMKV_OP_GAP, 3, 8, false));
    CHECK(feed.position.seq == 8);
    CHECK(take(&feed, MEMKV_OP_DELETE, 3, 9, false));
    CHECK(take(&feed, MEMKV_OP_GAP, 4, 0, false));
    CHECK(feed.position.epoch == 4 && feed.position.seq == 0);
    CHECK(take(&feed, MEMKV_OP_DELETE, 4, 1, false));
}

static void what_was_not_asked_for_only_moves_the_position(void)
{
    struct mkv_feed feed;
    memset(&feed, 0, sizeof feed);
    feed.ops = MEMKV_OP_DELETE;
    feed.known = true;
    feed.position.epoch = 3;
    CHECK(!take(&feed, MEMKV_OP_HEARTBEAT, 3, 20, false));
    CHECK(feed.position.seq == 20);
    CHECK(!take(&feed, (memkv_op)0, 3, 21, false));
    CHECK(feed.position.seq == 21);
}

static void until_synced_there_is_no_position(void)
{
    struct mkv_feed feed;
    memset(&feed, 0, sizeof feed);
    feed.initial = true;
    CHECK(!mkv_feed_restarts(&feed));
    CHECK(take(&feed, MEMKV_OP_HEARTBEAT, 3, 9, false));
    CHECK(!feed.known && !mkv_feed_restarts(&feed));
    CHECK(take(&feed, MEMKV_OP_INSERT, 3, 4, true));
    CHECK(!feed.known);
    CHECK(mkv_feed_restarts(&feed));
    CHECK(!mkv_feed_restarts(&feed));
    CHECK(take(&feed, MEMKV_OP_INSERT, 3, 4, true));
    CHECK(take(&feed, MEMKV_OP_SYNCED, 3, 9, false));
    CHECK(feed.known && feed.position.seq == 9 && !mkv_feed_restarts(&feed));
}

static void endpoint_is(const char *url, const char *address, int port, bool tls, const char *host,
                        const char *path)
{
    struct mkv_endpoint endpoint;
    if (!CHECK(!mkv_endpoint_parse(&endpoint, url)))
        return;
    CHECK_TEXT(endpoint.address, address);
    CHECK_TEXT(endpoint.host, host);
    CHECK_TEXT(endpoint.path, path);
    CHECK(endpoint.port == port && endpoint.tls == tls);
    mkv_endpoint_free(&endpoint);
}

static void urls_are_taken_apart(void)
{
    endpoint_is("http://localhost:8080", "localhost", 8080, false, "localhost:8080", "");
    endpoint_is("localhost:8080/", "localhost", 8080, false, "localhost:8080", "");
    endpoint_is("https://kv.example", "kv.example", 443, true, "kv.example", "");
    endpoint_is("https://kv.example:443/", "kv.example", 443, true, "kv.example", "");
    endpoint_is("http://[::1]:99/a/b//", "::1", 99, false, "[::1]:99", "/a/b");
    struct mkv_endpoint endpoint;
    CHECK(mkv_endpoint_parse(&endpoint, "ftp://localhost"));
    CHECK(mkv_endpoint_parse(&endpoint, "http://local host"));
    CHECK(mkv_endpoint_parse(&endpoint, ""));
}

int main(void)
{
    events_are_read_by_their_op();
    what_is_no_event_is_refused();
    the_address_asks_for_what_is_wanted();
    nothing_is_handed_on_twice();
    a_gap_leads_wherever_it_says();
    what_was_not_asked_for_only_moves_the_position();
    until_synced_there_is_no_position();
    urls_are_taken_apart();
    return check_result();
}
