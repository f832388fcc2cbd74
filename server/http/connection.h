// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/clienttime.h"
#include "server/http/connectionlimits.h"
#include "server/http/datefield.h"
#include "server/http/dispatcher.h"
#include "server/http/gatekeeper.h"
#include "server/http/outbox.h"
#include "server/http/ratelimiter.h"
#include "server/http/requestparser.h"
#include "server/http/tlssource.h"
#include "server/net/transport.h"
#include "server/store/bufferbudget.h"

#include <QObject>

#include <functional>
#include <memory>
#include <optional>

namespace memorykv {

/// A request to leave the exchange of whole messages: the client's transport goes to the feed, or
/// to what streams a snapshot.
struct Upgrade
{
    enum class Kind { WebSocket, EventStream, Snapshot };

    Kind kind = Kind::WebSocket;
    Request request;
    std::unique_ptr<Transport> transport; ///< nothing left to be written
    QByteArray remainder;                 ///< bytes that came after the request
};

/// Takes over the transport of \a upgrade, or answers why not and leaves it where it is.
using UpgradeHandler = std::function<std::optional<Response>(Upgrade &upgrade)>;

/// What the connections of one worker share.
struct ConnectionContext
{
    Dispatcher &dispatcher;
    const Log &log;
    HttpObserver &observer;
    UpgradeHandler upgrade;
    ConnectionLimits limits;
    DateField date;
    const Gatekeeper *gatekeeper = nullptr; ///< null: whoever comes may do everything
    const TlsSource *tls = nullptr;         ///< null: no TLS
    BufferBudget *buffers = nullptr;        ///< null: there is none to keep to
    RateLimiter *rate = nullptr;            ///< null: as fast as they like
};

/// One client: owns its transport, frames and checks what comes, has it answered, and writes the
/// answers in order once what they show is durable. Lives on its worker's thread.
class Connection : public QObject
{
    Q_OBJECT

public:
    /// \a context must outlive the connection.
    Connection(std::unique_ptr<Transport> transport, ConnectionContext &context);
    ~Connection() override;

    /// Lets answers leave that waited for the log to be durable up to \a durableSeq.
    void release(quint64 durableSeq);

    /// The log has failed: refuses what waited for it.
    void failHeld();

    /// Closes when the time the client had is over.
    void checkDeadline();

    /// Bytes that wait here, on their way in or out.
    qint64 bufferedBytes() const { return m_share.bytes(); }

    /// Ends the connection at once.
    void abort();

    /// Answers what has come in whole, then closes.
    void drain();

    /// Answers \a error whatever the client asks, then closes.
    void refuse(const Error &error);

Q_SIGNALS:
    /// An answer waits for the log. Told once before each release() or failHeld().
    void holding();
    /// Nothing more will happen here: the connection can go.
    void finished();

private:
    enum class Phase {
        Handshaking, ///< TLS is not there yet
        Serving,
        Upgrading, ///< waiting for earlier answers to leave before the transport changes hands
        Closing,   ///< the last answer is being written
        Lingering, ///< the client is given time to read it and close
        Finished,
    };

    void takeTransport(std::unique_ptr<Transport> transport);
    std::unique_ptr<Transport> giveTransport();
    void begin();
    qint64 unsentBytes() const;
    bool isShort() const;
    void read();
    void endOfInput();
    void process();
    void serveWhatHasCome();
    void serve(Request request);
    bool isOverRate();
    std::optional<Response> refusalOf(Request &request);
    void respond(Response &response, const Request &request, const Outbox::Receipt &receipt);
    void respondToBrokenFraming(const Error &error);
    void refuseBody();
    void respondAndClose(Response &response, const Request &request, Outbox::Receipt receipt);
    bool isUpgrade(const Request &request);
    void upgradeWhenIdle();
    void write();
    void continueClosing();
    void finish();
    std::optional<Error> shortOfBuffers(const Request &request) const;
    void account();
    bool isOutputFull() const;
    bool awaitsBody() const;
    void restartTime(bool written);

    std::unique_ptr<Transport> m_transport; ///< null once it was given away
    ConnectionContext &m_context;
    RequestParser m_parser;
    Outbox m_outbox;
    BufferShare m_share;
    ClientTime m_time;
    QByteArray m_origin; ///< for the rate
    Upgrade m_upgrade;
    Phase m_phase = Phase::Serving;
    bool m_draining = false;
    bool m_saidClose = false;     ///< the client has been told that its last answer is the last
    bool m_outputWasFull = false; ///< requests may be waiting in the parser
    bool m_mustRead = false;      ///< more may be waiting in the transport, which has told of it
    bool m_toldHolding = false;
    bool m_refused = false;    ///< more may come that is not going to be read
    bool m_headJudged = false; ///< and counted: whoever sends the present body may do so
};

} // namespace memorykv
