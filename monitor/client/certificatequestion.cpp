// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/certificatequestion.h"

#include <QCryptographicHash>

namespace memorykv {

namespace {

QByteArray fingerprintOf(const QSslCertificate &certificate)
{
    return certificate.isNull() ? QByteArray() : certificate.digest(QCryptographicHash::Sha256);
}

QString nameOf(const QStringList &commonNames, const QStringList &organizations)
{
    const QStringList &names = commonNames.isEmpty() ? organizations : commonNames;
    return names.join(QLatin1String(", "));
}

} // namespace

QString fingerprintText(QByteArrayView sha256)
{
    return QString::fromLatin1(sha256.toByteArray().toHex(':').toUpper());
}

CertificateQuestion certificateQuestion(const QUrl &address, const QSslCertificate &certificate,
                                        const QList<QSslError> &errors,
                                        const QByteArray &pinnedSha256)
{
    CertificateQuestion question{
        .address = address,
        .sha256 = fingerprintOf(certificate),
        .subject = nameOf(certificate.subjectInfo(QSslCertificate::CommonName),
                          certificate.subjectInfo(QSslCertificate::Organization)),
        .issuer = nameOf(certificate.issuerInfo(QSslCertificate::CommonName),
                         certificate.issuerInfo(QSslCertificate::Organization)),
        .names = certificate.subjectAlternativeNames().values(),
        .validFrom = certificate.effectiveDate(),
        .validUntil = certificate.expiryDate(),
        .reasons = {},
    };
    for (const QSslError &error : errors) {
        if (!question.reasons.contains(error.errorString()))
            question.reasons.append(error.errorString());
    }
    question.changed = !pinnedSha256.isEmpty() && pinnedSha256 != question.sha256;
    return question;
}

bool isPinned(const QSslCertificate &certificate, const QByteArray &pinnedSha256)
{
    return !pinnedSha256.isEmpty() && fingerprintOf(certificate) == pinnedSha256;
}

} // namespace memorykv
