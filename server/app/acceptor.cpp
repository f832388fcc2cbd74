// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/acceptor.h"

#include "shared/logcategories.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace memorykv {

static constexpr std::chrono::milliseconds kPause{100};
static constexpr int kBacklog = 1024;
static constexpr int kAtOnce = 64; ///< connections in one turn of the event loop

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
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPause);
    connect(&m_pause, &QTimer::timeout, this, [this] {
        if (m_notifier)
            m_notifier->setEnabled(true);
    });
}

Acceptor::~Acceptor()
{
    if (m_reserve >= 0)
        ::close(m_reserve);
}

// QTcpServer makes the socket; accepting is done here, as it takes a lack of descriptors for nobody
// waiting once that was so (its engine keeps the first error), and tries again at once, for ever.
bool Acceptor::start(const QHostAddress &address, quint16 port)
{
    if (!listen(address, port))
        return false;
    pauseAccepting();
    m_notifier = std::make_unique<QSocketNotifier>(socketDescriptor(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &Acceptor::acceptWaiting);
    return true;
}

void Acceptor::stop()
{
    m_notifier.reset();
    close();
}

void Acceptor::acceptWaiting()
{
    for (int i = 0; i < kAtOnce; ++i) {
        const int descriptor
            = ::accept4(int(socketDescriptor()), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor >= 0) {
            m_sink(descriptor);
            continue;
        }
        if (errno == ECONNABORTED || errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            turnWaitingAway();
            m_notifier->setEnabled(false);
            m_pause.start();
        }
        return;
    }
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
