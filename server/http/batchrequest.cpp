// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/batchrequest.h"

#include "server/http/preconditions.h"
#include "server/http/routes.h"
#include "server/http/valuerules.h"
#include "shared/jsonreader.h"
#include "shared/limits.h"

#include <array>

namespace memorykv {

namespace {

enum Member : unsigned { OpName, Key, Value, ValueBase64, Type, Ttl, IfMatch, IfNoneMatch };
constexpr std::array<QByteArrayView, 8> kMembers{"op",   "key", "value",    "value_base64",
                                                 "type", "ttl", "if_match", "if_none_match"};

/// Reads one operation, or finds out what is wrong with it.
class OperationReader
{
public:
    OperationReader(JsonReader &reader, qsizetype maxValueSize)
        : m_reader(reader)
        , m_maxValueSize(maxValueSize)
    { }

    std::optional<Operation> read();
    /// After read() returned nothing. The detail names the member at fault.
    Error error() const;

private:
    bool readMembers();
    bool readMember(Member member);
    bool readString(QByteArray &into);
    bool readTags(Member member, bool weakMatches, bool &has, RevisionSet &set);
    bool check();
    bool has(Member member) const { return (m_seen & (1U << member)) != 0; }
    bool refuse(QByteArray what, ErrorCode code = ErrorCode::InvalidArgument)
    {
        m_error = {code, std::move(what)};
        return false;
    }

    JsonReader &m_reader;
    const qsizetype m_maxValueSize;
    unsigned m_seen = 0;
    std::optional<Member> m_reading; ///< the member whose value is being read
    QByteArray m_op;
    QByteArray m_key;
    QByteArray m_value;
    QByteArray m_type;
    quint64 m_ttl = 0;
    Condition m_condition;
    Error m_error{ErrorCode::InvalidArgument, {}}; ///< without detail when the reader has it
};

std::optional<Operation> OperationReader::read()
{
    if (!readMembers() || !check())
        return std::nullopt;
    if (m_op == "delete")
        return Operation::remove(m_key, m_condition);
    return Operation::put(m_key, m_value, m_type, qint64(m_ttl) * 1000, m_condition);
}

Error OperationReader::error() const
{
    if (!m_error.detail.isEmpty())
        return m_error;
    const QByteArray member = m_reading ? kMembers[*m_reading].toByteArray() + ": " : QByteArray();
    return {ErrorCode::InvalidArgument, member + m_reader.errorText()};
}

bool OperationReader::readMembers()
{
    if (!m_reader.enterObject())
        return false;
    while (const auto name = m_reader.nextMember()) {
        const auto known = std::find(kMembers.begin(), kMembers.end(), *name);
        if (known == kMembers.end())
            return refuse("unknown member '" + name->toByteArray() + "'");
        const auto member = Member(known - kMembers.begin());
        if (has(member))
            return refuse("member '" + name->toByteArray() + "' comes twice");
        m_seen |= 1U << member;
        m_reading = member;
        if (!readMember(member))
            return false;
        m_reading.reset();
    }
    return !m_reader.failed();
}

bool OperationReader::readMember(Member member)
{
    switch (member) {
    case OpName:
        return readString(m_op);
    case Key:
        return readString(m_key);
    case Value:
        return readString(m_value);
    case Type:
        return readString(m_type);
    case ValueBase64: {
        QByteArray text;
        if (!readString(text))
            return false;
        auto decoded = bytesFromBase64(text);
        if (!decoded)
            return refuse("value_base64: is not base64 with its padding");
        m_value = *std::move(decoded);
        return true;
    }
    case Ttl: {
        const auto ttl = m_reader.wholeNumber();
        if (!ttl || *ttl < 1 || *ttl > quint64(kMaxTtlSeconds)) {
            return refuse("ttl: must be a whole number from 1 to "
                          + QByteArray::number(kMaxTtlSeconds));
        }
        m_ttl = *ttl;
        return true;
    }
    case IfMatch:
        return readTags(member, false, m_condition.hasIfMatch, m_condition.ifMatch);
    case IfNoneMatch:
        return readTags(member, true, m_condition.hasIfNoneMatch, m_condition.ifNoneMatch);
    }
    return false;
}

bool OperationReader::readString(QByteArray &into)
{
    auto text = m_reader.string();
    if (!text)
        return false;
    into = *std::move(text);
    return true;
}

// A revision as the number it is, or what the header field would hold.
bool OperationReader::readTags(Member member, bool weakMatches, bool &has, RevisionSet &set)
{
    has = true;
    if (m_reader.nextType() == JsonReader::Type::Number) {
        const auto revision = m_reader.wholeNumber();
        set.revisions.append(revision.value_or(0));
        return revision.has_value();
    }
    const auto text = m_reader.string();
    if (!text)
        return false;
    auto tags = parseEntityTags(*text, weakMatches, kMembers[member]);
    if (!tags)
        return refuse(tags.error().detail);
    set = *std::move(tags);
    return true;
}

bool OperationReader::check()
{
    const bool put = m_op == "put";
    if (!put && m_op != "delete")
        return refuse("op: must be put or delete");
    if (const auto error = checkKey(m_key))
        return refuse(error->detail);
    if (isReserved(m_key))
        return refuse("key: is a reserved path, '/" + m_key + "'");
    const bool valueMembers = has(Value) || has(ValueBase64) || has(Type) || has(Ttl);
    if (!put && valueMembers)
        return refuse("a delete takes no value, value_base64, type or ttl");
    if (put && has(Value) == has(ValueBase64))
        return refuse("a put needs either value or value_base64");
    if (m_value.size() > m_maxValueSize)
        return refuse("value: has at most " + QByteArray::number(m_maxValueSize)
                          + " bytes (--max-value)",
                      ErrorCode::BodyTooLarge);
    if (const auto error = checkContentType(m_type))
        return refuse(error->detail);
    return true;
}

/// Reads the operations into \a batch; false when reading has to end.
bool readOperations(JsonReader &reader, qsizetype maxValueSize, BatchRequest &batch)
{
    if (!reader.enterArray())
        return false;
    while (reader.nextElement()) {
        const size_t index = batch.operations.size();
        if (index == size_t(kMaxBatchOperations)) {
            batch.error
                = Error{ErrorCode::BodyTooLarge, "operations: a batch has at most "
                                                     + QByteArray::number(kMaxBatchOperations)};
            return false;
        }
        OperationReader operation(reader, maxValueSize);
        auto read = operation.read();
        if (!read) {
            batch.error = operation.error();
            batch.error->detail.prepend("operations[" + QByteArray::number(index) + "]: ");
            batch.errorIndex = index;
            return false;
        }
        batch.operations.push_back(*std::move(read));
    }
    return !reader.failed();
}

} // namespace

BatchRequest parseBatch(QByteArrayView json, qsizetype maxValueSize)
{
    BatchRequest batch;
    JsonReader reader(json);
    bool hasOperations = false;
    if (reader.enterObject()) {
        while (const auto name = reader.nextMember()) {
            if (*name != "operations" || hasOperations) {
                reader.fail(hasOperations ? QByteArrayView("only one member is taken, operations")
                                          : QByteArrayView("the one member is operations"));
                break;
            }
            hasOperations = true;
            if (!readOperations(reader, maxValueSize, batch))
                break;
        }
    }
    if (batch.error)
        return batch;
    if (!reader.finish())
        batch.error = Error{ErrorCode::InvalidArgument, "body: " + reader.errorText()};
    else if (!hasOperations)
        batch.error = Error{ErrorCode::InvalidArgument, "body: operations is missing"};
    return batch;
}

} // namespace memorykv
