// SPDX-License-Identifier: BSD-2-Clause
// What relocators share, and the seam between them and the linker. A port is a table of relocation
// types and a struct btl_relocator; layout.c and link.c know no machine.
#ifndef BTL_CORE_RELOC_H
#define BTL_CORE_RELOC_H

#include <btl/link.h>

// One relocation type: what is computed, and where it goes (reloc_port.h).
struct btl_reloc_type {
    const char *name; // "R_X86_64_PC32"; NULL: there is no such type
    uint8_t formula, field;
};

// Each hook is called once per image, so that a machine's inner loop is its own.
struct btl_relocator {
    uint16_t machine;                   // e_machine
    const struct btl_reloc_type *types; // by number
    uint32_t type_count;
    // Sections with one of these flags lie next to the GOT, in reach of short addressing; 0: none.
    uint64_t short_flags;
    // Pointers to functions are pointers to descriptors; what is exported of a function, by modules
    // and by the kernel, is its descriptor.
    bool function_descriptors;

    // During layout, when no memory is there yet. Check every relocation entry (offset and width
    // inside the section, symbol there, type known) and counts what the linker has to make: sets
    // got_slot and got_count, plt_size, opd_size, machine_data.
    bool (*count)(struct btl_image *image, struct btl_diags *diags);
    // Fill GOT, stubs and descriptors and apply every relocation. Symbols have their values.
    bool (*relocate)(struct btl_image *image, struct btl_diags *diags);
    // What others get when they use an export of this image; NULL: its value. (Where pointers to
    // functions are pointers to descriptors, the descriptor's address.) The image is placed, but
    // perhaps not resolved: btl_symbol_address() knows the values of defined symbols.
    uint64_t (*export_value)(const struct btl_image *image, uint32_t symbol);
};

extern const struct btl_relocator btl_relocator_x86_64;
extern const struct btl_relocator btl_relocator_ia64;

// NULL: there is no relocator for that machine.
const struct btl_relocator *btl_relocator_find(uint16_t machine);

// Bytes that may be written: where they lie, how many, and the address they are linked for.
struct btl_window {
    uint8_t *memory;
    uint64_t size;
    uint64_t address;
};

// The place of `size` bytes at `offset`, or NULL when they are not all in the window.
static inline uint8_t *btl_window_bytes(const struct btl_window *window, uint64_t offset,
                                        uint64_t size)
{
    return btl_in_range(offset, size, window->size) ? window->memory + offset : NULL;
}

// Places are unaligned; these compile to one store.
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

// The entries of one SHT_RELA section and the section they change.
struct btl_rela {
    uint32_t target; // section index; it lies in the image
    const struct elf64_rela *entries;
    uint64_t count;
    struct btl_window window; // of the target; before place its size alone is right
};

// Go through the relocation sections whose target lies in the image, in the order of the file.
// Start with *cursor = 0; false at the end.
bool btl_rela_next(const struct btl_image *image, uint32_t *cursor, struct btl_rela *ret_rela);

// The GOT as a window, and the address of its first entry.
struct btl_window btl_got_window(const struct btl_image *image);

// The value of symbols in sections that are not loaded. It is also a possible value of others:
// btl_symbol_loaded() tells, and need be asked only when a value is equal to this.
#define BTL_UNLOADED_VALUE 0x7fffdeadffffdeadull
bool btl_symbol_loaded(const struct btl_image *image, uint32_t symbol);

// Report what is wrong with an entry; always false, for `return`. `code` is one of
// BTL_LINK_RELOC_…, which take all the same arguments: %1 type, %2 section, %3 offset, %4 symbol,
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
