// SPDX-License-Identifier: MIT
/**
 * @file
 * What marks the public functions of libmemorykv. Not for use by itself.
 */
#ifndef MEMORYKV_EXPORT_H
#define MEMORYKV_EXPORT_H

/** The function is part of the library's interface; all others are hidden. */
#if defined(__GNUC__)
#define MEMKV_API __attribute__((visibility("default")))
#else
#define MEMKV_API
#endif

#endif
