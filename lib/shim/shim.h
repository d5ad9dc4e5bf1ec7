/* SPDX-License-Identifier: GPL-2.0 */
/* What the shims share with module.c: set-up and tear-down of their globals. */
#ifndef MPATH_SHIM_H
#define MPATH_SHIM_H

int mpk_mem_init(void);
void mpk_mem_exit(void);
int mpk_io_init(void);
void mpk_io_exit(void);
int mpk_work_init(void);
void mpk_work_exit(void);

#endif /* MPATH_SHIM_H */
