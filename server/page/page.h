// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QByteArray>

#include <vector>

namespace memorykv {

/// The page served at /, HTML. Never empty. Thread-safe.
QByteArray pageHtml();

/// A file that the page loads.
struct PageAsset
{
    QByteArray name; ///< as the page refers to it, such as "page.css"
    QByteArray type; ///< its content type
    QByteArray content;
};

/// All files the page loads, memorykv.js among them. None is empty. Thread-safe.
std::vector<PageAsset> pageAssets();

/// The description of the HTTP interface served at /-/openapi.yaml. Never empty. Thread-safe.
QByteArray openApiYaml();

} // namespace memorykv
