// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QtGlobal>

#include <optional>

namespace memorykv {

/// The bytes that \a text stands for in base64 (RFC 4648 section 4); nothing when it is not, or
/// lacks its padding.
std::optional<QByteArray> bytesFromBase64(const QByteArray &text);

/// A strict reader of JSON (RFC 8259) that goes through a text from front to end and keeps what
/// generic readers lose: whole numbers of 64 bits, bytes as UTF-8, the order of members and
/// members that come twice. The caller asks for what it expects:
///
///     JsonReader reader(text);
///     if (reader.enterObject()) {
///         while (const auto name = reader.nextMember()) {
///             if (*name == "seq")
///                 seq = reader.wholeNumber();
///             else
///                 reader.skip();
///         }
///     }
///     if (!reader.finish())
///         return Error { ErrorCode::InvalidArgument, reader.errorText() };
///
/// The first thing that is not as asked for ends the reading: from there on every function fails.
/// After nextMember() or nextElement() exactly one value has to be read, entered or skipped.
/// The text must outlive the reader. One thread at a time.
class JsonReader
{
public:
    /// What comes next, told by its first byte.
    enum class Type { Object, Array, String, Number, Boolean, Null, None };

    /// A text that is not valid UTF-8 has failed from the start.
    explicit JsonReader(QByteArrayView text);

    /// The type of the value that comes next, without reading it; None for what is no value.
    Type nextType();

    /// Steps into an object; false when the next value is none.
    bool enterObject();
    /// The name of the next member; nothing at the end of the object or after an error. Valid until
    /// the next call of nextMember().
    std::optional<QByteArrayView> nextMember();

    /// Steps into an array; false when the next value is none.
    bool enterArray();
    /// Whether there is one more element to read; false at the end or after an error.
    bool nextElement();

    /// The next value, a string, as UTF-8. An escaped surrogate without its other half is an error.
    std::optional<QByteArray> string();
    /// The next value, bytes as a string in base64 (RFC 4648 section 4), with its padding.
    std::optional<QByteArray> base64();
    /// The next value, a number of digits only, at most 64 bits.
    std::optional<quint64> wholeNumber();
    /// The next value, true or false.
    std::optional<bool> boolean();
    /// Passes over the next value, whatever it is, at most 64 levels deep.
    bool skip();

    /// Whether all went well and nothing but white space is left.
    bool finish();
    /// Makes the reading fail with \a what, for a value that was read but is not allowed.
    void fail(QByteArrayView what);
    bool failed() const { return !m_error.isEmpty(); }
    /// What is wrong and at which byte, such as "byte 17: a string is expected"; empty when all is
    /// well.
    QByteArray errorText() const { return m_error; }

private:
    void skipSpace();
    bool take(char byte);
    bool expect(char byte, QByteArrayView what);
    bool takeWord(QByteArrayView word);
    std::optional<QByteArrayView> number();
    std::optional<QByteArrayView> rawString(QByteArray &decoded);
    bool appendEscaped(QByteArray &decoded);
    std::optional<char32_t> hexEscape();
    bool nextItem(char end);
    bool skipNested(int depth);

    QByteArrayView m_text;
    qsizetype m_at = 0;
    bool m_first = false; ///< just after the bracket that opens an object or array
    QByteArray m_name;    ///< the name nextMember() returned, when it had escapes
    QByteArray m_error;
};

} // namespace memorykv
