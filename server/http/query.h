// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "shared/result.h"

#include <QVarLengthArray>

#include <initializer_list>
#include <optional>

namespace memorykv {

/// The parameters of a request target, decoded. A parameter that the resource does not know, or
/// that comes twice, is an error and not ignored: a mistyped "?tll=60" must not store a value
/// for ever.
class Query
{
public:
    /// Reads \a query (without the '?'). InvalidArgument when it does not decode to UTF-8, when a
    /// parameter is not one of \a known, or comes twice.
    static Result<Query> parse(QByteArrayView query, std::initializer_list<QByteArrayView> known);

    /// The value of \a name, nothing when it is not there. "?name" has the value "".
    std::optional<QByteArray> value(QByteArrayView name) const;
    bool has(QByteArrayView name) const { return value(name).has_value(); }

    /// The value of \a name as a whole number within [\a min, \a max]; \a absent when it is not
    /// there. InvalidArgument names the parameter and its bounds.
    Result<qint64> number(QByteArrayView name, qint64 min, qint64 max, qint64 absent) const;

    /// "true" or "false"; false when it is not there. InvalidArgument for anything else.
    Result<bool> flag(QByteArrayView name) const;

private:
    struct Parameter
    {
        QByteArray name;
        QByteArray value;
    };
    QVarLengthArray<Parameter, 4> m_parameters;
};

} // namespace memorykv
