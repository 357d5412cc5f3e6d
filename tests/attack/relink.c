// SPDX-License-Identifier: BSD-2-Clause
#include "relink.h"

#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A formula of System V psABI (x86-64), chapter 4.4; width of its field in bytes.
enum formula { NOTHING, S_A, S_A_P, Z_A, ENTRY, ENTRY_P, BASE };

static const struct kind {
    uint32_t type;
    enum formula formula;
    uint8_t width;
    bool is_signed;
} kinds[] = {
    {R_X86_64_NONE, NOTHING, 0, false},
    {R_X86_64_64, S_A, 8, false},
    {R_X86_64_PC32, S_A_P, 4, true},
    {R_X86_64_PLT32, S_A_P, 4, true},
    {R_X86_64_32, S_A, 4, false},
    {R_X86_64_32S, S_A, 4, true},
    {R_X86_64_PC64, S_A_P, 8, false},
    {R_X86_64_SIZE32, Z_A, 4, false},
    {R_X86_64_SIZE64, Z_A, 8, false},
    {R_X86_64_GOTPCREL, ENTRY_P, 4, true},
    {R_X86_64_GOTPCRELX, ENTRY_P, 4, true},
    {R_X86_64_REX_GOTPCRELX, ENTRY_P, 4, true},
    {R_X86_64_GOTPCREL64, ENTRY_P, 8, false},
    // Fields that hold a distance from the GOT, whose address no table of the manifest says.
    {R_X86_64_GOT32, BASE, 4, true},
    {R_X86_64_GOT64, BASE, 8, false},
    {R_X86_64_GOTPLT64, BASE, 8, false},
    {R_X86_64_GOTOFF64, BASE, 8, false},
    {R_X86_64_PLTOFF64, BASE, 8, false},
    {R_X86_64_GOTPC32, BASE, 4, true},
    {R_X86_64_GOTPC64, BASE, 8, false},
};

struct view {
    const struct relink *link;
    const Elf64_Shdr *sections;
    uint32_t count;
    const char *names;
    uint64_t names_size;
    const Elf64_Sym *symbols;
    uint64_t symbol_count;
    const char *strings;
    uint64_t strings_size;
    const uint32_t *wide; // of SHT_SYMTAB_SHNDX; NULL: none
    char *why;
};

static bool differ(const struct view *view, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(view->why, 256, format, arguments);
    va_end(arguments);
    return false;
}

static const void *file_bytes(const struct relink *link, uint64_t offset, uint64_t size)
{
    return offset <= link->size && size <= link->size - offset ? link->file + offset : NULL;
}

static const char *text_at(const char *table, uint64_t size, uint64_t offset)
{
    return offset < size && memchr(table + offset, 0, size - offset) != NULL ? table + offset
                                                                             : NULL;
}

static const char *section_name(const struct view *view, uint32_t index)
{
    const char *name = text_at(view->names, view->names_size, view->sections[index].sh_name);
    return name != NULL ? name : "?";
}

static bool open_symbols(struct view *view, uint32_t index)
{
    const Elf64_Shdr *table = &view->sections[index];
    if (table->sh_link >= view->count)
        return differ(view, "the symbol table has no strings");
    const Elf64_Shdr *strings = &view->sections[table->sh_link];
    view->symbols = file_bytes(view->link, table->sh_offset, table->sh_size);
    view->symbol_count = table->sh_size / sizeof(Elf64_Sym);
    view->strings = file_bytes(view->link, strings->sh_offset, strings->sh_size);
    view->strings_size = strings->sh_size;
    for (uint32_t i = 1; i < view->count; i++)
        if (view->sections[i].sh_type == SHT_SYMTAB_SHNDX && view->sections[i].sh_link == index)
            view->wide = file_bytes(view->link, view->sections[i].sh_offset,
                                    view->symbol_count * sizeof(uint32_t));
    return (view->symbols != NULL && view->strings != NULL) ||
           differ(view, "the symbol table is not in the file");
}

static bool open_view(const struct relink *link, struct view *view, char *why)
{
    const Elf64_Ehdr *header = file_bytes(link, 0, sizeof(*header));
    const Elf64_Shdr *first;
    *view = (struct view){.link = link, .why = why};
    if (header == NULL || (first = file_bytes(link, header->e_shoff, sizeof(*first))) == NULL)
        return differ(view, "no section headers");
    view->count = header->e_shnum != 0 ? header->e_shnum : (uint32_t)first->sh_size;
    view->sections = file_bytes(link, header->e_shoff, (uint64_t)view->count * sizeof(*first));
    uint32_t names = header->e_shstrndx != SHN_XINDEX ? header->e_shstrndx : first->sh_link;
    if (view->sections == NULL || names >= view->count)
        return differ(view, "section headers outside of the file");
    view->names_size = view->sections[names].sh_size;
    view->names = file_bytes(link, view->sections[names].sh_offset, view->names_size);
    if (view->names == NULL)
        return differ(view, "no section names");
    for (uint32_t i = 1; i < view->count; i++)
        if (view->sections[i].sh_type == SHT_SYMTAB)
            return open_symbols(view, i);
    return true;
}

static const struct relink_section *placed(const struct view *view, uint32_t index)
{
    for (size_t i = 0; i < view->link->section_count; i++)
        if (view->link->sections[i].index == index)
            return &view->link->sections[i];
    return NULL;
}

// ---------------------------------------------------------------------------------------- symbols

enum found { FOUND, COMMON, MISSING };

static uint32_t symbol_section(const struct view *view, uint64_t index)
{
    uint16_t section = view->symbols[index].st_shndx;
    return section == SHN_XINDEX && view->wide != NULL ? view->wide[index] : section;
}

static enum found symbol_value(const struct view *view, uint64_t index, uint64_t *ret_value)
{
    const Elf64_Sym *symbol = &view->symbols[index];
    const char *name = text_at(view->strings, view->strings_size, symbol->st_name);
    uint32_t section = symbol_section(view, index);
    const struct relink_section *at;
    *ret_value = 0;
    if (index == 0)
        return FOUND;
    if (symbol->st_shndx == SHN_COMMON)
        return COMMON;
    if (symbol->st_shndx == SHN_ABS) {
        *ret_value = symbol->st_value;
        return FOUND;
    }
    if (section != SHN_UNDEF) {
        if ((at = placed(view, section)) == NULL)
            return MISSING;
        *ret_value = at->address + symbol->st_value;
        return FOUND;
    }
    if (name != NULL && view->link->find(view->link->context, name, ret_value))
        return FOUND;
    return ELF64_ST_BIND(symbol->st_info) == STB_WEAK ? FOUND : MISSING;
}

bool relink_value(const struct relink *link, const char *name, uint64_t *ret_value)
{
    struct view view;
    char why[256];
    if (!open_view(link, &view, why))
        return false;
    for (uint64_t i = 1; i < view.symbol_count; i++) {
        const char *other = text_at(view.strings, view.strings_size, view.symbols[i].st_name);
        if (ELF64_ST_BIND(view.symbols[i].st_info) != STB_LOCAL && other != NULL &&
            view.symbols[i].st_shndx != SHN_UNDEF && strcmp(other, name) == 0)
            return symbol_value(&view, i, ret_value) == FOUND;
    }
    return false;
}

// ------------------------------------------------------------------------------------ relocations

// One loaded section: what it should hold, and which bytes of it are not compared.
struct expected {
    const struct relink_section *at;
    uint32_t index;
    uint8_t *bytes, *masked;
};

static const struct kind *kind_of(uint32_t type)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (kinds[i].type == type)
            return &kinds[i];
    return NULL;
}

static bool fits(const struct kind *kind, uint64_t value)
{
    if (kind->width == 8)
        return true;
    return kind->is_signed ? (int64_t)value == (int32_t)value : value <= UINT32_MAX;
}

// The field holds the distance to an entry of the GOT, which holds the symbol's value.
static bool check_entry(const struct view *view, const struct kind *kind, uint64_t place,
                        uint64_t addend, uint64_t value)
{
    const uint8_t *field = view->link->memory(view->link->context, place, kind->width);
    int32_t narrow;
    int64_t distance;
    uint64_t held;
    if (field == NULL)
        return differ(view, "nothing is mapped at %#llx", (unsigned long long)place);
    memcpy(&narrow, field, sizeof(narrow));
    memcpy(&distance, field, kind->width);
    if (kind->width == 4)
        distance = narrow;
    const uint8_t *entry =
        view->link->memory(view->link->context, place + (uint64_t)distance - addend, 8);
    if (entry == NULL)
        return differ(view, "the field at %#llx leads out of memory", (unsigned long long)place);
    memcpy(&held, entry, sizeof(held));
    return held == value || differ(view, "an entry of the GOT holds %#llx, expected %#llx",
                                   (unsigned long long)held, (unsigned long long)value);
}

static bool apply(const struct view *view, const struct expected *to, const Elf64_Rela *rela)
{
    const struct kind *kind = kind_of(ELF64_R_TYPE(rela->r_info));
    uint64_t symbol = ELF64_R_SYM(rela->r_info), value, place = to->at->address + rela->r_offset;
    uint64_t addend = (uint64_t)rela->r_addend;
    if (kind == NULL || symbol >= view->symbol_count)
        return differ(view, "relocation %llx of section %u was accepted",
                      (unsigned long long)rela->r_info, to->index);
    if (kind->formula == NOTHING)
        return true;
    if (rela->r_offset > to->at->size || kind->width > to->at->size - rela->r_offset)
        return differ(view, "a relocation outside of section %u was accepted", to->index);
    enum found found = symbol_value(view, symbol, &value);
    if (found == MISSING && kind->formula != Z_A && kind->formula != BASE)
        return differ(view, "a relocation with symbol %llu, which has no value, was accepted",
                      (unsigned long long)symbol);
    if (kind->formula == BASE || found == COMMON || kind->formula == ENTRY_P) {
        memset(to->masked + rela->r_offset, 1, kind->width);
        return kind->formula != ENTRY_P || found == COMMON ||
               check_entry(view, kind, place, addend, value);
    }
    if (kind->formula == Z_A)
        value = view->symbols[symbol].st_size;
    value += addend - (kind->formula == S_A_P ? place : 0);
    if (!fits(kind, value))
        return differ(view, "%#llx was accepted for a field of 32 bits in section %u",
                      (unsigned long long)value, to->index);
    memcpy(to->bytes + rela->r_offset, &value, kind->width);
    return true;
}

static bool is_rela_of(const struct view *view, uint32_t index, uint32_t target)
{
    return view->sections[index].sh_type == SHT_RELA && view->sections[index].sh_info == target;
}

// A section that is named as the relocations of a loaded one has to be its relocations.
static bool check_name(const struct view *view, uint32_t index, uint32_t target)
{
    const char *name = section_name(view, index);
    if (strncmp(name, ".rela", 5) != 0 || strcmp(name + 5, section_name(view, target)) != 0 ||
        name[5] == '\0' || view->sections[index].sh_size == 0 || is_rela_of(view, index, target))
        return true;
    for (uint32_t i = 1; i < view->count; i++) // sections of one name: any of them
        if (strcmp(section_name(view, i), name + 5) == 0 && is_rela_of(view, index, i))
            return true;
    return differ(view, "section %u, %s, was ignored", index, name);
}

static bool apply_all(const struct view *view, const struct expected *to)
{
    for (uint32_t i = 1; i < view->count; i++) {
        const Elf64_Shdr *section = &view->sections[i];
        if (!check_name(view, i, to->index))
            return false;
        if (!is_rela_of(view, i, to->index))
            continue;
        const Elf64_Rela *entries = file_bytes(view->link, section->sh_offset, section->sh_size);
        if (entries == NULL)
            return differ(view, "relocations outside of the file were accepted");
        for (uint64_t entry = 0; entry < section->sh_size / sizeof(*entries); entry++)
            if (!apply(view, to, &entries[entry]))
                return false;
    }
    return true;
}

static bool compare(const struct view *view, const struct expected *to)
{
    const uint8_t *got = view->link->memory(view->link->context, to->at->address, to->at->size);
    if (got == NULL)
        return differ(view, "section %u is not mapped", to->index);
    for (uint64_t i = 0; i < to->at->size; i++)
        if (!to->masked[i] && got[i] != to->bytes[i])
            return differ(view, "section %u (%s) holds %02x at %#llx, expected %02x", to->index,
                          section_name(view, to->index), got[i], (unsigned long long)i,
                          to->bytes[i]);
    return true;
}

static bool check_section(const struct view *view, const struct relink_section *at)
{
    struct expected to = {.at = at, .index = at->index};
    if (at->index >= view->count || view->sections[at->index].sh_size != at->size)
        return differ(view, "section %u has another size than in the file", at->index);
    const Elf64_Shdr *section = &view->sections[at->index];
    const void *contents = file_bytes(view->link, section->sh_offset, at->size);
    bool has_contents = section->sh_type != SHT_NOBITS && at->size > 0;
    if (has_contents && contents == NULL)
        return differ(view, "section %u lies outside of the file", at->index);
    to.bytes = calloc(1, at->size + 1);
    to.masked = calloc(1, at->size + 1);
    if (to.bytes == NULL || to.masked == NULL)
        abort();
    if (has_contents)
        memcpy(to.bytes, contents, at->size);
    bool good = apply_all(view, &to) && compare(view, &to);
    free(to.bytes);
    free(to.masked);
    return good;
}

bool relink_check(const struct relink *link, char ret_why[256])
{
    struct view view;
    if (!open_view(link, &view, ret_why))
        return false;
    for (uint32_t i = 1; i < view.count; i++)
        if ((view.sections[i].sh_flags & SHF_ALLOC) && view.sections[i].sh_size != 0 &&
            placed(&view, i) == NULL)
            return differ(&view, "section %u (%s) is to be loaded and was not", i,
                          section_name(&view, i));
    for (size_t i = 0; i < link->section_count; i++)
        if (!check_section(&view, &link->sections[i]))
            return false;
    return true;
}
