// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/fakeserver.h"

#include "shared/eventjson.h"

#include <QSslSocket>

namespace memorykv::test {

namespace {

FakeRequest requestFrom(const QByteArray &head)
{
    FakeRequest request;
    const QList<QByteArray> lines = head.split('\n');
    const QList<QByteArray> words = lines.first().trimmed().split(' ');
    request.method = words.value(0);
    request.target = words.value(1);
    for (const QByteArray &line : lines.sliced(1)) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0)
            request.fields.append({line.first(colon).trimmed(), line.sliced(colon + 1).trimmed()});
    }
    return request;
}

QByteArray infoJson(const Position &position)
{
    return R"({"name":"MemoryKV","version":"0.1.0","epoch":)" + QByteArray::number(position.epoch)
           + R"(,"seq":)" + QByteArray::number(position.seq)
           + R"(,"durable_seq":0,"keys":0,"stored_bytes":0,"limits":{"max_key":1024,)"
           + R"("max_value":5242880}})";
}

} // namespace

QByteArray FakeRequest::field(QByteArrayView name) const
{
    for (const auto &[known, value] : fields) {
        if (known.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

QByteArray FakeRequest::path() const
{
    const qsizetype query = target.indexOf('?');
    return query < 0 ? target : target.first(query);
}

FakeServer::FakeServer(QObject *parent)
    : QTcpServer(parent)
    , m_webSockets(QStringLiteral("fake"), QWebSocketServer::NonSecureMode)
{
    listen(QHostAddress::LocalHost);
    m_port = serverPort();
    answer({}, {.status = 404});
    answer("/-/info", [this](const FakeRequest &) {
        return FakeAnswer{.body = infoJson(position),
                          .fields = {{"Content-Type", "application/json"}}};
    });
    connect(&m_webSockets, &QWebSocketServer::newConnection, this, [this] {
        m_feed = m_webSockets.nextPendingConnection();
        m_feed->setParent(this);
        connect(m_feed, &QWebSocket::disconnected, m_feed, &QObject::deleteLater);
        Q_EMIT feedOpened();
    });
}

FakeServer::~FakeServer()
{
    goAway();
}

void FakeServer::useTls(const QSslCertificate &certificate, const QSslKey &key)
{
    m_certificate = certificate;
    m_key = key;
}

void FakeServer::goAway()
{
    close();
    // While its socket is there: it says goodbye to it.
    delete m_feed;
    for (const auto &socket : std::exchange(m_sockets, {})) {
        if (socket)
            socket->abort();
    }
}

void FakeServer::comeBack()
{
    listen(QHostAddress::LocalHost, m_port);
}

QUrl FakeServer::url() const
{
    QUrl url;
    url.setScheme(m_key.isNull() ? QStringLiteral("http") : QStringLiteral("https"));
    url.setHost(QStringLiteral("127.0.0.1"));
    url.setPort(m_port);
    return url;
}

void FakeServer::answer(const QByteArray &path, Handler handler)
{
    m_handlers[path] = std::move(handler);
}

void FakeServer::answer(const QByteArray &path, const FakeAnswer &answer)
{
    m_handlers[path] = [answer](const FakeRequest &) { return answer; };
}

void FakeServer::incomingConnection(qintptr descriptor)
{
    QTcpSocket *socket = nullptr;
    if (m_key.isNull()) {
        socket = new QTcpSocket(this);
        socket->setSocketDescriptor(descriptor);
    } else {
        auto *secure = new QSslSocket(this);
        secure->setSocketDescriptor(descriptor);
        secure->setLocalCertificate(m_certificate);
        secure->setPrivateKey(m_key);
        secure->startServerEncryption();
        socket = secure;
    }
    m_sockets.append(socket);
    connect(socket, &QTcpSocket::readyRead, this, [this, socket] { onReadyRead(socket); });
    connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
}

void FakeServer::onReadyRead(QTcpSocket *socket)
{
    const QByteArray bytes = socket->peek(socket->bytesAvailable());
    const qsizetype end = bytes.indexOf("\r\n\r\n");
    if (end < 0)
        return;
    if (!takeFeed(socket, bytes.first(end)))
        takeRequest(socket, end + 4);
}

/// Whether the request was for a feed, which is dealt with then.
bool FakeServer::takeFeed(QTcpSocket *socket, const QByteArray &head)
{
    const FakeRequest request = requestFrom(head);
    if (request.path() != "/wal" || request.field("Upgrade").isEmpty())
        return false;
    ++m_feedRequests;
    m_lastFeedTarget = request.target;
    m_lastFeedToken = request.field("Authorization");
    if (m_keepWaiting) {
        socket->disconnect(this);
        return true;
    }
    if (m_feedRefusal.status != 0) {
        socket->readAll();
        reply(socket, m_feedRefusal);
        return true;
    }
    socket->disconnect(this);
    m_feedSocket = socket;
    m_webSockets.handleConnection(socket);
    // It may all have been there already, and nothing would tell the server again.
    Q_EMIT socket->readyRead();
    return true;
}

void FakeServer::takeRequest(QTcpSocket *socket, qsizetype headSize)
{
    FakeRequest request = requestFrom(socket->peek(headSize));
    const qsizetype bodySize = request.field("Content-Length").toLongLong();
    if (socket->bytesAvailable() < headSize + bodySize)
        return;
    socket->read(headSize);
    request.body = socket->read(bodySize);
    m_requests.append(request);
    QByteArray path = request.path();
    if (path == "/wal" && m_feedRefusal.status != 0) {
        reply(socket, m_feedRefusal);
        return;
    }
    if (!m_handlers.contains(path))
        path.clear();
    reply(socket, m_handlers.value(path)(request));
}

void FakeServer::reply(QTcpSocket *socket, const FakeAnswer &answer)
{
    if (answer.silent)
        return;
    if (answer.status == 0) {
        socket->abort();
        return;
    }
    QByteArray bytes = "HTTP/1.1 " + QByteArray::number(answer.status) + " Words\r\n";
    for (const auto &[name, value] : answer.fields)
        bytes += name + ": " + value + "\r\n";
    const qint64 size = answer.claimedSize < 0 ? answer.body.size() : answer.claimedSize;
    bytes += "Content-Length: " + QByteArray::number(size) + "\r\n\r\n" + answer.body;
    socket->write(bytes);
    if (answer.hangUp)
        socket->disconnectFromHost();
}

void FakeServer::send(const Event &event)
{
    QByteArray json;
    appendEventJson(event, json);
    sendRaw(json);
}

void FakeServer::sendRaw(const QByteArray &message)
{
    m_feed->sendBinaryMessage(message);
}

void FakeServer::closeFeed(int code)
{
    m_feed->close(static_cast<QWebSocketProtocol::CloseCode>(code));
}

void FakeServer::breakFrame()
{
    // The head of a binary frame of 4,096 bytes, and three of them.
    m_feedSocket->write(QByteArray("\x82\x7e\x10\x00{\"s", 7));
    m_feedSocket->flush();
    m_feedSocket->disconnectFromHost();
}

void FakeServer::fallSilent()
{
    QObject::disconnect(m_feedSocket, &QTcpSocket::readyRead, m_feed, nullptr);
}

} // namespace memorykv::test
