// SPDX-License-Identifier: BSD-2-Clause
// The symbols that modules are linked against. A module may use the kernel's exports and those of
// the dependencies that it declares.
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

// Return an unpredictable seed, so that no module can choose names that fall into one bucket.
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

// The names are in the module's file, which is released after linking.
char *exports_move_names(uint32_t first, char *buf)
{
    for (uint32_t i = first; i < table.count; i++) {
        struct btl_str *name = &table.exports[i].name;
        memcpy(buf, name->at, name->len);
        name->at = buf;
        buf += name->len;
    }
    return buf;
}

void exports_remove(const struct module *module)
{
    if (table.count > 0)
        btl_symtab_remove(&table, module_id(module));
}
