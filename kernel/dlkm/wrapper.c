// SPDX-License-Identifier: BSD-2-Clause
// The wrapper structure of a module is the first thing of it that the kernel trusts: everything
// that it points to must lie inside the module's own image, with the permission that its use needs.
#include "arch.h"
#include "dlkm/dlkm.h"

#include <btl/kernel.h>

// struct btl_tunable of ABI 1 ended before `changed`.
static uint64_t tunable_size(const struct btl_wrapper *wrapper)
{
    return wrapper->abi == 1 ? offsetof(struct btl_tunable, changed) : sizeof(struct btl_tunable);
}

struct btl_tunable wrapper_tunable(const struct btl_wrapper *wrapper, uint64_t index)
{
    struct btl_tunable tunable = {0};

    memcpy(&tunable, (const uint8_t *)wrapper->tunables + index * tunable_size(wrapper),
           tunable_size(wrapper));
    return tunable;
}

bool image_holds(const struct module_image *image, uint64_t address, uint64_t size, uint8_t perm)
{
    for (int kind = 0; kind < BTL_SEGS; kind++) {
        const struct btl_segment *segment = &image->segment[kind];
        if ((segment->perm & perm) == perm && address >= image->base + segment->offset &&
            btl_in_range(address - image->base - segment->offset, size, segment->size))
            return true;
    }
    return false;
}

bool image_holds_function(const struct module_image *image, uint64_t pointer)
{
    if (arch_descriptor_size > 0 &&
        (pointer % 8 != 0 || !image_holds(image, pointer, arch_descriptor_size, BTL_PERM_READ)))
        return false;
    return image_holds(image, arch_function_entry(pointer), 1, BTL_PERM_EXEC);
}

static void report_pointer(struct btl_diags *diags, struct btl_place place, const char *what,
                           const void *pointer, const char *where)
{
    btl_report(diags, BTL_RUN_WRAPPER_POINTER, place, BTL_ARG_Z(what), BTL_HEX((uintptr_t)pointer),
               BTL_ARG_Z(where));
}

static bool check_pointers(const struct module_image *image, struct btl_place place,
                           struct btl_diags *diags)
{
    const struct btl_wrapper *wrapper = image->wrapper;
    uint64_t load = (uintptr_t)wrapper->load, unload = (uintptr_t)wrapper->unload;
    uint64_t data = (uintptr_t)wrapper->type_data, tunables = (uintptr_t)wrapper->tunables, size;
    uint32_t before = diags->errors;

    if (!image_holds_function(image, load))
        report_pointer(diags, place, "load", (void *)load, "code");
    if (unload != 0 && !image_holds_function(image, unload))
        report_pointer(diags, place, "unload", (void *)unload, "code");
    if (data != 0 && !image_holds(image, data, 1, BTL_PERM_READ))
        report_pointer(diags, place, "type_data", (void *)data, "image");
    if (wrapper->tunable_count != 0 &&
        (!btl_mul(wrapper->tunable_count, tunable_size(wrapper), &size) || tunables % 8 != 0 ||
         !image_holds(image, tunables, size, BTL_PERM_READ)))
        report_pointer(diags, place, "tunables", (void *)tunables, "image");
    return diags->errors == before;
}

// A NUL-terminated name inside the image.
static bool name_is_good(const struct module_image *image, const char *name)
{
    for (uint64_t at = (uintptr_t)name; image_holds(image, at, 1, BTL_PERM_READ); at++)
        if (*(const char *)(uintptr_t)at == '\0')
            return at > (uintptr_t)name;
    return false;
}

uint64_t tunable_storage_size(const struct btl_tunable *tunable)
{
    switch (tunable->type) {
    case BTL_TUNABLE_INT:
        return sizeof(int64_t);
    case BTL_TUNABLE_BOOL:
        return sizeof(bool);
    case BTL_TUNABLE_STRING:
        return tunable->max > 0 ? (uint64_t)tunable->max : 0;
    default:
        return 0;
    }
}

static bool check_tunables(const struct module_image *image, struct btl_place place,
                           struct btl_diags *diags)
{
    uint32_t before = diags->errors;

    for (uint64_t i = 0; i < image->wrapper->tunable_count; i++) {
        struct btl_tunable tunable = wrapper_tunable(image->wrapper, i);
        uint64_t size = tunable_storage_size(&tunable), storage = (uintptr_t)tunable.storage;
        uint64_t changed = (uintptr_t)tunable.changed;
        bool aligned = tunable.type != BTL_TUNABLE_INT || storage % sizeof(int64_t) == 0;

        if (!name_is_good(image, tunable.name) || size == 0 || !aligned ||
            !image_holds(image, storage, size, BTL_PERM_WRITE) ||
            (changed != 0 && !image_holds_function(image, changed)))
            btl_report(diags, BTL_RUN_WRAPPER_TUNABLE, place, BTL_DEC(i));
    }
    return diags->errors == before;
}

bool wrapper_check(const struct module *module, struct btl_diags *diags)
{
    const struct module_image *image = module->image;
    const struct btl_wrapper *wrapper = image->wrapper;
    struct btl_place place = {.module = module_name(module)};

    if ((uintptr_t)wrapper % 8 != 0 ||
        !image_holds(image, (uintptr_t)wrapper, sizeof(*wrapper), BTL_PERM_READ)) {
        btl_report(diags, BTL_RUN_NO_WRAPPER, place);
        return false;
    }
    if (wrapper->abi < 1 || wrapper->abi > BTL_MODULE_ABI || wrapper->size != sizeof(*wrapper)) {
        btl_report(diags, BTL_RUN_WRAPPER_ABI, place, BTL_DEC(wrapper->abi), BTL_DEC(wrapper->size),
                   BTL_DEC(BTL_MODULE_ABI), BTL_DEC(sizeof(*wrapper)));
        return false;
    }
    return check_pointers(image, place, diags) && check_tunables(image, place, diags);
}
