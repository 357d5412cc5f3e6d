// SPDX-License-Identifier: BSD-2-Clause
// The users of a module: open devices, streams, attached drivers, and other modules. A module with
// users cannot be unloaded, unless all of them leave when it is (force).
#include "dlkm/dlkm.h"

#include <btl/kernel.h>

// The hold of that user; *result is NULL when there is none.
static struct hold **hold_find(struct module *module, const struct module *holder, const char *user)
{
    struct btl_str wanted = btl_str_of(user);
    struct hold **at = &module->holds;

    if (wanted.len >= sizeof((*at)->user))
        wanted.len = sizeof((*at)->user) - 1; // hold_add_by() cuts it there
    while (*at != NULL &&
           ((*at)->holder != holder || !btl_str_equal(btl_str_of((*at)->user), wanted)))
        at = &(*at)->next;
    return at;
}

int hold_add_by(struct module *module, const struct module *holder, const char *user, bool leaves)
{
    struct hold *hold = *hold_find(module, holder, user);

    if (hold == NULL) {
        hold = kmem_alloc(sizeof(*hold));
        if (hold == NULL)
            return BTL_ENOMEM;
        btl_format_to(hold->user, sizeof(hold->user), "%s", user);
        hold->holder = holder;
        hold->leaves = true;
        hold->next = module->holds;
        module->holds = hold;
    }
    hold->leaves = hold->leaves && leaves;
    hold->count++;
    return 0;
}

void hold_drop_by(struct module *module, const struct module *holder, const char *user)
{
    struct hold **at = hold_find(module, holder, user), *hold = *at;
    struct btl_str name = module_name(module);

    if (hold == NULL)
        kpanic("module %pS is released by %s, which does not hold it", &name, user);
    if (--hold->count > 0)
        return;
    *at = hold->next;
    kmem_free(hold);
}

int hold_add(struct module *module, const char *user)
{
    return hold_add_by(module, NULL, user, false);
}

void hold_drop(struct module *module, const char *user)
{
    hold_drop_by(module, NULL, user);
}

uint32_t module_hold_count(const struct module *module)
{
    uint32_t count = module->calls;

    for (const struct hold *hold = module->holds; hold != NULL; hold = hold->next)
        count += hold->count;
    return count;
}

size_t hold_text(const struct hold *hold, char *text, size_t size)
{
    struct btl_str name;

    if (hold->holder == NULL)
        return btl_format_to(text, size, "%s", hold->user);
    name = module_name(hold->holder);
    return btl_format_to(text, size, "%pS (%s)", &name, hold->user);
}

void holds_forget(const struct module *holder)
{
    struct btl_str name = module_name(holder);

    for (uint32_t id = 0; id < module_count(); id++) {
        struct module *module = module_get(id);
        struct btl_str held = module_name(module);
        for (struct hold **at = &module->holds; *at != NULL;) {
            struct hold *hold = *at;
            if (hold->holder != holder) {
                at = &hold->next;
                continue;
            }
            kprintf("%pS: did not release %pS (%s); released now\n", &name, &held, hold->user);
            *at = hold->next;
            kmem_free(hold);
        }
    }
}

int module_hold(const void *of, const char *user, bool leaves)
{
    struct module *module = module_at((uint64_t)(uintptr_t)of);

    if (module == NULL)
        return 0; // the kernel stays anyway
    return hold_add_by(module, module_at((uint64_t)(uintptr_t)__builtin_return_address(0)), user,
                       leaves);
}

void module_release(const void *of, const char *user)
{
    struct module *module = module_at((uint64_t)(uintptr_t)of);

    if (module != NULL)
        hold_drop_by(module, module_at((uint64_t)(uintptr_t)__builtin_return_address(0)), user);
}
