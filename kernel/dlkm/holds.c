// SPDX-License-Identifier: BSD-2-Clause
// The users of a module: open devices, streams, attached drivers. A module with users cannot be
// unloaded.
#include "dlkm/dlkm.h"

#include <btl/kernel.h>

static struct hold **hold_find(struct module *module, const char *user)
{
    struct btl_str wanted = btl_str_of(user);
    struct hold **at = &module->holds;

    if (wanted.len >= sizeof((*at)->user))
        wanted.len = sizeof((*at)->user) - 1; // module_hold() cuts it there
    while (*at != NULL && !btl_str_equal(btl_str_of((*at)->user), wanted))
        at = &(*at)->next;
    return at;
}

int module_hold(struct module *module, const char *user)
{
    struct hold *hold = *hold_find(module, user);

    if (hold == NULL) {
        hold = kmem_alloc(sizeof(*hold));
        if (hold == NULL)
            return BTL_ENOMEM;
        btl_format_to(hold->user, sizeof(hold->user), "%s", user);
        hold->next = module->holds;
        module->holds = hold;
    }
    hold->count++;
    return 0;
}

void module_release(struct module *module, const char *user)
{
    struct hold **at = hold_find(module, user), *hold = *at;
    struct btl_str name = module_name(module);

    if (hold == NULL)
        kpanic("module %pS is released by %s, which does not hold it", &name, user);
    if (--hold->count > 0)
        return;
    *at = hold->next;
    kmem_free(hold);
}

uint32_t module_hold_count(const struct module *module)
{
    uint32_t count = module->calls;

    for (const struct hold *hold = module->holds; hold != NULL; hold = hold->next)
        count += hold->count;
    return count;
}
