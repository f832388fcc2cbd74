// SPDX-License-Identifier: GPL-3.0-only
#include "server/page/page.h"

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

QByteArray openApiYaml()
{
    return resource(QStringLiteral(":/page/openapi.yaml"));
}

} // namespace memorykv
