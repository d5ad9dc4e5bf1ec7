// SPDX-License-Identifier: GPL-2.0
// errno: the few numbers of the Linux ABI that the core returns.
#pragma once

#ifndef ENOMEM // <cerrno> of a hosted build has them already
#define ENOENT 2
#define EIO 5
#define ENOMEM 12
#define EBUSY 16
#define EINVAL 22
#define EOPNOTSUPP 95
#define ESHUTDOWN 108
#define EMEDIUMTYPE 124
#endif
