// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/socket.h"

#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace memorykv::fanout {

namespace {

[[noreturn]] void fail(const char *what)
{
    throw std::system_error(errno, std::system_category(), what);
}

bool wouldWait()
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

} // namespace

Socket::Socket(std::uint16_t port, int receiveBuffer)
    : m_descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    if (m_descriptor < 0)
        fail("socket");
    // Has to be set before the window is agreed on.
    if (receiveBuffer > 0)
        setsockopt(m_descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    const int on = 1;
    setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(m_descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        const int error = errno;
        close();
        throw std::system_error(error, std::system_category(), "connect");
    }
}

Socket::~Socket()
{
    close();
}

Socket::Socket(Socket &&other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
{ }

Socket &Socket::operator=(Socket &&other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

void Socket::close()
{
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

void Socket::setNonBlocking()
{
    if (fcntl(m_descriptor, F_SETFL, fcntl(m_descriptor, F_GETFL) | O_NONBLOCK) != 0)
        fail("fcntl");
}

std::size_t Socket::send(std::string_view bytes)
{
    const ssize_t sent = ::send(m_descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && !wouldWait())
        fail("send");
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

void Socket::sendAll(std::string_view bytes)
{
    while (!bytes.empty()) {
        const std::size_t sent = send(bytes);
        bytes.remove_prefix(sent);
        if (sent == 0) {
            pollfd wait{m_descriptor, POLLOUT, 0};
            poll(&wait, 1, -1);
        }
    }
}

std::optional<std::size_t> Socket::receive(char *buffer, std::size_t size)
{
    const ssize_t received = recv(m_descriptor, buffer, size, 0);
    if (received < 0 && !wouldWait())
        fail("recv");
    if (received < 0)
        return std::nullopt;
    return static_cast<std::size_t>(received);
}

std::string Socket::receiveUntil(std::string_view end)
{
    std::string bytes;
    char buffer[4096];
    while (bytes.find(end) == std::string::npos) {
        const auto size = receive(buffer, sizeof buffer);
        if (size == 0)
            throw std::runtime_error("the server closed the connection after \"" + bytes + '"');
        bytes.append(buffer, size.value_or(0));
    }
    return bytes;
}

} // namespace memorykv::fanout
