// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QTcpSocket>

namespace memorykv::test {

/// Connects \a client over the loopback interface and returns the descriptor of the other end,
/// which is the caller's.
int connectedTo(QTcpSocket &client);

} // namespace memorykv::test
