// SPDX-License-Identifier: GPL-3.0-only
// Everything that reads the values of a query or of header fields. An input is a query, a line
// feed, and the value that each field gets in turn. Checks that what is accepted keeps its
// promises, and that no error quotes a token.

#include "server/http/bearer.h"
#include "server/http/hostlist.h"
#include "server/http/preconditions.h"
#include "server/http/query.h"
#include "server/http/routes.h"
#include "server/http/tokenfile.h"
#include "server/http/valuerules.h"
#include "shared/limits.h"
#include "shared/percent.h"
#include "shared/position.h"

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

void readQuery(QByteArrayView text)
{
    const auto query = Query::parse(text, {"ttl", "limit", "after", "values", "prefix"});
    if (!query)
        return;
    if (const auto ttl = query->number("ttl", 1, kMaxTtlSeconds, 0))
        check(*ttl >= 0 && *ttl <= kMaxTtlSeconds, "a number keeps its bounds");
    (void)query->flag("values").ok();
    if (const auto after = query->value("after")) {
        check(after->isValidUtf8(), "a parameter is UTF-8");
        const auto again = queryDecode(percentEncodeQuery(*after));
        check(again && *again == *after, "a parameter survives encoding");
    }
}

void readPath(QByteArrayView text)
{
    const auto match = matchRoute('/' + text.toByteArray());
    // The name of a file of the page is compared with those there are, and may be any bytes.
    if (!match || match->route == Route::PageFile)
        return;
    check(match->argument.size() <= kMaxKeySize, "a key keeps its limit");
    check(match->argument.isValidUtf8(), "a key is UTF-8");
    check(match->route != Route::Key || !match->argument.isEmpty(), "a key is not empty");
}

void readFields(QByteArrayView value)
{
    Request request;
    request.fields.append({"Upgrade", "websocket"});
    for (const QByteArrayView name :
         {QByteArrayView("If-Match"), QByteArrayView("If-None-Match"), QByteArrayView("Prefer"),
          QByteArrayView("Authorization"), QByteArrayView("Sec-WebSocket-Protocol")}) {
        request.fields.append({name, value});
    }
    (void)conditionOf(request).ok();
    (void)prefersMinimal(request);
    (void)checkContentType(value);
    (void)HostList(QHostAddress(QHostAddress::LocalHost), {"kv.example"}).allows(value);
    if (const auto position = Position::fromText(value)) {
        const auto again = Position::fromText(position->toText());
        check(again && again->seq == position->seq && again->epoch == position->epoch,
              "a position survives its text");
    }
    const auto token = bearer::tokenOf(request);
    if (token && isTokenText(*token))
        check(token->size() <= kMaxTokenSize, "a token keeps its limit");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, std::size_t size)
{
    const QByteArrayView input(data, qsizetype(size));
    const qsizetype end = input.indexOf('\n');
    const QByteArrayView first = end < 0 ? input : input.first(end);
    readQuery(first);
    readPath(first);
    readFields(end < 0 ? QByteArrayView() : input.sliced(end + 1));
    return 0;
}
