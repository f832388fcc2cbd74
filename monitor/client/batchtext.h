// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "monitor/client/resttypes.h"
#include "shared/result.h"

namespace memorykv {

/// The body of POST /-/batch (docs/rest.md, Batch) and of its answer. Thread-safe.

QByteArray batchJson(const QList<BatchOperation> &operations);

/// InvalidArgument when \a json is no answer to a batch.
Result<QList<BatchResult>> batchResults(QByteArrayView json);

} // namespace memorykv
