// SPDX-License-Identifier: BSD-2-Clause
// The boot order. Read kmain() from top to bottom; every line may use what the lines above it made.
#include "base/arch.h"
#include "base/handoff.h"
#include "console/print.h"
#include "dlkm/dlkm.h"
#include "dlkm/source.h"
#include "failure/boot_state.h"
#include "failure/give_up.h"
#include "failure/power.h"
#include "failure/watchdog.h"
#include "intr/intr.h"
#include "judge.h"
#include "monitor/monitor.h"
#include "monitor/report.h"
#include "monitor/selftest.h"
#include "older_loader.h"
#include "vm/early.h"
#include "vm/page.h"
#include "vm/vm.h"

#include <btl/kernel.h>

_Noreturn void kmain(const void *manifest);

static void print_banner(void)
{
    const struct btl_manifest *manifest = handoff_manifest();
    struct btl_str loader = btl_manifest_str(manifest, boot_system()->loader_version);
    struct btl_str firmware = btl_manifest_str(manifest, boot_system()->firmware_vendor);

    kprintf("\nBTL reference kernel %s (%s), loader %pS, firmware %pS\n", KERNEL_VERSION,
            btl_machine_name(boot_system()->machine), &loader, &firmware);
    kprintf("manifest: %lu modules, %pB\n", btl_manifest_count(manifest, BTLM_MODULES),
            BTL_BYTES(manifest->header->total_size));
}

static void start_early_memory(void)
{
    early_init((void *)(uintptr_t)boot_system()->early_virtual, boot_system()->early_size);
}

static void print_vm_memory(void)
{
    uint64_t pages = pfdat_frames() - pages_owned(PF_HOLE);

    kprintf("VM: %pB in the memory map, %pB free; loader and boot services released\n",
            BTL_BYTES(pages * BTL_PAGE_SIZE), BTL_BYTES(pages_owned(PF_FREE) * BTL_PAGE_SIZE));
}

// After a fallback: which configuration was booted in place of which.
static void print_fallback(void)
{
    const struct btlm_boot *boot = boot_entry();

    if (boot == NULL || boot->how != BTLM_HOW_FALLBACK)
        return;
    struct btl_str path = btl_manifest_str(handoff_manifest(), boot->path);
    struct btl_str wanted = btl_manifest_str(handoff_manifest(), boot->wanted);
    struct btl_str reason = btl_manifest_str(handoff_manifest(), boot->reason);
    kprintf("booted with %pS in place of %pS: %pS\n", &path, &wanted, &reason);
}

// An unattended boot ends with the report and an exit status.
static _Noreturn void finish_boot(void)
{
    uint32_t failed;

    watchdog_stop();
    source_release_rest();
    failed = options.autotest ? selftest_run() : 0;
    if (options.boot_ok && failed == 0)
        boot_ok_by_itself();
    if (options_unattended())
        power_off_with(report_print(failed));
    if (!console_has_input()) {
        kprintf("Nothing can be typed: there is neither a serial line (COM1, 115200 8N1) nor a "
                "keyboard.\nFor a keyboard, load the module kbd: kbd_load=\"YES\" in loader.conf. "
                "Stopped.\n");
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
    console_configure(
        boot_system()->direct_map_size); // the screen, if the loader's direct map reaches it
    print_banner();
    older_loader_report();
    print_fallback();
    watchdog_start(); // from here on a hang is a panic, where boot_timeout says so

    registry_init();
    dlkm_boot_phase(BTL_PHASE_BOOT1); // linked by the loader; the loader's page tables

    vm_init(); // own page tables; the rescue monitor and the firmware's services need them, so
               // modules that failed are judged after it
    dlkm_release_failed();
    console_configure(UINT64_MAX);
    print_vm_memory();
    interrupts_start(); // from here on handlers and timeouts run
    console_use_interrupts();
    boot_give_up_prepare();
    boot_judge();

    if (!exports_init())
        kpanic("out of memory while collecting the exports of the kernel and phase-1 modules");
    dlkm_boot_phase(BTL_PHASE_BOOT2); // linked here, from staged files
    boot_judge();
    dlkm_boot_phase(BTL_PHASE_INIT);
    boot_judge();

    finish_boot();
}
