// SPDX-License-Identifier: BSD-2-Clause
// The output of kmadmin about modules.
#include "monitor/commands.h"

#include "base/handoff.h"
#include "dlkm/dlkm.h"
#include "dlkm/source.h"
#include "vm/early.h"

#include <btl/device.h>
#include <btl/hash.h>
#include <btl/kernel.h>

static const char *kmadmin_status(const struct module *module)
{
    if (module->state == MODULE_LOADED)
        return module_is_static(module) ? "STATIC" : "LOADED";
    return "UNLOADED";
}

static void kmadmin_print_major(const char *label, int16_t major)
{
    if (major >= 0)
        kprintf("%-24s %d\n", label, major);
    else
        kprintf("%-24s -\n", label);
}

static void kmadmin_print_hash(const struct module *module)
{
    const uint8_t *sha256 = source_sha256(module);
    char text[BTL_SHA256_TEXT] = "-";

    if (btlm_is_hashed(sha256))
        btl_sha256_text(sha256, text);
    kprintf("%-24s %s\n", "Module SHA-256", text);
}

static void kmadmin_print_names(const struct module *module)
{
    struct btl_str name = module_name(module), version = module_version(module);
    struct btl_str path = module_path(module);

    kprintf("%-24s %pS\n%-24s %pS\n%-24s %u\n", "Module Name", &name, "Module Version", &version,
            "Module ID", module_id(module));
    kprintf("%-24s %s\n%-24s %s\n%-24s %pS\n", "Configured Phase",
            btl_phase_name(module->entry->configured), "Loading Phase",
            btl_phase_name(module->entry->phase), "Module Path", &path);
    kmadmin_print_hash(module);
    kprintf("%-24s %s (%s)\n", "Module Status", kmadmin_status(module), module_condition(module));
    if (module_is_static(module))
        kprintf("%-24s static: in the kernel's file\n", "Module Linkage");
    if (module->reason != NULL)
        kprintf("%-24s %s\n", "Reason", module->reason);
}

static void kmadmin_print_image(const struct module_image *image)
{
    if (image == NULL) {
        kprintf("%-24s -\n%-24s -\n%-24s -\n%-24s -\n%-24s -\n", "Module Size",
                "Module Load Address", "Module BSS Size", "Module BSS Base",
                "Module Phase 1 Memory");
        return;
    }
    kprintf("%-24s %lu\n%-24s %p\n%-24s %lu\n%-24s ", "Module Size", image->linked.size,
            "Module Load Address", (void *)(uintptr_t)image->linked.base, "Module BSS Size",
            image->bss_size, "Module BSS Base");
    if (image->bss_base != 0)
        kprintf("%p\n", (void *)(uintptr_t)image->bss_base);
    else
        kprintf("-\n");
    kprintf("%-24s %lu\n", "Module Phase 1 Memory",
            early_bytes_of(image->linked.base + image->linked.segment[BTL_SEG_TEXT].offset,
                           image->linked.segment[BTL_SEG_TEXT].size));
}

static void kmadmin_print_holds(const struct module *module)
{
    char text[128];

    for (const struct hold *hold = module->holds; hold != NULL; hold = hold->next) {
        hold_text(hold, text, sizeof(text));
        kprintf("%-24s %s (%u)\n", "  held by", text, hold->count);
    }
}

void kmadmin_print_full(const struct module *module)
{
    struct btl_str description = module_description(module);

    chain_hold();
    kmadmin_print_names(module);
    kmadmin_print_image(module->image);
    kprintf("%-24s %u\n", "Module Hold Count", module_hold_count(module));
    kmadmin_print_holds(module);
    kprintf("%-24s %u\n%-24s %pS\n%-24s %s\n", "Module Dependent Count", module->dependents,
            "Module Description", &description, "Module Type", btl_type_name(module->entry->type));
    kmadmin_print_major("Character Major", module->major[BTL_DEVICE_CHAR]);
    kmadmin_print_major("Block Major", module->major[BTL_DEVICE_BLOCK]);
}

void kmadmin_print_heading(void)
{
    kprintf("%4s  %-20s %-9s %-11s %-6s\n", "ID", "Name", "Status", "Type", "Configured");
}

void kmadmin_print_short(const struct module *module)
{
    struct btl_str name = module_name(module);

    kprintf("%4u  %-20pS %-9s %-11s %-6s\n", module_id(module), &name, kmadmin_status(module),
            btl_type_name(module->entry->type), btl_phase_name(module->entry->configured));
}

void kmadmin_print_static(void)
{
    const struct btlm_kernel *kernel = btl_manifest_kernel(handoff_manifest());
    struct btl_str version = btl_manifest_str(handoff_manifest(), kernel->version);

    kprintf("  kernel %pS\n", &version);
    for (uint32_t id = 0; id < module_count(); id++) {
        const struct module *module = module_get(id);
        struct btl_str name = module_name(module);
        if (module_is_static(module))
            kprintf("  %pS (id %u, %s)\n", &name, id, module_condition(module));
    }
}
