// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/connection.h"

#include "server/http/problem.h"
#include "shared/logcategories.h"

#include <array>

namespace memorykv {

static constexpr qint64 kReadSize = 64 << 10;

// The answer to what would take memory while clients hold too much of it.
static Error tooMuchWaiting()
{
    return {ErrorCode::Unavailable,
            "too much is waiting for slow clients or the log (--max-buffers); try again later"};
}

static Error tooManyRequests()
{
    return {ErrorCode::TooManyRequests,
            "more requests a second than one address may make (--max-rate); try again later"};
}

Connection::Connection(std::unique_ptr<Transport> transport, ConnectionContext &context)
    : m_context(context)
    , m_parser(context.limits.maxBodySize)
    , m_share(context.buffers)
    , m_time(context.limits)
{
    takeTransport(std::move(transport));
    if (!m_transport->isReady()) {
        m_phase = Phase::Handshaking;
        m_time.handshakeBegins();
        connect(m_transport.get(), &Transport::ready, this, &Connection::begin);
    }
    if (m_context.rate)
        m_origin = originOf(m_transport->peer().address);
    m_context.observer.connectionsChanged(+1);
}

void Connection::takeTransport(std::unique_ptr<Transport> transport)
{
    m_transport = std::move(transport);
    connect(m_transport.get(), &Transport::readyRead, this, &Connection::read);
    connect(m_transport.get(), &Transport::progressed, this, &Connection::continueClosing);
    connect(m_transport.get(), &Transport::ended, this, &Connection::finish);
}

std::unique_ptr<Transport> Connection::giveTransport()
{
    m_transport->disconnect(this);
    return std::move(m_transport);
}

void Connection::begin()
{
    m_phase = Phase::Serving;
    m_time.servingBegins();
    read();
}

qint64 Connection::unsentBytes() const
{
    return m_transport ? m_transport->unsentBytes() : 0;
}

Connection::~Connection()
{
    m_context.observer.connectionsChanged(-1);
}

void Connection::read()
{
    // One buffer for all connections of the thread: it is used within this function alone.
    static thread_local std::array<char, kReadSize> buffer;
    m_mustRead = m_phase == Phase::Handshaking || m_phase == Phase::Upgrading || isOutputFull();
    if (m_mustRead)
        return;
    const qint64 size = m_transport->read(buffer.data(), kReadSize);
    if (size == 0 && m_transport->atEnd())
        endOfInput();
    if (m_phase != Phase::Serving || (size == 0 && !m_draining))
        return;
    m_parser.append(QByteArrayView(buffer.data(), size));
    process();
    restartTime(false);
}

// A client may say that it has no more to ask and still wait for its answers (RFC 9112 9.6).
void Connection::endOfInput()
{
    const bool awaitsAnswers = m_outbox.hasHeld() || unsentBytes() > 0;
    if (m_phase == Phase::Lingering || (m_phase == Phase::Serving && !awaitsAnswers))
        finish();
    else if (m_phase == Phase::Serving)
        m_phase = Phase::Closing;
}

void Connection::process()
{
    do {
        serveWhatHasCome();
        // Not while requests may be waiting in the transport: closing would drop them unread, and
        // with them, by a reset, answers that are on their way.
        if (m_draining && m_phase == Phase::Serving && !m_parser.midRequest() && !m_mustRead)
            m_phase = Phase::Closing;
        m_outputWasFull = isOutputFull();
        write();
    } while (m_outputWasFull && m_phase == Phase::Serving && !isOutputFull());
    if (m_outbox.hasHeld() && !std::exchange(m_toldHolding, true))
        Q_EMIT holding();
    account();
    continueClosing();
}

void Connection::serveWhatHasCome()
{
    while (m_phase == Phase::Serving && !isOutputFull()) {
        const auto status = m_parser.parse();
        if (!status) {
            respondToBrokenFraming(isOverRate() ? tooManyRequests() : status.error());
            break;
        }
        if (m_parser.inBody() && !m_headJudged)
            refuseBody();
        if (m_phase == Phase::Serving && m_parser.inBody() && isShort())
            respondToBrokenFraming(tooMuchWaiting());
        if (m_phase != Phase::Serving || *status == RequestParser::Status::NeedMore)
            break;
        if (*status == RequestParser::Status::WantsContinue)
            m_outbox.openInterim() += "HTTP/1.1 100 Continue\r\n\r\n";
        else
            serve(m_parser.takeRequest());
    }
}

// A body that nobody may send is not waited for: it would take memory, and a client that asked with
// Expect wants to know before it sends.
void Connection::refuseBody()
{
    const bool isTooMuch = isOverRate();
    m_headJudged = true;
    m_time.bodyBegins();
    if (!isTooMuch && !m_context.gatekeeper)
        return;
    Request request = m_parser.pendingRequest();
    auto refusal = isTooMuch ? m_context.dispatcher.refuse(request, tooManyRequests())
                             : m_context.gatekeeper->admitBody(request);
    if (refusal) {
        Outbox::Receipt receipt;
        receipt.method = request.method;
        respondAndClose(*refusal, request, receipt);
    }
}

// Counts each request once, with its head. Whatever else is wrong with it comes after that, so that
// nothing, tokens above all, can be tried out at any rate.
bool Connection::isOverRate()
{
    return m_context.rate && !m_headJudged && !m_context.rate->take(m_origin);
}

// The answer when this request is not to be served at all.
std::optional<Response> Connection::refusalOf(Request &request)
{
    if (isOverRate())
        return m_context.dispatcher.refuse(request, tooManyRequests());
    return m_context.gatekeeper ? m_context.gatekeeper->admit(request) : std::nullopt;
}

void Connection::serve(Request request)
{
    m_time.requestEnds();
    Outbox::Receipt receipt;
    receipt.method = request.method;
    receipt.requestBytes = request.body.size();
    receipt.since.start();
    auto refusal = refusalOf(request);
    m_headJudged = false;
    if (refusal) {
        respond(*refusal, request, receipt);
        return;
    }
    const auto shortage = shortOfBuffers(request);
    if (!shortage && isUpgrade(request)) {
        m_upgrade.request = std::move(request);
        m_phase = Phase::Upgrading;
        return;
    }
    Response response = shortage ? m_context.dispatcher.refuse(request, *shortage)
                                 : m_context.dispatcher.dispatch(request);
    respond(response, request, receipt);
    account();
}

// Whether there is no room for more changes. Those that wait for the log take memory as well, also
// when the client who made them is gone.
bool Connection::isShort() const
{
    return m_context.buffers && m_context.buffers->isOverWith(m_context.log.waitingBytes());
}

// What would be buffered besides is refused while there is too much already; except for that by
// which operators see what is going on.
std::optional<Error> Connection::shortOfBuffers(const Request &request) const
{
    const bool isReading = request.method == Method::Get || request.method == Method::Head
                           || request.method == Method::Options;
    if (isReading ? !m_share.isBudgetOver() : !isShort())
        return std::nullopt;
    const auto match = matchRoute(request.path);
    if (match) {
        switch (match->route) {
        case Route::Ping:
        case Route::Healthy:
        case Route::Ready:
        case Route::Info:
        case Route::Metrics:
            return std::nullopt;
        default:
            break;
        }
    }
    return tooMuchWaiting();
}

void Connection::account()
{
    m_share.set(m_phase == Phase::Finished
                    ? 0
                    : m_parser.bufferedBytes() + m_outbox.bufferedBytes() + unsentBytes());
}

void Connection::abort()
{
    m_transport->abort();
    finish();
}

void Connection::respond(Response &response, const Request &request, const Outbox::Receipt &receipt)
{
    Outbox::Receipt complete = receipt;
    complete.route = response.route;
    complete.status = response.status;
    WriteOptions options;
    options.headOnly = request.method == Method::Head;
    options.close = !request.keepAlive || m_draining;
    options.tellKeepAlive = !options.close && request.minorVersion == 0;
    options.date = m_context.date.now();
    if (options.close) {
        m_phase = Phase::Closing;
        m_saidClose = true;
    }
    appendResponse(response, options,
                   m_outbox.open(response.seq, m_context.log.durableSeq(), complete));
}

// Where one request ends and the next begins is no longer known, so this is the last answer.
void Connection::respondToBrokenFraming(const Error &error)
{
    qCDebug(lcHttp).noquote().nospace()
        << "refused " << m_transport->peerText() << ": " << error.detail;
    Response response = problem(error);
    Outbox::Receipt receipt;
    receipt.isRequest = false;
    respondAndClose(response, Request(), receipt);
}

void Connection::respondAndClose(Response &response, const Request &request,
                                 Outbox::Receipt receipt)
{
    m_refused = true;
    Request last = request;
    last.keepAlive = false;
    receipt.since.start();
    respond(response, last, receipt);
}

void Connection::refuse(const Error &error)
{
    respondToBrokenFraming(error);
    process();
}

bool Connection::isUpgrade(const Request &request)
{
    if (request.method != Method::Get)
        return false;
    const bool wantsWebSocket = request.minorVersion >= 1
                                && request.headerHasToken("Upgrade", "websocket")
                                && request.headerHasToken("Connection", "upgrade");
    const bool wantsStream = request.accepts("text/event-stream");
    // Most requests are none of these, and the path is not looked at twice for them.
    const bool mayBeSnapshot = request.path.startsWith("/-/") || request.path.startsWith("/%");
    if (!wantsWebSocket && !wantsStream && !mayBeSnapshot)
        return false;
    const auto match = matchRoute(request.path);
    if (!match)
        return false;
    if (match->route == Route::Snapshot) {
        m_upgrade.kind = Upgrade::Kind::Snapshot;
        return true;
    }
    m_upgrade.kind = wantsWebSocket ? Upgrade::Kind::WebSocket : Upgrade::Kind::EventStream;
    return match->route == Route::Wal && (wantsWebSocket || wantsStream);
}

void Connection::upgradeWhenIdle()
{
    if (m_outbox.hasHeld() || unsentBytes() > 0)
        return;
    m_upgrade.remainder = m_parser.takeRemainder();
    m_upgrade.transport = giveTransport();
    Outbox::Receipt receipt;
    receipt.since.start();
    auto refusal = m_context.upgrade(m_upgrade);
    if (!refusal) {
        finish();
        return;
    }
    takeTransport(std::move(m_upgrade.transport));
    m_phase = Phase::Serving;
    refusal->route = m_upgrade.kind == Upgrade::Kind::Snapshot ? Route::Snapshot : Route::Wal;
    m_parser.append(m_upgrade.remainder);
    respond(*refusal, m_upgrade.request, receipt);
    process();
}

void Connection::release(quint64 durableSeq)
{
    m_toldHolding = false;
    m_outbox.release(durableSeq);
    process();
}

void Connection::failHeld()
{
    m_toldHolding = false;
    m_outbox.fail(m_context.log.durableSeq(), [this](Outbox::Receipt &receipt) {
        Error error = m_context.log.failure();
        error.detail += "; whether what this request asked for will be there then is not known";
        Response response = problem(error);
        receipt.status = response.status;
        WriteOptions options;
        options.headOnly = receipt.method == Method::Head;
        options.date = m_context.date.now();
        QByteArray bytes;
        appendResponse(response, options, bytes);
        return bytes;
    });
    process();
}

void Connection::write()
{
    if (!m_transport || !m_outbox.hasReady())
        return;
    const QByteArray bytes = m_outbox.takeReady();
    m_time.answerWritten(bytes.size(), unsentBytes());
    m_transport->write(bytes);
    restartTime(true);
    for (const Outbox::Receipt &receipt : m_outbox.takeReceipts()) {
        const double seconds = double(receipt.since.nsecsElapsed()) / 1e9;
        if (receipt.isRequest)
            m_context.observer.requestDone(receipt.method, receipt.route, receipt.status, seconds);
        else
            m_context.observer.refusalDone(receipt.status, seconds);
    }
}

// Goes on with what had to wait for the client to take what was written.
void Connection::continueClosing()
{
    if (!m_transport || m_phase == Phase::Handshaking)
        return;
    account();
    if (unsentBytes() > 0) {
        restartTime(true);
        return;
    }
    switch (m_phase) {
    case Phase::Upgrading:
        upgradeWhenIdle();
        break;
    case Phase::Closing:
        if (m_outbox.hasHeld())
            break;
        // The first for a connection on which nothing goes on when the server stops, the last for
        // TLS, which tells of the end by itself: a client that has had its say sends nothing more.
        if (!m_saidClose || m_transport->atEnd() || (m_transport->isTls() && !m_refused)) {
            m_transport->close();
            break;
        }
        // Closing with unread input makes the kernel send a reset, which can overtake the answer:
        // say that nothing more comes, and let the client close (RFC 9112 9.6).
        m_phase = Phase::Lingering;
        m_transport->shutdownWrite();
        m_time.lingeringBegins();
        break;
    case Phase::Serving:
        // What was left in the parser or the transport gives no signal.
        if (m_outputWasFull && !isOutputFull()) {
            m_outputWasFull = false;
            process();
        } else if (m_mustRead && !isOutputFull()) {
            read();
        }
        break;
    case Phase::Handshaking:
    case Phase::Lingering:
    case Phase::Finished:
        break;
    }
}

void Connection::drain()
{
    m_draining = true;
    if (m_phase == Phase::Handshaking) {
        abort();
    }
    if (m_phase == Phase::Serving)
        read(); // what has come already is still answered
    if (m_phase == Phase::Serving)
        process();
}

void Connection::checkDeadline()
{
    if (m_phase == Phase::Finished)
        return;
    if (awaitsBody() && m_time.isBodyTooSlow(m_parser.bufferedBytes())) {
        refuse({ErrorCode::Timeout, "the body comes too slowly"});
        return;
    }
    if (m_time.isOutputTooSlow(unsentBytes())) {
        abort();
        return;
    }
    if (!m_time.isOver())
        return;
    if (m_outbox.hasHeld()) { // the log is slow, not the client
        restartTime(true);
        return;
    }
    const bool waitsForClient
        = m_phase == Phase::Serving && !m_outbox.hasHeld() && unsentBytes() == 0;
    if (waitsForClient && m_parser.midRequest()) {
        refuse({ErrorCode::Timeout, m_parser.inBody()
                                        ? "the rest of the body did not come in time"
                                        : "the rest of the request head did not come in time"});
        return;
    }
    abort();
}

bool Connection::awaitsBody() const
{
    return m_phase == Phase::Serving && m_headJudged && m_parser.inBody();
}

void Connection::restartTime(bool written)
{
    if (m_phase == Phase::Lingering || m_phase == Phase::Finished)
        return;
    const bool inBody = m_parser.inBody();
    m_time.restart({.unsentBytes = unsentBytes(),
                    .inHead = m_parser.midRequest() && !inBody,
                    .inBody = inBody},
                   written);
}

void Connection::finish()
{
    if (m_phase == Phase::Finished)
        return;
    m_phase = Phase::Finished;
    account();
    Q_EMIT finished();
}

bool Connection::isOutputFull() const
{
    return m_outbox.bufferedBytes() + m_outbox.heldRequestBytes() + unsentBytes()
           >= m_context.limits.maxOutput;
}

} // namespace memorykv
