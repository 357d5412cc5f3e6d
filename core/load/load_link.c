// SPDX-License-Identifier: BSD-2-Clause
// Linking of a module's file in a kernel: the passes of btl/link.h on memory that the kernel gives.
// The image is linked in place, writable and not executable; sealing is the last step.
#include <btl/load.h>

#include "../link/reloc.h"

// --- the symbols

static bool linker_add_exports(struct btl_linker *linker, uint64_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const struct btlm_export *export =
            btl_manifest_entry(linker->manifest, BTLM_EXPORTS, first + i);

        if (!btl_symtab_add(&linker->exports, btl_manifest_str(linker->manifest, export->name),
                            export->value, export->owner, NULL))
            return false;
    }
    return true;
}

// The kernel's exports are the first ones of the table.
static uint64_t linker_count_kernel_exports(const struct btl_manifest *manifest)
{
    uint64_t count = btl_manifest_count(manifest, BTLM_EXPORTS), kernel = 0;

    while (
        kernel < count &&
        ((const struct btlm_export *)btl_manifest_entry(manifest, BTLM_EXPORTS, kernel))->owner ==
            BTL_KERNEL)
        kernel++;
    return kernel;
}

bool btl_linker_init(struct btl_linker *linker, const struct btl_manifest *manifest,
                     const struct btl_linker_ops *ops, struct btl_arena *arena)
{
    uint64_t exports = btl_manifest_count(manifest, BTLM_EXPORTS);

    *linker = (struct btl_linker){.manifest = manifest, .ops = ops, .caller = linker->caller};
    return BTL_RESERVE(arena, linker->seen, 0, btl_manifest_count(manifest, BTLM_MODULES),
                       linker->seen_capacity) &&
           exports <= UINT32_MAX / 2 &&
           btl_symtab_init(&linker->exports, 2 * (uint32_t)exports, arena) &&
           linker_add_exports(linker, 0, linker_count_kernel_exports(manifest));
}

bool btl_linker_publish(struct btl_linker *linker, uint32_t index)
{
    const struct btlm_module *module = btl_manifest_module(linker->manifest, index);

    return linker_add_exports(linker, module->first_export, module->export_count);
}

void btl_linker_forget(struct btl_linker *linker, uint32_t index)
{
    if (linker->exports.count > 0)
        btl_symtab_remove(&linker->exports, index);
}

static bool linker_allows(const struct btl_scope *scope, uint32_t owner)
{
    const struct btl_linker *linker = scope->caller;

    return owner == BTL_KERNEL ||
           (owner < linker->seen_capacity && linker->seen[owner] == linker->links);
}

static struct btl_str linker_owner_name(const struct btl_scope *scope, uint32_t owner)
{
    const struct btl_linker *linker = scope->caller;

    if (owner == BTL_KERNEL)
        return BTL_STR("the kernel");
    if (linker->ops->name != NULL && owner >= btl_manifest_count(linker->manifest, BTLM_MODULES))
        return linker->ops->name(linker, owner);
    return btl_manifest_str(linker->manifest, btl_manifest_module(linker->manifest, owner)->name);
}

// Make the dependencies the modules whose exports this link may use. False: no memory.
static bool linker_admit(struct btl_linker *linker, const struct btl_module_facts *facts)
{
    linker->links++;
    for (uint32_t i = 0; i < facts->dependency_count; i++) {
        uint32_t id = facts->dependencies[i];
        if (id >= linker->seen_capacity &&
            !BTL_RESERVE(linker->exports.arena, linker->seen, linker->seen_capacity,
                         id + 1 - linker->seen_capacity, linker->seen_capacity))
            return false;
        linker->seen[id] = linker->links;
    }
    return true;
}

static struct btl_scope linker_scope(struct btl_linker *linker)
{
    return (struct btl_scope){.symtab = &linker->exports,
                              .allowed = linker_allows,
                              .owner_name = linker_owner_name,
                              .caller = linker};
}

// --- one module

// The state of linking one module.
struct linking {
    struct btl_linker *linker;
    const struct btl_module_facts *facts;
    struct btl_place place;
    struct btl_elf elf;
    struct btl_modinfo info;
    struct btl_image image;
    struct btl_arena *arena;
    struct btl_diags *diags;
};

static bool linking_no_memory(struct linking *linking, const char *doing)
{
    btl_report(linking->diags, BTL_NO_MEMORY, linking->place, BTL_ARG_Z(doing));
    return false;
}

// Modules are for the machine of the kernel's own image.
static bool linking_open(struct linking *linking, struct btl_bytes file)
{
    uint16_t machine = btl_manifest_system(linking->linker->manifest)->machine;

    return btl_elf_open(file, BTL_ELF_MODULE, machine, linking->place, &linking->elf,
                        linking->diags) &&
           btl_modinfo_read(&linking->elf, linking->arena, &linking->info, linking->diags);
}

static void linking_free(struct linking *linking, uint64_t base)
{
    linking->linker->ops->free(linking->linker, base, linking->image.size);
}

static bool linking_place(struct linking *linking)
{
    struct btl_image *image = &linking->image;
    uint64_t base;

    if (!btl_image_layout(&linking->elf, linking->arena, image, linking->diags))
        return false;
    if (image->size == 0 ||
        !linking->linker->ops->alloc(linking->linker, image->size, image->align, &base))
        return linking_no_memory(linking, "allocating the module's image");
    if (btl_image_place(image, base, (uint8_t *)(uintptr_t)base))
        return true;
    linking_free(linking, base);
    return linking_no_memory(linking, "placing the module's image");
}

static bool linking_relocate(struct linking *linking)
{
    struct btl_scope scope = linker_scope(linking->linker);

    if (!linker_admit(linking->linker, linking->facts))
        return linking_no_memory(linking, "linking");
    btl_image_copy(&linking->image);
    return btl_image_resolve(&linking->image, &scope, linking->diags) &&
           btl_image_relocate(&linking->image, linking->diags) &&
           btl_image_export(&linking->image, &linking->info, linking->facts->id, &scope,
                            &linking->linker->exports, linking->diags);
}

static bool linking_keep(struct linking *linking, uint32_t first_export)
{
    const struct btl_link_result result = {.id = linking->facts->id,
                                           .elf = &linking->elf,
                                           .info = &linking->info,
                                           .image = &linking->image,
                                           .first_export = first_export};

    return linking->linker->ops->keep == NULL ||
           linking->linker->ops->keep(linking->linker, &result, linking->diags);
}

static struct btl_module_image linking_image(const struct linking *linking)
{
    const struct btl_image *image = &linking->image;
    struct btl_module_image made = {
        .base = image->base,
        .size = image->size,
        .wrapper = (const struct btl_wrapper *)(uintptr_t)btl_image_section_address(
            image, BTL_STR(BTL_WRAPPER_SECTION)),
        .function_descriptors = image->machine->function_descriptors,
    };

    for (int kind = 0; kind < BTL_SEGS; kind++)
        made.segment[kind] = image->segment[kind];
    return made;
}

// The exports of the module are the last ones of the table, so that a failure takes them back.
static bool linking_finish(struct linking *linking, struct btl_module_image *ret_image)
{
    uint32_t first_export = linking->linker->exports.count;
    struct btl_module_image made;

    if (!linking_relocate(linking))
        return false;
    if (linking_keep(linking, first_export)) {
        made = linking_image(linking);
        if (linking->linker->ops->seal(linking->linker, &made)) {
            *ret_image = made;
            return true;
        }
        linking_no_memory(linking, "sealing the module's image");
    }
    btl_symtab_truncate(&linking->linker->exports, first_export);
    return false;
}

bool btl_module_link_as(struct btl_linker *linker, const struct btl_module_facts *facts,
                        struct btl_bytes file, struct btl_arena *arena,
                        struct btl_module_image *ret_image, struct btl_diags *diags)
{
    struct linking linking = {.linker = linker,
                              .facts = facts,
                              .place = {.module = facts->name},
                              .arena = arena,
                              .diags = diags};

    if (!linking_open(&linking, file) || !linking_place(&linking))
        return false;
    if (linking_finish(&linking, ret_image))
        return true;
    linking_free(&linking, linking.image.base);
    return false;
}

bool btl_module_link(struct btl_linker *linker, uint32_t index, struct btl_bytes file,
                     struct btl_arena *arena, struct btl_module_image *ret_image,
                     struct btl_diags *diags)
{
    struct btl_module_facts facts;

    if (btl_module_facts(linker->manifest, index, arena, &facts))
        return btl_module_link_as(linker, &facts, file, arena, ret_image, diags);
    btl_report(diags, BTL_NO_MEMORY, (struct btl_place){.module = facts.name},
               BTL_ARG_Z("linking"));
    return false;
}
