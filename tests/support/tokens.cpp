// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/tokens.h"

#include <QCryptographicHash>
#include <QSaveFile>

namespace memorykv::test {

TokenFile::TokenFile(const QList<Line> &lines)
{
    write(lines);
}

void TokenFile::write(const QList<Line> &lines)
{
    QByteArray text = "# tokens of a test\n";
    for (const Line &line : lines) {
        text += line.role + ' '
                + QCryptographicHash::hash(line.token, QCryptographicHash::Sha256).toHex() + ' '
                + line.prefix + '\n';
    }
    writeText(text);
}

void TokenFile::writeText(const QByteArray &text)
{
    QSaveFile file(path());
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()
        || !file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner) || !file.commit())
        qFatal("the token file of this test cannot be written");
}

Fields bearer(const QByteArray &token)
{
    if (token.isEmpty())
        return {};
    return {{"Authorization", "Bearer " + token}};
}

} // namespace memorykv::test
