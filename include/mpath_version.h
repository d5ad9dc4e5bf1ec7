/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Of the modules and of the programs beside them, C and C++. dkms.conf has it, too, which
 * cannot read this (make check T=mpathctl).
 */
#ifndef MPATH_VERSION_H
#define MPATH_VERSION_H

#define MPATH_VERSION "0.1.0"

#endif
