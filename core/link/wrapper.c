// SPDX-License-Identifier: BSD-2-Clause
// What a module's wrapper structure points to.
#include <btl/elf.h>
#include <btl/wrapper.h>

#include <btl/mem.h>
#include "reloc.h"

_Static_assert(sizeof(void *) == sizeof(uint64_t), "structures of the module are read as they are");

struct btl_linked btl_image_linked(const struct btl_image *image)
{
    return (struct btl_linked){.base = image->base,
                               .memory = image->memory,
                               .segment = image->segment,
                               .function_descriptors = image->machine->function_descriptors};
}

// Return the permissions of the segment that has these bytes; 0: there is none.
static uint8_t linked_perm(const struct btl_linked *image, uint64_t address, uint64_t size)
{
    for (int kind = 0; kind < BTL_SEGS; kind++) {
        const struct btl_segment *segment = &image->segment[kind];
        if (address >= image->base + segment->offset &&
            btl_in_range(address - image->base - segment->offset, size, segment->size))
            return segment->perm;
    }
    return 0;
}

bool btl_linked_holds(const struct btl_linked *image, uint64_t address, uint64_t size, uint8_t perm)
{
    return (linked_perm(image, address, size) & perm) == perm;
}

bool btl_linked_holds_constant(const struct btl_linked *image, uint64_t address, uint64_t size)
{
    uint8_t perm = linked_perm(image, address, size);
    return (perm & (BTL_PERM_READ | BTL_PERM_WRITE)) == BTL_PERM_READ;
}

static void linked_copy(const struct btl_linked *image, uint64_t address, void *to, uint64_t size)
{
    memcpy(to, image->memory + (address - image->base), size);
}

// What is checked once and followed later must not change in between: setting a tunable writes to
// the module's data.
static bool linked_read_constant(const struct btl_linked *image, uint64_t address, void *to,
                                 uint64_t size)
{
    if (!btl_linked_holds_constant(image, address, size))
        return false;
    linked_copy(image, address, to, size);
    return true;
}

bool btl_linked_holds_function(const struct btl_linked *image, uint64_t pointer)
{
    uint64_t descriptor[2] = {pointer}; // entry point, gp
    if (image->function_descriptors &&
        (pointer % 8 != 0 || !linked_read_constant(image, pointer, descriptor, sizeof(descriptor))))
        return false;
    return btl_linked_holds(image, descriptor[0], 1, BTL_PERM_EXEC);
}

uint64_t btl_tunable_size(uint32_t abi)
{
    return abi == 1 ? offsetof(struct btl_tunable, changed) : sizeof(struct btl_tunable);
}

uint64_t btl_tunable_storage_size(const struct btl_tunable *tunable)
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

static void report_wrapper_pointer(struct btl_diags *diags, struct btl_place place,
                                   const char *what, uint64_t pointer, const char *where)
{
    btl_report(diags, BTL_RUN_WRAPPER_POINTER, place, BTL_ARG_Z(what), BTL_HEX(pointer),
               BTL_ARG_Z(where));
}

static bool check_wrapper_pointers(const struct btl_linked *image,
                                   const struct btl_wrapper *wrapper, struct btl_place place,
                                   struct btl_diags *diags)
{
    uint64_t load = (uintptr_t)wrapper->load, unload = (uintptr_t)wrapper->unload;
    uint64_t data = (uintptr_t)wrapper->type_data, tunables = (uintptr_t)wrapper->tunables, size;
    uint32_t before = diags->errors;
    if (!btl_linked_holds_function(image, load))
        report_wrapper_pointer(diags, place, "load", load, "code");
    if (unload != 0 && !btl_linked_holds_function(image, unload))
        report_wrapper_pointer(diags, place, "unload", unload, "code");
    if (data != 0 && !btl_linked_holds_constant(image, data, 1))
        report_wrapper_pointer(diags, place, "type_data", data, "constants");
    if (wrapper->tunable_count != 0 &&
        (!btl_mul(wrapper->tunable_count, btl_tunable_size(wrapper->abi), &size) ||
         tunables % 8 != 0 || !btl_linked_holds_constant(image, tunables, size)))
        report_wrapper_pointer(diags, place, "tunables", tunables, "constants");
    return diags->errors == before;
}

// A NUL-terminated name among the constants, with at least one character, and no longer than those
// of ELF files: many tunables may share one.
static bool is_image_name(const struct btl_linked *image, uint64_t name)
{
    char c;
    for (uint64_t at = name;
         at - name <= BTL_ELF_NAME_MAX && linked_read_constant(image, at, &c, 1); at++)
        if (c == '\0')
            return at > name;
    return false;
}

static bool wrapper_tunable_is_valid(const struct btl_linked *image,
                                     const struct btl_tunable *tunable)
{
    uint64_t size = btl_tunable_storage_size(tunable), storage = (uintptr_t)tunable->storage;
    uint64_t changed = (uintptr_t)tunable->changed;
    bool aligned = tunable->type != BTL_TUNABLE_INT || storage % sizeof(int64_t) == 0;
    return is_image_name(image, (uintptr_t)tunable->name) && size != 0 && aligned &&
           btl_linked_holds(image, storage, size, BTL_PERM_WRITE) &&
           (changed == 0 || btl_linked_holds_function(image, changed));
}

// Is what the storage of a valid tunable holds a value of its type? A bool that is neither 0 nor 1
// is not to be read as one; a string ends inside its array.
static bool wrapper_default_is_valid(const struct btl_linked *image,
                                     const struct btl_tunable *tunable)
{
    uint64_t storage = (uintptr_t)tunable->storage;
    uint8_t byte = 0;
    if (tunable->type == BTL_TUNABLE_INT)
        return true;
    linked_copy(image, storage, &byte, 1);
    if (tunable->type == BTL_TUNABLE_BOOL)
        return byte <= 1;
    for (int64_t i = 1; byte != '\0' && i < tunable->max; i++)
        linked_copy(image, storage + (uint64_t)i, &byte, 1);
    return byte == '\0';
}

static bool check_wrapper_tunables(const struct btl_linked *image,
                                   const struct btl_wrapper *wrapper, struct btl_place place,
                                   struct btl_diags *diags)
{
    uint64_t size = btl_tunable_size(wrapper->abi), at = (uintptr_t)wrapper->tunables;
    uint32_t before = diags->errors;
    for (uint64_t i = 0; i < wrapper->tunable_count; i++, at += size) {
        struct btl_tunable tunable = {0};
        if (!linked_read_constant(image, at, &tunable, size) ||
            !wrapper_tunable_is_valid(image, &tunable))
            btl_report(diags, BTL_RUN_WRAPPER_TUNABLE, place, BTL_DEC(i));
        else if (!wrapper_default_is_valid(image, &tunable))
            btl_report(diags, BTL_RUN_WRAPPER_DEFAULT, place, BTL_DEC(i));
    }
    return diags->errors == before;
}

bool btl_wrapper_check(const struct btl_linked *image, uint64_t address, struct btl_place place,
                       struct btl_diags *diags)
{
    struct btl_wrapper wrapper;
    if (address == 0 || address % 8 != 0 ||
        !linked_read_constant(image, address, &wrapper, sizeof(wrapper))) {
        btl_report(diags, BTL_RUN_NO_WRAPPER, place);
        return false;
    }
    if (wrapper.abi < 1 || wrapper.abi > BTL_MODULE_ABI || wrapper.size != sizeof(wrapper)) {
        btl_report(diags, BTL_RUN_WRAPPER_ABI, place, BTL_DEC(wrapper.abi), BTL_DEC(wrapper.size),
                   BTL_DEC(BTL_MODULE_ABI), BTL_DEC(sizeof(wrapper)));
        return false;
    }
    return check_wrapper_pointers(image, &wrapper, place, diags) &&
           check_wrapper_tunables(image, &wrapper, place, diags);
}

struct btl_tunable btl_wrapper_tunable(const struct btl_wrapper *wrapper, uint64_t index)
{
    struct btl_tunable tunable = {0};
    uint64_t size = btl_tunable_size(wrapper->abi);

    memcpy(&tunable, (const uint8_t *)wrapper->tunables + index * size, size);
    return tunable;
}

uint32_t btl_wrapper_find_tunable(const struct btl_wrapper *wrapper, struct btl_str name)
{
    for (uint32_t i = 0; i < wrapper->tunable_count; i++)
        if (btl_str_equal(btl_str_of(btl_wrapper_tunable(wrapper, i).name), name))
            return i;
    return BTL_NONE;
}
