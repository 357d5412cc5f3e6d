// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_samples.h"

#include <stdlib.h>

void kernel_sample(struct kernel_sample *s, void (*make)(struct elf_builder *b),
                   void (*spoil)(struct elf_builder *b))
{
    test_memory_begin(&s->memory);
    s->diags = (struct btl_diags){.arena = &s->memory.arena};
    make(&s->builder);
    struct btl_bytes file = eb_finish(&s->builder);
    if (spoil != NULL)
        spoil(&s->builder);
    if (!btl_elf_open(file, BTL_ELF_KERNEL, 0, SAMPLE_PLACE, &s->elf, &s->diags))
        abort();
    s->good = btl_kernel_open(&s->elf, &s->memory.arena, &s->kernel, &s->diags);
}

void kernel_sample_end(struct kernel_sample *s)
{
    eb_end(&s->builder);
    test_memory_end(&s->memory);
}

static void make_movable(struct elf_builder *b, uint16_t machine, uint32_t relative)
{
    static const uint8_t code[32] = {0xf4, 0xeb, 0xfd};
    const uint64_t data_at = MOVABLE_BASE + 0x2000;
    const struct elf64_rela relas[2] = {
        {data_at, relative, (int64_t)MOVABLE_BASE},
        {data_at + 8, relative, (int64_t)(MOVABLE_BASE + 0x1010)},
    };
    const struct movable_data data = {
        .pointer = {0, 0x5555},
        .dynamic =
            {
                [MOVABLE_NEEDED] = {0x6ffffef5 /* DT_GNU_HASH: ignored */, 0},
                [MOVABLE_RELA] = {ELF_DT_RELA, MOVABLE_BASE + 0x1000},
                [MOVABLE_RELASZ] = {ELF_DT_RELASZ, sizeof(relas)},
                [MOVABLE_RELAENT] = {ELF_DT_RELAENT, sizeof(relas[0])},
                [MOVABLE_NULL] = {ELF_DT_NULL, 0},
            },
        .end = 0x1234};
    eb_begin(b, ELF_DYN, machine);
    eb_segment(b, ELF_PT_LOAD, ELF_PF_R | ELF_PF_X, MOVABLE_BASE, code, sizeof(code), sizeof(code),
               0);
    eb_segment(b, ELF_PT_LOAD, ELF_PF_R, MOVABLE_BASE + 0x1000, relas, sizeof(relas), sizeof(relas),
               0);
    uint32_t loaded =
        eb_segment(b, ELF_PT_LOAD, ELF_PF_R | ELF_PF_W, data_at, &data, sizeof(data), 0x1000, 0);
    eb_segment_inside(b, ELF_PT_DYNAMIC, loaded, offsetof(struct movable_data, dynamic),
                      sizeof(data.dynamic));
    uint32_t text = eb_section_of_segment(b, ".text", ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, 0);
    eb_symbol(b, "kmain", EB_GLOBAL(ELF_STT_FUNC), text, MOVABLE_BASE + 1, 3);
    eb_symbol(b, "absolute", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_ABS, 42, 0);
    b->entry = MOVABLE_BASE;
}

void movable_kernel(struct elf_builder *b)
{
    make_movable(b, ELF_MACHINE_X86_64, 8);
}

void movable_kernel_ia64(struct elf_builder *b)
{
    make_movable(b, ELF_MACHINE_IA64, 0x6f);
}

static void *in_segment(struct elf_builder *b, uint32_t segment)
{
    return b->file + eb_segment_at(b, segment)->offset;
}

struct elf64_dynamic *movable_dynamic(struct elf_builder *b, uint32_t entry)
{
    return (struct elf64_dynamic *)in_segment(b, MOVABLE_DYNAMIC) + entry;
}

struct elf64_rela *movable_rela(struct elf_builder *b, uint32_t entry)
{
    return (struct elf64_rela *)in_segment(b, MOVABLE_RODATA) + entry;
}
