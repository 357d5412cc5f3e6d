// SPDX-License-Identifier: BSD-2-Clause
// The boot phases: loading of each phase's modules in the order of the loader's plan.
#include "dlkm/dlkm.h"
#include "dlkm/source.h"

#include "base/handoff.h"
#include "base/timeline.h"
#include "vm/vm.h"

#include <btl/kernel.h>

static const enum btlm_event_kind event_of_phase[BTL_PHASES] = {
    [BTL_PHASE_BOOT1] = BTLM_EVENT_PHASE1,
    [BTL_PHASE_BOOT2] = BTLM_EVENT_PHASE2,
    [BTL_PHASE_INIT] = BTLM_EVENT_INIT,
};

static enum btl_phase now = BTL_PHASE_BOOT1;

enum btl_phase dlkm_phase(void)
{
    return now;
}

// "  hello            BOOT1  0xffffffff80600000     12 KiB  0.123 ms"
static void phase_print_loaded(const struct module *module, enum btl_phase phase, uint64_t start)
{
    struct btl_str name = module_name(module);
    uint64_t took = timeline_now() - start;

    kprintf("  %-20pS %-5s  %p  %8pB  %4lu.%03lu ms\n", &name, btl_phase_name(phase),
            (void *)(uintptr_t)module->image->linked.base, BTL_BYTES(module->image->linked.size),
            (took / 1000000), (took / 1000 % 1000));
}

struct phase_counts {
    uint32_t loaded, failed, no_device;
};

static void phase_load_module(uint32_t id, enum btl_phase phase, struct phase_counts *counts)
{
    uint64_t start = timeline_now();

    if (module_load(id, phase)) {
        phase_print_loaded(module_get(id), phase, start);
        counts->loaded++;
    } else if (module_get(id)->no_device) {
        counts->no_device++;
    } else if (!module_is_ignored(module_get(id))) {
        counts->failed++;
    }
    // The disk drivers among those of BOOT2 keep their files: see source_release_rest().
    if (vm_ready() && phase != BTL_PHASE_BOOT2)
        source_release(module_get(id));
}

void dlkm_boot_phase(enum btl_phase phase)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t count = btl_manifest_count(manifest, BTLM_ORDER), event;
    struct phase_counts counts = {0};

    now = phase;
    event = timeline_begin(event_of_phase[phase], BTL_NONE);
    registry_register(phase);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t id = *(const uint32_t *)btl_manifest_entry(manifest, BTLM_ORDER, i);
        const struct module *module = module_get(id);
        if (module->entry->phase == phase && module->state == MODULE_REGISTERED)
            phase_load_module(id, phase, &counts);
    }
    timeline_end(event, 0);
    if (phase == BTL_PHASE_INIT)
        now = BTL_PHASE_AUTO;
    kprintf("%s: %u module%s loaded, %u failed", btl_phase_name(phase), counts.loaded,
            counts.loaded == 1 ? "" : "s", counts.failed);
    if (counts.no_device > 0)
        kprintf(", %u without a device", counts.no_device);
    kprintf("\n");
}

void dlkm_release_failed(void)
{
    for (uint32_t id = 0; id < module_count(); id++) {
        struct module *module = module_get(id);
        if (!module->adoptable || module->image != NULL || module_is_static(module))
            continue;
        vm_boot_image_free(module->entry->address, module->entry->size);
        module->adoptable = false;
    }
}
