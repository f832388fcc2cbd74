// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/app/options.h"

#include <QByteArrayView>

#include <span>

namespace memorykv {

/// A flag with a value: all that parsing, help and tests need to know of it.
struct Flag
{
    QByteArrayView name;         ///< without the dashes: "max-value"
    QByteArrayView value;        ///< what stands for the value in the help: "SIZE";
                                 ///< empty: given alone, it is "true"
    QByteArrayView help;         ///< what it sets
    QByteArrayView defaultValue; ///< the default, as one could give it
    QByteArrayView group;        ///< the heading it stands under in the help
    QByteArrayView otherName;    ///< another environment variable it is read from, or empty
    /// Sets the member. InvalidArgument quotes the value and says what would be right.
    Result<Done> (*apply)(QByteArrayView value, Options &options);
};

/// All flags with a value, in the order of the help; those of a group stand together.
std::span<const Flag> flags();

/// The environment variable of \a flag: "MEMORYKV_MAX_VALUE".
QByteArray variableName(const Flag &flag);

} // namespace memorykv
