// SPDX-License-Identifier: BSD-2-Clause
// Stubs: functions that call a function of another module, and load that module on the first call
// (BTL_STUB() of btl/module.h). A resolved stub keeps the address until one of the two modules is
// unloaded.
#include "base/lock.h"
#include "dlkm/link.h"

#include <btl/kernel.h>

static struct btl_stub *resolved; // linked by stub->next

// In phase 1 there is no table of exports yet.
static int stub_resolve(struct btl_stub *stub)
{
    const struct btl_export *export;
    uint32_t id;
    int error;

    if (exports_table()->count == 0)
        return BTL_ENODEV;
    if (!module_find(btl_str_of(stub->module), &id))
        return BTL_ENOENT;
    error = module_autoload(id);
    if (error != 0)
        return error;
    export = btl_symtab_find(exports_table(), btl_str_of(stub->function));
    if (export == NULL || export->owner != id)
        return BTL_ENOENT;
    stub->target = (void *)(uintptr_t) export->value;
    stub->id = id;
    stub->next = resolved;
    resolved = stub;
    return 0;
}

int stub_enter(struct btl_stub *stub, void **ret_function)
{
    int error;

    if (stub->target == NULL && handler_running() != NULL)
        return BTL_EBUSY; // loading a module in a handler
    error = stub->target == NULL ? stub_resolve(stub) : 0;

    if (error != 0)
        return error;
    module_get(stub->id)->calls++;
    *ret_function = stub->target;
    return 0;
}

void stub_leave(struct btl_stub *stub)
{
    module_get(stub->id)->calls--;
}

void stubs_forget(const struct module *module)
{
    uint32_t id = module_id(module);

    for (struct btl_stub **at = &resolved; *at != NULL;) {
        struct btl_stub *stub = *at;
        if (stub->id != id && !image_covers(module->image, (uint64_t)(uintptr_t)stub)) {
            at = &stub->next;
            continue;
        }
        *at = stub->next;
        stub->target = NULL;
    }
}
