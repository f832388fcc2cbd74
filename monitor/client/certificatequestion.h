// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QMetaType>
#include <QSslCertificate>
#include <QSslError>
#include <QString>
#include <QStringList>
#include <QUrl>

namespace memorykv {

/// What the user has to know to decide about a certificate that the system does not trust. To
/// accept it, put sha256 into the profile (ConnectionProfile::pinnedSha256) and connect again.
struct CertificateQuestion
{
    QUrl address = {}; ///< that was asked for
    QByteArray
        sha256; ///< fingerprint of the server's certificate, 32 bytes; empty when it sent none
    QString subject = {}; ///< common name, or what stands for it
    QString issuer = {};
    QStringList names = {}; ///< host names and addresses it is made out to
    QDateTime validFrom = {};
    QDateTime validUntil = {};
    QStringList reasons = {}; ///< why it is not trusted, in words
    bool changed = false;     ///< another certificate was accepted for this profile before
};

/// A fingerprint as people compare it: upper-case hex pairs with colons.
QString fingerprintText(QByteArrayView sha256);

/// The question about \a certificate, which failed with \a errors.
CertificateQuestion certificateQuestion(const QUrl &address, const QSslCertificate &certificate,
                                        const QList<QSslError> &errors,
                                        const QByteArray &pinnedSha256);

/// Whether \a certificate is the one with the fingerprint \a pinnedSha256 (empty: never). The pin
/// is an exception for one certificate: it then counts whatever is wrong with it, and one that the
/// system trusts needs no pin.
bool isPinned(const QSslCertificate &certificate, const QByteArray &pinnedSha256);

} // namespace memorykv

Q_DECLARE_METATYPE(memorykv::CertificateQuestion)
