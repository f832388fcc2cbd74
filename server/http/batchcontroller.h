// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "server/http/response.h"
#include "server/http/services.h"

namespace memorykv {

/// The resource /-/batch: many operations, all or nothing.
class BatchController
{
public:
    explicit BatchController(HttpServices &services);

    /// Answers `{"results":[...]}` with one object for each operation, or a problem whose member
    /// `index` says which operation it is about.
    Response post(const Request &request);

private:
    Response refuseOutside(size_t index);
    Response refuse(const Error &error, std::optional<size_t> index = std::nullopt);

    HttpServices &m_services;
};

} // namespace memorykv
