// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/certificatequestion.h"
#include "monitor/client/endpoint.h"
#include "monitor/client/failure.h"
#include "monitor/client/resttypes.h"
#include "monitor/client/serverinfo.h"

#include <QNetworkAccessManager>
#include <QObject>
#include <QPointer>

#include <functional>

namespace memorykv {

struct HttpAnswer;
struct HttpRequest;

/// A request on its way. Copies speak of the same request; one that has ended is harmless.
class RestCall
{
public:
    RestCall() = default;
    /// \a running deletes itself at the end of the request.
    explicit RestCall(QObject *running);

    /// Ends the request. Its callback is not called after this. What was sent may still take
    /// effect.
    void abort();
    bool isRunning() const;

private:
    QPointer<QObject> m_running;
};

/// The server's HTTP API (docs/rest.md), asynchronous. Keys and values are bytes.
///
/// Every function returns at once and calls \a done once, later, on this object's thread, unless
/// the call is aborted or \a context, which lives on the same thread, or the client is destroyed
/// before. A request has 30 s without a byte coming or going, then it fails with Network.
///
/// A key or prefix that is just "." or ".." fails with Rejected: Qt's network access cannot send
/// it. While the endpoint is readOnly, functions that write fail with ReadOnly and send nothing.
class RestClient : public QObject
{
    Q_OBJECT

public:
    template <typename T>
    using Then = std::function<void(Outcome<T>)>;

    static constexpr qint64 kFirstBytes = 64 << 10; ///< of a value that is only looked at

    explicit RestClient(QObject *parent = nullptr);
    ~RestClient() override;

    /// Where requests go from now on. Those on their way end without their callbacks.
    void setEndpoint(const Endpoint &endpoint);
    const Endpoint &endpoint() const { return m_endpoint; }

    /// The value of \a key: its first \a maxBytes bytes, or all of it with -1. The server sends
    /// whole values; what is not wanted is not read, and the connection ends. NotFound when there
    /// is no such key.
    RestCall get(const QByteArray &key, qint64 maxBytes, QObject *context, Then<StoredValue> done,
                 Progress progress = {});

    /// The key with its value and expiry, by way of the listing, which alone knows the seconds that
    /// are left. NotFound when there is no such key.
    RestCall entry(const QByteArray &key, QObject *context, Then<KeyEntry> done);

    /// Writes. Conflict when the condition does not hold.
    RestCall put(const PutRequest &request, QObject *context, Then<Written> done,
                 Progress progress = {});

    /// Deletes, and gives what was there. NotFound, Conflict.
    RestCall remove(const QByteArray &key, Condition condition, QObject *context,
                    Then<Removed> done);

    /// Sets the expiry, or clears it with 0. Gives the key's revision, which stays. NotFound,
    /// Conflict.
    RestCall setTtl(const QByteArray &key, qint64 ttlSeconds, Condition condition, QObject *context,
                    Then<quint64> done);

    /// At most \a limit keys with \a prefix that come after \a after (empty: from the first on).
    RestCall keys(const QByteArray &prefix, const QByteArray &after, int limit, QObject *context,
                  Then<KeyPage> done);

    /// The same with values, types and expiry.
    RestCall entries(const QByteArray &prefix, const QByteArray &after, int limit, QObject *context,
                     Then<EntryPage> done);

    /// How many keys have \a prefix.
    RestCall count(const QByteArray &prefix, QObject *context, Then<quint64> done);

    /// Deletes all keys with \a prefix (all keys when it is empty).
    RestCall removePrefix(const QByteArray &prefix, QObject *context, Then<Done> done);

    /// All of \a operations or none. A failure names the operation at fault in its index.
    RestCall batch(const QList<BatchOperation> &operations, QObject *context,
                   Then<QList<BatchResult>> done);

    /// Protocol when what answers is no MemoryKV or too old a one, the text says which;
    /// Unauthorized when it tells more only to who has a token.
    RestCall info(QObject *context, Then<ServerInfo> done);

    /// What stands behind info() as it came, for who judges it by readServerInfo().
    RestCall infoText(QObject *context, Then<QByteArray> done);

    /// The metrics in the Prometheus text format.
    RestCall metricsText(QObject *context, Then<QByteArray> done);

    /// What the server says to a consumer of the feed without upgrading: always a failure, status
    /// 426 when an upgrade would be let in, 401 or 403 when not.
    RestCall probeFeed(QObject *context, Then<Done> done);

Q_SIGNALS:
    /// A request failed with Tls since the system does not trust the server's certificate and the
    /// endpoint's pin is not for it. Comes before the callback of that request.
    void certificateUntrusted(const memorykv::CertificateQuestion &question);

private:
    template <typename T>
    using Parse = std::function<Outcome<T>(const HttpAnswer &)>;

    template <typename T>
    RestCall ask(HttpRequest request, QObject *context, Then<T> done, Parse<T> parse);
    template <typename T>
    RestCall write(HttpRequest request, QObject *context, Then<T> done, Parse<T> parse);
    HttpRequest request(QByteArrayView method, const QByteArray &target) const;

    QNetworkAccessManager m_network;
    Endpoint m_endpoint;
};

} // namespace memorykv
