// SPDX-License-Identifier: GPL-3.0-only
#include "shared/timetext.h"

#include <algorithm>
#include <chrono>

namespace memorykv {

namespace {

using namespace std::chrono;

// 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
constexpr qint64 kEarliestMs = -62'167'219'200'000;
constexpr qint64 kLatestMs = 253'402'300'799'999;

template <int Digits>
char *writeDigits(unsigned number, char *at)
{
    for (int i = Digits - 1; i >= 0; --i) {
        at[i] = static_cast<char>('0' + number % 10);
        number /= 10;
    }
    return at + Digits;
}

/// Reads a time from front to end. After the first thing that is not as expected, \c good stays
/// false and the numbers mean nothing.
struct Reader
{
    QByteArrayView text;
    bool good = true;

    void expect(char byte)
    {
        good = good && text.startsWith(byte);
        text = text.sliced(good ? 1 : 0);
    }

    int digits(qsizetype count)
    {
        good = good && text.size() >= count;
        int number = 0;
        for (qsizetype i = 0; good && i < count; ++i) {
            good = text[i] >= '0' && text[i] <= '9';
            number = 10 * number + (text[i] - '0');
        }
        text = text.sliced(good ? count : 0);
        return number;
    }

    /// What follows the seconds, an optional fraction of them, in milliseconds.
    int fraction()
    {
        if (!good || !text.startsWith('.'))
            return 0;
        expect('.');
        int ms = 0;
        int count = 0;
        for (; good && !text.startsWith('Z'); ++count) {
            const int digit = digits(1);
            ms = count < 3 ? 10 * ms + digit : ms;
        }
        good = good && count >= 1 && count <= 9;
        for (; count < 3; ++count)
            ms *= 10;
        return ms;
    }
};

} // namespace

TimeText::TimeText(qint64 timeMs)
{
    const milliseconds time(std::clamp(timeMs, kEarliestMs, kLatestMs));
    const auto day = floor<days>(time);
    const year_month_day date{sys_days(day)};
    const auto ms = static_cast<unsigned>((time - day).count());
    char *at = m_text.data();
    at = writeDigits<4>(static_cast<unsigned>(static_cast<int>(date.year())), at);
    *at++ = '-';
    at = writeDigits<2>(static_cast<unsigned>(date.month()), at);
    *at++ = '-';
    at = writeDigits<2>(static_cast<unsigned>(date.day()), at);
    *at++ = 'T';
    at = writeDigits<2>(ms / 3'600'000, at);
    *at++ = ':';
    at = writeDigits<2>(ms / 60'000 % 60, at);
    *at++ = ':';
    at = writeDigits<2>(ms / 1000 % 60, at);
    *at++ = '.';
    at = writeDigits<3>(ms % 1000, at);
    *at = 'Z';
}

std::optional<qint64> timeFromText(QByteArrayView text)
{
    Reader reader{text};
    const int year = reader.digits(4);
    reader.expect('-');
    const int month = reader.digits(2);
    reader.expect('-');
    const int dayOfMonth = reader.digits(2);
    reader.expect('T');
    const int hour = reader.digits(2);
    reader.expect(':');
    const int minute = reader.digits(2);
    reader.expect(':');
    const int second = reader.digits(2);
    const int ms = reader.fraction();
    reader.expect('Z');

    const year_month_day date{std::chrono::year(year),
                              std::chrono::month(static_cast<unsigned>(month)),
                              day(static_cast<unsigned>(dayOfMonth))};
    if (!reader.good || !reader.text.isEmpty() || !date.ok() || hour > 23 || minute > 59
        || second > 59)
        return std::nullopt;
    const milliseconds time = sys_days(date).time_since_epoch() + hours(hour) + minutes(minute)
                              + seconds(second) + milliseconds(ms);
    return time.count();
}

} // namespace memorykv
