// SPDX-License-Identifier: GPL-3.0-only
#include <QtGlobal>

// Settings for jemalloc, which looks for this name. With a thread of its own it
// gives memory back to the system also when nobody asks for any: after the last of many keys.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" Q_DECL_EXPORT const char *const malloc_conf;
const char *const malloc_conf = "background_thread:true,max_background_threads:1";
// NOLINTEND(readability-identifier-naming)
