// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/tokenstore.h"

#include <QHash>
#include <QObject>
#include <QTimer>

#include <optional>

namespace memorykv::test {

/// A keychain that forgets all with the test. Answers later, as a real one does; with an error when
/// the test has set one.
class MemoryTokenStore : public TokenStore
{
public:
    void read(const QString &profileId, Read done) override
    {
        later([this, profileId, done = std::move(done)] {
            if (error)
                done(*error);
            else if (const auto found = tokens.constFind(profileId); found != tokens.constEnd())
                done(std::optional(*found));
            else
                done(std::optional<QByteArray>());
        });
    }

    void write(const QString &profileId, const QByteArray &token, Written done) override
    {
        later([this, profileId, token, done = std::move(done)] {
            if (error) {
                done(*error);
                return;
            }
            tokens.insert(profileId, token);
            done(Done{});
        });
    }

    void remove(const QString &profileId, Written done) override
    {
        later([this, profileId, done = std::move(done)] {
            if (error) {
                done(*error);
                return;
            }
            tokens.remove(profileId);
            done(Done{});
        });
    }

    QHash<QString, QByteArray> tokens;
    std::optional<Error> error; ///< what every function answers from now on

private:
    template <typename Call>
    void later(Call call)
    {
        QTimer::singleShot(0, &m_context, std::move(call));
    }

    QObject m_context;
};

} // namespace memorykv::test
