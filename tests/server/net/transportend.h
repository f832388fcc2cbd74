// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/net/transport.h"

namespace memorykv::test {

/// The server's end of a connection, and what every test of one does with it.
struct TransportEnd
{
    QByteArray read(qint64 maxSize = 16 << 10) const
    {
        QByteArray bytes(maxSize, Qt::Uninitialized);
        bytes.truncate(transport->read(bytes.data(), maxSize));
        return bytes;
    }

    /// Writes pieces until some of them have to wait, and returns all of them.
    QByteArray fill() const
    {
        QByteArray all;
        for (int i = 0; transport->unsentBytes() < 3 << 20; ++i) {
            const QByteArray piece(1 + i * 37 % 90'000, char('a' + i % 26));
            all += piece;
            transport->write(piece);
        }
        return all;
    }

    void countEnds()
    {
        QObject::connect(transport.get(), &Transport::ended, transport.get(), [this] { ++ends; });
    }

    std::unique_ptr<Transport> transport;
    int ends = 0;
};

} // namespace memorykv::test
