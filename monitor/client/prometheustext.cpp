// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/metricssample.h"

#include <limits>

namespace memorykv {

namespace {

bool isNameByte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '_' || byte == ':';
}

/// Goes through one line of the format.
class LineReader
{
public:
    explicit LineReader(QByteArrayView line)
        : m_line(line)
    { }

    std::optional<PrometheusSample> read()
    {
        PrometheusSample sample;
        sample.name = name();
        if (sample.name.isEmpty() || !labels(sample))
            return std::nullopt;
        skipSpace();
        const auto number = value();
        if (!number)
            return std::nullopt;
        sample.value = *number;
        return sample;
    }

private:
    char next() const { return m_at < m_line.size() ? m_line[m_at] : '\0'; }

    bool take(char byte)
    {
        if (next() != byte)
            return false;
        ++m_at;
        return true;
    }

    void skipSpace()
    {
        while (next() == ' ' || next() == '\t')
            ++m_at;
    }

    QByteArray name()
    {
        const qsizetype start = m_at;
        while (isNameByte(next()))
            ++m_at;
        return m_line.sliced(start, m_at - start).toByteArray();
    }

    bool labels(PrometheusSample &sample)
    {
        skipSpace();
        if (!take('{'))
            return true;
        for (skipSpace(); !take('}'); skipSpace()) {
            const QByteArray label = name();
            skipSpace();
            if (label.isEmpty() || !take('='))
                return false;
            skipSpace();
            const auto text = quoted();
            if (!text)
                return false;
            sample.labels.insert(label, *text);
            skipSpace();
            if (!take(',') && next() != '}')
                return false;
        }
        return true;
    }

    std::optional<QByteArray> quoted()
    {
        if (!take('"'))
            return std::nullopt;
        QByteArray text;
        while (m_at < m_line.size()) {
            const char byte = m_line[m_at++];
            if (byte == '"')
                return text;
            if (byte != '\\' || m_at == m_line.size()) {
                text += byte;
                continue;
            }
            const char escaped = m_line[m_at++];
            text += escaped == 'n' ? '\n' : escaped;
        }
        return std::nullopt;
    }

    std::optional<double> value()
    {
        const qsizetype start = m_at;
        while (m_at < m_line.size() && next() != ' ' && next() != '\t')
            ++m_at;
        const QByteArray token = m_line.sliced(start, m_at - start).toByteArray().toLower();
        if (token == "+inf" || token == "inf")
            return std::numeric_limits<double>::infinity();
        if (token == "-inf")
            return -std::numeric_limits<double>::infinity();
        if (token == "nan")
            return std::numeric_limits<double>::quiet_NaN();
        bool good = false;
        const double number = token.toDouble(&good);
        return good ? std::optional(number) : std::nullopt;
    }

    QByteArrayView m_line;
    qsizetype m_at = 0;
};

} // namespace

Result<std::vector<PrometheusSample>> parsePrometheusText(QByteArrayView text)
{
    std::vector<PrometheusSample> samples;
    for (int number = 1; !text.isEmpty(); ++number) {
        const qsizetype end = text.indexOf('\n');
        const QByteArrayView line = text.first(end < 0 ? text.size() : end).trimmed();
        text = end < 0 ? QByteArrayView() : text.sliced(end + 1);
        if (line.isEmpty() || line.startsWith('#'))
            continue;
        auto sample = LineReader(line).read();
        if (!sample)
            return Error{ErrorCode::InvalidArgument,
                         "line " + QByteArray::number(number) + " is no sample"};
        samples.push_back(*std::move(sample));
    }
    return samples;
}

} // namespace memorykv
