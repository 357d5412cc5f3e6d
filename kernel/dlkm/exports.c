// SPDX-License-Identifier: BSD-2-Clause
// What modules are linked against, and the rule who may use it: the kernel's exports, and those of
// the dependencies that a module declares.
#include "dlkm/link.h"

#include "base/arena.h"
#include "base/handoff.h"

#include <btl/kernel.h>

static struct heap_arena heap;
static struct btl_symtab table;
static uint32_t stamp;

const struct btl_symtab *exports_table(void)
{
    return &table;
}

// A name that nobody foresees, so that no module can aim its names at one bucket.
static uint64_t exports_seed(void)
{
    uint64_t seed;

    memcpy(&seed, btl_manifest_system(handoff_manifest())->seed, sizeof(seed));
    return seed ^ time_ticks();
}

bool exports_init(void)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t count = btl_manifest_count(manifest, BTLM_EXPORTS);

    heap_arena_init(&heap);
    heap.arena.seed = exports_seed();
    if (count > UINT32_MAX / 2 || !btl_symtab_init(&table, 2 * (uint32_t)count, &heap.arena))
        return false;
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_export *export = btl_manifest_entry(manifest, BTLM_EXPORTS, i);
        if (export->owner != BTL_KERNEL && module_get(export->owner)->state != MODULE_LOADED)
            continue;
        if (!btl_symtab_add(&table, btl_manifest_str(manifest, export->name), export->value,
                            export->owner, NULL))
            return false;
    }
    return true;
}

static bool exports_allowed(const struct btl_scope *scope, uint32_t owner)
{
    return owner == BTL_KERNEL || module_get(owner)->scope_mark == stamp;
}

static struct btl_str exports_owner_name(const struct btl_scope *scope, uint32_t owner)
{
    return owner == BTL_KERNEL ? BTL_STR("the kernel") : module_name(module_get(owner));
}

struct btl_scope exports_scope(const struct module *module)
{
    stamp++;
    for (uint32_t i = 0; i < module->entry->depend_count; i++)
        module_get(module_dependency(module, i))->scope_mark = stamp;
    return (struct btl_scope){
        .symtab = &table, .allowed = exports_allowed, .owner_name = exports_owner_name};
}

bool exports_add(const struct module *module, const struct btl_image *image,
                 const struct btl_modinfo *info, struct btl_diags *diags)
{
    struct btl_scope scope = {.owner_name = exports_owner_name};

    return btl_image_export(image, info, module_id(module), &scope, &table, diags);
}

// Their names point into the module's file, which is given back after linking: they move into `at`,
// which has room for them.
char *exports_move_names(uint32_t first, char *at)
{
    for (uint32_t i = first; i < table.count; i++) {
        struct btl_str *name = &table.exports[i].name;
        memcpy(at, name->at, name->len);
        name->at = at;
        at += name->len;
    }
    return at;
}

void exports_remove(const struct module *module)
{
    if (table.count > 0)
        btl_symtab_remove(&table, module_id(module));
}
