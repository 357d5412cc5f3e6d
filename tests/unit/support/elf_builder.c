// SPDX-License-Identifier: BSD-2-Clause
#include "elf_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct eb_bytes {
    uint8_t *at;
    size_t size, capacity;
};

struct eb_section {
    char name[64];
    struct elf64_section header;
    struct eb_bytes contents;
    uint32_t rela;       // index of its .rela section, 0: none
    uint32_t of_segment; // index of the segment whose bytes it names + 1, 0: has its own
};

struct eb_segment {
    struct elf64_segment header;
    struct eb_bytes contents;
    uint32_t inside; // index of the segment of which it is a part + 1; 0: has its own bytes
};

struct eb_symbol {
    const char *name; // copied
    struct elf64_symbol entry;
    uint32_t section;
};

static void *need(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static void append(struct eb_bytes *to, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    if (to->size + size > to->capacity) {
        to->capacity = 2 * (to->size + size);
        to->at = need(realloc(to->at, to->capacity));
    }
    if (bytes != NULL)
        memcpy(to->at + to->size, bytes, size);
    else
        memset(to->at + to->size, 0, size);
    to->size += size;
}

void eb_begin(struct elf_builder *b, uint16_t type, uint16_t machine)
{
    *b = (struct elf_builder){.type = type, .machine = machine};
}

void eb_end(struct elf_builder *b)
{
    for (uint32_t i = 0; i < b->section_count; i++)
        free(b->sections[i].contents.at);
    for (uint32_t i = 0; i < b->segment_count; i++)
        free(b->segments[i].contents.at);
    for (uint32_t i = 0; i < b->symbol_count; i++)
        free((char *)b->symbols[i].name);
    free(b->sections);
    free(b->segments);
    free(b->symbols);
    free(b->file);
    *b = (struct elf_builder){0};
}

// Room for one more entry in an array that grows by doubling.
static void *grow(void *array, uint32_t count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return array;
    return need(realloc(array, (count == 0 ? 1 : 2 * (size_t)count) * size));
}

static uint32_t add_section(struct elf_builder *b, const char *name, uint32_t type)
{
    b->sections = grow(b->sections, b->section_count, sizeof(*b->sections));
    struct eb_section *section = &b->sections[b->section_count];
    *section = (struct eb_section){.header = {.type = type}};
    snprintf(section->name, sizeof(section->name), "%s", name);
    return b->section_count++;
}

uint32_t eb_section(struct elf_builder *b, const char *name, uint32_t type, uint64_t flags,
                    uint64_t align, const void *bytes, size_t size)
{
    if (b->section_count == 0)
        add_section(b, "", ELF_SHT_NULL);
    uint32_t index = add_section(b, name, type);
    struct eb_section *section = &b->sections[index];
    section->header.flags = flags;
    section->header.align = align == 0 ? 1 : align;
    section->header.size = size;
    if (type != ELF_SHT_NOBITS)
        append(&section->contents, bytes, size);
    return index;
}

uint32_t eb_symbol(struct elf_builder *b, const char *name, uint8_t info, uint32_t section,
                   uint64_t value, uint64_t size)
{
    if (b->symbol_count == 0) { // the null symbol
        b->symbols = grow(NULL, 0, sizeof(*b->symbols));
        b->symbols[b->symbol_count++] = (struct eb_symbol){.name = need(strdup(""))};
    }
    b->symbols = grow(b->symbols, b->symbol_count, sizeof(*b->symbols));
    b->symbols[b->symbol_count] = (struct eb_symbol){
        .name = need(strdup(name)),
        .section = section,
        .entry = {.info = info, .value = value, .size = size},
    };
    return b->symbol_count++;
}

uint32_t eb_rela(struct elf_builder *b, uint32_t section, uint64_t offset, uint32_t symbol,
                 uint32_t type, int64_t addend)
{
    uint32_t index = b->sections[section].rela;
    if (index == 0) {
        char name[64 + 5];
        snprintf(name, sizeof(name), ".rela%s", b->sections[section].name);
        index = eb_section(b, name, ELF_SHT_RELA, 0x40 /* SHF_INFO_LINK */, 8, NULL, 0);
        b->sections[index].header.info = section;
        b->sections[section].rela = index;
    }
    struct elf64_rela entry = {offset, (uint64_t)symbol << 32 | type, addend};
    append(&b->sections[index].contents, &entry, sizeof(entry));
    b->sections[index].header.size += sizeof(entry);
    return index;
}

uint32_t eb_modinfo_bytes(struct elf_builder *b, const void *bytes, size_t size)
{
    if (b->modinfo == 0)
        b->modinfo = eb_section(b, ".modinfo", ELF_SHT_PROGBITS,
                                b->type == ELF_REL ? ELF_SHF_ALLOC : 0, 1, NULL, 0);
    append(&b->sections[b->modinfo].contents, bytes, size);
    b->sections[b->modinfo].header.size += size;
    return b->modinfo;
}

void eb_modinfo_reset(struct elf_builder *b)
{
    if (b->modinfo == 0)
        return;
    b->sections[b->modinfo].contents.size = 0;
    b->sections[b->modinfo].header.size = 0;
}

uint32_t eb_modinfo(struct elf_builder *b, const char *text)
{
    return eb_modinfo_bytes(b, text, strlen(text) + 1);
}

uint32_t eb_segment(struct elf_builder *b, uint32_t type, uint32_t flags, uint64_t vaddr,
                    const void *bytes, uint64_t filesz, uint64_t memsz, uint64_t align)
{
    b->segments = grow(b->segments, b->segment_count, sizeof(*b->segments));
    struct eb_segment *segment = &b->segments[b->segment_count];
    *segment = (struct eb_segment){.header = {type, flags, 0, vaddr, vaddr, filesz, memsz,
                                              align == 0 ? BTL_PAGE_SIZE : align}};
    append(&segment->contents, bytes, filesz);
    return b->segment_count++;
}

uint32_t eb_segment_inside(struct elf_builder *b, uint32_t type, uint32_t segment, uint64_t offset,
                           uint64_t size)
{
    struct elf64_segment outer = b->segments[segment].header;
    uint32_t index = eb_segment(b, type, outer.flags, outer.vaddr + offset, NULL, 0, size, 8);
    b->segments[index].header.filesz = size;
    b->segments[index].inside = segment + 1;
    return index;
}

uint32_t eb_section_of_segment(struct elf_builder *b, const char *name, uint64_t flags,
                               uint32_t segment)
{
    uint32_t index = eb_section(b, name, ELF_SHT_PROGBITS, flags, 1, NULL, 0);
    b->sections[index].of_segment = segment + 1;
    b->sections[index].header.addr = b->segments[segment].header.vaddr;
    b->sections[index].header.size = b->segments[segment].header.filesz;
    return index;
}

// Contents of .strtab, .symtab and, where wanted, .symtab_shndx.
static void make_symbols(struct elf_builder *b)
{
    if (b->symbol_count == 0 && b->type != ELF_REL)
        return;
    if (b->symbol_count == 0)
        eb_symbol(b, "nothing", EB_LOCAL(ELF_STT_NOTYPE), ELF_SHN_ABS, 0, 0);
    struct eb_bytes strings = {0}, entries = {0}, indices = {0};
    uint32_t locals = 0;
    append(&strings, "", 1);
    for (uint32_t i = 0; i < b->symbol_count; i++) {
        struct eb_symbol *symbol = &b->symbols[i];
        bool real = symbol->section != ELF_SHN_ABS && symbol->section != ELF_SHN_COMMON;
        bool indirect = b->extended && i > 0 && real && symbol->section != 0;
        uint32_t index = indirect ? symbol->section : 0;
        symbol->entry.name = symbol->name[0] == '\0' ? 0 : (uint32_t)strings.size;
        symbol->entry.section = (uint16_t)(indirect ? ELF_SHN_XINDEX : symbol->section);
        if (symbol->name[0] != '\0')
            append(&strings, symbol->name, strlen(symbol->name) + 1);
        append(&entries, &symbol->entry, sizeof(symbol->entry));
        append(&indices, &index, sizeof(index));
        if (ELF64_SYMBOL_BIND(symbol->entry.info) == ELF_STB_LOCAL)
            locals = i + 1;
    }
    b->strtab = eb_section(b, ".strtab", ELF_SHT_STRTAB, 0, 1, strings.at, strings.size);
    b->symtab = eb_section(b, ".symtab", ELF_SHT_SYMTAB, 0, 8, entries.at, entries.size);
    b->sections[b->symtab].header.entsize = sizeof(struct elf64_symbol);
    b->sections[b->symtab].header.link = b->strtab;
    b->sections[b->symtab].header.info = locals;
    if (b->extended) {
        b->symtab_shndx =
            eb_section(b, ".symtab_shndx", ELF_SHT_SYMTAB_SHNDX, 0, 4, indices.at, indices.size);
        b->sections[b->symtab_shndx].header.entsize = sizeof(uint32_t);
        b->sections[b->symtab_shndx].header.link = b->symtab;
    }
    free(strings.at);
    free(entries.at);
    free(indices.at);
}

static void make_section_names(struct elf_builder *b)
{
    struct eb_bytes names = {0};
    b->shstrtab = eb_section(b, ".shstrtab", ELF_SHT_STRTAB, 0, 1, NULL, 0);
    append(&names, "", 1);
    for (uint32_t i = 1; i < b->section_count; i++) {
        b->sections[i].header.name = (uint32_t)names.size;
        append(&names, b->sections[i].name, strlen(b->sections[i].name) + 1);
    }
    b->sections[b->shstrtab].header.size = names.size;
    b->sections[b->shstrtab].contents = names;
}

static void finish_relas(struct elf_builder *b)
{
    for (uint32_t i = 0; i < b->section_count; i++) {
        uint32_t rela = b->sections[i].rela;
        if (rela == 0)
            continue;
        b->sections[rela].header.link = b->symtab;
        b->sections[rela].header.entsize = sizeof(struct elf64_rela);
    }
}

static uint64_t align_to(uint64_t offset, uint64_t align)
{
    uint64_t ret = offset;
    if (!btl_is_power_of_two(align) || align > BTL_PAGE_SIZE)
        align = BTL_PAGE_SIZE;
    if (!btl_round_up(offset, align, &ret))
        abort();
    return ret;
}

// Gives every piece of contents its offset; returns where the section table begins.
static uint64_t place_contents(struct elf_builder *b)
{
    uint64_t end = sizeof(struct elf64_header) + b->segment_count * sizeof(struct elf64_segment);
    for (uint32_t i = 0; i < b->segment_count; i++) {
        end = align_to(end, 16);
        struct eb_segment *segment = &b->segments[i];
        segment->header.offset = end;
        if (segment->inside != 0) {
            const struct elf64_segment *outer = &b->segments[segment->inside - 1].header;
            segment->header.offset = outer->offset + (segment->header.vaddr - outer->vaddr);
        }
        end += segment->contents.size;
    }
    for (uint32_t i = 1; i < b->section_count; i++) {
        struct eb_section *section = &b->sections[i];
        end = align_to(end, section->header.align);
        section->header.offset = end;
        if (section->of_segment != 0)
            section->header.offset = b->segments[section->of_segment - 1].header.offset;
        end += section->contents.size;
    }
    return align_to(end, 8);
}

static void write_header(struct elf_builder *b, uint64_t shoff)
{
    struct elf64_header header = {
        .ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
        .type = b->type,
        .machine = b->machine,
        .version = 1,
        .entry = b->entry,
        .phoff = b->segment_count > 0 ? sizeof(header) : 0,
        .shoff = b->section_count > 0 ? shoff : 0,
        .ehsize = sizeof(header),
        .phentsize = sizeof(struct elf64_segment),
        .phnum = (uint16_t)b->segment_count,
        .shentsize = sizeof(struct elf64_section),
        .shnum = (uint16_t)(b->extended ? 0 : b->section_count),
        .shstrndx = (uint16_t)(b->extended ? ELF_SHN_XINDEX : b->shstrtab),
    };
    if (!b->extended && b->section_count >= ELF_SHN_LORESERVE)
        abort();
    memcpy(b->file, &header, sizeof(header));
}

struct btl_bytes eb_finish(struct elf_builder *b)
{
    make_symbols(b);
    finish_relas(b);
    if (b->section_count > 0)
        make_section_names(b);
    if (b->extended) {
        b->sections[0].header.size = b->section_count;
        b->sections[0].header.link = b->shstrtab;
    }
    uint64_t shoff = place_contents(b);
    b->file_size = shoff + b->section_count * sizeof(struct elf64_section);
    b->file = need(calloc(1, b->file_size)); // aligned to 16, as malloc is
    write_header(b, shoff);
    for (uint32_t i = 0; i < b->segment_count; i++) {
        struct eb_segment *segment = &b->segments[i];
        *eb_segment_at(b, i) = segment->header;
        if (segment->contents.size > 0)
            memcpy(b->file + segment->header.offset, segment->contents.at, segment->contents.size);
    }
    for (uint32_t i = 0; i < b->section_count; i++) {
        struct eb_section *section = &b->sections[i];
        memcpy(b->file + shoff + i * sizeof(section->header), &section->header,
               sizeof(section->header));
        if (section->contents.size > 0)
            memcpy(b->file + section->header.offset, section->contents.at, section->contents.size);
    }
    return (struct btl_bytes){b->file, b->file_size};
}

struct elf64_header *eb_header(struct elf_builder *b)
{
    return (struct elf64_header *)(void *)b->file;
}

// Found through what was built, not through the file: that may be spoiled already.
struct elf64_section *eb_section_at(struct elf_builder *b, uint32_t section)
{
    if (section >= b->section_count)
        abort();
    uint64_t table = b->file_size - b->section_count * sizeof(struct elf64_section);
    return (struct elf64_section *)(void *)(b->file + table) + section;
}

struct elf64_segment *eb_segment_at(struct elf_builder *b, uint32_t segment)
{
    if (segment >= b->segment_count)
        abort();
    return (struct elf64_segment *)(void *)(b->file + sizeof(struct elf64_header)) + segment;
}

uint8_t *eb_bytes_at(struct elf_builder *b, uint32_t section)
{
    if (section >= b->section_count)
        abort();
    return b->file + b->sections[section].header.offset;
}

struct elf64_symbol *eb_symbol_at(struct elf_builder *b, uint32_t symbol)
{
    if (symbol >= b->symbol_count)
        abort();
    return (struct elf64_symbol *)(void *)eb_bytes_at(b, b->symtab) + symbol;
}

struct elf64_rela *eb_rela_at(struct elf_builder *b, uint32_t rela_section, uint32_t entry)
{
    return (struct elf64_rela *)(void *)eb_bytes_at(b, rela_section) + entry;
}

struct btl_bytes eb_truncate(struct elf_builder *b, size_t size)
{
    uint8_t *shorter = need(malloc(size > 0 ? size : 1));
    memcpy(shorter, b->file, size);
    free(b->file);
    b->file = shorter;
    b->file_size = size;
    return (struct btl_bytes){shorter, size};
}
