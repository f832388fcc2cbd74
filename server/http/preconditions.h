// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "server/http/request.h"
#include "server/store/condition.h"
#include "shared/result.h"

namespace memorykv {

/// Reads the value of an If-Match or If-None-Match field: `*` or a list of entity tags (RFC 9110
/// 8.8.3). A tag that is no revision of this server matches nothing. With \a weakMatches weak tags
/// count as their strong form (If-None-Match), else they match nothing (If-Match). InvalidArgument
/// names \a field when the value is not well-formed.
Result<RevisionSet> parseEntityTags(QByteArrayView text, bool weakMatches, QByteArrayView field);

/// The condition in the If-Match and If-None-Match fields of \a request.
Result<Condition> conditionOf(const Request &request);

/// Whether the client prefers answers without the previous or removed value: "return=minimal" in
/// Prefer (RFC 7240 4.2).
bool prefersMinimal(const Request &request);

} // namespace memorykv
