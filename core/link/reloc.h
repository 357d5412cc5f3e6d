// SPDX-License-Identifier: BSD-2-Clause
// The interface between the linker and its relocators. A relocator is a table of relocation types
// and a struct btl_relocator; layout.c and link.c know no machine.
#ifndef BTL_CORE_RELOC_H
#define BTL_CORE_RELOC_H

#include <btl/link.h>

// One relocation type: the formula of the value, and the field that gets it (reloc_port.h).
struct btl_reloc_type {
    const char *name; // "R_X86_64_PC32"; NULL: no such type
    uint8_t formula, field;
};

// Types with consecutive numbers.
struct btl_reloc_run {
    uint32_t first, count;
    const struct btl_reloc_type *types;
};

// A function of a relocator is called once for each image: the loop over the entries is inside.
struct btl_relocator {
    uint16_t machine; // e_machine
    const struct btl_reloc_run *runs;
    uint32_t run_count;
    // Sections with one of these flags are next to the GOT, in reach of short addressing; 0: none.
    uint64_t short_flags;
    // A pointer to a function is a pointer to its descriptor, and the value of an exported function
    // is the address of its descriptor, for modules and for the kernel.
    bool function_descriptors;

    // Called by layout, before the image has memory. Check every relocation entry (place inside the
    // section, valid symbol, known type) and count the entries of GOT, stubs and descriptors: set
    // got_slot, got_count, plt_size, opd_size, machine_data.
    bool (*count)(struct btl_image *image, struct btl_diags *diags);
    // Write GOT, stubs and descriptors, and apply every relocation. Symbols have their values.
    bool (*relocate)(struct btl_image *image, struct btl_diags *diags);
    // Return the value of an exported symbol for other images; NULL: btl_symbol_address(). The
    // image is placed, but perhaps not resolved.
    uint64_t (*export_value)(const struct btl_image *image, uint32_t symbol);
};

extern const struct btl_relocator btl_relocator_x86_64;
extern const struct btl_relocator btl_relocator_ia64;
extern const struct btl_relocator btl_relocator_aarch64;

// Return the row of a type; NULL: the machine has no such type.
const struct btl_reloc_type *btl_reloc_type_find(const struct btl_relocator *machine,
                                                 uint32_t number);
// Return the relocator of a machine; NULL: there is none.
const struct btl_relocator *btl_relocator_find(uint16_t machine);

// The bytes that relocations of a section may change, and the address for which they are linked.
struct btl_window {
    uint8_t *memory;
    uint64_t size;
    uint64_t address;
};

// Return `size` bytes at `offset`; NULL: they are not all in the window.
static inline uint8_t *btl_window_bytes(const struct btl_window *window, uint64_t offset,
                                        uint64_t size)
{
    return btl_in_range(offset, size, window->size) ? window->memory + offset : NULL;
}

// The place may be unaligned; each function compiles to one store.
static inline bool btl_window_store32(const struct btl_window *window, uint64_t offset,
                                      uint32_t value)
{
    uint8_t *place = btl_window_bytes(window, offset, sizeof(value));
    if (place != NULL)
        __builtin_memcpy(place, &value, sizeof(value));
    return place != NULL;
}
static inline bool btl_window_store64(const struct btl_window *window, uint64_t offset,
                                      uint64_t value)
{
    uint8_t *place = btl_window_bytes(window, offset, sizeof(value));
    if (place != NULL)
        __builtin_memcpy(place, &value, sizeof(value));
    return place != NULL;
}

// The entries of one SHT_RELA section, and the section that they change.
struct btl_rela {
    uint32_t target; // index of a loaded section
    const struct elf64_rela *entries;
    uint64_t count;
    struct btl_window window; // of the target; before place only its size is valid
};

// Get the next relocation section of a loaded section, in the order of the file. Start with
// *cursor = 0. False: the end.
bool btl_rela_next(const struct btl_image *image, uint32_t *cursor, struct btl_rela *ret_rela);

// Return the GOT as a window.
struct btl_window btl_got_window(const struct btl_image *image);

// The value of symbols in sections that are not loaded. Other symbols can have this value too: if a
// value is equal, ask btl_symbol_loaded().
#define BTL_UNLOADED_VALUE 0x7fffdeadffffdeadull
bool btl_symbol_loaded(const struct btl_image *image, uint32_t symbol);

// Does another image or the kernel define the symbol? An absent weak symbol counts.
static inline bool btl_symbol_imported(const struct btl_elf *elf, uint32_t symbol)
{
    uint16_t special;
    return symbol != 0 && btl_elf_symbol_section(elf, symbol, &special) == ELF_SHN_UNDEF &&
           special == 0;
}

// Return a maximum of the distance between two places of loaded code, without the stubs.
uint64_t btl_text_bound(const struct btl_image *image);
// Can a branch to a symbol of the image need a stub? Not if its reach spans all code between both
// ends. text_bound: btl_text_bound().
bool btl_branch_may_be_far(const struct btl_image *image, const struct btl_rela *rela,
                           uint32_t symbol, uint64_t text_bound, uint64_t reach);

// Report an error of an entry; return false always, for the caller's `return`. `code` is one of
// BTL_LINK_RELOC_…, which have the same arguments: %1 type, %2 section, %3 offset, %4 symbol,
// %5 value, %6 field.
bool btl_reloc_report(const struct btl_image *image, const struct btl_rela *rela,
                      const struct elf64_rela *entry, enum btl_code code, struct btl_arg type,
                      uint64_t value, const char *field, struct btl_diags *diags);

// Return the value of a symbol that is not undefined, in a placed image.
static inline uint64_t btl_symbol_address(const struct btl_image *image, uint32_t symbol)
{
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(image->elf, symbol, &special);
    if (special == ELF_SHN_COMMON)
        return image->base + image->common_offset[symbol];
    if (special == ELF_SHN_ABS)
        return image->elf->symbols[symbol].value;
    if (image->section_offset[section] == BTL_NO_OFFSET)
        return BTL_UNLOADED_VALUE;
    return image->base + image->section_offset[section] + image->elf->symbols[symbol].value;
}

#endif
