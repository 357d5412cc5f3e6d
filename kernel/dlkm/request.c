// SPDX-License-Identifier: BSD-2-Clause
// A request for one module: its dependencies are loaded first, in declared order. If it fails, the
// modules that this request loaded are unloaded again. The walk uses a list, not recursion, since
// loader.conf decides its depth.
#include "dlkm/dlkm.h"

#include <btl/kernel.h>

// Maximum depth of load functions that call stubs of modules whose load functions call stubs: each
// level uses some KiB of the kernel's stack.
#define NESTED_MAX 8

struct request {
    struct module *waiting; // for their dependencies, the newest first; all are LOADING
    struct module *done;    // loaded by this request, the newest first
};

static uint32_t nested;

static void request_push(struct request *request, struct module *module)
{
    module_begin_load(module);
    module->cursor = 0;
    module->next = request->waiting;
    request->waiting = module;
}

// Push the next dependency of the module on top. False: there are no more.
static bool request_descend(struct request *request)
{
    struct module *module = request->waiting;

    while (module->cursor < module->entry->depend_count) {
        struct module *other = module_get(module_dependency(module, module->cursor++));
        if (other->state != MODULE_REGISTERED)
            continue; // loaded already, or load_one() reports its state
        request_push(request, other);
        return true;
    }
    return false;
}

// In the list dependents are before their dependencies, so each is unused when its turn comes. A
// module that has got another user, or cannot be unloaded, stays.
static void request_undo(struct request *request)
{
    while (request->done != NULL) {
        struct module *module = request->done;
        request->done = module->next;
        if (module->state == MODULE_LOADED && module->dependents == 0 &&
            module_hold_count(module) == 0 && module->image->linked.wrapper->unload != NULL)
            module_unload(module_id(module));
    }
}

bool module_load(uint32_t id, enum btl_phase phase)
{
    struct request request = {0};
    struct module *target = module_get(id);

    if (target->state != MODULE_REGISTERED)
        return target->state == MODULE_LOADED;
    request_push(&request, target);
    nested++;
    while (request.waiting != NULL) {
        struct module *module = request.waiting;
        if (request_descend(&request))
            continue;
        request.waiting = module->next;
        if (load_one(module, phase)) {
            module->next = request.done;
            request.done = module;
        }
    }
    if (target->state != MODULE_LOADED)
        request_undo(&request);
    nested--;
    return target->state == MODULE_LOADED;
}

static void retry_visit(struct module *module, uint32_t stamp, struct module **list)
{
    if (module->seen == stamp || module->state == MODULE_LOADED)
        return;
    module->seen = stamp;
    if (module->state == MODULE_FAILED && module->entry->state != BTLM_FAILED)
        module_retry(module);
    module->next = *list;
    *list = module;
}

// Reset the module and all its dependencies from FAILED to REGISTERED, visiting each once.
static void request_retry(struct module *target)
{
    uint32_t stamp = module_new_stamp();
    struct module *list = NULL;

    retry_visit(target, stamp, &list);
    while (list != NULL) {
        struct module *module = list;
        list = module->next;
        for (uint32_t i = 0; i < module->entry->depend_count; i++)
            retry_visit(module_get(module_dependency(module, i)), stamp, &list);
    }
}

int module_load_by_hand(uint32_t id)
{
    struct module *module = module_get(id);
    struct btl_str name = module_name(module);

    if (module->state == MODULE_LOADED)
        return 0;
    if (module->state == MODULE_REGISTERED || module->state == MODULE_FAILED)
        request_retry(module);
    if (module->state == MODULE_REGISTERED) {
        module_load(id, dlkm_phase());
    } else {
        kprintf("%pS: cannot be loaded: it is %s%s%s\n", &name, module_state_name(module->state),
                module->reason != NULL ? ": " : "", module->reason != NULL ? module->reason : "");
    }
    return module->state == MODULE_LOADED       ? 0
           : module->state == MODULE_REGISTERED ? BTL_EBUSY
                                                : BTL_ENODEV;
}

// A request that comes too early must not make a module FAILED.
int module_autoload(uint32_t id)
{
    struct module *module = module_get(id);

    switch (module->state) {
    case MODULE_LOADED:
        return 0;
    case MODULE_LOADING:
    case MODULE_UNLOADING:
        return BTL_EBUSY;
    case MODULE_REGISTERED:
        if (!(module->entry->supported & btl_phase_needs(dlkm_phase())))
            return BTL_ENODEV;
        if (nested >= NESTED_MAX)
            return BTL_EBUSY;
        if (module_load(id, dlkm_phase()))
            return 0;
        return module->state == MODULE_REGISTERED ? BTL_EBUSY : BTL_ENODEV;
    default:
        return BTL_ENODEV;
    }
}
