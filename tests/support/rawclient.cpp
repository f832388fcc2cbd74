// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/rawclient.h"

#include <QDeadlineTimer>
#include <QHostAddress>
#include <QNetworkProxy>

#include <sys/socket.h>

namespace memorykv::test {

RawClient::RawClient(quint16 port)
{
    m_socket.setProxy(QNetworkProxy::NoProxy);
    m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
    if (m_socket.waitForConnected(kWaitMs))
        m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
}

RawClient::~RawClient()
{
    m_socket.abort();
}

// A socket whose connection broke while sending is no longer open for reading.
QByteArray RawClient::takeReceived()
{
    return m_socket.isOpen() ? m_socket.readAll() : QByteArray();
}

void RawClient::queue(QByteArrayView bytes)
{
    if (isConnected())
        m_socket.write(bytes.data(), bytes.size());
}

bool RawClient::send(QByteArrayView bytes)
{
    queue(bytes);
    while (m_socket.bytesToWrite() > 0) {
        if (!m_socket.waitForBytesWritten(kWaitMs))
            return false;
    }
    return isConnected();
}

void RawClient::sendWhatFits(QByteArrayView bytes)
{
    constexpr int kNoProgressMs = 500;
    queue(bytes);
    while (m_socket.bytesToWrite() > 0 && m_socket.waitForBytesWritten(kNoProgressMs)) { }
}

void RawClient::shutdownWrite()
{
    ::shutdown(static_cast<int>(m_socket.socketDescriptor()), SHUT_WR);
}

void RawClient::limitReadBuffer(qint64 bytes)
{
    m_socket.setReadBufferSize(bytes);
}

template <typename Take>
HttpResponse RawClient::readWith(int milliseconds, Take take)
{
    const QDeadlineTimer deadline(milliseconds);
    HttpResponse none;
    while (true) {
        m_parser.append(takeReceived());
        const bool peerClosed = closed();
        if (std::optional<HttpResponse> response = take(peerClosed))
            return *response;
        none.fault = m_parser.malformed();
        if (!none.fault.isEmpty())
            return none;
        if (peerClosed || deadline.hasExpired())
            break;
        m_socket.waitForReadyRead(static_cast<int>(deadline.remainingTime()));
    }
    none.fault = closed() ? "closed by the peer" : "no answer in time";
    return none;
}

HttpResponse RawClient::readResponse(bool toHead, int milliseconds)
{
    return readWith(milliseconds,
                    [&](bool peerClosed) { return m_parser.next(toHead, peerClosed); });
}

HttpResponse RawClient::readHead(int milliseconds)
{
    return readWith(milliseconds, [&](bool) { return m_parser.nextHead(); });
}

QByteArray RawClient::readSome(int milliseconds)
{
    QByteArray bytes = m_parser.takeRemainder() + takeReceived();
    if (bytes.isEmpty() && m_socket.waitForReadyRead(milliseconds))
        bytes = takeReceived();
    return bytes;
}

QByteArray RawClient::readUntilClosed(int milliseconds)
{
    const QDeadlineTimer deadline(milliseconds);
    QByteArray bytes = m_parser.takeRemainder() + takeReceived();
    while (!closed() && !deadline.hasExpired()) {
        m_socket.waitForReadyRead(static_cast<int>(deadline.remainingTime()));
        bytes += takeReceived();
    }
    return bytes;
}

QList<HttpResponse> RawClient::readResponsesUntilClosed(int milliseconds)
{
    m_parser.append(readUntilClosed(milliseconds));
    QList<HttpResponse> responses;
    while (std::optional<HttpResponse> response = m_parser.next(false, true))
        responses.append(*response);
    if (!m_parser.isEmpty()) {
        HttpResponse rest;
        rest.fault = "not a response: " + m_parser.takeRemainder().left(300);
        responses.append(rest);
    }
    return responses;
}

} // namespace memorykv::test
