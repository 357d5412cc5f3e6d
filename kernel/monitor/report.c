// SPDX-License-Identifier: BSD-2-Clause
#include "monitor/report.h"

#include "base/handoff.h"
#include "dlkm/dlkm.h"
#include "failure/boot_state.h"
#include "failure/give_up.h"
#include "vm/page.h"
#include "vm/vm.h"

#include <btl/kernel.h>

// Keys are in this order; `reason` is the last one and has the rest of the line.
static void report_module(const struct module *module)
{
    const struct btlm_module *entry = module->entry;
    struct btl_str name = module_name(module);
    char supported[16];
    int length = (int)btl_supported_text(entry->supported, supported);

    kprintf("BTL-REPORT module id=%u name=%pS type=%s supported=%.*s configured=%s phase=%s "
            "required=%s on_error=%s state=%s address=0x%lx size=%lu dependents=%u",
            module_id(module), &name, btl_type_name(entry->type), length, supported,
            btl_phase_name(entry->configured), btl_phase_name(entry->phase),
            entry->flags & BTLM_REQUIRED ? "yes" : "no",
            btl_on_error_name(BTLM_ON_ERROR(entry->flags)), module_condition(module),
            (module->image != NULL ? module->image->linked.base : 0),
            (module->image != NULL ? module->image->linked.size : 0), module->dependents);
    if (module->reason != NULL)
        kprintf(" reason=%s", module->reason);
    kprintf("\n");
}

static void report_memory(void)
{
    uint64_t pages, mapped;
    bool good;

    if (!vm_ready())
        return;
    good = vm_accounts_balance(&pages, &mapped);
    kprintf("BTL-REPORT memory frames=%lu in_map=%lu free=%lu staged=%lu modules=%lu kmem=%lu "
            "page_tables=%lu balance=%s\n",
            pages, mapped, pages_owned(PF_FREE), pages_owned(PF_STAGED), pages_owned(PF_MODULE),
            pages_owned(PF_KMEM), pages_owned(PF_PAGE_TABLE), good ? "ok" : "failed");
}

// `reason` is the last key here too.
static void report_boot(void)
{
    const struct btl_manifest *manifest = handoff_manifest();
    const struct btlm_boot *boot = boot_entry();
    struct btl_str path, reason;

    if (boot == NULL)
        return;
    path = btl_manifest_str(manifest, boot->path);
    reason = btl_manifest_str(manifest, boot->reason);
    kprintf("BTL-REPORT boot path=%pS how=%s trial=%s good=%s fallback=%s tries_left=%u timeout=%u",
            &path, btlm_how_name(boot->how), boot_has(BTLM_BOOT_TRIAL) ? "yes" : "no",
            boot_has(BTLM_BOOT_GOOD) ? "yes" : "no", boot_has(BTLM_BOOT_FALLBACK) ? "yes" : "no",
            boot->tries_left, boot->timeout);
    if (reason.len > 0)
        kprintf(" reason=%pS", &reason);
    kprintf("\n");
}

bool report_print(uint32_t checks_failed)
{
    uint32_t failed = 0, first;
    bool required = modules_action(false, &first) != BTL_STOP &&
                    modules_action(boot_can_fall_back(), &first) < BTL_FALL_BACK;
    bool good = required && checks_failed == 0;

    report_boot();
    for (uint32_t id = 0; id < module_count(); id++) {
        report_module(module_get(id));
        failed += module_is_faulty(module_get(id));
    }
    report_memory();
    kprintf("BTL-REPORT end %s required=%s checks_failed=%u modules_failed=%u\n",
            good ? "ok" : "failed", required ? "ok" : "failed", checks_failed, failed);
    return good;
}

void report_failures(void)
{
    for (uint32_t id = 0; id < module_count(); id++) {
        const struct module *module = module_get(id);
        struct btl_str name = module_name(module);

        if (module_is_faulty(module) && BTLM_ON_ERROR(module->entry->flags) != BTL_ON_ERROR_IGNORE)
            kprintf("  %-20pS %s%s\n", &name,
                    module->entry->flags & BTLM_REQUIRED ? "(required) " : "",
                    module->reason != NULL ? module->reason : "");
    }
}
