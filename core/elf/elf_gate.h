// SPDX-License-Identifier: BSD-2-Clause
// What the parts of the ELF gate share. elf.c calls them in this order: header, sections, symbols,
// relocations, segments. Each part reports everything that is wrong and says whether it was sound.
#ifndef BTL_CORE_ELF_GATE_H
#define BTL_CORE_ELF_GATE_H

#include <btl/elf.h>

struct elf_gate {
    struct btl_elf elf; // the view as far as it is checked; handed out at the end
    enum btl_elf_kind kind;
    const struct elf64_header *header;
    uint32_t symtab; // section index, 0: none
    struct btl_diags *diags;
};

#define elf_report(gate, code, ...) btl_report((gate)->diags, code, (gate)->elf.place, __VA_ARGS__)

// Section table, section names, every section. Fill in sections, section_count, section_names.
bool elf_check_sections(struct elf_gate *gate);
// Needs: section table. Fill in symbols, symbol_count, strings, extended_sections, gate->symtab.
bool elf_check_symbols(struct elf_gate *gate);
// Of a module: may a section have this type? Part of elf_check_sections().
bool elf_check_section_type(struct elf_gate *gate, uint32_t section);
// Needs: section table, gate->symtab.
bool elf_check_relas(struct elf_gate *gate);
// Needs: section table (for extended numbering). Fill in segments, segment_count.
bool elf_check_segments(struct elf_gate *gate);

// Is `section` a string table inside the file, of strings that end? Report why not, except its
// range, which elf_check_sections() reports for every section.
bool elf_check_strings(struct elf_gate *gate, uint32_t section, struct btl_str *ret_strings);
// Do the section's contents lie inside the file? Says nothing.
bool elf_section_inside(const struct elf_gate *gate, uint32_t section);
// For messages: the name, or empty when it cannot be read.
struct btl_str elf_name_if_known(const struct elf_gate *gate, uint32_t section);

#endif
