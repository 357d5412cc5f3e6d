// SPDX-License-Identifier: BSD-2-Clause
// The functions of the monitor's commands that have files of their own.
#ifndef KERNEL_MONITOR_COMMANDS_H
#define KERNEL_MONITOR_COMMANDS_H

// boot_commands.c
void boot_ok_run(int argc, char **argv);
void next_conf_run(int argc, char **argv);
void boot_state_run(int argc, char **argv);
// device_commands.c
void device_run(int argc, char **argv);
void stream_run(int argc, char **argv);
// kmadmin.c, kmtune.c: with the options of HP-UX's
void kmadmin_run(int argc, char **argv);
void kmtune_run(int argc, char **argv);

// kmadmin_print.c
struct module;
void kmadmin_print_heading(void); // of lines of kmadmin_print_short()
void kmadmin_print_short(const struct module *module);
void kmadmin_print_full(const struct module *module);
void kmadmin_print_static(void); // the kernel, and what the loader linked to it before it ran

#endif
