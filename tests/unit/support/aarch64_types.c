// SPDX-License-Identifier: BSD-2-Clause
#include "aarch64_types.h"

#include <stdlib.h>
#include <string.h>

#define IMM12 0x003ffc00u
#define IMM16 0x001fffe0u
#define IMM19 0x00ffffe0u
#define IMM21 0x60ffffe0u
#define IMM14 0x0007ffe0u
#define IMM26 0x03ffffffu
#define MOVZN 0x40000000u // movz or movn

const struct aa_kind aa_kinds[AA_KINDS] = {
    {A_NONE, 0, 0, 0},
    {A_NONE_OLD, 0, 0, 0},
    {A_ABS64, 0, 0, 8},
    {A_ABS32, 0, 0, 4},
    {A_ABS16, 0, 0, 2},
    {A_PREL64, 0, 0, 8},
    {A_PREL32, 0, 0, 4},
    {A_PREL16, 0, 0, 2},
    {A_UABS_G0, 0xd2800005, IMM16, 4},    // movz x5, #0
    {A_UABS_G0_NC, 0xf2800005, IMM16, 4}, // movk x5, #0
    {A_UABS_G1, 0xd2a00005, IMM16, 4},    // movz x5, #0, lsl #16
    {A_UABS_G1_NC, 0xf2a00005, IMM16, 4},
    {A_UABS_G2, 0xd2c00005, IMM16, 4},
    {A_UABS_G2_NC, 0xf2c00005, IMM16, 4},
    {A_UABS_G3, 0xd2e00005, IMM16, 4},
    {A_SABS_G0, 0xd2800005, IMM16 | MOVZN, 4},
    {A_SABS_G1, 0xd2a00005, IMM16 | MOVZN, 4},
    {A_SABS_G2, 0xd2c00005, IMM16 | MOVZN, 4},
    {A_LD_PREL_LO19, 0x58000005, IMM19, 4},        // ldr x5, .
    {A_ADR_PREL_LO21, 0x10000005, IMM21, 4},       // adr x5, .
    {A_ADR_PREL_PG_HI21, 0x90000005, IMM21, 4},    // adrp x5, .
    {A_ADR_PREL_PG_HI21_NC, 0x90000005, IMM21, 4}, //
    {A_ADD_ABS_LO12_NC, 0x910000c5, IMM12, 4},     // add x5, x6, #0
    {A_LDST8, 0x394000c5, IMM12, 4},               // ldrb w5, [x6]
    {A_TSTBR14, 0xb6f80005, IMM14, 4},             // tbz x5, #63, .
    {A_CONDBR19, 0x54000001, IMM19, 4},            // b.ne .
    {A_JUMP26, 0x14000000, IMM26, 4},              // b .
    {A_CALL26, 0x94000000, IMM26, 4},              // bl .
    {A_LDST16, 0x794000c5, IMM12, 4},              // ldrh w5, [x6]
    {A_LDST32, 0xb94000c5, IMM12, 4},              // ldr w5, [x6]
    {A_LDST64, 0xf90000c5, IMM12, 4},              // str x5, [x6]
    {A_PREL_G0, 0xd2800005, IMM16 | MOVZN, 4},
    {A_PREL_G0_NC, 0xf2800005, IMM16, 4},
    {A_PREL_G1, 0xd2a00005, IMM16 | MOVZN, 4},
    {A_PREL_G1_NC, 0xf2a00005, IMM16, 4},
    {A_PREL_G2, 0xd2c00005, IMM16 | MOVZN, 4},
    {A_PREL_G2_NC, 0xf2c00005, IMM16, 4},
    {A_PREL_G3, 0xd2e00005, IMM16 | MOVZN, 4},
    {A_LDST128, 0x3dc000c5, IMM12, 4}, // ldr q5, [x6]
    {A_GOT_LD_PREL19, 0x58000005, IMM19, 4},
    {A_ADR_GOT_PAGE, 0x90000005, IMM21, 4},
    {A_LD64_GOT_LO12_NC, 0xf94000c5, IMM12, 4}, // ldr x5, [x6]
    {A_LD64_GOTPAGE_LO15, 0xf94000c5, IMM12, 4},
};

const struct aa_kind *aa_kind_of(uint32_t type)
{
    for (size_t i = 0; i < BTL_COUNT(aa_kinds); i++)
        if (aa_kinds[i].type == type)
            return &aa_kinds[i];
    abort();
}

void aa_begin(struct link_fixture *f, size_t allocations)
{
    lf_begin(f, allocations);
    f->builder.machine = ELF_MACHINE_AARCH64;
}

uint32_t aa_add_text(struct link_fixture *f, const char *name, const uint32_t *types, size_t count)
{
    uint32_t code[2 * 64] = {0};
    if (count > 64)
        abort();
    for (size_t i = 0; i < count; i++)
        code[2 * i] = aa_kind_of(types[i])->instruction;
    return eb_section(&f->builder, name, ELF_SHT_PROGBITS, LF_CODE, 8, code, 8 * count);
}

bool aa_link_one(struct link_fixture *f, uint32_t type, uint64_t value, int64_t addend)
{
    const uint32_t types[] = {type, type, type, type};
    aa_begin(f, SIZE_MAX);
    uint32_t text = aa_add_text(f, ".text", types, BTL_COUNT(types));
    uint32_t symbol = eb_symbol(&f->builder, "there", EB_GLOBAL(0), ELF_SHN_ABS, value, 0);
    eb_rela(&f->builder, text, AA_PLACE, symbol, type, addend);
    return lf_link(f, AA_BASE);
}

uint64_t aa_load(const struct link_fixture *f, uint64_t offset, unsigned width)
{
    uint64_t value = 0;
    if (!btl_in_range(offset, width, f->image.size))
        abort();
    memcpy(&value, f->block + offset, width);
    return value;
}

uint64_t aa_branch_target(const struct link_fixture *f, uint64_t offset)
{
    uint64_t field = aa_load(f, offset, 4) & IMM26;
    return f->image.base + offset + (uint64_t)((int64_t)(field << 38) >> 36);
}

uint64_t aa_veneer_target(const struct link_fixture *f, uint64_t address)
{
    // movz x16; movk x16, lsl 16; lsl 32; lsl 48
    static const uint32_t moves[] = {0xd2800010, 0xf2a00010, 0xf2c00010, 0xf2e00010};
    uint64_t offset = address - f->image.base, target = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint64_t move = aa_load(f, offset + 4 * i, 4);
        if ((move & ~(uint64_t)IMM16) != moves[i])
            abort();
        target |= (move & IMM16) >> 5 << 16 * i;
    }
    if (aa_load(f, offset + 16, 4) != 0xd61f0200) // br x16
        abort();
    return target;
}
