// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/event.h"
#include "shared/position.h"
#include "shared/result.h"

#include <functional>
#include <optional>

namespace memorykv {

/// How events become bytes for a subscriber.
struct Encoding
{
    enum class Framing : quint8 {
        TextFrame,   ///< a WebSocket text frame for each event
        BinaryFrame, ///< a WebSocket binary frame for each event
        EventStream, ///< an event of text/event-stream
    };

    Framing framing = Framing::TextFrame;
    bool json = false;

    /// A number below kCount that tells encodings apart.
    size_t index() const { return size_t(framing) * 2 + (json ? 1 : 0); }
    static constexpr size_t kCount = 6;
};

/// A set of ops.
class OpSet
{
public:
    static OpSet all() { return OpSet((1U << kOpCount) - 1); }
    /// Reads a list such as "insert,delete". InvalidArgument names what is no op that can be
    /// chosen; gap and synced always come and cannot.
    static Result<OpSet> fromText(QByteArrayView text);

    bool contains(Op op) const { return (m_bits & (1U << unsigned(op))) != 0; }
    bool isAll() const { return m_bits == all().m_bits; }
    /// A number that tells sets apart.
    unsigned bits() const { return m_bits; }

private:
    explicit OpSet(unsigned bits)
        : m_bits(bits)
    { }
    unsigned m_bits;
};

/// What a consumer asked for.
struct Subscription
{
    Encoding encoding;
    QByteArray prefix; ///< events of keys with another prefix are left out
    OpSet ops = OpSet::all();
    std::optional<Position> since; ///< first what came after this position
    bool initial = false;          ///< first every matching key as it stands
    bool lossless = false;         ///< rather be closed than miss a mutation
    /// It may learn of keys that begin with this alone; \c prefix begins with it. Empty: of all.
    QByteArray confinement;
    /// Whether it may still have what it has; without a function it always may.
    std::function<bool()> isPermitted;

    /// Whether everything is wanted, so that nothing needs to be looked at.
    bool isUnfiltered() const { return prefix.isEmpty() && ops.isAll(); }

    /// Whether an event of \a op about \a key (a prefix for DeletePrefix and ListPrefix) is wanted.
    /// DeleteAll touches every prefix, and a Heartbeat belongs to none: both pass.
    bool wants(Op op, QByteArrayView key) const;

    /// What a confined consumer may see in place of \a key, the prefix of a DeletePrefix or
    /// ListPrefix it wants: where the prefix is shorter than the confinement, the confinement.
    /// Nothing when the event can be seen as it is.
    std::optional<QByteArray> clipped(Op op, QByteArrayView key) const;
};

} // namespace memorykv
