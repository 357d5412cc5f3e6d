// SPDX-License-Identifier: BSD-2-Clause
// ELF64 files made in memory, sound unless a test spoils them:
//
//     struct elf_builder b;
//     eb_begin(&b, ELF_REL, ELF_MACHINE_X86_64);
//     uint32_t text = eb_section(&b, ".text", ELF_SHT_PROGBITS,
//                                ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, 16, code, sizeof(code));
//     uint32_t foo = eb_symbol(&b, "foo", EB_GLOBAL(ELF_STT_FUNC), text, 0, sizeof(code));
//     eb_rela(&b, text, 4, foo, 2, -4);          // of section, at offset, symbol, type, addend
//     eb_modinfo(&b, "name=hello");              // as often as wanted
//     struct btl_bytes file = eb_finish(&b);     // exactly sized, aligned, ASan sees its ends
//     eb_section_at(&b, text)->align = 3;        // one defect, made in the finished file
//     …
//     eb_end(&b);
//
// Symbols stand in the file in the order given. Running out of memory, or misuse, aborts the test.
#ifndef BTL_ELF_BUILDER_H
#define BTL_ELF_BUILDER_H

#include <btl/elf_format.h>
#include <btl/types.h>

struct elf_builder {
    uint16_t type, machine;
    uint64_t entry; // e_entry; may be set until eb_finish()
    bool extended;  // number sections and symbols' sections the extended way (SHN_XINDEX);
                    // set it before eb_finish()
    // Known after eb_finish(); 0 when there is none.
    uint32_t symtab, strtab, shstrtab, symtab_shndx; // section indices
    // The builder's own.
    struct eb_section *sections;
    uint32_t section_count;
    struct eb_segment *segments;
    uint32_t segment_count;
    struct eb_symbol *symbols;
    uint32_t symbol_count;
    uint32_t modinfo; // section index, 0: none yet
    uint8_t *file;
    size_t file_size;
};

#define EB_LOCAL(symbol_type)  ((uint8_t)(ELF_STB_LOCAL << 4 | (symbol_type)))
#define EB_GLOBAL(symbol_type) ((uint8_t)(ELF_STB_GLOBAL << 4 | (symbol_type)))
#define EB_WEAK(symbol_type)   ((uint8_t)(ELF_STB_WEAK << 4 | (symbol_type)))

void eb_begin(struct elf_builder *b, uint16_t type, uint16_t machine);
void eb_end(struct elf_builder *b);

// Each returns the index that the section, symbol or segment has in the file. `bytes` are copied;
// NULL: zeros (SHT_NOBITS takes no room in the file). `align` 0 counts as 1.
uint32_t eb_section(struct elf_builder *b, const char *name, uint32_t type, uint64_t flags,
                    uint64_t align, const void *bytes, size_t size);
uint32_t eb_symbol(struct elf_builder *b, const char *name, uint8_t info, uint32_t section,
                   uint64_t value, uint64_t size);
// Adds an entry to .rela.NAME of the section, which comes into being with the first one; returns
// the index of that .rela section.
uint32_t eb_rela(struct elf_builder *b, uint32_t section, uint64_t offset, uint32_t symbol,
                 uint32_t type, int64_t addend);
// Appends "key=value" and its NUL to .modinfo (SHF_ALLOC in ET_REL files); returns its section.
uint32_t eb_modinfo(struct elf_builder *b, const char *text);
// Any bytes to .modinfo, as they are.
uint32_t eb_modinfo_bytes(struct elf_builder *b, const void *bytes, size_t size);
// Empties .modinfo.
void eb_modinfo_reset(struct elf_builder *b);
// A segment with `filesz` bytes of its own in the file. p_paddr = vaddr, p_align = align (0: a
// page).
uint32_t eb_segment(struct elf_builder *b, uint32_t type, uint32_t flags, uint64_t vaddr,
                    const void *bytes, uint64_t filesz, uint64_t memsz, uint64_t align);
// Appends a segment that is `size` bytes of an earlier one, `offset` behind its start.
uint32_t eb_segment_inside(struct elf_builder *b, uint32_t type, uint32_t segment, uint64_t offset,
                           uint64_t size);
// A PROGBITS section that names the bytes of a segment, so that symbols can lie in it.
uint32_t eb_section_of_segment(struct elf_builder *b, const char *name, uint64_t flags,
                               uint32_t segment);

// Lays the file out: header, segment table, contents, symbol and string tables (if there are
// symbols or it is ET_REL), section table (if there are sections). Valid until eb_end().
struct btl_bytes eb_finish(struct elf_builder *b);

// The finished file, to be spoiled.
struct elf64_header *eb_header(struct elf_builder *b);
struct elf64_section *eb_section_at(struct elf_builder *b, uint32_t section);
struct elf64_segment *eb_segment_at(struct elf_builder *b, uint32_t segment);
struct elf64_symbol *eb_symbol_at(struct elf_builder *b, uint32_t symbol);
struct elf64_rela *eb_rela_at(struct elf_builder *b, uint32_t rela_section, uint32_t entry);
uint8_t *eb_bytes_at(struct elf_builder *b, uint32_t section); // its contents
// The first `size` bytes in a block of their own, as a truncated file; owned by the builder.
struct btl_bytes eb_truncate(struct elf_builder *b, size_t size);

#endif
