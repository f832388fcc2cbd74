// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/certificatedialog.h"

#include "monitor/ui/theme.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

namespace memorykv {

namespace {

QLabel *plain(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

/// A fingerprint on two lines, so that it can be compared.
QString twoLines(const QString &fingerprint)
{
    const qsizetype middle = fingerprint.size() / 2;
    return fingerprint.left(middle + 1) + QLatin1Char('\n') + fingerprint.mid(middle + 1);
}

} // namespace

CertificateDialog::CertificateDialog(const CertificateQuestion &question, QWidget *parent)
    : QDialog(parent)
    , m_keep(new QCheckBox(tr("Trust it the next time &too"), this))
{
    setWindowTitle(tr("Unknown certificate"));
    const QString host = question.address.toString(QUrl::RemovePath);
    auto *title
        = plain(question.changed
                    ? tr("The certificate of %1 is another one than the one you trusted").arg(host)
                    : tr("The certificate of %1 is not trusted").arg(host),
                this);
    title->setFont(scaledFont(font(), 1.15, true));
    auto *advice = plain(
        question.changed ? tr("Somebody may be in between. Go on only if you know that the server "
                              "has a new certificate.")
                         : tr("Whoever answers there may not be the server you mean. Compare the "
                              "fingerprint with the one the server's administrator gives you."),
        this);
    auto *facts = new QFormLayout;
    facts->setHorizontalSpacing(12);
    facts->addRow(tr("Why:"), plain(question.reasons.join(QLatin1Char('\n')), this));
    facts->addRow(tr("Made out to:"), plain(question.subject, this));
    if (!question.names.isEmpty())
        facts->addRow(tr("For:"), plain(question.names.join(QStringLiteral(", ")), this));
    facts->addRow(tr("By:"), plain(question.issuer, this));
    const QLocale locale;
    facts->addRow(tr("Valid:"),
                  plain(tr("%1 to %2")
                            .arg(locale.toString(question.validFrom.date(), QLocale::ShortFormat),
                                 locale.toString(question.validUntil.date(), QLocale::ShortFormat)),
                        this));
    auto *fingerprint = plain(twoLines(fingerprintText(question.sha256)), this);
    fingerprint->setFont(monospaceFont());
    facts->addRow(tr("SHA-256:"), fingerprint);
    auto *buttons = new QDialogButtonBox(this);
    QPushButton *trust = buttons->addButton(tr("&Connect anyway"), QDialogButtonBox::AcceptRole);
    trust->setAutoDefault(false);
    trust->setEnabled(!question.sha256.isEmpty());
    QPushButton *cancel = buttons->addButton(tr("Do &not connect"), QDialogButtonBox::RejectRole);
    cancel->setDefault(true);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    layout->addWidget(title);
    layout->addWidget(advice);
    layout->addLayout(facts);
    layout->addWidget(m_keep);
    layout->addWidget(buttons);
    static constexpr int kWidth = 540;
    setMinimumWidth(kWidth);
    resize(kWidth, layout->totalHeightForWidth(kWidth));
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    cancel->setFocus();
}

bool CertificateDialog::keep() const
{
    return m_keep->isChecked();
}

} // namespace memorykv
