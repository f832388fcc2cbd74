// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/certificatequestion.h"

#include <QDialog>

class QCheckBox;

namespace memorykv {

/// Asks whether to trust a certificate that the system does not trust: says whose it is, why it is
/// not trusted, and the fingerprint to compare. Not trusting is what Return and Escape do.
class CertificateDialog : public QDialog
{
    Q_OBJECT

public:
    explicit CertificateDialog(const CertificateQuestion &question, QWidget *parent = nullptr);

    /// Whether it is to be trusted the next time too.
    bool keep() const;

private:
    QCheckBox *m_keep;
};

} // namespace memorykv
