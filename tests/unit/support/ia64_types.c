// SPDX-License-Identifier: BSD-2-Clause
#include "ia64_types.h"

#include <stdlib.h>
#include <string.h>

#include "link/ia64_bundle.h"

static const struct ia_piece imm14[] = {{-1, 13, 7, 0}, {-1, 27, 6, 7}, {-1, 36, 1, 13}, {0}};
static const struct ia_piece imm22[] = {
    {-1, 13, 7, 0}, {-1, 27, 9, 7}, {-1, 22, 5, 16}, {-1, 36, 1, 21}, {0}};
static const struct ia_piece imm64[] = {{2, 13, 7, 0},
                                        {2, 27, 9, 7},
                                        {2, 22, 5, 16},
                                        {2, 21, 1, 21},
                                        {1, 0, 41, 22},
                                        {2, 36, 1, 63},
                                        {0}};
static const struct ia_piece branch21[] = {{-1, 13, 20, 4}, {-1, 36, 1, 24}, {0}};
static const struct ia_piece check21[] = {{-1, 6, 7, 4}, {-1, 20, 13, 11}, {-1, 36, 1, 24}, {0}};
static const struct ia_piece fcheck21[] = {{-1, 6, 20, 4}, {-1, 36, 1, 24}, {0}};
static const struct ia_piece branch60[] = {{2, 13, 20, 4}, {1, 2, 39, 24}, {2, 36, 1, 63}, {0}};

const struct ia_kind ia_kinds[IA_KINDS] = {
    {R_NONE, MII, 0, NULL, 0},          {R_IMM14, MII, 1, imm14, 0},
    {R_IMM22, MII, 0, imm22, 0},        {R_IMM64, MLX, 1, imm64, 0},
    {R_DIR32LSB, MII, 0, NULL, 4},      {R_DIR64LSB, MII, 0, NULL, 8},
    {R_GPREL22, MII, 2, imm22, 0},      {R_GPREL64I, MLX, 1, imm64, 0},
    {R_LTOFF22, MII, 1, imm22, 0},      {R_LTOFF64I, MLX, 2, imm64, 0},
    {R_FPTR64I, MLX, 1, imm64, 0},      {R_FPTR64LSB, MII, 0, NULL, 8},
    {R_PCREL60B, MLX, 1, branch60, 0},  {R_PCREL21B, MIB, 2, branch21, 0},
    {R_PCREL21M, MII, 1, check21, 0},   {R_PCREL21F, MFI, 1, fcheck21, 0},
    {R_PCREL32LSB, MII, 0, NULL, 4},    {R_PCREL64LSB, MII, 0, NULL, 8},
    {R_LTOFF_FPTR22, MII, 0, imm22, 0}, {R_LTOFF_FPTR64I, MLX, 1, imm64, 0},
    {R_SEGREL64LSB, MII, 0, NULL, 8},   {R_SECREL32LSB, MII, 0, NULL, 4},
    {R_SECREL64LSB, MII, 0, NULL, 8},   {R_LTOFF22X, MII, 2, imm22, 0},
    {R_LDXMOV, MII, 0, NULL, 0},
};

static const struct ia_kind *kind_of(uint32_t type)
{
    for (size_t i = 0; i < BTL_COUNT(ia_kinds); i++)
        if (ia_kinds[i].type == type)
            return &ia_kinds[i];
    abort();
}

void ia_begin(struct link_fixture *f, size_t allocations)
{
    lf_begin(f, allocations);
    f->builder.machine = ELF_MACHINE_IA64;
}

uint32_t ia_relocate(struct link_fixture *f, uint32_t section, uint64_t offset, uint32_t type,
                     uint32_t symbol, int64_t addend)
{
    const struct ia_kind *kind = kind_of(type);
    return eb_rela(&f->builder, section, offset + (kind->pieces != NULL ? kind->slot : 0), symbol,
                   type, addend);
}

uint32_t ia_add_text(struct link_fixture *f, const char *name, const uint32_t *types, size_t count)
{
    uint8_t code[64 * IA64_BUNDLE_SIZE] = {0};
    if (count > 64)
        abort();
    for (size_t i = 0; i < count; i++)
        code[IA64_BUNDLE_SIZE * i] = (uint8_t)kind_of(types[i])->template;
    return eb_section(&f->builder, name, ELF_SHT_PROGBITS, LF_CODE, 16, code,
                      IA64_BUNDLE_SIZE * count);
}

static uint64_t load_bits(const uint8_t *bundle, unsigned at, unsigned bits)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bits; i++)
        value |= (uint64_t)(bundle[(at + i) / 8] >> (at + i) % 8 & 1) << i;
    return value;
}

uint64_t ia_field_at(const struct link_fixture *f, uint64_t image_offset, uint32_t type)
{
    const struct ia_kind *kind = kind_of(type);
    const uint8_t *at = f->block + image_offset;
    uint64_t value = 0;
    unsigned top = 0;
    if (kind->pieces == NULL) {
        memcpy(&value, at, kind->width);
        return value;
    }
    for (const struct ia_piece *p = kind->pieces; p->bits != 0; p++) {
        unsigned slot = p->slot < 0 ? kind->slot : (unsigned)p->slot;
        value |= load_bits(at, 5 + 41 * slot + p->at, p->bits) << p->to;
        top = p->to + p->bits > top ? p->to + p->bits : top;
    }
    return (uint64_t)((int64_t)(value << (64 - top)) >> (64 - top));
}

uint64_t ia_word_at(const struct link_fixture *f, uint64_t address)
{
    uint64_t word;
    if (!btl_in_range(address - f->image.base, sizeof(word), f->image.size))
        abort();
    memcpy(&word, f->block + (address - f->image.base), sizeof(word));
    return word;
}

uint64_t ia_gp_of(const struct link_fixture *f)
{
    return f->image.base + f->image.segment[BTL_SEG_DATA].offset;
}

bool ia_link_one(struct link_fixture *f, uint32_t type, uint64_t value, int64_t addend)
{
    const uint32_t types[] = {type, type, type, type};
    ia_begin(f, SIZE_MAX);
    uint32_t text = ia_add_text(f, ".text", types, BTL_COUNT(types));
    uint32_t symbol = eb_symbol(&f->builder, "there", EB_GLOBAL(0), ELF_SHN_ABS, value, 0);
    ia_relocate(f, text, IA_PLACE, type, symbol, addend);
    return lf_link(f, IA_BASE);
}

bool ia_is_descriptor(const struct link_fixture *f, uint64_t address, uint64_t entry)
{
    uint64_t start = f->image.base + f->image.opd_offset;
    return address % 16 == 0 && address >= start && address < start + f->image.opd_size &&
           ia_word_at(f, address) == entry && ia_word_at(f, address + 8) == ia_gp_of(f);
}
