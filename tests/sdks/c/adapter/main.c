// SPDX-License-Identifier: MIT
/* The adapter that the conformance cases are run through (sdks/conformance/README.md). */
#include "commands.h"
#include "outcome.h"

#include <stdio.h>
#include <string.h>

static memkv_client *g_client;

static void close_client(void)
{
    end_watch();
    memkv_client_free(g_client);
    g_client = NULL;
}

static struct json_object *open_client(struct json_object *command)
{
    close_client();
    memkv_options options;
    memkv_options_init(&options);
    options.token = terminated_of(command, "token");
    options.ca_file = terminated_of(command, "ca_file");
    options.timeout_ms = (long)number_of(command, "timeout_ms", 0);
    /* 0 stands for the default in the one, for none in the other. */
    const int64_t retries = number_of(command, "retries", -1);
    options.retries = retries == 0 ? -1 : (int)(retries > 0 ? retries : 0);
    options.backoff_ms = (long)number_of(command, "retry_wait_ms", 0);
    g_client = need(memkv_client_open(terminated_of(command, "url"), &options));
    return success();
}

static struct json_object *carry_out(const char *name, struct json_object *command)
{
    if (strcmp(name, "open") == 0)
        return open_client(command);
    if (strcmp(name, "close") == 0) {
        close_client();
        return success();
    }
    struct json_object *outcome = request_command(g_client, name, command);
    if (!outcome)
        outcome = watch_command(g_client, name, command);
    return outcome ? outcome : invalid("no such command");
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0) {
        struct json_object *command = json_tokener_parse(line);
        const char *name = terminated_of(command, "do");
        if (!name) {
            fprintf(stderr, "not a command: %.100s\n", line);
            return 2;
        }
        struct json_object *outcome = carry_out(name, command);
        puts(json_object_to_json_string_ext(outcome, JSON_C_TO_STRING_PLAIN));
        fflush(stdout);
        json_object_put(outcome);
        json_object_put(command);
    }
    free(line);
    close_client();
    return 0;
}
