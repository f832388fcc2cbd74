// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/tlssource.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslKey>
#include <QSslSocket>

#include <memory>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace memorykv {

static constexpr qint64 kMaxPemSize = 1 << 20;

static Error atFile(QByteArrayView flag, const QByteArray &complaint,
                    ErrorCode code = ErrorCode::InvalidArgument)
{
    return {code, flag.toByteArray() + ": " + complaint};
}

static Result<QByteArray> readPem(QByteArrayView flag, const QByteArray &path)
{
    QFile file(QFile::decodeName(path));
    if (!file.open(QIODevice::ReadOnly))
        return atFile(flag, file.errorString().toUtf8(), ErrorCode::Unavailable);
    QByteArray pem = file.read(kMaxPemSize + 1);
    if (pem.size() > kMaxPemSize)
        return atFile(flag, "the file is too large to be a certificate or key");
    return pem;
}

// Qt wants to be told what the key is.
static QSslKey keyFromPem(const QByteArray &pem)
{
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Ec, QSsl::Rsa}) {
        QSslKey key(pem, algorithm, QSsl::Pem, QSsl::PrivateKey);
        if (!key.isNull())
            return key;
    }
    return {};
}

// Qt would notice only when the first client comes, and refuse them all.
static bool belongTogether(const QByteArray &certificate, const QByteArray &key)
{
    using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
    const Bio certificateBio(BIO_new_mem_buf(certificate.constData(), int(certificate.size())),
                             &BIO_free);
    const Bio keyBio(BIO_new_mem_buf(key.constData(), int(key.size())), &BIO_free);
    // Without a passphrase to ask for: nobody may be there to answer.
    const auto noPassphrase = [](char *, int, int, void *) { return 0; };
    const std::unique_ptr<X509, decltype(&X509_free)> x509(
        PEM_read_bio_X509(certificateBio.get(), nullptr, noPassphrase, nullptr), &X509_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> privateKey(
        PEM_read_bio_PrivateKey(keyBio.get(), nullptr, noPassphrase, nullptr), &EVP_PKEY_free);
    const bool match = x509 && privateKey && X509_check_private_key(x509.get(), privateKey.get());
    ERR_clear_error(); // what is left there would be taken for an error of the next connection
    return match;
}

Result<Done> TlsSource::load(const QByteArray &certificateFile, const QByteArray &keyFile)
{
    if (!QSslSocket::supportsSsl())
        return Error{ErrorCode::Unavailable, "--tls-cert: Qt finds no TLS library here"};
    const auto certificates = readPem("--tls-cert", certificateFile);
    if (!certificates)
        return certificates.error();
    const auto key = readPem("--tls-key", keyFile);
    if (!key)
        return key.error();
    if (QSslCertificate::fromData(*certificates, QSsl::Pem).isEmpty())
        return atFile("--tls-cert", "the file holds no certificate in PEM");
    if (keyFromPem(*key).isNull())
        return atFile("--tls-key", "the file holds no RSA or EC key in PEM without a passphrase");
    if (!belongTogether(*certificates, *key))
        return atFile("--tls-key", "this is not the key of the first certificate of --tls-cert");
    const std::lock_guard lock(m_mutex);
    m_certificates = *certificates;
    m_key = *key;
    m_generation.fetch_add(1, std::memory_order_release);
    return Done{};
}

QSslConfiguration TlsSource::configuration() const
{
    QByteArray certificates;
    QByteArray key;
    {
        const std::lock_guard lock(m_mutex);
        certificates = m_certificates;
        key = m_key;
    }
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificateChain(QSslCertificate::fromData(certificates, QSsl::Pem));
    configuration.setPrivateKey(keyFromPem(key));
    configuration.setCaCertificates({});
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setAllowedNextProtocols({"http/1.1"});
    configuration.setSslOption(QSsl::SslOptionDisableSessionTickets, true);
    return configuration;
}

} // namespace memorykv
