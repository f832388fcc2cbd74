// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QList>

namespace memorykv::test {

inline const QByteArray kHost = QByteArrayLiteral("Host: 127.0.0.1\r\n");

/// A PUT with the fields given, which say how long it is, and whatever follows the head.
QByteArray framedPut(const QByteArray &fields, const QByteArray &rest);

/// A GET of /ping with just the fields given.
QByteArray framedGet(const QByteArray &fields);

/// A chunked PUT.
QByteArray framedChunks(const QByteArray &chunks);

/// Adds the rows of requests that must be refused: bytes, and the statuses any of which is right.
void addRefusalRows();

} // namespace memorykv::test
