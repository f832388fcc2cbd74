// SPDX-License-Identifier: MIT
#include "check.h"
#include "live.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static memkv_client *g_client;

static void values_carry_revision_type_and_length(void)
{
    memkv_put_options options;
    memkv_put_options_init(&options);
    options.type = "image/png";
    memkv_result *put = memkv_put(g_client, memkv_text("r/1"), memkv_data("\0\xFF\0", 3), &options);
    CHECK(put && put->success && put->status == 201 && put->revision > 0 && put->length == 0);
    memkv_result *get = memkv_get(g_client, memkv_text("r/1"));
    CHECK(get && get->success && get->status == 200 && get->length == 3);
    CHECK(get && memcmp(get->result, "\0\xFF\0", 4) == 0);
    CHECK(get && put && get->revision == put->revision);
    CHECK_TEXT(get ? get->type : NULL, "image/png");
    memkv_result_free(get);

    options.condition = memkv_if_revision(put ? put->revision + 1 : 0);
    CHECK(fails_with(memkv_put(g_client, memkv_text("r/1"), memkv_text("x"), &options),
                     MEMKV_CONDITION_FAILED));
    CHECK(fails_with(
        memkv_get_if(g_client, memkv_text("r/1"), memkv_unless_revision(put ? put->revision : 0)),
        MEMKV_NOT_MODIFIED));
    CHECK(fails_with(memkv_delete(g_client, memkv_text("r/1"), memkv_if_revision(0)),
                     MEMKV_CONDITION_FAILED));
    CHECK(succeeds(memkv_delete(g_client, memkv_text("r/1"), memkv_if_exists())));
    memkv_result_free(put);
}

static void what_cannot_be_sent_is_invalid(void)
{
    CHECK(fails_with(memkv_get(NULL, memkv_text("k")), MEMKV_INVALID));
    CHECK(fails_with(memkv_get(g_client, memkv_text(NULL)), MEMKV_INVALID));
    CHECK(fails_with(memkv_get(g_client, memkv_text("\xFF")), MEMKV_INVALID));
    CHECK(
        fails_with(memkv_put(g_client, memkv_text("k"), memkv_data(NULL, 5), NULL), MEMKV_INVALID));
    CHECK(fails_with(memkv_put_key(g_client, "k", NULL), MEMKV_INVALID));
    CHECK(fails_with(memkv_delete_keys_with_prefix(g_client, NULL), MEMKV_INVALID));
    CHECK(fails_with(memkv_delete_prefix(g_client, memkv_data(NULL, 0)), MEMKV_INVALID));
    CHECK(fails_with(memkv_batch_commit(g_client, NULL, NULL, 0), MEMKV_INVALID));
    memkv_put_options options;
    memkv_put_options_init(&options);
    options.type = "text/plain\r\nX-Other: 1";
    CHECK(
        fails_with(memkv_put(g_client, memkv_text("k"), memkv_text("v"), &options), MEMKV_INVALID));
    char type[300];
    memset(type, 't', sizeof type - 1);
    type[sizeof type - 1] = '\0';
    options.type = type;
    CHECK(
        fails_with(memkv_put(g_client, memkv_text("k"), memkv_text("v"), &options), MEMKV_INVALID));
    static const char *const hosts[]
        = {"", "ftp://localhost", "http://local host", "/", "http://", "https:///", "http://a\nb"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; ++i) {
        memkv_client *client = memkv_client_new(hosts[i]);
        CHECK(fails_with(memkv_ping(client), MEMKV_INVALID));
        memkv_client_free(client);
    }
    memkv_options with_token;
    memkv_options_init(&with_token);
    with_token.token = "a\r\nb";
    memkv_client *client = memkv_client_open(server_url(), &with_token);
    CHECK(fails_with(memkv_ping(client), MEMKV_INVALID));
    memkv_client_free(client);
}

static void a_server_that_is_not_there_is_unreachable(void)
{
    memkv_options options;
    memkv_options_init(&options);
    options.retries = 1;
    options.backoff_ms = 1;
    memkv_client *client = memkv_client_open("http://127.0.0.1:1", &options);
    CHECK(fails_with(memkv_get(client, memkv_text("k")), MEMKV_UNREACHABLE));
    memkv_listing *listing = memkv_list(client, NULL);
    CHECK(!memkv_listing_next(listing));
    CHECK(memkv_listing_error(listing) && memkv_listing_error(listing)->code == MEMKV_UNREACHABLE);
    CHECK(!memkv_listing_next(listing));
    memkv_listing_free(listing);
    memkv_client_free(client);
    client = memkv_client_open("http://no-such-host.invalid", &options);
    CHECK(fails_with(memkv_ping(client), MEMKV_UNREACHABLE));
    memkv_client_free(client);
}

static void *greet(void *listener)
{
    static const char greeting[] = "SSH-2.0-server\r\n";
    char request[1024];
    const int connection = accept(*(int *)listener, NULL, NULL);
    CHECK(recv(connection, request, sizeof request, 0) > 0);
    CHECK(send(connection, greeting, sizeof greeting - 1, MSG_NOSIGNAL) > 0);
    close(connection);
    return NULL;
}

static void a_server_of_another_kind_is_told(void)
{
    char url[64];
    int listener = listen_silently(url);
    pthread_t server;
    CHECK(pthread_create(&server, NULL, greet, &listener) == 0);
    memkv_client *client = memkv_client_new(url);
    CHECK(fails_with(memkv_ping(client), MEMKV_PROTOCOL));
    memkv_client_free(client);
    pthread_join(server, NULL);
    close(listener);
}

static void pages_are_walked_and_joined(void)
{
    enum { COUNT = 2345 };
    memkv_batch *batch = memkv_batch_new();
    for (int i = 0; i < COUNT; ++i) {
        char key[32];
        snprintf(key, sizeof key, "page/%05d \xC3\xBC", i);
        CHECK(memkv_batch_put(batch, memkv_text(key), memkv_text("v\n\"\\"), NULL) == MEMKV_OK);
    }
    CHECK(memkv_batch_put(batch, memkv_text("keys/x"), memkv_text(""), NULL) == MEMKV_INVALID);
    CHECK(memkv_batch_count(batch) == COUNT);
    memkv_batch_item items[2];
    CHECK(fails_with(memkv_batch_commit(g_client, batch, items, 2), MEMKV_INVALID));
    CHECK(succeeds(memkv_batch_commit(g_client, batch, NULL, 0)));
    memkv_batch_clear(batch);
    CHECK(memkv_batch_count(batch) == 0);
    memkv_batch_free(batch);

    memkv_list_options options;
    memkv_list_options_init(&options);
    options.prefix = memkv_text("page/");
    options.page = 100;
    options.values = true;
    memkv_listing *listing = memkv_list(g_client, &options);
    int seen = 0;
    const memkv_entry *entry = NULL;
    while ((entry = memkv_listing_next(listing))) {
        char key[32];
        snprintf(key, sizeof key, "page/%05d \xC3\xBC", seen);
        CHECK(entry->key.length == strlen(key)
              && memcmp(entry->key.data, key, entry->key.length) == 0);
        CHECK(entry->value.length == 4 && memcmp(entry->value.data, "v\n\"\\", 4) == 0);
        CHECK(entry->revision > 0 && entry->type && entry->ttl == 0);
        ++seen;
    }
    CHECK(seen == COUNT && !memkv_listing_error(listing));
    memkv_listing_free(listing);

    uint64_t count = 0;
    CHECK(succeeds(memkv_count(g_client, memkv_text("page/"), &count)));
    CHECK(count == COUNT);
    memkv_result *all = memkv_list_keys_with_prefix(g_client, "page/");
    CHECK(all && all->success && all->result[0] == '[' && all->result[all->length - 1] == ']');
    memkv_result_free(all);
    CHECK(succeeds(memkv_delete_prefix(g_client, memkv_text("page/"))));
    CHECK(succeeds(memkv_count(g_client, memkv_text("page/"), &count)));
    CHECK(count == 0);
}

static void many_values_are_read_at_once(void)
{
    enum { COUNT = 300 };
    static char texts[COUNT][32];
    memkv_bytes keys[COUNT];
    memkv_result *results[COUNT];
    for (int i = 0; i < COUNT; ++i) {
        snprintf(texts[i], sizeof texts[i], "many/%d", i);
        keys[i] = memkv_text(texts[i]);
        if (i % 3 != 0)
            CHECK(succeeds(memkv_put(g_client, keys[i], keys[i], NULL)));
    }
    keys[1] = memkv_text("keys/none");
    keys[2] = keys[4];
    for (size_t at_once = 0; at_once < 400; at_once = at_once * 10 + 1) {
        CHECK(memkv_get_many(g_client, keys, COUNT, results, at_once) == COUNT / 3 * 2 - 1);
        CHECK(results[2] && strcmp(results[2]->result, "many/4") == 0);
        CHECK(fails_with(results[1], MEMKV_INVALID));
        memkv_result_free(results[2]);
        for (int i = 3; i < COUNT; ++i) {
            if (i % 3 == 0) {
                CHECK(fails_with(results[i], MEMKV_NOT_FOUND));
                continue;
            }
            CHECK(results[i] && results[i]->success && strcmp(results[i]->result, texts[i]) == 0);
            memkv_result_free(results[i]);
        }
        CHECK(fails_with(results[0], MEMKV_NOT_FOUND));
    }
    CHECK(memkv_get_many(g_client, NULL, 0, NULL, 0) == 0);
    CHECK(memkv_get_many(NULL, keys, 1, results, 0) == 0);
    CHECK(fails_with(results[0], MEMKV_INVALID));

    memkv_options options;
    memkv_options_init(&options);
    options.retries = -1;
    memkv_client *away = memkv_client_open("http://127.0.0.1:1", &options);
    CHECK(memkv_get_many(away, keys + 3, 3, results, 0) == 0);
    for (int i = 0; i < 3; ++i)
        CHECK(fails_with(results[i], MEMKV_UNREACHABLE));
    memkv_client_free(away);
}

static void every_client_keeps_its_own_options(void)
{
    memkv_options options;
    memkv_options_init(&options);
    options.timeout_ms = 1;
    options.retries = -1;
    char url[64];
    const int listener = listen_silently(url);
    for (int i = 0; i < 5; ++i) {
        /* Handles go from client to client; what the one was told is nothing to the other. */
        memkv_client *hasty = memkv_client_open(url, &options);
        memkv_result *result = memkv_ping(hasty);
        CHECK(result && !result->success);
        memkv_result_free(result);
        memkv_client_free(hasty);
        CHECK(succeeds(memkv_ping(g_client)));
        CHECK(fails_with(memkv_get(g_client, memkv_text("nobody")), MEMKV_NOT_FOUND));
    }
    close(listener);
}

static void *work(void *number)
{
    char key[32];
    char value[32];
    snprintf(key, sizeof key, "thread/%d", *(int *)number);
    for (int i = 0; i < 100; ++i) {
        snprintf(value, sizeof value, "%d of %d", i, *(int *)number);
        if (!succeeds(memkv_put(g_client, memkv_text(key), memkv_text(value), NULL)))
            return NULL;
        memkv_result *get = memkv_get(g_client, memkv_text(key));
        const bool same = get && get->success && strcmp(get->result, value) == 0;
        memkv_result_free(get);
        if (!same)
            return NULL;
    }
    return number;
}

static void one_client_serves_many_threads(void)
{
    enum { THREADS = 16 };
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; ++i) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
    }
    memkv_close_idle();
    for (int i = 0; i < THREADS; ++i) {
        void *outcome = NULL;
        pthread_join(threads[i], &outcome);
        CHECK(outcome == &numbers[i]);
    }
}

static void a_child_process_has_connections_of_its_own(void)
{
    CHECK(succeeds(memkv_ping(g_client)));
    const pid_t child = fork();
    if (child == 0) {
        bool fine = true;
        for (int i = 0; i < 20; ++i)
            fine = succeeds(memkv_ping(g_client)) && fine;
        _exit(fine ? 0 : 1);
    }
    for (int i = 0; i < 20; ++i)
        CHECK(succeeds(memkv_ping(g_client)));
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(succeeds(memkv_ping(g_client)));
}

static void a_certificate_that_is_not_trusted_is_told(void)
{
    if (!getenv("MEMORYKV_CA"))
        return;
    memkv_client *client = memkv_client_new(server_url());
    CHECK(fails_with(memkv_ping(client), MEMKV_TLS));
    memkv_client_free(client);
    memkv_options options;
    memkv_options_init(&options);
    options.ca_file = "/nowhere/ca.pem";
    client = memkv_client_open(server_url(), &options);
    CHECK(fails_with(memkv_ping(client), MEMKV_TLS));
    memkv_client_free(client);
}

int main(void)
{
    g_client = server_client();
    values_carry_revision_type_and_length();
    what_cannot_be_sent_is_invalid();
    a_server_that_is_not_there_is_unreachable();
    a_server_of_another_kind_is_told();
    pages_are_walked_and_joined();
    many_values_are_read_at_once();
    every_client_keeps_its_own_options();
    one_client_serves_many_threads();
    a_child_process_has_connections_of_its_own();
    a_certificate_that_is_not_trusted_is_told();
    CHECK(succeeds(memkv_delete_all(g_client)));
    memkv_client_free(g_client);
    return check_result();
}
