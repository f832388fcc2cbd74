// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/client/profilestore.h"

#include <QSettings>
#include <QStringList>

namespace memorykv {

namespace {

const QLatin1String kGroup("connections");
const QLatin1String kOrder("order");
const QLatin1String kLastUsed("lastUsed");
const QLatin1String kName("name");
const QLatin1String kAddress("address");
const QLatin1String kColour("colour");
const QLatin1String kReadOnly("readOnly");
const QLatin1String kTokenSource("token");
const QLatin1String kPinned("pinnedCertificate");

QString sourceName(TokenSource source)
{
    switch (source) {
    case TokenSource::Keychain:
        return QStringLiteral("keychain");
    case TokenSource::Ask:
        return QStringLiteral("ask");
    case TokenSource::None:
        break;
    }
    return QStringLiteral("none");
}

/// A name that is not known asks: better one question too many than a request without its token.
TokenSource sourceFromName(const QString &name)
{
    if (name == QLatin1String("none"))
        return TokenSource::None;
    return name == QLatin1String("keychain") ? TokenSource::Keychain : TokenSource::Ask;
}

/// Within a group of the settings as long as it lives.
class Group
{
public:
    Group(QSettings &settings, const QString &name)
        : m_settings(settings)
    {
        m_settings.beginGroup(name);
    }
    ~Group() { m_settings.endGroup(); }

private:
    QSettings &m_settings;
    Q_DISABLE_COPY_MOVE(Group)
};

QString groupOf(const QString &id)
{
    return kGroup + QLatin1Char('/') + id;
}

QString keyIn(QLatin1String name)
{
    return kGroup + QLatin1Char('/') + name;
}

} // namespace

ProfileStore::ProfileStore(QSettings &settings)
    : m_settings(settings)
{ }

QStringList ProfileStore::ids() const
{
    return m_settings.value(keyIn(kOrder)).toStringList();
}

QList<ConnectionProfile> ProfileStore::profiles() const
{
    QList<ConnectionProfile> found;
    for (const QString &id : ids()) {
        if (auto one = profile(id))
            found.append(*std::move(one));
    }
    return found;
}

std::optional<ConnectionProfile> ProfileStore::profile(const QString &id) const
{
    if (id.isEmpty() || !ids().contains(id))
        return std::nullopt;
    const Group group(m_settings, groupOf(id));
    ConnectionProfile profile;
    profile.id = id;
    profile.name = m_settings.value(kName).toString();
    const auto address = addressFromText(m_settings.value(kAddress).toString());
    if (profile.name.isEmpty() || !address)
        return std::nullopt;
    profile.address = *address;
    profile.colour = m_settings.value(kColour).toString();
    profile.readOnly = m_settings.value(kReadOnly).toBool();
    profile.tokenSource = sourceFromName(m_settings.value(kTokenSource).toString());
    profile.pinnedSha256 = QByteArray::fromHex(m_settings.value(kPinned).toByteArray());
    return profile;
}

Result<Done> ProfileStore::save(const ConnectionProfile &profile)
{
    if (profile.id.isEmpty() || profile.id.contains(QLatin1Char('/')))
        return Error{ErrorCode::InvalidArgument, "the profile has no id"};
    if (profile.name.isEmpty())
        return Error{ErrorCode::InvalidArgument, "the profile needs a name"};
    const auto address = addressFromText(profile.address.toString());
    if (!address)
        return address.error();

    QStringList order = ids();
    if (!order.contains(profile.id)) {
        order.append(profile.id);
        m_settings.setValue(keyIn(kOrder), order);
    }
    const Group group(m_settings, groupOf(profile.id));
    m_settings.setValue(kName, profile.name);
    m_settings.setValue(kAddress, address->toString());
    m_settings.setValue(kColour, profile.colour);
    m_settings.setValue(kReadOnly, profile.readOnly);
    m_settings.setValue(kTokenSource, sourceName(profile.tokenSource));
    m_settings.setValue(kPinned, QString::fromLatin1(profile.pinnedSha256.toHex()));
    return Done{};
}

void ProfileStore::remove(const QString &id)
{
    QStringList order = ids();
    if (!order.removeOne(id))
        return;
    m_settings.setValue(keyIn(kOrder), order);
    m_settings.remove(groupOf(id));
    if (lastUsed() == id)
        m_settings.remove(keyIn(kLastUsed));
}

QString ProfileStore::lastUsed() const
{
    return m_settings.value(keyIn(kLastUsed)).toString();
}

void ProfileStore::setLastUsed(const QString &id)
{
    m_settings.setValue(keyIn(kLastUsed), id);
}

} // namespace memorykv
