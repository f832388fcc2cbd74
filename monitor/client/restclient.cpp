// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/restclient.h"

#include "monitor/client/batchtext.h"
#include "monitor/client/entrytext.h"
#include "monitor/client/httpexchange.h"
#include "shared/jsonreader.h"
#include "shared/percent.h"

#include <QTimer>

namespace memorykv {

namespace {

Failure protocolFailure(const QByteArray &what)
{
    return {.kind = FailureKind::Protocol,
            .text = RestClient::tr("The answer of the server makes no sense: %1")
                        .arg(QString::fromUtf8(what))};
}

QByteArray quoted(quint64 revision)
{
    return '"' + QByteArray::number(revision) + '"';
}

void addCondition(const Condition &condition, HttpRequest &request)
{
    switch (condition.kind) {
    case Condition::Kind::None:
        break;
    case Condition::Kind::Revision:
        request.fields.emplaceBack("If-Match", quoted(condition.revision));
        break;
    case Condition::Kind::Exists:
        request.fields.emplaceBack("If-Match", "*");
        break;
    case Condition::Kind::Missing:
        request.fields.emplaceBack("If-None-Match", "*");
        break;
    }
}

// Slashes are encoded, too: QNetworkAccessManager folds "//", "." and ".." in a path, which would
// make another key of it.

QByteArray keyTarget(QByteArrayView key)
{
    return '/' + percentEncodeQuery(key);
}

QByteArray keysTarget(QByteArrayView prefix)
{
    return prefix.isEmpty() ? QByteArray("/keys") : "/keys/" + percentEncodeQuery(prefix);
}

/// Whether \a url would still be folded: encoded dots are dots again for QUrl. "DELETE /keys/."
/// would then delete all keys.
bool wouldBeFolded(const QUrl &url)
{
    const QString path = url.path(QUrl::FullyEncoded);
    return path.endsWith(QLatin1String("/.")) || path.endsWith(QLatin1String("/.."));
}

/// Calls \a done with \a failure later, as for an answer.
template <typename T>
RestCall failLater(const Failure &failure, QObject *context, RestClient::Then<T> done)
{
    auto *pending = new QObject(context);
    QTimer::singleShot(0, pending, [pending, failure, done = std::move(done)] {
        pending->deleteLater();
        done(failure);
    });
    return RestCall(pending);
}

QByteArray pageTarget(QByteArrayView prefix, QByteArrayView after, int limit)
{
    QByteArray target = keysTarget(prefix) + "?limit=" + QByteArray::number(limit);
    if (!after.isEmpty())
        target += "&after=" + percentEncodeQuery(after);
    return target;
}

bool leadsOn(const HttpAnswer &answer)
{
    return answer.link.contains("rel=\"next\"");
}

Outcome<KeyPage> keyPage(const HttpAnswer &answer)
{
    KeyPage page;
    JsonReader reader(answer.body);
    reader.enterArray();
    while (reader.nextElement())
        page.keys.append(reader.string().value_or(QByteArray()));
    if (!reader.finish())
        return protocolFailure(reader.errorText());
    page.more = leadsOn(answer) && !page.keys.isEmpty();
    if (page.more)
        page.nextAfter = page.keys.last();
    return page;
}

Outcome<EntryPage> entryPage(const HttpAnswer &answer)
{
    EntryPage page;
    JsonReader reader(answer.body);
    reader.enterArray();
    while (reader.nextElement()) {
        KeyEntry entry;
        readEntry(reader, entry);
        page.entries.append(std::move(entry));
    }
    if (!reader.finish())
        return protocolFailure(reader.errorText());
    page.more = leadsOn(answer) && !page.entries.isEmpty();
    if (page.more)
        page.nextAfter = page.entries.last().key;
    return page;
}

Outcome<quint64> countIn(const HttpAnswer &answer)
{
    JsonReader reader(answer.body);
    std::optional<quint64> count;
    reader.enterObject();
    while (const auto name = reader.nextMember()) {
        if (*name == "count")
            count = reader.wholeNumber();
        else
            reader.skip();
    }
    if (!reader.finish() || !count)
        return protocolFailure(reader.failed() ? reader.errorText() : "no count");
    return *count;
}

} // namespace

RestCall::RestCall(QObject *running)
    : m_running(running)
{ }

void RestCall::abort()
{
    if (auto *exchange = qobject_cast<HttpExchange *>(m_running.data()))
        exchange->abort();
    else
        delete m_running.data();
    m_running.clear();
}

bool RestCall::isRunning() const
{
    return !m_running.isNull();
}

RestClient::RestClient(QObject *parent)
    : QObject(parent)
    , m_network(this) // so that it moves along to another thread
{ }

RestClient::~RestClient()
{
    // While the access manager is still there for them.
    qDeleteAll(findChildren<HttpExchange *>(Qt::FindDirectChildrenOnly));
}

void RestClient::setEndpoint(const Endpoint &endpoint)
{
    const auto running = findChildren<HttpExchange *>(Qt::FindDirectChildrenOnly);
    for (HttpExchange *exchange : running)
        exchange->abort();
    // A connection that is open was let in with the old certificate and token.
    if (!(m_endpoint == endpoint))
        m_network.clearConnectionCache();
    m_endpoint = endpoint;
}

HttpRequest RestClient::request(QByteArrayView method, const QByteArray &target) const
{
    return {.method = method.toByteArray(), .url = targetUrl(m_endpoint.address, target)};
}

template <typename T>
RestCall RestClient::ask(HttpRequest request, QObject *context, Then<T> done, Parse<T> parse)
{
    if (wouldBeFolded(request.url)) {
        const Failure failure{.kind = FailureKind::Rejected,
                              .text = tr("A key or prefix of only \".\" or \"..\" cannot be "
                                         "asked for from here")};
        return failLater<T>(failure, context == nullptr ? this : context, std::move(done));
    }
    auto *exchange = new HttpExchange(
        m_network, m_endpoint, std::move(request),
        [done = std::move(done), parse = std::move(parse)](const Outcome<HttpAnswer> &answer) {
            done(answer ? parse(*answer) : Outcome<T>(answer.error()));
        },
        [this](const QSslCertificate &certificate, const QList<QSslError> &errors) {
            Q_EMIT certificateUntrusted(certificateQuestion(m_endpoint.address, certificate, errors,
                                                            m_endpoint.pinnedSha256));
        },
        this);
    if (context != nullptr)
        connect(context, &QObject::destroyed, exchange, &HttpExchange::abort);
    return RestCall(exchange);
}

/// As ask(), for what changes the store.
template <typename T>
RestCall RestClient::write(HttpRequest request, QObject *context, Then<T> done, Parse<T> parse)
{
    if (!m_endpoint.readOnly)
        return ask(std::move(request), context, std::move(done), std::move(parse));
    const Failure failure{.kind = FailureKind::ReadOnly,
                          .text = failureTitle(FailureKind::ReadOnly)};
    return failLater<T>(failure, context == nullptr ? this : context, std::move(done));
}

RestCall RestClient::get(const QByteArray &key, qint64 maxBytes, QObject *context,
                         Then<StoredValue> done, Progress progress)
{
    HttpRequest get = request("GET", keyTarget(key));
    get.maxBytes = maxBytes;
    get.progress = std::move(progress);
    return ask<StoredValue>(std::move(get), context, std::move(done),
                            [key](const HttpAnswer &answer) -> Outcome<StoredValue> {
                                return StoredValue{.key = key,
                                                   .bytes = answer.body,
                                                   .type = answer.type,
                                                   .revision = answer.revision,
                                                   .totalSize = answer.totalSize,
                                                   .whole = answer.whole};
                            });
}

RestCall RestClient::entry(const QByteArray &key, QObject *context, Then<KeyEntry> done)
{
    // In byte order a key comes before all others that begin with it.
    const QByteArray target = pageTarget(key, {}, 1) + "&values=true";
    return ask<KeyEntry>(request("GET", target), context, std::move(done),
                         [key](const HttpAnswer &answer) -> Outcome<KeyEntry> {
                             const auto page = entryPage(answer);
                             if (!page)
                                 return page.error();
                             if (page->entries.isEmpty() || page->entries.first().key != key)
                                 return Failure{.kind = FailureKind::NotFound,
                                                .status = 404,
                                                .text = failureTitle(FailureKind::NotFound)};
                             return page->entries.first();
                         });
}

RestCall RestClient::put(const PutRequest &request, QObject *context, Then<Written> done,
                         Progress progress)
{
    QByteArray target = keyTarget(request.key);
    if (request.ttlSeconds > 0)
        target += "?ttl=" + QByteArray::number(request.ttlSeconds);
    HttpRequest put = this->request("PUT", target);
    put.body = request.value;
    put.progress = std::move(progress);
    put.fields.emplaceBack("Content-Type",
                           request.type.isEmpty() ? "application/octet-stream" : request.type);
    put.fields.emplaceBack("Prefer", "return=minimal");
    addCondition(request.condition, put);
    return write<Written>(
        std::move(put), context, std::move(done), [](const HttpAnswer &answer) -> Outcome<Written> {
            return Written{.revision = answer.revision, .created = answer.status == 201};
        });
}

RestCall RestClient::remove(const QByteArray &key, Condition condition, QObject *context,
                            Then<Removed> done)
{
    HttpRequest remove = request("DELETE", keyTarget(key));
    addCondition(condition, remove);
    return write<Removed>(std::move(remove), context, std::move(done),
                          [](const HttpAnswer &answer) -> Outcome<Removed> {
                              return Removed{.value = answer.body, .type = answer.type};
                          });
}

RestCall RestClient::setTtl(const QByteArray &key, qint64 ttlSeconds, Condition condition,
                            QObject *context, Then<quint64> done)
{
    HttpRequest patch = request("PATCH", keyTarget(key) + "?ttl=" + QByteArray::number(ttlSeconds));
    addCondition(condition, patch);
    return write<quint64>(
        std::move(patch), context, std::move(done),
        [](const HttpAnswer &answer) -> Outcome<quint64> { return answer.revision; });
}

RestCall RestClient::keys(const QByteArray &prefix, const QByteArray &after, int limit,
                          QObject *context, Then<KeyPage> done)
{
    return ask<KeyPage>(request("GET", pageTarget(prefix, after, limit)), context, std::move(done),
                        keyPage);
}

RestCall RestClient::entries(const QByteArray &prefix, const QByteArray &after, int limit,
                             QObject *context, Then<EntryPage> done)
{
    const QByteArray target = pageTarget(prefix, after, limit) + "&values=true";
    return ask<EntryPage>(request("GET", target), context, std::move(done), entryPage);
}

RestCall RestClient::count(const QByteArray &prefix, QObject *context, Then<quint64> done)
{
    return ask<quint64>(request("GET", keysTarget(prefix) + "?count=true"), context,
                        std::move(done), countIn);
}

RestCall RestClient::removePrefix(const QByteArray &prefix, QObject *context, Then<Done> done)
{
    HttpRequest remove = request("DELETE", keysTarget(prefix));
    remove.fields.emplaceBack("Prefer", "return=minimal");
    return write<Done>(std::move(remove), context, std::move(done),
                       [](const HttpAnswer &) -> Outcome<Done> { return Done{}; });
}

RestCall RestClient::batch(const QList<BatchOperation> &operations, QObject *context,
                           Then<QList<BatchResult>> done)
{
    HttpRequest post = request("POST", "/-/batch");
    post.body = batchJson(operations);
    post.fields.emplaceBack("Content-Type", "application/json");
    return write<QList<BatchResult>>(std::move(post), context, std::move(done),
                                     [](const HttpAnswer &answer) -> Outcome<QList<BatchResult>> {
                                         auto results = batchResults(answer.body);
                                         if (!results)
                                             return protocolFailure(results.error().detail);
                                         return *std::move(results);
                                     });
}

RestCall RestClient::info(QObject *context, Then<ServerInfo> done)
{
    return ask<ServerInfo>(request("GET", "/-/info"), context, std::move(done),
                           [](const HttpAnswer &answer) -> Outcome<ServerInfo> {
                               ServerInfo info;
                               switch (readServerInfo(answer.body, info)) {
                               case ServerKind::Supported:
                                   return info;
                               case ServerKind::TokenNeeded:
                                   return failureFromAnswer(401, {});
                               case ServerKind::TooOld:
                                   return Failure{.kind = FailureKind::Protocol,
                                                  .status = answer.status,
                                                  .text
                                                  = tr("This MemoryKV is too old for the monitor")};
                               case ServerKind::NotMemoryKv:
                                   break;
                               }
                               return Failure{.kind = FailureKind::Protocol,
                                              .status = answer.status,
                                              .text = tr("What answers there is no MemoryKV")};
                           });
}

RestCall RestClient::infoText(QObject *context, Then<QByteArray> done)
{
    return ask<QByteArray>(
        request("GET", "/-/info"), context, std::move(done),
        [](const HttpAnswer &answer) -> Outcome<QByteArray> { return answer.body; });
}

RestCall RestClient::metricsText(QObject *context, Then<QByteArray> done)
{
    return ask<QByteArray>(
        request("GET", "/metrics"), context, std::move(done),
        [](const HttpAnswer &answer) -> Outcome<QByteArray> { return answer.body; });
}

RestCall RestClient::probeFeed(QObject *context, Then<Done> done)
{
    return ask<Done>(request("GET", "/wal"), context, std::move(done),
                     [](const HttpAnswer &answer) -> Outcome<Done> {
                         return Failure{.kind = FailureKind::Protocol,
                                        .status = answer.status,
                                        .text = failureTitle(FailureKind::Protocol)};
                     });
}

} // namespace memorykv
