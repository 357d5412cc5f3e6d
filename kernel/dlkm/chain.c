// SPDX-License-Identifier: BSD-2-Clause
// The chain of modules from the boot volume's file system down to the bus of its disk. The kernel
// holds its upper end while files of registered modules are on the volume; the modules of the chain
// hold each other (partition and disk), or depend on each other.
#include "dlkm/source.h"
#include "dlkm/volume.h"

#include <btl/kernel.h>

#define CHAIN_USER "the kernel (files of modules)"

static struct module *held; // by the kernel; NULL: none

void chain_init(void)
{
    held = NULL;
}

static struct module *chain_top(void)
{
    const struct btl_fs *fs = volume_known();

    return fs != NULL ? module_at((uint64_t)(uintptr_t)fs->open) : NULL;
}

static bool holder_is_marked(const struct module *module)
{
    for (const struct hold *hold = module->holds; hold != NULL; hold = hold->next)
        if (hold->holder != NULL && hold->holder->in_chain)
            return true;
    return false;
}

static bool chain_mark_dependencies(const struct module *module)
{
    bool changed = false;

    for (uint32_t i = 0; i < module->entry->depend_count; i++) {
        struct module *other = module_get(module_dependency(module, i));
        changed = changed || !other->in_chain;
        other->in_chain = true;
    }
    return changed;
}

// One pass. True: a module was added.
static bool chain_extend(void)
{
    bool changed = false;

    for (uint32_t id = 0; id < module_count(); id++) {
        struct module *module = module_get(id);
        if (!module->in_chain && holder_is_marked(module)) {
            module->in_chain = true;
            changed = true;
        }
        if (module->in_chain)
            changed = chain_mark_dependencies(module) || changed;
    }
    return changed;
}

void chain_mark(void)
{
    struct module *top = chain_top();

    for (uint32_t id = 0; id < module_count(); id++)
        module_get(id)->in_chain = module_get(id) == top;
    while (chain_extend())
        continue;
}

bool chain_is_needed(const struct module *module)
{
    return module->state == MODULE_REGISTERED && !source_is_in_memory(module) &&
           !module_is_static(module);
}

static bool volume_is_needed(void)
{
    for (uint32_t id = 0; id < module_count(); id++)
        if (chain_is_needed(module_get(id)))
            return true;
    return false;
}

void chain_find(void)
{
    if (volume_is_needed())
        volume_boot();
}

void chain_release(void)
{
    if (held != NULL)
        hold_drop(held, CHAIN_USER);
    held = NULL;
}

void chain_hold(void)
{
    struct module *top = volume_is_needed() ? chain_top() : NULL;

    if (top == held)
        return;
    chain_release();
    if (top != NULL && hold_add_by(top, NULL, CHAIN_USER, true) == 0)
        held = top;
}
