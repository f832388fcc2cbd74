// SPDX-License-Identifier: GPL-3.0-only
#include "server/page/page.h"

#include <QDir>
#include <QFile>

// Resources of a static library are linked in only when they are asked for, and the macro does not
// work inside a namespace.
static void initResources()
{
    Q_INIT_RESOURCE(page);
}

namespace memorykv {

static QByteArray resource(const QString &path)
{
    initResources();
    QFile file(path);
    const bool opened = file.open(QIODevice::ReadOnly);
    Q_ASSERT(opened);
    return opened ? file.readAll() : QByteArray();
}

QByteArray pageHtml()
{
    return resource(QStringLiteral(":/page/index.html"));
}

static QByteArray typeOf(const QString &name)
{
    if (name.endsWith(QStringLiteral(".js")))
        return "text/javascript; charset=utf-8";
    if (name.endsWith(QStringLiteral(".css")))
        return "text/css; charset=utf-8";
    return "image/svg+xml";
}

std::vector<PageAsset> pageAssets()
{
    initResources();
    const QDir folder(QStringLiteral(":/page/assets"));
    std::vector<PageAsset> assets;
    const QStringList names = folder.entryList(QDir::Files, QDir::Name);
    for (const QString &name : names)
        assets.push_back({name.toUtf8(), typeOf(name), resource(folder.filePath(name))});
    return assets;
}

QByteArray openApiYaml()
{
    return resource(QStringLiteral(":/page/openapi.yaml"));
}

} // namespace memorykv
