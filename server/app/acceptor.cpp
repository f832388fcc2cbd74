// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/acceptor.h"

#include "shared/logcategories.h"

#include <QTimer>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace memorykv {

static constexpr std::chrono::milliseconds kPause{100};
static constexpr int kBacklog = 1024;

static int openReserve()
{
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

Acceptor::Acceptor(Sink sink, QObject *parent)
    : QTcpServer(parent)
    , m_sink(std::move(sink))
    , m_reserve(openReserve())
{
    setListenBacklogSize(kBacklog);
    connect(this, &QTcpServer::acceptError, this, &Acceptor::onAcceptError);
}

Acceptor::~Acceptor()
{
    if (m_reserve >= 0)
        ::close(m_reserve);
}

// QTcpServer stops accepting for good when accept(2) fails.
void Acceptor::onAcceptError()
{
    turnWaitingAway();
    QTimer::singleShot(kPause, this, &QTcpServer::resumeAccepting);
}

void Acceptor::turnWaitingAway()
{
    if (m_reserve < 0)
        return;
    int turnedAway = 0;
    // One descriptor, taken again and again; as many as may wait at a time.
    for (; turnedAway < kBacklog; ++turnedAway) {
        ::close(m_reserve);
        const int waiting = ::accept4(int(socketDescriptor()), nullptr, nullptr, SOCK_CLOEXEC);
        if (waiting >= 0)
            ::close(waiting);
        m_reserve = openReserve();
        if (waiting < 0 || m_reserve < 0)
            break;
    }
    qCWarning(lcServer) << "out of file descriptors: turned away" << turnedAway << "connections";
}

} // namespace memorykv
