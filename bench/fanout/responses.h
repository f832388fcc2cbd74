// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "bench/fanout/protocol.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace memorykv::fanout {

/// Counts the answers that a publisher gets.
class Responses
{
public:
    explicit Responses(Protocol protocol);

    /// Takes what was received next; returns how many answers became whole with it. Throws
    /// std::runtime_error when one of them tells of a failure.
    std::uint64_t take(std::string_view bytes);

private:
    /// Bytes of the first answer in m_bytes from AT on, 0 when it is not whole yet.
    std::size_t nextSize(std::size_t at) const;

    Protocol m_protocol;
    std::string m_bytes;
};

} // namespace memorykv::fanout
