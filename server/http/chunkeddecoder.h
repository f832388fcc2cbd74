// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

namespace memorykv {

/// Decodes one body in the chunked transfer coding (RFC 9112 7.1), trailers and the empty line
/// after them included. Trailers are checked and dropped. Works in time linear in the bytes given,
/// however they are split. Not thread-safe.
class ChunkedDecoder
{
public:
    struct Progress
    {
        qsizetype used = 0;    ///< bytes of the input that are done with
        bool finished = false; ///< the body has ended; the rest of the input is not part of it
    };

    /// \a maxBodySize limits the decoded body, in bytes.
    explicit ChunkedDecoder(qsizetype maxBodySize);

    /// Decodes what it can of \a input and appends it to \a body. The next call gets the same input
    /// without the bytes used, and more behind it. InvalidRequest for what is malformed,
    /// BodyTooLarge as soon as a chunk size shows it, HeadTooLarge for a trailer over the limits of
    /// a head; the decoder is spent then.
    Result<Progress> decode(QByteArrayView input, QByteArray *body);

private:
    enum class State { Size, Data, DataEnd, Trailer, Finished };

    /// What a step returns: bytes used, or nothing when it needs more input than there is.
    using Step = Result<qsizetype>;

    Step step(QByteArrayView input, QByteArray *body);
    Step readSize(QByteArrayView input, qsizetype bodySize);
    Step readData(QByteArrayView input, QByteArray *body);
    Step readDataEnd(QByteArrayView input);
    Step readTrailer(QByteArrayView input);

    qsizetype m_maxBodySize;
    State m_state = State::Size;
    qsizetype m_scanned = 0;        ///< bytes of the present line known to have no end
    qsizetype m_chunkLeft = 0;      ///< bytes of the present chunk still to come
    qsizetype m_extensionBytes = 0; ///< of all chunks so far
    qsizetype m_trailerBytes = 0;
    int m_trailerFields = 0;
};

} // namespace memorykv
