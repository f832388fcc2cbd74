// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>

#include <utility>
#include <variant>

namespace memorykv {

/// What went wrong, for every module of every program. errorTitle() is the one place that turns a
/// code into words; server/http/problem.h is the one place that turns it into an HTTP status.
enum class ErrorCode {
    InvalidRequest,      ///< the bytes are not a well-formed request
    InvalidArgument,     ///< a parameter, field or key has a value that is not allowed
    Unauthorized,        ///< no token, or none that is known
    Forbidden,           ///< the sender is known, or need not be, and may not do this
    NotFound,            ///< there is no such key or resource
    MethodNotAllowed,    ///< the resource exists, the method does not apply to it
    PreconditionFailed,  ///< If-Match, If-None-Match or a batch condition did not hold
    MisdirectedRequest,  ///< the request names a host that is not this one
    TooManyRequests,     ///< the sender is over its rate
    TargetTooLong,       ///< the request target is over kMaxTargetSize
    HeadTooLarge,        ///< too many or too large header fields
    BodyTooLarge,        ///< a body or value is over its limit
    UnsupportedMedia,    ///< the body has a content type this resource does not take
    ExpectationFailed,   ///< an Expect that is not 100-continue
    UpgradeRequired,     ///< the resource speaks WebSocket or event streams only
    NotImplemented,      ///< a method or transfer coding this server does not know
    VersionNotSupported, ///< an HTTP major version other than 1
    Timeout,             ///< the peer took too long
    OutOfMemory,         ///< the store is at its memory limit
    Unavailable,         ///< not now: too many connections, not ready, stopping
    StorageFull,         ///< no room left where the log is kept
    StorageFailed,       ///< the log's files cannot be read or written
    Damaged,             ///< a file's content is not what was written
    Internal,            ///< a fault of this program
};

/// A short, fixed title for \a code, such as "Precondition failed". Thread-safe.
QByteArrayView errorTitle(ErrorCode code);

/// An error with the words for a human: \c detail names the limit or field at fault and never
/// holds a value or a token.
struct Error
{
    ErrorCode code = ErrorCode::Internal;
    QByteArray detail;
};

/// Either a T or an error, by default an Error. Check ok() before value() or error(); asking for
/// the other one is a programming error.
template <typename T, typename E = Error>
class [[nodiscard]] Result
{
public:
    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    { }
    Result(E error)
        : m_state(std::in_place_index<1>, std::move(error))
    { }

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    const T &value() const & { return *std::get_if<0>(&m_state); }
    T &value() & { return *std::get_if<0>(&m_state); }
    T &&value() && { return std::move(*std::get_if<0>(&m_state)); }
    const E &error() const { return *std::get_if<1>(&m_state); }

    const T &operator*() const & { return value(); }
    T &operator*() & { return value(); }
    const T *operator->() const { return &value(); }
    T *operator->() { return &value(); }

private:
    std::variant<T, E> m_state;
};

/// The result of an operation that returns nothing: success is Done{}.
struct Done
{ };

} // namespace memorykv
