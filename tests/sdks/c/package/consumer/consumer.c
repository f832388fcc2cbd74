// SPDX-License-Identifier: MIT
#include <libMemoryKV.h>

#include <stdio.h>

int main(void)
{
    memkv_client *client = memkv_client_new(getenv("MEMORYKV_URL"));
    memkv_result *put = memkv_put(client, memkv_text("consumer"), memkv_text("value"), NULL);
    memkv_result *get = memkv_get(client, memkv_text("consumer"));
    const bool right = put && put->success && get && get->success && get->length == 5;
    puts(get && get->success ? get->result : "failed");
    memkv_result_free(put);
    memkv_result_free(get);
    memkv_client_free(client);
    return right ? 0 : 1;
}
