// SPDX-License-Identifier: BSD-2-Clause
#include "elf_samples.h"

#include <stdlib.h>
#include <string.h>

void sample_module(struct elf_builder *b)
{
    static const uint8_t code[16] = {0xe8, 0, 0, 0, 0, 0x48, 0x8d, 0x05, 0, 0, 0, 0, 0xc3};
    eb_begin(b, ELF_REL, ELF_MACHINE_X86_64);
    eb_section(b, ".text", ELF_SHT_PROGBITS, ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, 16, code,
               sizeof(code));
    eb_section(b, ".data", ELF_SHT_PROGBITS, ELF_SHF_ALLOC | ELF_SHF_WRITE, 8, "dataDATA", 8);
    eb_section(b, ".bss", ELF_SHT_NOBITS, ELF_SHF_ALLOC | ELF_SHF_WRITE, 32, NULL, 32);
    eb_modinfo(b, "name=sample");
    eb_symbol(b, "", EB_LOCAL(ELF_STT_SECTION), SAMPLE_TEXT, 0, 0);
    eb_symbol(b, "sample_local", EB_LOCAL(ELF_STT_OBJECT), SAMPLE_DATA, 4, 4);
    eb_symbol(b, "sample_load", EB_GLOBAL(ELF_STT_FUNC), SAMPLE_TEXT, 0, 13);
    eb_symbol(b, "sample_count", EB_GLOBAL(ELF_STT_OBJECT), SAMPLE_BSS, 32, 0);
    eb_symbol(b, "kprintf", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
    eb_symbol(b, "sample_common", EB_GLOBAL(ELF_STT_OBJECT), ELF_SHN_COMMON, 8, 64);
    eb_symbol(b, "sample_answer", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_ABS, 42, 0);
    eb_rela(b, SAMPLE_TEXT, 1, SAMPLE_OUTSIDE, 4 /* R_X86_64_PLT32 */, -4);
    eb_rela(b, SAMPLE_TEXT, 8, SAMPLE_LOCAL, 2 /* R_X86_64_PC32 */, -4);
}

void sample_kernel(struct elf_builder *b)
{
    static const uint8_t code[32] = {0xf4, 0xeb, 0xfd};
    eb_begin(b, ELF_EXEC, ELF_MACHINE_X86_64);
    eb_segment(b, ELF_PT_LOAD, ELF_PF_R | ELF_PF_X, SAMPLE_BASE, code, sizeof(code), sizeof(code),
               0);
    eb_segment(b, ELF_PT_LOAD, ELF_PF_R, SAMPLE_BASE + 0x1000, "constant", 8, 8, 0);
    eb_segment(b, ELF_PT_LOAD, ELF_PF_R | ELF_PF_W, SAMPLE_BASE + 0x2000, "variable", 8, 0x800, 0);
    uint32_t text = eb_section_of_segment(b, ".text", ELF_SHF_ALLOC | ELF_SHF_EXECINSTR, 0);
    eb_symbol(b, "kmain", EB_GLOBAL(ELF_STT_FUNC), text, SAMPLE_BASE, 3);
    b->entry = SAMPLE_BASE;
}

const char *sample_open(struct test_memory *memory, enum btl_elf_kind kind,
                        const struct elf_defect *defect, bool *ret_good, const char **ret_text)
{
    struct elf_builder b;
    struct btl_diags diags = {.arena = &memory->arena};
    struct btl_elf elf, untouched;
    memset(&elf, 0x5a, sizeof(elf));
    memcpy(&untouched, &elf, sizeof(elf));
    if (kind == BTL_ELF_MODULE)
        sample_module(&b);
    else
        sample_kernel(&b);
    b.extended = defect->extended;
    eb_finish(&b);
    if (defect->spoil != NULL)
        defect->spoil(&b);
    struct btl_bytes file = {b.file, b.file_size};
    *ret_good = btl_elf_open(file, kind, ELF_MACHINE_X86_64, SAMPLE_PLACE, &elf, &diags);
    if (!*ret_good && memcmp(&elf, &untouched, sizeof(elf)) != 0)
        abort();
    *ret_text = test_diags_text(memory, &diags);
    const char *codes = test_codes(memory, &diags);
    eb_end(&b);
    return codes;
}
