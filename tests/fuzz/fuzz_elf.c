// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a module and as a kernel. An accepted view is read completely, so that a broken
// guarantee is a read out of bounds.
#include <stdlib.h>
#include <string.h>

#include "btl_test.h"
#include <btl/elf.h>

static volatile uint64_t sink;

#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static void walk_bytes(struct btl_bytes bytes)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < bytes.size; i++)
        sum += bytes.at[i];
    sink = sum;
}

static void walk_name(struct btl_str name)
{
    NEED(name.len <= BTL_ELF_NAME_MAX);
    walk_bytes((struct btl_bytes){(const uint8_t *)name.at, name.len + 1});
    NEED(name.at[name.len] == '\0');
}

static void walk_rela(const struct btl_elf *elf, uint32_t section)
{
    const struct elf64_section *header = &elf->sections[section];
    struct btl_bytes bytes = btl_elf_section_bytes(elf, section);
    NEED(header->info > 0 && header->info < elf->section_count);
    NEED(bytes.size % sizeof(struct elf64_rela) == 0);
    const struct elf64_rela *rela = (const struct elf64_rela *)(const void *)bytes.at;
    uint64_t sum = 0;
    for (size_t i = 0; i < bytes.size / sizeof(*rela); i++)
        sum += rela[i].offset;
    sink = sum;
}

static void walk_sections(const struct btl_elf *elf)
{
    for (uint32_t i = 0; i < elf->section_count; i++) {
        const struct elf64_section *section = &elf->sections[i];
        walk_name(btl_elf_section_name(elf, i));
        struct btl_bytes bytes = btl_elf_section_bytes(elf, i);
        if (i < 64) // all of a hostile file's sections may be the same bytes
            walk_bytes(bytes);
        else if (bytes.size > 0)
            sink = bytes.at[0] + bytes.at[bytes.size - 1];
        if (section->type != ELF_SHT_NULL && section->align != 0)
            NEED(btl_is_power_of_two(section->align) && section->align <= BTL_ELF_ALIGN_MAX);
        if (elf->type == ELF_REL && section->type == ELF_SHT_RELA)
            walk_rela(elf, i);
    }
    btl_elf_find_section(elf, BTL_STR(".modinfo"));
}

static void walk_symbols(const struct btl_elf *elf)
{
    for (uint32_t i = 0; i < elf->symbol_count; i++) {
        uint16_t special;
        uint32_t section = btl_elf_symbol_section(elf, i, &special);
        walk_name(btl_elf_symbol_name(elf, i));
        NEED(special == 0 || special == ELF_SHN_ABS || special == ELF_SHN_COMMON);
        NEED(special == 0 ? section < elf->section_count : section == 0);
        if (elf->type == ELF_REL && special == 0 && section != ELF_SHN_UNDEF)
            NEED(elf->symbols[i].value <= elf->sections[section].size);
    }
}

static void walk_segments(const struct btl_elf *elf)
{
    uint64_t end = 0;
    for (uint32_t i = 0; i < elf->segment_count; i++) {
        const struct elf64_segment *segment = &elf->segments[i];
        if (segment->type != ELF_PT_LOAD || (segment->filesz == 0 && segment->memsz == 0))
            continue;
        NEED(segment->filesz <= segment->memsz && segment->vaddr >= end);
        NEED(btl_add(segment->vaddr, segment->memsz, &end));
        NEED(btl_in_range(segment->offset, segment->filesz, elf->file.size));
        if (segment->filesz > 0)
            sink = elf->file.at[segment->offset + segment->filesz - 1];
    }
}

static void try_kind(struct btl_bytes file, enum btl_elf_kind kind)
{
    struct test_memory memory;
    struct btl_elf elf;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    bool good = btl_elf_open(file, kind, 0, (struct btl_place){0}, &elf, &diags);
    NEED(good == (diags.errors == 0));
    if (good) {
        NEED(kind == BTL_ELF_KERNEL || elf.symbol_count > 0);
        NEED(kind == BTL_ELF_MODULE || elf.segment_count > 0);
        walk_sections(&elf);
        walk_symbols(&elf);
        walk_segments(&elf);
    }
    test_memory_end(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1); // aligned, and ASan detects overruns
    memcpy(copy, data, size);
    try_kind((struct btl_bytes){copy, size}, BTL_ELF_MODULE);
    try_kind((struct btl_bytes){copy, size}, BTL_ELF_KERNEL);
    free(copy);
    return 0;
}
