// SPDX-License-Identifier: GPL-3.0-only
// The token file: what is read can be written and read again, and no error quotes a line.

#include "server/http/tokenfile.h"
#include "shared/limits.h"

#include <cstdio>
#include <cstdlib>

using namespace memorykv;

namespace {

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
    const auto grants = parseTokenFile(QByteArrayView(data, qsizetype(size)));
    if (!grants) {
        check(!grants.error().detail.contains("secret"), "an error quotes nothing");
        return 0;
    }
    check(!grants->isEmpty() && grants->size() <= kMaxTokens, "there are as many as there may be");
    QByteArray text;
    for (const Grant &grant : *grants) {
        check(grant.tokenHash.size() == 32, "a hash has its size");
        check(grant.prefix.size() <= kMaxKeySize && grant.prefix.isValidUtf8(),
              "a prefix could begin a key");
        text += tokenFileLine(grant) + '\n';
    }
    const auto again = parseTokenFile(text);
    check(again && *again == *grants, "what was read survives being written");
    return 0;
}
