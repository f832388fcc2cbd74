// SPDX-License-Identifier: GPL-3.0-only
// The JSON of a batch: whatever comes, each operation that is accepted is one the store may be
// given, and an error about one operation says which.

#include "server/http/batchrequest.h"
#include "shared/limits.h"

#include <cstdio>
#include <cstdlib>

using namespace memorykv;

namespace {

constexpr qsizetype kMaxValueSize = 100;

void check(bool holds, const char *what)
{
    if (holds)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, std::size_t size)
{
    const BatchRequest batch = parseBatch(QByteArrayView(data, qsizetype(size)), kMaxValueSize);
    check(batch.operations.size() <= size_t(kMaxBatchOperations), "operations keep their limit");
    check(!batch.errorIndex || batch.error, "an index comes with an error");
    check(!batch.errorIndex || *batch.errorIndex == batch.operations.size(),
          "the index is that of the operation after those that are good");
    for (const Operation &operation : batch.operations) {
        check(!operation.key.isEmpty() && operation.key.size() <= kMaxKeySize,
              "a key has its size");
        check(operation.key.isValidUtf8(), "a key is UTF-8");
        const bool isPut = operation.kind == Operation::Kind::Put;
        check(isPut == bool(operation.entry), "a put has a value");
        check(!isPut || operation.entry->value().size() <= kMaxValueSize,
              "a value keeps its limit");
    }
    return 0;
}
