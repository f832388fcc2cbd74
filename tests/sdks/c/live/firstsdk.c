// SPDX-License-Identifier: MIT
/* A program as they were written for the first MemoryKV SDK: its header, its names, its habits. */
#include <libMemoryKV.h>
#include <stdio.h>
#include <stdlib.h>

static void show(const char *what, memkv_result *response)
{
    if (response == NULL) {
        printf("%s: no response\n", what);
        return;
    }
    if (response->success) {
        printf("%s: success: %s\n", what, response->result);
    } else {
        printf("%s: error: %s\n", what, response->error);
    }
    free(response);
}

int main(void)
{
    char *host = getenv("MEMORYKV_URL");
    char key[] = "fruit/apple";
    char other[] = "fruit/ä b";
    char prefix[] = "fruit";

    memkv_client *client = memkv_client_new(host);
    show("put", memkv_put_key(client, key, "{ \"colour\" : \"red\" }"));
    show("put again", memkv_put_key(client, key, "green"));
    show("put other", memkv_put_key(client, other, "blue"));
    show("put third", memkv_put_key(client, "zebra", "striped"));
    show("get", memkv_get_key(client, key));
    show("list", memkv_list_keys(client));
    show("list prefix", memkv_list_keys_with_prefix(client, prefix));
    show("delete", memkv_delete_key(client, key));
    show("get deleted", memkv_get_key(client, key));
    show("delete deleted", memkv_delete_key(client, key));
    show("delete prefix", memkv_delete_keys_with_prefix(client, prefix));
    show("delete all", memkv_delete_all_keys(client));
    show("list none", memkv_list_keys(client));
    printf("host: %s\n", client->host == NULL ? "none" : "there");
    free(client);

    struct memkv_client local;
    memkv_init_client(&local, "http://127.0.0.1:1");
    memkv_result *response = memkv_get_key(&local, key);
    printf("away: %s\n", response->success ? "success" : "error");
    free(response);
    return 0;
}
