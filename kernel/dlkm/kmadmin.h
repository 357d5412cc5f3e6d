// SPDX-License-Identifier: BSD-2-Clause
// The administrator's commands, with the options of HP-UX's.
#ifndef KERNEL_DLKM_KMADMIN_H
#define KERNEL_DLKM_KMADMIN_H

void kmadmin_run(int argc, char **argv);
void kmtune_run(int argc, char **argv);

#endif
