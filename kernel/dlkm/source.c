// SPDX-License-Identifier: BSD-2-Clause
// Where the file of a module comes from: the loader has staged it in memory. Other sources (a file
// system on a disk) take their place behind these functions.
#include "dlkm/dlkm.h"

#include "handoff.h"
#include "vm/vm.h"

#include <btl/kernel.h>

static uint64_t staged_pages_size(const struct btlm_module *entry)
{
    return (entry->staged_size + BTL_PAGE_SIZE - 1) & ~(uint64_t)(BTL_PAGE_SIZE - 1);
}

bool source_open(const struct module *module, struct btl_bytes *ret_bytes, struct btl_diags *diags)
{
    const struct btlm_module *entry = module->entry;
    struct btl_place place = {.module = module_name(module)};

    if (entry->staged_size == 0 || entry->staged_physical % BTL_PAGE_SIZE != 0 ||
        entry->file_size > entry->staged_size) {
        btl_report(diags, BTL_RUN_NOT_STAGED, place,
                   BTL_ARG(btl_manifest_str(handoff_manifest(), entry->path)));
        return false;
    }
    *ret_bytes = (struct btl_bytes){phys_to_virt(entry->staged_physical), entry->file_size};
    return true;
}

void source_release(const struct module *module)
{
    if (vm_ready() && module->entry->staged_size > 0)
        vm_release(module->entry->staged_physical, staged_pages_size(module->entry),
                   BTLM_MEM_STAGED);
}

// AUTO modules keep their files; so does nobody else once INIT is over.
void source_release_rest(void)
{
    for (uint32_t id = 0; id < module_count(); id++)
        if (module_get(id)->state != MODULE_REGISTERED)
            source_release(module_get(id));
}
