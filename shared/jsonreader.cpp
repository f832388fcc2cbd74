// SPDX-License-Identifier: GPL-3.0-only
#include "shared/jsonreader.h"

#include "shared/bytes.h"
#include "shared/decimal.h"
#include "shared/hex.h"
#include "shared/jsonstring.h"
#include "shared/utf8.h"

namespace memorykv {

namespace {

constexpr int kMaxDepth = 64;

constexpr bool isDigit(char byte)
{
    return byte >= '0' && byte <= '9';
}

constexpr bool isControl(char byte)
{
    return static_cast<unsigned char>(byte) < 0x20;
}

/// What a one-letter escape stands for, or NUL when there is no such escape.
constexpr char shortEscape(char letter)
{
    switch (letter) {
    case '"':
    case '\\':
    case '/':
        return letter;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return '\0';
    }
}

} // namespace

std::optional<QByteArray> bytesFromBase64(const QByteArray &text)
{
    auto decoded = QByteArray::fromBase64Encoding(text, QByteArray::AbortOnBase64DecodingErrors);
    // Qt lets an incomplete last group pass.
    if (!decoded || text.size() % 4 != 0)
        return std::nullopt;
    return std::move(decoded.decoded);
}

JsonReader::JsonReader(QByteArrayView text)
    : m_text(text)
{
    if (!text.isValidUtf8()) {
        m_at = validUtf8Prefix(text);
        fail("not valid UTF-8");
    }
}

JsonReader::Type JsonReader::nextType()
{
    skipSpace();
    if (failed() || m_at == m_text.size())
        return Type::None;
    switch (m_text[m_at]) {
    case '{':
        return Type::Object;
    case '[':
        return Type::Array;
    case '"':
        return Type::String;
    case 't':
    case 'f':
        return Type::Boolean;
    case 'n':
        return Type::Null;
    default:
        return m_text[m_at] == '-' || isDigit(m_text[m_at]) ? Type::Number : Type::None;
    }
}

bool JsonReader::enterObject()
{
    skipSpace();
    m_first = true;
    return expect('{', "an object is expected");
}

std::optional<QByteArrayView> JsonReader::nextMember()
{
    if (!nextItem('}'))
        return std::nullopt;
    if (m_at == m_text.size() || m_text[m_at] != '"') {
        fail("the name of a member is expected");
        return std::nullopt;
    }
    const auto name = rawString(m_name);
    skipSpace();
    if (!name || !expect(':', "a ':' is expected"))
        return std::nullopt;
    return name;
}

bool JsonReader::enterArray()
{
    skipSpace();
    m_first = true;
    return expect('[', "an array is expected");
}

bool JsonReader::nextElement()
{
    return nextItem(']');
}

std::optional<QByteArray> JsonReader::string()
{
    skipSpace();
    QByteArray decoded;
    const auto raw = rawString(decoded);
    if (!raw)
        return std::nullopt;
    return decoded.isEmpty() ? raw->toByteArray() : decoded;
}

std::optional<QByteArray> JsonReader::base64()
{
    const auto text = string();
    if (!text)
        return std::nullopt;
    auto bytes = bytesFromBase64(*text);
    if (!bytes)
        fail("not base64");
    return bytes;
}

std::optional<quint64> JsonReader::wholeNumber()
{
    skipSpace();
    const qsizetype start = m_at;
    const auto token = number();
    const auto value = token ? decimalFromText(*token) : std::nullopt;
    if (!value) {
        m_at = start;
        fail("a whole number from 0 to 18446744073709551615 is expected");
    }
    return value;
}

std::optional<bool> JsonReader::boolean()
{
    skipSpace();
    if (takeWord("true"))
        return true;
    if (takeWord("false"))
        return false;
    fail("true or false is expected");
    return std::nullopt;
}

bool JsonReader::skip()
{
    return skipNested(0);
}

bool JsonReader::finish()
{
    skipSpace();
    if (m_at != m_text.size())
        fail("nothing more is expected");
    return !failed();
}

void JsonReader::fail(QByteArrayView what)
{
    // The first error is the one to tell; what follows comes of it.
    if (failed())
        return;
    m_error = "byte ";
    appendDecimal(static_cast<quint64>(m_at), m_error);
    appendAll({": ", what}, m_error);
}

void JsonReader::skipSpace()
{
    while (m_at < m_text.size()
           && (m_text[m_at] == ' ' || m_text[m_at] == '\n' || m_text[m_at] == '\r'
               || m_text[m_at] == '\t'))
        ++m_at;
}

bool JsonReader::take(char byte)
{
    if (failed() || m_at == m_text.size() || m_text[m_at] != byte)
        return false;
    ++m_at;
    return true;
}

bool JsonReader::expect(char byte, QByteArrayView what)
{
    if (take(byte))
        return true;
    fail(what);
    return false;
}

bool JsonReader::takeWord(QByteArrayView word)
{
    if (failed() || !m_text.sliced(m_at).startsWith(word))
        return false;
    m_at += word.size();
    return true;
}

/// Takes a number as RFC 8259 6 has it and returns its text; fails when there is none.
std::optional<QByteArrayView> JsonReader::number()
{
    const qsizetype start = m_at;
    const auto takeDigits = [this] {
        const qsizetype first = m_at;
        while (m_at < m_text.size() && isDigit(m_text[m_at]))
            ++m_at;
        return m_at > first;
    };
    take('-');
    bool good = !failed() && (take('0') || takeDigits());
    if (good && take('.'))
        good = takeDigits();
    if (good && (take('e') || take('E'))) {
        if (!take('+'))
            take('-');
        good = takeDigits();
    }
    if (!good) {
        m_at = start;
        fail("a number is expected");
        return std::nullopt;
    }
    return m_text.sliced(start, m_at - start);
}

/// Takes a string. Without escapes the result lies in the text and \a decoded is empty; otherwise
/// it is \a decoded, which is then never empty.
std::optional<QByteArrayView> JsonReader::rawString(QByteArray &decoded)
{
    decoded.clear();
    if (!expect('"', "a string is expected"))
        return std::nullopt;
    for (;;) {
        const QByteArrayView run = m_text.sliced(m_at, plainJsonBytes(m_text.sliced(m_at)));
        m_at += run.size();
        if (m_at == m_text.size()) {
            fail("a string does not end");
            return std::nullopt;
        }
        const char byte = m_text[m_at];
        if (isControl(byte)) {
            fail("a control character in a string must be escaped");
            return std::nullopt;
        }
        ++m_at;
        if (byte == '"' && decoded.isEmpty())
            return run;
        decoded.append(run);
        if (byte == '"')
            return decoded;
        if (!appendEscaped(decoded))
            return std::nullopt;
    }
}

/// Takes what follows a backslash.
bool JsonReader::appendEscaped(QByteArray &decoded)
{
    if (!take('u')) {
        const char plain = m_at < m_text.size() ? shortEscape(m_text[m_at]) : '\0';
        if (plain == '\0') {
            fail("no such escape in a string");
            return false;
        }
        ++m_at;
        decoded.append(plain);
        return true;
    }

    auto codePoint = hexEscape();
    if (codePoint && *codePoint >= 0xd800 && *codePoint < 0xdc00) {
        const auto low = takeWord("\\u") ? hexEscape() : std::nullopt;
        codePoint = low && *low >= 0xdc00 && *low < 0xe000
                        ? std::optional(0x10000 + ((*codePoint - 0xd800) << 10) + (*low - 0xdc00))
                        : std::nullopt;
    } else if (codePoint && *codePoint >= 0xdc00 && *codePoint < 0xe000) {
        codePoint = std::nullopt;
    }
    if (!codePoint) {
        fail("a \\u escape is not a character");
        return false;
    }
    appendCodePoint(*codePoint, decoded);
    return true;
}

/// Takes four hex digits.
std::optional<char32_t> JsonReader::hexEscape()
{
    if (m_text.size() - m_at < 4)
        return std::nullopt;
    const QByteArrayView digits = m_text.sliced(m_at, 4);
    char32_t code = 0;
    for (const char digit : digits) {
        const int value = hexValue(digit);
        if (value < 0)
            return std::nullopt;
        code = code << 4 | static_cast<char32_t>(value);
    }
    m_at += 4;
    return code;
}

/// Goes to the next member or element, over the comma; false at \a end or after an error.
bool JsonReader::nextItem(char end)
{
    skipSpace();
    if (take(end)) {
        m_first = false;
        return false;
    }
    if (!m_first && !expect(',', "a ',' or the end is expected"))
        return false;
    m_first = false;
    skipSpace();
    return !failed();
}

bool JsonReader::skipNested(int depth)
{
    if (depth == kMaxDepth) {
        fail("nested too deeply");
        return false;
    }
    switch (nextType()) {
    case Type::Object:
        enterObject();
        while (nextMember() && skipNested(depth + 1)) { }
        break;
    case Type::Array:
        enterArray();
        while (nextElement() && skipNested(depth + 1)) { }
        break;
    case Type::String: {
        QByteArray decoded;
        rawString(decoded);
        break;
    }
    case Type::Number:
        number();
        break;
    case Type::Boolean:
        boolean();
        break;
    case Type::Null:
        if (!takeWord("null"))
            fail("a value is expected");
        break;
    case Type::None:
        fail("a value is expected");
        break;
    }
    return !failed();
}

} // namespace memorykv
