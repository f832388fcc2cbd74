// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace memorykv::fanout {

/// A TCP connection to 127.0.0.1, closed with the object. Errors are thrown as std::system_error,
/// the end of the connection where it is not expected as std::runtime_error.
class Socket
{
public:
    Socket() = default;

    /// Connects and waits for it. RECEIVEBUFFER is SO_RCVBUF in bytes, 0 for the system's own
    /// choice.
    explicit Socket(std::uint16_t port, int receiveBuffer = 0);
    ~Socket();
    Socket(Socket &&other) noexcept;
    Socket &operator=(Socket &&other) noexcept;

    int descriptor() const { return m_descriptor; }

    /// From here on, send() and receive() do not wait.
    void setNonBlocking();

    /// How many bytes were taken, 0 when none can be now.
    std::size_t send(std::string_view bytes);

    /// All of them, waiting as long as it takes.
    void sendAll(std::string_view bytes);

    /// Bytes into BUFFER: their number; 0 at the end of the connection; nothing when there are
    /// none.
    std::optional<std::size_t> receive(char *buffer, std::size_t size);

    /// Waits until what has come ends with or holds END; returns all of it.
    std::string receiveUntil(std::string_view end);

    void close();

private:
    int m_descriptor = -1;
};

} // namespace memorykv::fanout
