/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The common ground of the two languages: integer types, linkage and the
 * printf attribute. Every header that both C and C++ read starts from here.
 *
 * C sees kernel headers and never C++; C++ sees neither. What crosses is
 * forward-declared kernel structs by pointer, fixed-width integers, plain enums,
 * and structs made only of those.
 */
#ifndef MPATH_ABI_H
#define MPATH_ABI_H

#ifdef __cplusplus
#include <cstddef>
using u8 = unsigned char;
using u16 = unsigned short;
using u32 = unsigned int;
using u64 = unsigned long long;
using s64 = long long;
using std::size_t;
#define MPATH_DECLS_BEGIN extern "C" {
#define MPATH_DECLS_END }
#define MPATH_NOEXCEPT noexcept
#else
#include <linux/types.h>
#define MPATH_DECLS_BEGIN
#define MPATH_DECLS_END
#define MPATH_NOEXCEPT
#endif

#define MPATH_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#endif /* MPATH_ABI_H */
