// SPDX-License-Identifier: BSD-2-Clause
// Static modules: linked into the kernel's file by the build (make STATIC="ring clock"). The loader
// plans them like others, from their metadata in that file. Their images are parts of the kernel's.
#include "dlkm/link.h"

#include "base/arch.h"
#include "base/handoff.h"

#include <btl/kernel.h>

// The table: the linker names its two ends.
extern const struct static_module __start_btl_static[], __stop_btl_static[];

bool module_is_static(const struct module *module)
{
    return (module->entry->flags & BTLM_BUILT_IN) != 0;
}

static const struct static_module *static_find(struct btl_str name)
{
    for (const struct static_module *at = __start_btl_static; at < __stop_btl_static; at++)
        if (btl_str_equal(btl_str_of(at->name), name))
            return at;
    return NULL;
}

const struct btl_wrapper *static_wrapper(const struct module *module)
{
    const struct static_module *from = static_find(module_name(module));

    return from != NULL ? from->wrapper : NULL;
}

// The constants are those of the whole kernel: descriptors of functions lie among them.
static struct btl_segment static_constants(const struct static_module *from)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t wrapper = (uint64_t)(uintptr_t)from->wrapper, base = from->part[BTL_SEG_TEXT].start;

    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_SEGMENTS); i++) {
        const struct btlm_segment *segment = btl_manifest_entry(manifest, BTLM_SEGMENTS, i);
        if (wrapper - segment->address < segment->size)
            return (struct btl_segment){segment->address - base, segment->size,
                                        (uint8_t)segment->perm};
    }
    return (struct btl_segment){0};
}

static struct btl_segment static_part(const struct static_module *from, int kind, uint8_t perm)
{
    return (struct btl_segment){from->part[kind].start - from->part[BTL_SEG_TEXT].start,
                                from->part[kind].end - from->part[kind].start, perm};
}

static struct btl_module_image static_linked(const struct static_module *from)
{
    struct btl_module_image linked = {.base = from->part[BTL_SEG_TEXT].start,
                                      .wrapper = from->wrapper,
                                      .function_descriptors = arch_function_descriptors};

    for (int kind = 0; kind < BTL_SEGS; kind++)
        linked.size += from->part[kind].end - from->part[kind].start;
    linked.segment[BTL_SEG_TEXT] = static_part(from, BTL_SEG_TEXT, BTL_PERM_READ | BTL_PERM_EXEC);
    linked.segment[BTL_SEG_RODATA] = static_constants(from);
    linked.segment[BTL_SEG_DATA] = static_part(from, BTL_SEG_DATA, BTL_PERM_READ | BTL_PERM_WRITE);
    return linked;
}

// The descriptors of its functions lie among those of the kernel.
const struct module_image *static_image_of(uint64_t descriptor)
{
    const struct btlm_kernel *kernel = btl_manifest_kernel(handoff_manifest());

    if (!arch_function_descriptors || descriptor % 8 != 0 ||
        descriptor - kernel->virtual_base >= kernel->size)
        return NULL;
    return image_find(*(const uint64_t *)(uintptr_t)descriptor);
}

// The exports of those that phase 1 loads are published with those of the loader's images.
bool static_adopt(struct module *module, struct btl_diags *diags)
{
    const struct static_module *from = static_find(module_name(module));
    struct btl_place place = {.module = module_name(module)};
    struct module_image *image;

    if (from == NULL) {
        btl_report(diags, BTL_RUN_STATIC_MISSING, place);
        return false;
    }
    image = image_new(module_name(module), diags);
    if (image == NULL)
        return false;
    image->linked = static_linked(from);
    image->fixed = from;
    image_put(module, image);
    if (exports_table()->count == 0 || btl_linker_publish(exports_linker(), module_id(module)))
        return true;
    btl_report(diags, BTL_NO_MEMORY, place, BTL_ARG_Z("publishing its exports"));
    image_drop(module);
    return false;
}
