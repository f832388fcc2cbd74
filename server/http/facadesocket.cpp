// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/facadesocket.h"

#include <algorithm>

namespace memorykv {

FacadeSocket::FacadeSocket(QObject *parent)
    : QTcpSocket(parent)
{
    setSocketState(QAbstractSocket::ConnectedState);
    setOpenMode(QIODevice::ReadWrite);
}

void FacadeSocket::deliver(QByteArrayView request)
{
    m_unread = request;
    Q_EMIT readyRead();
    m_unread = {};
}

qint64 FacadeSocket::bytesAvailable() const
{
    return m_unread.size() + QIODevice::bytesAvailable();
}

qint64 FacadeSocket::readData(char *data, qint64 maxSize)
{
    const qsizetype size = std::min<qsizetype>(maxSize, m_unread.size());
    std::copy_n(m_unread.data(), size, data);
    m_unread = m_unread.sliced(size);
    return size;
}

qint64 FacadeSocket::writeData(const char *, qint64 size)
{
    return size;
}

} // namespace memorykv
