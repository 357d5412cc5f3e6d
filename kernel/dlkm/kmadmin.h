// SPDX-License-Identifier: BSD-2-Clause
// The administrator's commands, with the options of HP-UX's.
#ifndef KERNEL_DLKM_KMADMIN_H
#define KERNEL_DLKM_KMADMIN_H

void kmadmin_run(int argc, char **argv);
void kmtune_run(int argc, char **argv);

// For kmadmin.c (kmadmin_print.c).
struct module;
void kmadmin_print_heading(void); // of lines of kmadmin_print_short()
void kmadmin_print_short(const struct module *module);
void kmadmin_print_full(const struct module *module);
void kmadmin_print_static(void); // the kernel, and what the loader linked to it before it ran

#endif
