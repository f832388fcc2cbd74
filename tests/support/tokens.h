// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "tests/support/httpclient.h"

#include <QTemporaryDir>

namespace memorykv::test {

/// A token file for a server under test. The token of a line is the text given, in the clear.
class TokenFile
{
public:
    struct Line
    {
        QByteArray role;
        QByteArray token;
        QByteArray prefix = {}; ///< as it stands in the file, encoded
    };

    explicit TokenFile(const QList<Line> &lines);

    QString path() const { return m_folder.filePath(QStringLiteral("tokens")); }

    /// Writes the file anew, in one step and with mode 0600.
    void write(const QList<Line> &lines);

    /// The same with any content.
    void writeText(const QByteArray &text);

private:
    QTemporaryDir m_folder;
};

using Tokens = QList<TokenFile::Line>;

/// The field that carries \a token; no field for an empty one.
Fields bearer(const QByteArray &token);

} // namespace memorykv::test
