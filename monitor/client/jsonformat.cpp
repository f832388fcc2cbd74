// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/jsonformat.h"

#include "shared/hex.h"
#include "shared/utf8.h"

#include <vector>

namespace memorykv {

namespace {

constexpr std::size_t kMaxDepth = 1'000;

constexpr bool isSpace(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

constexpr bool isDigit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/// Where a token ends.
class Tokenizer
{
public:
    explicit Tokenizer(QByteArrayView text)
        : m_text(text)
    { }

    qsizetype at() const { return m_at; }
    bool atEnd() const { return m_at == m_text.size(); }
    char next() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    void advance() { ++m_at; }

    void skipSpace()
    {
        while (m_at < m_text.size() && isSpace(m_text[m_at]))
            ++m_at;
    }

    /// The string that begins here, with its quotes; empty when there is none.
    QByteArrayView string()
    {
        const qsizetype start = m_at;
        ++m_at;
        while (m_at < m_text.size()) {
            const char byte = m_text[m_at];
            if (byte == '"') {
                ++m_at;
                return m_text.sliced(start, m_at - start);
            }
            if (static_cast<unsigned char>(byte) < 0x20 || (byte == '\\' && !escape()))
                return {};
            ++m_at;
        }
        return {};
    }

    /// The number that begins here (RFC 8259 6); empty when there is none.
    QByteArrayView number()
    {
        const qsizetype start = m_at;
        take('-');
        if (!take('0') && !digits())
            return {};
        if (take('.') && !digits())
            return {};
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            if (!digits())
                return {};
        }
        return m_text.sliced(start, m_at - start);
    }

    QByteArrayView word(QByteArrayView expected)
    {
        if (!m_text.sliced(m_at).startsWith(expected))
            return {};
        m_at += expected.size();
        return expected;
    }

private:
    bool take(char byte)
    {
        if (next() != byte || atEnd())
            return false;
        ++m_at;
        return true;
    }

    bool digits()
    {
        const qsizetype start = m_at;
        while (isDigit(next()))
            ++m_at;
        return m_at > start;
    }

    /// Goes from a backslash to the last byte of its escape.
    bool escape()
    {
        ++m_at;
        switch (next()) {
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't':
            return true;
        case 'u':
            break;
        default:
            return false;
        }
        for (int digit = 0; digit < 4; ++digit) {
            ++m_at;
            if (hexValue(next()) < 0)
                return false;
        }
        return true;
    }

    QByteArrayView m_text;
    qsizetype m_at = 0;
};

/// Writes tokens with the layout that is wanted.
class Writer
{
public:
    enum class Layout { Pretty, Compact, None };

    Writer(Layout layout, int indent, qsizetype sizeHint)
        : m_layout(layout)
        , m_indent(indent)
    {
        if (layout != Layout::None)
            m_out.reserve(layout == Layout::Pretty ? sizeHint + sizeHint / 2 : sizeHint);
    }

    void token(QByteArrayView text)
    {
        if (m_layout != Layout::None)
            m_out.append(text);
    }
    void token(char byte) { token(QByteArrayView(&byte, 1)); }

    void lineBreak(std::size_t depth)
    {
        if (m_layout != Layout::Pretty)
            return;
        m_out.append('\n');
        m_out.append(static_cast<qsizetype>(depth) * m_indent, ' ');
    }

    void colon() { token(m_layout == Layout::Pretty ? QByteArrayView(": ") : QByteArrayView(":")); }

    QByteArray take() { return std::move(m_out); }

private:
    Layout m_layout;
    int m_indent;
    QByteArray m_out;
};

/// Checks the grammar and hands the tokens on. Keeps its own stack, so that no depth of nesting
/// costs one of the program's.
class Formatter
{
public:
    Formatter(QByteArrayView json, Writer &writer)
        : m_tokens(json)
        , m_writer(writer)
    { }

    bool run()
    {
        if (!value())
            return false;
        while (!m_stack.empty()) {
            if (!afterValue())
                return false;
        }
        m_tokens.skipSpace();
        return m_tokens.atEnd() || fail("nothing more is expected");
    }

    QByteArrayView fault() const { return m_fault; }
    qsizetype at() const { return m_tokens.at(); }

private:
    bool fail(QByteArrayView what)
    {
        m_fault = what;
        return false;
    }

    bool scalar(QByteArrayView token, QByteArrayView fault)
    {
        if (token.isEmpty())
            return fail(fault);
        m_writer.token(token);
        return true;
    }

    /// A value from its beginning: all of a scalar, or the bracket that opens and what is first.
    bool value()
    {
        m_tokens.skipSpace();
        switch (m_tokens.next()) {
        case '{':
            return open('}');
        case '[':
            return open(']');
        case '"':
            return scalar(m_tokens.string(), "a string is not well-formed");
        case 't':
            return scalar(m_tokens.word("true"), "a value is expected");
        case 'f':
            return scalar(m_tokens.word("false"), "a value is expected");
        case 'n':
            return scalar(m_tokens.word("null"), "a value is expected");
        default:
            return scalar(m_tokens.number(), "a value is expected");
        }
    }

    bool open(char end)
    {
        if (m_stack.size() == kMaxDepth)
            return fail("nested too deeply");
        m_writer.token(m_tokens.next());
        m_tokens.advance();
        m_tokens.skipSpace();
        if (m_tokens.next() == end) {
            m_tokens.advance();
            m_writer.token(end);
            return true;
        }
        m_stack.push_back(end);
        return item();
    }

    /// A member or element, on a line of its own.
    bool item()
    {
        m_writer.lineBreak(m_stack.size());
        if (m_stack.back() == ']')
            return value();
        m_tokens.skipSpace();
        if (m_tokens.next() != '"')
            return fail("the name of a member is expected");
        if (!scalar(m_tokens.string(), "a string is not well-formed"))
            return false;
        m_tokens.skipSpace();
        if (m_tokens.next() != ':')
            return fail("a ':' is expected");
        m_tokens.advance();
        m_writer.colon();
        return value();
    }

    bool afterValue()
    {
        m_tokens.skipSpace();
        const char end = m_stack.back();
        if (m_tokens.next() == ',') {
            m_tokens.advance();
            m_writer.token(',');
            return item();
        }
        if (m_tokens.next() != end)
            return fail("a ',' or the end is expected");
        m_tokens.advance();
        m_stack.pop_back();
        m_writer.lineBreak(m_stack.size());
        m_writer.token(end);
        return true;
    }

    Tokenizer m_tokens;
    Writer &m_writer;
    std::vector<char> m_stack; ///< the brackets that are to come
    QByteArrayView m_fault;
};

Error faultAt(qsizetype at, QByteArrayView what)
{
    return {ErrorCode::InvalidArgument,
            "byte " + QByteArray::number(at) + ": " + what.toByteArray()};
}

Result<QByteArray> formatted(QByteArrayView json, Writer::Layout layout, int indent)
{
    if (!json.isValidUtf8())
        return faultAt(validUtf8Prefix(json), "not valid UTF-8");
    Writer writer(layout, indent, json.size());
    Formatter formatter(json, writer);
    if (!formatter.run())
        return faultAt(formatter.at(), formatter.fault());
    return writer.take();
}

} // namespace

Result<QByteArray> prettyJson(QByteArrayView json, int indent)
{
    return formatted(json, Writer::Layout::Pretty, indent);
}

Result<QByteArray> compactJson(QByteArrayView json)
{
    return formatted(json, Writer::Layout::Compact, 0);
}

Result<Done> checkJson(QByteArrayView json)
{
    const auto checked = formatted(json, Writer::Layout::None, 0);
    if (!checked)
        return checked.error();
    return Done{};
}

} // namespace memorykv
