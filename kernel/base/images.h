// SPDX-License-Identifier: BSD-2-Clause
// The images of modules in memory, by the loader or linked here: in a list, so that the VM and
// backtraces find them without the module subsystem.
#ifndef KERNEL_BASE_IMAGES_H
#define KERNEL_BASE_IMAGES_H

#include <btl/load.h>

struct image_function {     // for backtraces
    uint64_t address, size; // size 0: not known
    struct btl_str name;
};

struct image_section { // for debuggers
    uint64_t address;
    struct btl_str name;
};

// A module in the kernel's file: its entry in the table that the build makes (dlkm/static_entry.S).
struct static_module {
    const char *name;
    const struct btl_wrapper *wrapper;
    struct {
        uint64_t start, end;
    } part[BTL_SEGS]; // code, constants, data
};

struct module_image {
    struct module_image *next;
    struct btl_str module; // the module's name
    struct btl_module_image linked;
    const struct static_module *fixed; // NULL: not in the kernel's image
    bool by_loader; // in the phase-1 arena; functions and sections are in the manifest
    struct image_function *functions; // else here
    struct image_section *sections;
    uint32_t function_count, section_count;
    char *names;                  // memory of the names of functions, sections and exports
    uint64_t bss_base, bss_size;  // base 0: no section of that name
    uint64_t unwind, unwind_size; // arch_unwind_section; size 0: there is none
    void *defaults;               // tunables.c: the tunables as they were before loader.conf
};

void images_init(void); // none
struct module_image *images_first(void);
void images_add(struct module_image *image);
void images_remove(struct module_image *image);
struct module_image *image_find(uint64_t address); // the image that holds the address, or NULL
// Call `visit` for each range of addresses that belongs to the image alone. True: a call was true.
bool image_visit(const struct module_image *image,
                 bool (*visit)(struct btl_str module, uint64_t start, uint64_t end));
bool image_covers(const struct module_image *image, uint64_t address);
bool image_holds(const struct module_image *image, uint64_t address, uint64_t size, uint8_t perm);
// Do these bytes lie in the image where nothing can write?
bool image_holds_constant(const struct module_image *image, uint64_t address, uint64_t size);
// Called when the image has come into memory, and before it goes. The function does nothing: a
// debugger sets a breakpoint on it (tools/gdb/btl.py).
void debug_image_changed(const struct module_image *image, bool present);
// Is it a pointer to a function of the image?
bool image_holds_function(const struct module_image *image, uint64_t pointer);

#endif
