// SPDX-License-Identifier: BSD-2-Clause
// The kernel's commands: a table, and the functions of the short ones.
#include "monitor/commands.h"

#include "base/handoff.h"
#include "base/timeline.h"
#include "console/command.h"
#include "console/print.h"
#include "dlkm/dlkm.h"
#include "failure/panic.h"
#include "failure/power.h"
#include "intr/intr.h"
#include "monitor/monitor.h"
#include "monitor/selftest.h"
#include "vm/vm.h"

#include <btl/kernel.h>

static void run_help(int argc, char **argv)
{
    monitor_help();
}

static void lsmod_print(const struct module *module)
{
    const struct btlm_module *entry = module->entry;
    struct btl_str name = module_name(module);
    char supported[16];
    int length = (int)btl_supported_text(entry->supported, supported);

    kprintf("%3u %-16pS %-11s %-15.*s %-5s %-10s ", module_id(module), &name,
            btl_type_name(entry->type), length, supported, btl_phase_name(entry->configured),
            module_condition(module));
    if (module->image != NULL)
        kprintf("%p %7lu %3u\n", (void *)(uintptr_t)module->image->linked.base,
                module->image->linked.size, module->dependents);
    else
        kprintf("%-18s %7s %3u\n", "-", "-", module->dependents);
}

static void run_lsmod(int argc, char **argv)
{
    kprintf("%3s %-16s %-11s %-15s %-5s %-10s %-18s %7s %s\n", "id", "name", "type", "supported",
            "conf.", "state", "address", "size", "dependents");
    for (uint32_t id = 0; id < module_count(); id++)
        if (module_get(id)->state != MODULE_GONE)
            lsmod_print(module_get(id));
}

static void modinfo_print_text(const char *label, struct btl_str text)
{
    if (text.len > 0)
        kprintf("%-14s %pS\n", label, &text);
}

static void modinfo_print_dependencies(const struct module *module)
{
    kprintf("%-14s", "depends:");
    for (uint32_t i = 0; i < module->entry->depend_count; i++) {
        struct btl_str name = module_name(module_get(module_dependency(module, i)));
        kprintf(" %pS", &name);
    }
    kprintf("\n%-14s", "dependents:");
    for (uint32_t id = 0; id < module_count(); id++) {
        const struct module *other = module_get(id);
        struct btl_str name = module_name(other);
        if (module_depends_on(other, module_id(module)))
            kprintf(" %pS%s", &name, other->state == MODULE_LOADED ? "" : " (not loaded)");
    }
    kprintf("\n");
}

static void modinfo_print_image(const struct module_image *image)
{
    static const char *const what[BTL_SEGS] = {"text", "rodata", "data"};
    char perm[4];

    for (int kind = 0; kind < BTL_SEGS; kind++) {
        const struct btl_segment *segment = &image->linked.segment[kind];
        if (segment->size > 0)
            kprintf("%-14s %p %lu bytes %s\n", what[kind],
                    (void *)(uintptr_t)(image->linked.base + segment->offset), segment->size,
                    btlm_perm_text(segment->perm, perm));
    }
}

static void run_modinfo(int argc, char **argv)
{
    const struct module *module;
    char supported[16];
    uint32_t id;
    int length;

    if (argc != 2 || !module_find(btl_str_of(argv[1]), &id)) {
        kprintf(argc == 2 ? "modinfo: no module %s; lsmod lists them\n" : "usage: modinfo NAME\n",
                argc == 2 ? argv[1] : "");
        return;
    }
    module = module_get(id);
    length = (int)btl_supported_text(module->entry->supported, supported);
    modinfo_print_text("name:", module_name(module));
    modinfo_print_text("file:", module_path(module));
    modinfo_print_text("version:", module_version(module));
    modinfo_print_text("description:", module_description(module));
    modinfo_print_text("flags:", module_flags(module));
    kprintf("%-14s %s\n", "on error:", btl_on_error_name(BTLM_ON_ERROR(module->entry->flags)));
    kprintf("%-14s %u\n%-14s %s\n%-14s %.*s\n%-14s %s\n%-14s %s\n", "id:", id,
            "type:", btl_type_name(module->entry->type), "supported:", length, supported,
            "configured:", btl_phase_name(module->entry->configured),
            "phase:", btl_phase_name(module->entry->phase));
    kprintf("%-14s %s%s%s\n", "state:", module_condition(module),
            module->reason != NULL ? ": " : "", module->reason != NULL ? module->reason : "");
    modinfo_print_dependencies(module);
    if (module->image != NULL)
        modinfo_print_image(module->image);
}

static void manifest_print_usage(void)
{
    kprintf("usage: manifest [SECTION], where SECTION is one of");
    for (unsigned kind = BTLM_SYSTEM; kind < BTLM_KINDS; kind++)
        kprintf(" %s", btl_manifest_section_name(kind));
    kprintf("\n");
}

static void run_manifest(int argc, char **argv)
{
    struct btl_out out = console_out();
    uint32_t what = argc == 2 ? btl_manifest_section_of(btl_str_of(argv[1])) : 0;

    if (argc > 2 || (argc == 2 && what == 0)) {
        manifest_print_usage();
        return;
    }
    btl_manifest_print(handoff_manifest(), what, &out);
}

static void run_memmap(int argc, char **argv)
{
    struct btl_out out = console_out();

    btl_manifest_print(handoff_manifest(), 1u << BTLM_MEMORY, &out);
    vm_summary(&out);
}

static void run_timeline(int argc, char **argv)
{
    struct btl_out out = console_out();

    timeline_print(&out);
}

static void run_dmesg(int argc, char **argv)
{
    struct btl_out out = console_out();
    enum btl_log_level last = argc == 2 ? btl_log_level_named(btl_str_of(argv[1])) : BTL_LOG_DEBUG;

    if (argc > 2 || last == BTL_LOG_LEVELS)
        kprintf("usage: dmesg [LEVEL], where LEVEL is error, warn, note, info or debug: the lines "
                "of that level and of those before it\n");
    else
        log_print(&out, last);
}

static void run_intr(int argc, char **argv)
{
    intr_print();
    timeouts_print();
}

static void run_bt(int argc, char **argv)
{
    backtrace_print(NULL);
}

static void run_selftest(int argc, char **argv)
{
    selftest_run();
}

static void run_poweroff(int argc, char **argv)
{
    power_off();
}

static void run_reset(int argc, char **argv)
{
    power_reset();
}

const struct command kernel_commands[] = {
    {"help", "", "list the commands", run_help, true},
    {"lsmod", "", "list the modules and their states", run_lsmod, true},
    {"kmadmin", "OPTION", "load, unload, show and configure modules", kmadmin_run, false},
    {"kmtune", "OPTION", "show and change tunables of modules", kmtune_run, false},
    {"device", NULL, "list drivers of devices; open, read, write a device", device_run, false},
    {"stream", NULL, "send a text through a stream of modules", stream_run, false},
    {"modinfo", "NAME", "show details of a module", run_modinfo, true},
    {"manifest", "[SECTION]", "show the loader's boot manifest", run_manifest, true},
    {"memmap", "", "show the firmware's memory map, and the owners of pages now", run_memmap, true},
    {"timeline", "", "show the events of the boot, from the start of the loader on", run_timeline,
     true},
    {"dmesg", "[LEVEL]", "show the loader's log, then the kernel's; LEVEL: error, warn, note …",
     run_dmesg, true},
    {"intr", "", "show the interrupt handlers, and how often each was called", run_intr, true},
    {"boot-ok", "", "mark this configuration as the last good one", boot_ok_run, false},
    {"next-conf", "PATH", "boot another configuration next time, once", next_conf_run, false},
    {"boot-state", "", "show what was booted and why, and the records for the next boot",
     boot_state_run, true},
    {"bt", "", "show a backtrace of the monitor", run_bt, true},
    {"selftest", "", "run the kernel's checks (kernel_options=\"autotest\": at boot)", run_selftest,
     false},
    {"poweroff", "", "power off through the firmware", run_poweroff, false},
    {"reset", "", "reset the machine through the firmware", run_reset, false},
};
const size_t kernel_command_count = BTL_COUNT(kernel_commands);
