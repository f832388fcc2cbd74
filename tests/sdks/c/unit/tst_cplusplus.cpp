// SPDX-License-Identifier: MIT
// The header in a C++ program, with everything in it that is compiled there.
#include <libMemoryKV.h>

#include <cstdio>
#include <cstring>
#include <memory>

namespace {

struct Freed
{
    void operator()(memkv_result *result) const { memkv_result_free(result); }
    void operator()(memkv_client *client) const { memkv_client_free(client); }
    void operator()(memkv_batch *batch) const { memkv_batch_free(batch); }
    void operator()(memkv_listing *listing) const { memkv_listing_free(listing); }
};

void onEvent(void *, const memkv_event *) { }

} // namespace

int main()
{
    memkv_options options;
    memkv_options_init(&options);
    options.retries = -1;
    memkv_put_options putOptions;
    memkv_put_options_init(&putOptions);
    putOptions.condition = memkv_if_absent();
    memkv_list_options listOptions;
    memkv_list_options_init(&listOptions);
    memkv_watch_options watchOptions;
    memkv_watch_options_init(&watchOptions);
    watchOptions.ops = MEMKV_OPS_CHANGES | MEMKV_OP_HEARTBEAT;

    const std::unique_ptr<memkv_client, Freed> client(
        memkv_client_open("http://127.0.0.1:1", &options));
    const std::unique_ptr<memkv_result, Freed> result(
        memkv_put(client.get(), memkv_text("k"), memkv_data("v", 1), &putOptions));
    const std::unique_ptr<memkv_batch, Freed> batch(memkv_batch_new());
    const std::unique_ptr<memkv_listing, Freed> listing(memkv_list(client.get(), &listOptions));
    memkv_watcher *watcher = memkv_watch(client.get(), &watchOptions, onEvent, nullptr);
    memkv_watch_free(watcher);
    const bool right
        = result && !result->success && result->code == MEMKV_UNREACHABLE
          && std::strlen(result->error) == result->length && batch && listing && watcher
          && memkv_if_exists().kind == MEMKV_IF_MATCH && memkv_if_revision(5).revision == 5
          && memkv_unless_revision(0).revision == UINT64_MAX && memkv_always().kind == MEMKV_ALWAYS;
    if (!right)
        std::fprintf(stderr, "not as expected: %s\n", result ? result->error : "no result");
    return right ? 0 : 1;
}
