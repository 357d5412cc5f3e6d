// SPDX-License-Identifier: BSD-2-Clause
// The gate of every ELF file. It checks a file once and returns a view that needs no more checks.
#ifndef BTL_ELF_H
#define BTL_ELF_H

#include <btl/diag.h>
#include <btl/elf_format.h>
#include <btl/machine.h>

BTL_BEGIN_DECLS

// A checked file. After btl_elf_open() returned true, all of this holds and is not checked again:
//  - every section with contents lies inside the file, its alignment is 0 or a power of two not
//    above BTL_ELF_ALIGN_MAX, its name is a NUL-terminated string;
//  - symtab and strtab go together; every symbol's name is a NUL-terminated string in strtab, and
//    its section (through SHT_SYMTAB_SHNDX where needed) exists or is one of UNDEF, ABS, COMMON;
//    the value of a symbol in a section of an ET_REL file is at most that section's size;
//  - no name is longer than BTL_ELF_NAME_MAX;
//  - every SHT_RELA section of an ET_REL file has entries of the right size, uses symtab, and
//    targets the section that its name says (a linked file's are about its dynamic symbols:
//    kernel_image.h);
//  - the types of an ET_REL file's sections are known, as far as the image depends on them: none
//    is SHT_NULL with contents, none looks like relocations of a loaded section and is none;
//  - every PT_LOAD segment that is not empty lies inside the file, filesz <= memsz, vaddr + memsz
//    does not wrap, and these segments ascend by vaddr and do not overlap;
//  - all tables are aligned for direct access.
// Relocation entries themselves are checked where they are consumed, once (link.h).
struct btl_elf {
    struct btl_place place; // file and module, for messages
    struct btl_bytes file;
    uint16_t type; // ELF_REL, ELF_EXEC or ELF_DYN
    uint16_t machine;
    uint64_t entry;
    const struct elf64_section *sections;
    uint32_t section_count;
    struct btl_str section_names;         // the string table
    const struct elf64_segment *segments; // none of an ET_REL file
    uint32_t segment_count;
    const struct elf64_symbol *symbols; // [0] is the null symbol; NULL when there is none
    uint32_t symbol_count;
    struct btl_str strings;            // of the symbols
    const uint32_t *extended_sections; // of SHT_SYMTAB_SHNDX, one per symbol, or NULL
};

#define BTL_ELF_ALIGN_MAX (2u << 20)
#define BTL_ELF_FILE_MAX  (1ull << 32) // bytes
#define BTL_ELF_NAME_MAX  4095u        // bytes without the NUL; keeps a walk over all names linear

enum btl_elf_kind {
    BTL_ELF_MODULE, // ET_REL with a symbol table
    BTL_ELF_KERNEL, // ET_EXEC or ET_DYN with at least one PT_LOAD; section headers may be absent
};

// Check a file. `machine`: the expected machine, or 0 for any that BTL knows. `file.at` must be
// aligned to 8 bytes and stay in place as long as the view is used. Report everything that is wrong
// with the file. The view borrows; only diagnostics are allocated.
bool btl_elf_open(struct btl_bytes file, enum btl_elf_kind kind, uint16_t machine,
                  struct btl_place place, struct btl_elf *ret_elf, struct btl_diags *diags);

// Views on a checked file. Indices must be in range.
struct btl_str btl_elf_section_name(const struct btl_elf *elf, uint32_t section);
struct btl_bytes btl_elf_section_bytes(const struct btl_elf *elf,
                                       uint32_t section); // NOBITS: empty
struct btl_str btl_elf_symbol_name(const struct btl_elf *elf, uint32_t symbol);
// Return the section of a symbol: below section_count, or ELF_SHN_UNDEF; or 0 with *ret_special =
// ELF_SHN_ABS or ELF_SHN_COMMON.
uint32_t btl_elf_symbol_section(const struct btl_elf *elf, uint32_t symbol, uint16_t *ret_special);
// Is the section part of the image in memory?
BTL_INLINE bool btl_elf_section_loaded(const struct btl_elf *elf, uint32_t section)
{
    BTL_ASSERT(section < elf->section_count);
    return (elf->sections[section].flags & ELF_SHF_ALLOC) != 0 &&
           elf->sections[section].type != ELF_SHT_NULL;
}
// Return the first section of that name, or BTL_NONE.
uint32_t btl_elf_find_section(const struct btl_elf *elf, struct btl_str name);

BTL_END_DECLS

#endif
