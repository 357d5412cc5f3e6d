// SPDX-License-Identifier: BSD-2-Clause
// The wrapper structure of a module (btl/module.h), in its linked image. A kernel trusts the
// wrapper before anything else of a module: all that it points to must lie in the image, with the
// permission that its use needs. The structure itself, the tables and names that it points to, and
// descriptors of functions must be constants: they are checked once, and no value of a tunable may
// change them. The kernel checks it before it calls the load function, btl check before there is a
// kernel.
#ifndef BTL_WRAPPER_H
#define BTL_WRAPPER_H

#include <btl/diag.h>
#include <btl/link.h>
#include <btl/module.h>

BTL_BEGIN_DECLS

// A linked image, as far as pointers in it are followed.
struct btl_linked {
    uint64_t base;                     // address for which it is linked
    const uint8_t *memory;             // where the byte at `base` can be read
    const struct btl_segment *segment; // [BTL_SEGS]
    bool function_descriptors;         // pointers to functions are pointers to descriptors
};
// Return the image after relocation, while its memory is valid.
struct btl_linked btl_image_linked(const struct btl_image *image);

// Do these bytes lie in one segment that has all of the permissions?
bool btl_linked_holds(const struct btl_linked *image, uint64_t address, uint64_t size,
                      uint8_t perm);
// Do they lie in one segment that can be read and cannot be written?
bool btl_linked_holds_constant(const struct btl_linked *image, uint64_t address, uint64_t size);
// May a call go by this pointer: does what it leads to lie in the image's code?
bool btl_linked_holds_function(const struct btl_linked *image, uint64_t pointer);

// Check the wrapper at this address, that of section BTL_WRAPPER_SECTION; 0: there is none. False:
// reported, one of the codes run-no-wrapper and run-wrapper-….
bool btl_wrapper_check(const struct btl_linked *image, uint64_t wrapper, struct btl_place place,
                       struct btl_diags *diags);

// For a wrapper that was checked, where it is linked: return entry `index` of its array (fields
// that its version of btl/module.h lacks are 0), or the index of the first tunable of that name
// (BTL_NONE: there is none).
struct btl_tunable btl_wrapper_tunable(const struct btl_wrapper *wrapper, uint64_t index);
uint32_t btl_wrapper_find_tunable(const struct btl_wrapper *wrapper, struct btl_str name);
// Return the bytes of an entry of the wrapper's array: ABI 1 ended before `changed`.
uint64_t btl_tunable_size(uint32_t abi);
// Return the bytes of a tunable's storage; 0: it has no valid type.
uint64_t btl_tunable_storage_size(const struct btl_tunable *tunable);

BTL_END_DECLS

#endif
