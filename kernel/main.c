// SPDX-License-Identifier: BSD-2-Clause
// The boot order. Read kmain() from top to bottom; every line may use what the lines above it made.
#include "arch.h"
#include "dlkm/dlkm.h"
#include "dlkm/source.h"
#include "handoff.h"
#include "monitor.h"
#include "power.h"
#include "print.h"
#include "report.h"
#include "selftest.h"
#include "vm/early.h"
#include "vm/page.h"
#include "vm/vm.h"

#include <btl/config.h>
#include <btl/kernel.h>

_Noreturn void kmain(const void *manifest);

static void banner(void)
{
    const struct btl_manifest *manifest = handoff_manifest();
    struct btl_str loader = btl_manifest_str(manifest, boot_system()->loader_version);
    struct btl_str firmware = btl_manifest_str(manifest, boot_system()->firmware_vendor);

    kprintf("\nBTL reference kernel %s (%s), loader %S, firmware %S\n", KERNEL_VERSION,
            btl_machine_name(boot_system()->machine), &loader, &firmware);
    kprintf("manifest: %lu modules, %B\n",
            (unsigned long)btl_manifest_count(manifest, BTLM_MODULES),
            (unsigned long long)manifest->header->total_size);
}

static void start_early_memory(void)
{
    early_init((void *)(uintptr_t)boot_system()->early_virtual, boot_system()->early_size);
}

static void print_memory(void)
{
    uint64_t pages = pfdat_frames() - pages_owned(PF_HOLE);

    kprintf("VM: %B in the memory map, %B free; loader and boot services given back\n",
            (unsigned long long)(pages * BTL_PAGE_SIZE),
            (unsigned long long)(pages_owned(PF_FREE) * BTL_PAGE_SIZE));
}

// Unattended: the report, and an exit status that says how it went.
static _Noreturn void finish_unattended(void)
{
    uint32_t failed = options.autotest ? selftest_run() : 0;

    power_off_with(report_print(failed));
}

// A required module that is not there stops the boot, or starts it anew, as configured.
static void stop_if_required_failed(void)
{
    struct btl_str name;

    if (module_required_failure() == BTL_NONE)
        return;
    name = module_name(module_get(module_required_failure()));
    kprintf("\nBOOT STOPPED: required module %S was not loaded. What failed:\n", &name);
    report_failures();
    if (options_unattended())
        power_off_with(report_print(0));
    if (boot_system()->required_failure == BTL_STOP_RESET) {
        kprintf("required_failure=\"reset\": resetting\n");
        power_reset();
    }
    if (!console_has_terminal()) {
        kprintf("There is no terminal for the rescue monitor. Stopped.\n");
        arch_halt();
    }
    kprintf("This is the rescue monitor; modinfo, dmesg and manifest show more.\n");
    monitor_run("rescue> ");
}

static _Noreturn void end_of_boot(void)
{
    source_release_rest();
    if (options_unattended())
        finish_unattended();
    if (!console_has_terminal()) {
        kprintf("No serial terminal: nothing more to do.\n");
        arch_halt();
    }
    kprintf("Type help for the monitor's commands.\n");
    monitor_run("btl> ");
}

void kmain(const void *manifest)
{
    console_init();          // the serial line: from here on kprintf() works
    arch_init();             // own descriptor tables: from here on a fault is a dump
    handoff_adopt(manifest); // checked, or the boot ends here
    start_early_memory();    // from here on kmem_alloc() works
    options_parse();
    console_configure(); // the screen
    banner();

    registry_init();
    dlkm_boot_phase(BTL_PHASE_BOOT1); // linked by the loader; the loader's page tables

    vm_init(); // own page tables; a required module that failed is looked at after it, so that the
               // rescue monitor and the firmware's reset have what they need
    console_configure();
    print_memory();
    stop_if_required_failed();

    if (!exports_init())
        kpanic("out of memory while collecting the exports of the kernel and phase-1 modules");
    dlkm_boot_phase(BTL_PHASE_BOOT2); // linked here, from staged files
    stop_if_required_failed();
    dlkm_boot_phase(BTL_PHASE_INIT);
    stop_if_required_failed();

    end_of_boot();
}
