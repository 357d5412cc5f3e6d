// SPDX-License-Identifier: BSD-2-Clause
// The symbols that modules are linked against (btl/load.h has the rules).
#include "dlkm/link.h"

#include "base/arena.h"
#include "base/handoff.h"

#include <btl/kernel.h>

static struct heap_arena heap;
static struct btl_linker linker;

struct btl_linker *exports_linker(void)
{
    return &linker;
}

const struct btl_symtab *exports_table(void)
{
    return &linker.exports;
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
    heap_arena_init(&heap);
    heap.arena.seed = exports_seed();
    if (!btl_linker_init(&linker, handoff_manifest(), &image_ops, &heap.arena))
        return false;
    for (uint32_t id = 0; id < module_count(); id++)
        if (module_get(id)->state == MODULE_LOADED && !btl_linker_publish(&linker, id))
            return false;
    return true;
}

// The names are in the module's file, which is released after linking.
char *exports_move_names(uint32_t first, char *buf)
{
    for (uint32_t i = first; i < linker.exports.count; i++) {
        struct btl_str *name = &linker.exports.exports[i].name;
        memcpy(buf, name->at, name->len);
        name->at = buf;
        buf += name->len;
    }
    return buf;
}

bool exports_take(uint32_t id, struct held_exports *ret_held)
{
    const struct btl_symtab *table = &linker.exports;

    *ret_held = (struct held_exports){.count = 0};
    for (uint32_t i = 0; i < table->count; i++)
        ret_held->count += table->exports[i].owner == id;
    ret_held->at = kmem_alloc(ret_held->count * sizeof(*ret_held->at));
    if (ret_held->at == NULL)
        return false;
    ret_held->count = 0;
    for (uint32_t i = 0; i < table->count; i++)
        if (table->exports[i].owner == id)
            ret_held->at[ret_held->count++] = table->exports[i];
    btl_linker_forget(&linker, id);
    return true;
}

static void export_report_refused(const struct btl_export *export, uint32_t other,
                                  struct btl_diags *diags)
{
    struct btl_str name = module_name(module_get(export->owner));
    struct btl_place place = {.module = name};

    if (other == BTL_NONE)
        btl_report(diags, BTL_NO_MEMORY, place, BTL_ARG_Z("publishing its exports"));
    else
        btl_report(diags, BTL_LINK_DUPLICATE_EXPORT, place,
                   BTL_ARG(btl_str_copy(diags->arena, export->name)), // the image will be gone
                   BTL_ARG(module_name(module_get(other))), BTL_ARG(name));
}

bool exports_give(const struct held_exports *held, struct btl_diags *diags)
{
    uint32_t before = linker.exports.count, other;

    for (uint32_t i = 0; i < held->count; i++) {
        const struct btl_export *export = &held->at[i];
        if (btl_symtab_add(&linker.exports, export->name, export->value, export->owner, &other))
            continue;
        export_report_refused(export, other, diags);
        btl_symtab_truncate(&linker.exports, before);
        return false;
    }
    return true;
}

void exports_drop(struct held_exports *held)
{
    kmem_free(held->at);
    *held = (struct held_exports){.count = 0};
}
