// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/fakeidentity.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

namespace memorykv::test {

FakeIdentity FakeIdentity::create()
{
    const QTemporaryDir folder;
    const QString key = folder.filePath(QStringLiteral("key.pem"));
    const QString certificate = folder.filePath(QStringLiteral("certificate.pem"));
    QProcess openssl; // what it has to say is not shown
    openssl.start(QStringLiteral("openssl"),
                  {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"),
                   QStringLiteral("rsa:2048"), QStringLiteral("-nodes"), QStringLiteral("-days"),
                   QStringLiteral("2"), QStringLiteral("-subj"), QStringLiteral("/CN=a test"),
                   QStringLiteral("-addext"), QStringLiteral("subjectAltName=IP:127.0.0.1"),
                   QStringLiteral("-keyout"), key, QStringLiteral("-out"), certificate});
    openssl.waitForFinished();
    QFile keyFile(key);
    QFile certificateFile(certificate);
    if (!keyFile.open(QIODevice::ReadOnly) || !certificateFile.open(QIODevice::ReadOnly))
        return {.certificate = QSslCertificate(), .key = QSslKey()};
    return {.certificate = QSslCertificate(&certificateFile), .key = QSslKey(&keyFile, QSsl::Rsa)};
}

} // namespace memorykv::test
