// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/requesthead.h"

#include "server/http/httpsyntax.h"

#include <cstring>
#include <optional>

using namespace Qt::StringLiterals;

namespace memorykv {

namespace {

using syntax::equalsIgnoringCase;
using syntax::FramingField;
using syntax::invalid;

Error targetTooLong()
{
    return syntax::overLimit(ErrorCode::TargetTooLong, "the request target", kMaxTargetSize);
}

Error unknownMethod()
{
    return {ErrorCode::NotImplemented, "the method is not one this server knows"_ba};
}

std::optional<Method> knownMethod(QByteArrayView token)
{
    for (const Method method : {Method::Get, Method::Put, Method::Delete, Method::Post,
                                Method::Head, Method::Patch, Method::Options}) {
        if (token == methodName(method))
            return method;
    }
    return std::nullopt;
}

/// The x of "HTTP/1.x"; a digit over 1 is to be read as 1 (RFC 9110 2.5).
Result<int> parseVersion(QByteArrayView version)
{
    const auto isDigit = [](char byte) { return byte >= '0' && byte <= '9'; };
    if (version.size() != 8 || !version.startsWith("HTTP/") || !isDigit(version[5])
        || version[6] != '.' || !isDigit(version[7])) {
        return invalid("the request line does not end in an HTTP version"_ba);
    }
    if (version[5] != '1')
        return Error{ErrorCode::VersionNotSupported, "this server speaks HTTP/1.1 and HTTP/1.0"_ba};
    return version[7] == '0' ? 0 : 1;
}

/// What the fields of a head say about its framing, collected while they are read.
struct FramingFacts
{
    int hosts = 0;
    int contentLengths = 0;
    int transferEncodings = 0;
    bool close = false;
    bool keepAlive = false;
    QByteArrayView host;
    QByteArrayView contentLength;
    QByteArrayView transferEncoding;
    bool expectsContinue = false;
    bool expectsOther = false;
};

void noteConnection(QByteArrayView list, FramingFacts *facts)
{
    while (!list.isNull()) {
        const QByteArrayView option = syntax::takeListElement(&list);
        facts->close |= equalsIgnoringCase(option, "close");
        facts->keepAlive |= equalsIgnoringCase(option, "keep-alive");
    }
}

void noteExpect(QByteArrayView list, FramingFacts *facts)
{
    while (!list.isNull()) {
        const QByteArrayView expectation = syntax::takeListElement(&list);
        if (equalsIgnoringCase(expectation, "100-continue"))
            facts->expectsContinue = true;
        else if (!expectation.isEmpty())
            facts->expectsOther = true;
    }
}

void noteField(const HeaderField &field, FramingFacts *facts)
{
    switch (syntax::framingField(field.name)) {
    case FramingField::None:
        break;
    case FramingField::Host:
        ++facts->hosts;
        facts->host = field.value;
        break;
    case FramingField::ContentLength:
        ++facts->contentLengths;
        facts->contentLength = field.value;
        break;
    case FramingField::TransferEncoding:
        ++facts->transferEncodings;
        facts->transferEncoding = field.value;
        break;
    case FramingField::Connection:
        noteConnection(field.value, facts);
        break;
    case FramingField::Expect:
        noteExpect(field.value, facts);
        break;
    }
}

/// Reads the field lines of request->head from \a at on.
Result<FramingFacts> parseFields(qsizetype at, Request *request)
{
    const QByteArrayView head = request->head;
    FramingFacts facts;
    while (head[at] != '\r') { // the empty line that ends the head
        const qsizetype end = head.indexOf('\r', at);
        const Result<HeaderField> field = syntax::parseFieldLine(head.sliced(at, end - at));
        if (!field)
            return field.error();
        if (request->fields.size() == kMaxHeaderFields)
            return syntax::overLimit(ErrorCode::HeadTooLarge, "the head", kMaxHeaderFields,
                                     "fields");
        request->fields.append(*field);
        noteField(*field, &facts);
        at = end + 2;
    }
    return facts;
}

/// Splits what follows the authority of a target, or the whole of an origin-form one.
void setPathAndQuery(QByteArrayView pathAndQuery, Request *request)
{
    const qsizetype mark = pathAndQuery.indexOf('?');
    request->path = mark < 0 ? pathAndQuery : pathAndQuery.first(mark);
    request->query = mark < 0 ? QByteArrayView() : pathAndQuery.sliced(mark + 1);
    if (request->path.isEmpty())
        request->path = "/"; // RFC 9110 4.2.3
}

/// The size of an "http://" or "https://" that \a target begins with, or 0.
qsizetype schemeSize(QByteArrayView target)
{
    for (const QByteArrayView scheme : {QByteArrayView("http://"), QByteArrayView("https://")}) {
        if (target.size() >= scheme.size()
            && equalsIgnoringCase(target.first(scheme.size()), scheme)) {
            return scheme.size();
        }
    }
    return 0;
}

/// The authority of absolute-form replaces the Host field (RFC 9112 3.2.2).
std::optional<Error> parseAbsoluteForm(Request *request)
{
    const qsizetype scheme = schemeSize(request->target);
    if (scheme == 0)
        return invalid("the request target is neither a path nor an http URI"_ba);
    const QByteArrayView rest = request->target.sliced(scheme);
    qsizetype end = 0;
    while (end < rest.size() && rest[end] != '/' && rest[end] != '?')
        ++end;
    request->host = rest.first(end);
    if (!syntax::isHostAndPort(request->host))
        return invalid("the request target has a malformed authority"_ba);
    setPathAndQuery(rest.sliced(end), request);
    return std::nullopt;
}

std::optional<Error> parseTarget(Request *request)
{
    if (request->target.front() == '/') {
        setPathAndQuery(request->target, request);
        return std::nullopt;
    }
    if (request->target != "*")
        return parseAbsoluteForm(request);
    if (request->method != Method::Options)
        return invalid("the request target * goes with OPTIONS only"_ba);
    request->path = request->target;
    return std::nullopt;
}

std::optional<Error> judgeHost(const FramingFacts &facts, int minorVersion)
{
    if (facts.hosts == 0 && minorVersion > 0)
        return invalid("the Host field is missing"_ba);
    if (facts.hosts > 1)
        return invalid("the Host field is repeated"_ba);
    if (facts.hosts == 1 && !syntax::isHostAndPort(facts.host))
        return invalid("the Host field is empty or malformed"_ba);
    return std::nullopt;
}

/// Anything but one "chunked" is refused; the codings are looked at only to say how. An empty list
/// element is refused, too: not every reader passes over it as RFC 9110 5.6.1.2 would.
std::optional<Error> judgeTransferEncoding(const Request &request, const FramingFacts &facts)
{
    if (request.minorVersion == 0)
        return invalid("Transfer-Encoding is not allowed in HTTP/1.0"_ba);
    if (facts.contentLengths > 0)
        return invalid("Transfer-Encoding and Content-Length must not come together"_ba);
    if (facts.transferEncodings == 1 && equalsIgnoringCase(facts.transferEncoding, "chunked"))
        return std::nullopt;

    const QByteArray codings = request.combinedHeader("Transfer-Encoding");
    int chunked = 0;
    QByteArrayView coding;
    for (QByteArrayView rest = codings; !rest.isNull();) {
        coding = syntax::takeListElement(&rest);
        if (coding.isEmpty())
            return invalid("Transfer-Encoding has an empty element"_ba);
        chunked += equalsIgnoringCase(coding, "chunked") ? 1 : 0;
    }
    if (!equalsIgnoringCase(coding, "chunked"))
        return invalid("Transfer-Encoding does not end in chunked"_ba);
    if (chunked > 1)
        return invalid("Transfer-Encoding has chunked more than once"_ba);
    return Error{ErrorCode::NotImplemented, "Transfer-Encoding has a coding other than chunked"_ba};
}

Result<BodyFraming> judgeFraming(const Request &request, const FramingFacts &facts)
{
    BodyFraming framing;
    if (facts.transferEncodings > 0) {
        if (std::optional<Error> error = judgeTransferEncoding(request, facts))
            return *std::move(error);
        framing.chunked = true;
    } else if (facts.contentLengths > 1) {
        return invalid("Content-Length is repeated"_ba);
    } else if (facts.contentLengths == 1) {
        const std::optional<qint64> length = syntax::parseDigits(facts.contentLength);
        if (!length)
            return invalid("Content-Length is not a decimal number"_ba);
        framing.length = *length;
    }
    if (facts.expectsOther)
        return Error{ErrorCode::ExpectationFailed, "Expect has more than 100-continue"_ba};
    // RFC 9110 10.1.1: ignored in an HTTP/1.0 request.
    framing.expectsContinue = facts.expectsContinue && request.minorVersion > 0;
    return framing;
}

} // namespace

Result<RequestLine> parseRequestLine(QByteArrayView line)
{
    const qsizetype methodEnd = line.indexOf(' ');
    const qsizetype targetEnd = methodEnd < 0 ? -1 : line.indexOf(' ', methodEnd + 1);
    if (targetEnd < 0)
        return invalid("the request line is not a method, a target and a version"_ba);

    const QByteArrayView method = line.first(methodEnd);
    if (!syntax::isToken(method))
        return invalid("the method is not a token"_ba);
    const Result<int> minorVersion = parseVersion(line.sliced(targetEnd + 1));
    if (!minorVersion)
        return minorVersion.error();
    const std::optional<Method> known = knownMethod(method);
    if (!known)
        return unknownMethod();

    const QByteArrayView target = line.sliced(methodEnd + 1, targetEnd - methodEnd - 1);
    if (target.isEmpty() || !syntax::isAll(syntax::Target, target))
        return invalid("the request target is empty or has a # or white space in it"_ba);
    if (target.size() > kMaxTargetSize)
        return targetTooLong();
    return RequestLine{*known, *minorVersion, methodEnd + 1, target.size()};
}

Error overlongRequestLine(QByteArrayView start)
{
    const qsizetype methodEnd = start.indexOf(' ');
    const QByteArrayView method = methodEnd < 0 ? start : start.first(methodEnd);
    if (!syntax::isToken(method))
        return invalid("the method is not a token"_ba);
    if (!knownMethod(method))
        return unknownMethod();
    if (start.indexOf(' ', methodEnd + 1) >= 0)
        return invalid("the request line does not end in an HTTP version"_ba);
    return targetTooLong();
}

Result<BodyFraming> parseHead(const RequestLine &line, Request *request)
{
    const QByteArrayView head = request->head;
    request->method = line.method;
    request->minorVersion = line.minorVersion;
    request->target = head.sliced(line.targetOffset, line.targetSize);

    const Result<FramingFacts> facts = parseFields(head.indexOf('\r') + 2, request);
    if (!facts)
        return facts.error();
    if (std::optional<Error> error = judgeHost(*facts, line.minorVersion))
        return *std::move(error);
    request->host = facts->host;
    if (std::optional<Error> error = parseTarget(request))
        return *std::move(error);
    request->keepAlive = !facts->close && (line.minorVersion > 0 || facts->keepAlive);
    return judgeFraming(*request, *facts);
}

} // namespace memorykv
