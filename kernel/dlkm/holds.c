// SPDX-License-Identifier: BSD-2-Clause
// Who uses a module: open devices, streams, attached drivers. While there is one, it cannot go.
#include "dlkm/dlkm.h"

#include <btl/kernel.h>

static struct hold **hold_find(struct module *module, const char *who)
{
    struct btl_str wanted = btl_str_of(who);
    struct hold **at = &module->holds;

    if (wanted.len >= sizeof((*at)->who))
        wanted.len = sizeof((*at)->who) - 1; // as it was cut when it was kept
    while (*at != NULL && !btl_str_equal(btl_str_of((*at)->who), wanted))
        at = &(*at)->next;
    return at;
}

int module_hold(struct module *module, const char *who)
{
    struct hold *hold = *hold_find(module, who);

    if (hold == NULL) {
        hold = kmem_alloc(sizeof(*hold));
        if (hold == NULL)
            return BTL_ENOMEM;
        btl_format_to(hold->who, sizeof(hold->who), "%s", who);
        hold->next = module->holds;
        module->holds = hold;
    }
    hold->count++;
    return 0;
}

void module_release(struct module *module, const char *who)
{
    struct hold **at = hold_find(module, who), *hold = *at;
    struct btl_str name = module_name(module);

    if (hold == NULL)
        kpanic("module %pS is released by %s, which does not hold it", &name, who);
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
