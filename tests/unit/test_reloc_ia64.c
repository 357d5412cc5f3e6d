// SPDX-License-Identifier: BSD-2-Clause
// Every relocation type of ia64: its value, its limits and one beyond, or its refusal; and what the
// linker makes for them: GOT, descriptors, stubs.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "ia64_bundle.h"
#include "ia64_made.h"
#include "link_fixture.h"
#include "reloc.h"

// Numbers of the psABI, written again here: a typing error in the table must not pass.
enum {
    R_NONE = 0x00,
    R_IMM14 = 0x21,
    R_IMM22 = 0x22,
    R_IMM64 = 0x23,
    R_DIR32LSB = 0x25,
    R_DIR64LSB = 0x27,
    R_GPREL22 = 0x2a,
    R_GPREL64I = 0x2b,
    R_LTOFF22 = 0x32,
    R_LTOFF64I = 0x33,
    R_FPTR64I = 0x43,
    R_FPTR64LSB = 0x47,
    R_PCREL60B = 0x48,
    R_PCREL21B = 0x49,
    R_PCREL21M = 0x4a,
    R_PCREL21F = 0x4b,
    R_PCREL32LSB = 0x4d,
    R_PCREL64LSB = 0x4f,
    R_LTOFF_FPTR22 = 0x52,
    R_LTOFF_FPTR64I = 0x53,
    R_SEGREL64LSB = 0x5f,
    R_SECREL32LSB = 0x65,
    R_SECREL64LSB = 0x67,
    R_LTOFF22X = 0x86,
    R_LDXMOV = 0x87,
};

// Templates, with a slot that takes the field.
enum { MII = 0x00, MLX = 0x04, MFI = 0x0c, MIB = 0x10, BBB = 0x16 };

#define BASE 0xa000000100000000ull
#define SLOT 15u

// Where a value stands in a slot, from the architecture manual: bit of the slot, bits, bit of the
// value; the slot of long instructions.
struct piece {
    int slot; // -1: the one that is named
    unsigned at, bits, to;
};
static const struct piece imm14[] = {{-1, 13, 7, 0}, {-1, 27, 6, 7}, {-1, 36, 1, 13}, {0}};
static const struct piece imm22[] = {
    {-1, 13, 7, 0}, {-1, 27, 9, 7}, {-1, 22, 5, 16}, {-1, 36, 1, 21}, {0}};
static const struct piece imm64[] = {{2, 13, 7, 0},
                                     {2, 27, 9, 7},
                                     {2, 22, 5, 16},
                                     {2, 21, 1, 21},
                                     {1, 0, 41, 22},
                                     {2, 36, 1, 63},
                                     {0}};
static const struct piece branch21[] = {{-1, 13, 20, 4}, {-1, 36, 1, 24}, {0}};
static const struct piece check21[] = {{-1, 6, 7, 4}, {-1, 20, 13, 11}, {-1, 36, 1, 24}, {0}};
static const struct piece fcheck21[] = {{-1, 6, 20, 4}, {-1, 36, 1, 24}, {0}};
static const struct piece branch60[] = {{2, 13, 20, 4}, {1, 2, 39, 24}, {2, 36, 1, 63}, {0}};

// What a type changes: an instruction, or so many bytes.
static const struct kind {
    uint32_t type;
    unsigned template, slot;
    const struct piece *pieces; // NULL: data
    unsigned width;
} kinds[] = {
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

static const struct kind *kind_of(uint32_t type)
{
    for (size_t i = 0; i < BTL_COUNT(kinds); i++)
        if (kinds[i].type == type)
            return &kinds[i];
    fail_msg("type %#x has no kind", type);
    return NULL;
}

static void begin(struct link_fixture *f, size_t allocations)
{
    lf_begin(f, allocations);
    f->builder.machine = ELF_MACHINE_IA64;
}

// Adds a relocation for the bundle (or the data) at `offset` of the section.
static uint32_t relocate(struct link_fixture *f, uint32_t section, uint64_t offset, uint32_t type,
                         uint32_t symbol, int64_t addend)
{
    const struct kind *kind = kind_of(type);
    return eb_rela(&f->builder, section, offset + (kind->pieces != NULL ? kind->slot : 0), symbol,
                   type, addend);
}

// Bundles with the templates that the types need, one after another.
static uint32_t add_text(struct link_fixture *f, const char *name, const uint32_t *types,
                         size_t count)
{
    uint8_t code[64 * IA64_BUNDLE_SIZE] = {0};
    assert_true(count <= 64);
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

// The value that stands in the field, sign-extended; data as it is.
static uint64_t field_at(const struct link_fixture *f, uint64_t image_offset, uint32_t type)
{
    const struct kind *kind = kind_of(type);
    const uint8_t *at = f->block + image_offset;
    uint64_t value = 0;
    unsigned top = 0;
    if (kind->pieces == NULL) {
        memcpy(&value, at, kind->width);
        return value;
    }
    for (const struct piece *p = kind->pieces; p->bits != 0; p++) {
        unsigned slot = p->slot < 0 ? kind->slot : (unsigned)p->slot;
        value |= load_bits(at, 5 + 41 * slot + p->at, p->bits) << p->to;
        top = p->to + p->bits > top ? p->to + p->bits : top;
    }
    return (uint64_t)((int64_t)(value << (64 - top)) >> (64 - top));
}

static uint64_t word_at(const struct link_fixture *f, uint64_t address)
{
    uint64_t word;
    assert_true(btl_in_range(address - f->image.base, sizeof(word), f->image.size));
    memcpy(&word, f->block + (address - f->image.base), sizeof(word));
    return word;
}

static uint64_t gp_of(const struct link_fixture *f)
{
    return f->image.base + f->image.segment[BTL_SEG_DATA].offset;
}

static void assert_descriptor(const struct link_fixture *f, uint64_t address, uint64_t entry)
{
    assert_true(address % 16 == 0);
    assert_true(address >= f->image.base + f->image.opd_offset &&
                address < f->image.base + f->image.opd_offset + f->image.opd_size);
    assert_true(word_at(f, address) == entry);
    assert_true(word_at(f, address + 8) == gp_of(f));
}

// ------------------------------------------------------------- values, limits, one beyond

#define PLACE 32u // offset of the bundle or field in .text, which lies at the base

// One relocation at PLACE against an absolute symbol.
static bool link_one(struct link_fixture *f, uint32_t type, uint64_t value, int64_t addend)
{
    const uint32_t types[] = {type, type, type, type};
    begin(f, SIZE_MAX);
    uint32_t text = add_text(f, ".text", types, BTL_COUNT(types));
    uint32_t symbol = eb_symbol(&f->builder, "there", EB_GLOBAL(0), ELF_SHN_ABS, value, 0);
    relocate(f, text, PLACE, type, symbol, addend);
    return lf_link(f, BASE);
}

// There is nothing but .text, so that the data segment, and gp, is one page further.
enum origin { ZERO, GP, HERE, IMAGE };
static const uint64_t origins[] = {
    [ZERO] = 0, [GP] = BASE + 0x1000, [HERE] = BASE + PLACE, [IMAGE] = BASE};

#define REFUSED true

static const struct vector {
    uint32_t type;
    enum origin origin; // of the symbol's value
    uint64_t value;     // of the symbol, from there
    int64_t addend;
    uint64_t field; // what must stand there; when refused, the value that the message names
    bool refused;
} vectors[] = {
    {R_IMM14, ZERO, 0x1fff, 0, 0x1fff, 0},
    {R_IMM14, ZERO, 0x1fff, 1, 0x2000, REFUSED},
    {R_IMM14, ZERO, 0, -0x2000, -0x2000ull, 0},
    {R_IMM14, ZERO, 0, -0x2001, -0x2001ull, REFUSED},

    {R_IMM22, ZERO, 0x1fffff, 0, 0x1fffff, 0},
    {R_IMM22, ZERO, 0x1fffff, 1, 0x200000, REFUSED},
    {R_IMM22, ZERO, 0, -0x200000, -0x200000ull, 0},
    {R_IMM22, ZERO, 0, -0x200001, -0x200001ull, REFUSED},

    {R_IMM64, ZERO, UINT64_MAX, 0, UINT64_MAX, 0},
    {R_IMM64, ZERO, UINT64_MAX, 2, 1, 0}, // modulo 2^64
    {R_IMM64, ZERO, 0x123456789abcdef0, 3, 0x123456789abcdef3, 0},

    {R_DIR32LSB, ZERO, 0xffffffff, 0, 0xffffffff, 0},
    {R_DIR32LSB, ZERO, 0xffffffff, 1, 0x100000000, REFUSED},
    {R_DIR32LSB, ZERO, 0, -1, UINT64_MAX, REFUSED},
    {R_DIR64LSB, ZERO, UINT64_MAX, 0, UINT64_MAX, 0},
    {R_DIR64LSB, ZERO, UINT64_MAX, 2, 1, 0},

    {R_GPREL22, GP, 0x1fffff, 0, 0x1fffff, 0},
    {R_GPREL22, GP, 0x1fffff, 1, 0x200000, REFUSED},
    {R_GPREL22, GP, -0x200000ull, 0, -0x200000ull, 0},
    {R_GPREL22, GP, -0x200000ull, -1, -0x200001ull, REFUSED},
    {R_GPREL64I, GP, 0x7fffffffffffffff, 0, 0x7fffffffffffffff, 0},
    {R_GPREL64I, GP, 0x7fffffffffffffff, 1, 1ull << 63, 0},

    {R_PCREL21B, HERE, 0xfffff0, 0, 0xfffff0, 0},
    {R_PCREL21B, HERE, 0, -0x1000000, -0x1000000ull, 0},
    {R_PCREL21B, HERE, 8, 0, 8, REFUSED}, // between two bundles
    {R_PCREL21M, HERE, 0xfffff0, 0, 0xfffff0, 0},
    {R_PCREL21M, HERE, 0, -0x1000000, -0x1000000ull, 0},
    {R_PCREL21M, HERE, 16, -1, 15, REFUSED},
    {R_PCREL21F, HERE, 0xfffff0, 0, 0xfffff0, 0},
    {R_PCREL21F, HERE, 0, -0x1000000, -0x1000000ull, 0},
    {R_PCREL21F, HERE, 0, -8, -8ull, REFUSED},
    {R_PCREL60B, HERE, 0x7ffffffffffffff0, 0, 0x7ffffffffffffff0, 0},
    {R_PCREL60B, HERE, 1ull << 63, 0, 1ull << 63, 0},
    {R_PCREL60B, HERE, 1ull << 62, 4, (1ull << 62) + 4, REFUSED},

    {R_PCREL32LSB, HERE, 0x7fffffff, 0, 0x7fffffff, 0},
    {R_PCREL32LSB, HERE, 0x7fffffff, 1, 0x80000000, REFUSED},
    {R_PCREL32LSB, HERE, 0, -0x80000000ll, 0x80000000, 0},
    {R_PCREL32LSB, HERE, 0, -0x80000001ll, -0x80000001ull, REFUSED},
    {R_PCREL64LSB, HERE, 1ull << 63, 0, 1ull << 63, 0},
    {R_PCREL64LSB, HERE, 0, -1, UINT64_MAX, 0},

    {R_SEGREL64LSB, IMAGE, 0x12340, 5, 0x12345, 0},
    {R_SEGREL64LSB, IMAGE, 0, -1, UINT64_MAX, 0},
};

static void check_overflow(struct link_fixture *f, const struct vector *v)
{
    assert_codes(&f->memory, &f->diags, "link-reloc-overflow");
    const struct btl_diag *diag = f->diags.first;
    assert_str(&f->memory, diag->arg[1].str, ".text");
    assert_str(&f->memory, diag->arg[3].str, "there");
    assert_true(diag->arg[4].number == v->field);
}

static void values_are_right_up_to_the_limits_and_refused_beyond(void **state)
{
    for (size_t i = 0; i < BTL_COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct link_fixture f;
        bool good = link_one(&f, v->type, origins[v->origin] + v->value, v->addend);
        if (good == v->refused)
            print_message("vector %zu, type %#x\n", i, v->type);
        assert_true(good != v->refused);
        if (good && field_at(&f, PLACE, v->type) != v->field)
            print_message("vector %zu, type %#x\n", i, v->type);
        if (good)
            assert_true(field_at(&f, PLACE, v->type) == v->field);
        else
            check_overflow(&f, v);
        lf_end(&f);
    }
}

// A value that every type can take.
static uint64_t harmless(uint32_t type)
{
    switch (type) {
    case R_GPREL22:
    case R_GPREL64I:
        return origins[GP] + 0x1550;
    case R_PCREL21B:
    case R_PCREL21M:
    case R_PCREL21F:
    case R_PCREL60B:
    case R_PCREL32LSB:
    case R_PCREL64LSB:
        return origins[HERE] + 0x1550;
    default:
        return 0x1550;
    }
}

// What surrounds the field is as it was: the bundles before and behind, the rest of its own.
static void nothing_but_the_field_changes(void **state)
{
    for (size_t i = 0; i < BTL_COUNT(kinds); i++) {
        const struct kind *kind = &kinds[i];
        uint8_t wanted[4 * IA64_BUNDLE_SIZE] = {0};
        struct link_fixture f;
        if (kind->type == R_SECREL32LSB || kind->type == R_SECREL64LSB)
            continue; // an absolute symbol has no section
        assert_true(link_one(&f, kind->type, harmless(kind->type), 0));
        for (unsigned bundle = 0; bundle < 4; bundle++)
            wanted[IA64_BUNDLE_SIZE * bundle] = (uint8_t)kind->template;
        if (kind->pieces == NULL)
            memcpy(wanted + PLACE, f.block + PLACE, kind->width);
        for (const struct piece *p = kind->pieces; p != NULL && p->bits != 0; p++)
            for (unsigned bit = 0; bit < p->bits; bit++) {
                unsigned slot = p->slot < 0 ? kind->slot : (unsigned)p->slot;
                unsigned at = 8 * PLACE + 5 + 41 * slot + p->at + bit;
                wanted[at / 8] |= (uint8_t)(f.block[at / 8] & (1u << at % 8));
            }
        assert_memory_equal(f.block, wanted, sizeof(wanted));
        lf_end(&f);
    }
}

// ------------------------------------------------------------------------ entries that are wrong

static void what_leaves_its_section_is_refused(void **state)
{
    for (size_t i = 0; i < BTL_COUNT(kinds); i++) {
        for (unsigned beyond = 0; beyond <= 1; beyond++) {
            const uint32_t types[] = {kinds[i].type, kinds[i].type};
            struct link_fixture f;
            unsigned width = kinds[i].pieces != NULL ? IA64_BUNDLE_SIZE : kinds[i].width;
            begin(&f, SIZE_MAX);
            // The last bundle lacks its last byte when it is to lie outside.
            uint32_t text = add_text(&f, ".text", types, 2);
            uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
            relocate(&f, text, 2 * IA64_BUNDLE_SIZE - width, kinds[i].type, symbol, 0);
            lf_finish(&f);
            eb_section_at(&f.builder, text)->size -= beyond;
            if (width == 0 && beyond)
                eb_section_at(&f.builder, text)->size += beyond;
            assert_int_equal(lf_layout(&f), !beyond || width == 0);
            assert_codes(&f.memory, &f.diags, beyond && width != 0 ? "link-reloc-outside" : "");
            lf_end(&f);
        }
    }
}

static void offsets_near_2_to_the_64_are_outside(void **state)
{
    static const uint32_t types[] = {R_IMM22, R_IMM64, R_DIR64LSB, R_PCREL21B};
    for (size_t i = 0; i < BTL_COUNT(types); i++)
        for (uint64_t offset = UINT64_MAX - 16; offset != 0; offset++) {
            struct link_fixture f;
            begin(&f, SIZE_MAX);
            uint32_t text = add_text(&f, ".text", types, BTL_COUNT(types));
            uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
            eb_rela(&f.builder, text, offset, symbol, types[i], 0);
            assert_false(lf_layout(&f));
            assert_codes(&f.memory, &f.diags, "link-reloc-outside");
            lf_end(&f);
        }
}

// One relocation at slot `slot` of a bundle with that template.
static bool layout_slot(struct link_fixture *f, uint32_t type, unsigned template, unsigned slot,
                        uint64_t align)
{
    uint8_t code[2 * IA64_BUNDLE_SIZE] = {0};
    code[IA64_BUNDLE_SIZE] = (uint8_t) template;
    begin(f, SIZE_MAX);
    uint32_t text =
        eb_section(&f->builder, ".text", ELF_SHT_PROGBITS, LF_CODE, align, code, sizeof(code));
    uint32_t symbol = eb_symbol(&f->builder, "x", EB_LOCAL(0), text, 0, 0);
    eb_rela(&f->builder, text, IA64_BUNDLE_SIZE + slot, symbol, type, 0);
    return lf_layout(f);
}

static void an_instruction_must_be_of_the_kind_that_has_the_field(void **state)
{
    static const struct {
        uint32_t type;
        unsigned template, slot;
    } wrong[] = {
        {R_IMM14, MIB, 2},         {R_IMM22, MLX, 1},     {R_GPREL22, BBB, 0},
        {R_LTOFF22, MFI, 1},       {R_LTOFF22X, MLX, 2},  {R_LTOFF_FPTR22, MIB, 2},
        {R_IMM64, MII, 1},         {R_GPREL64I, MLX, 0},  {R_LTOFF64I, MIB, 2},
        {R_LTOFF_FPTR64I, MII, 2}, {R_FPTR64I, BBB, 1},   {R_PCREL21B, MII, 1},
        {R_PCREL21B, MLX, 2},      {R_PCREL21M, MIB, 2},  {R_PCREL21F, MII, 1},
        {R_PCREL60B, MIB, 2},      {R_PCREL60B, MLX, 0},  {R_IMM22, 0x06, 0}, // reserved
        {R_PCREL21B, 0x1e, 2},     {R_IMM22, MII, 3},     {R_IMM64, MLX, 3},
        {R_IMM22, MII, 4},         {R_PCREL21B, MIB, 15},
    };
    for (size_t i = 0; i < BTL_COUNT(wrong); i++) {
        struct link_fixture f;
        assert_false(layout_slot(&f, wrong[i].type, wrong[i].template, wrong[i].slot, 16));
        assert_codes(&f.memory, &f.diags, "link-reloc-slot");
        lf_end(&f);
    }
}

// Where a section may begin at 8, its bundles are no bundles.
static void code_must_be_aligned_to_bundles(void **state)
{
    struct link_fixture f;
    assert_false(layout_slot(&f, R_IMM22, MII, 0, 8));
    assert_codes(&f.memory, &f.diags, "link-reloc-slot");
    lf_end(&f);
    assert_true(layout_slot(&f, R_IMM22, MII, 0, 32));
    lf_end(&f);
}

// Layout has checked the entries; the store does not rely on it.
static void an_entry_that_changes_after_layout_is_stopped_at_the_store(void **state)
{
    static const uint32_t types[] = {R_IMM22};
    for (unsigned offset = 3; offset <= 16; offset += 13) {
        struct link_fixture f;
        begin(&f, SIZE_MAX);
        uint32_t text = add_text(&f, ".text", types, 1);
        uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), ELF_SHN_ABS, 0, 0);
        uint32_t rela = relocate(&f, text, 0, R_IMM22, symbol, 0);
        assert_true(lf_resolve(&f, BASE));
        eb_rela_at(&f.builder, rela, 0)->offset = offset; // no such slot; no such bundle
        assert_false(btl_image_relocate(&f.image, &f.diags));
        assert_codes(&f.memory, &f.diags, "link-reloc-outside");
        lf_end(&f);
    }
}

static void a_symbol_number_that_the_file_does_not_have_is_refused(void **state)
{
    struct link_fixture f;
    static const uint32_t types[] = {R_IMM22};
    begin(&f, SIZE_MAX);
    uint32_t text = add_text(&f, ".text", types, 1);
    uint32_t last = eb_symbol(&f.builder, "x", EB_LOCAL(0), ELF_SHN_ABS, 0, 0);
    eb_rela(&f.builder, text, 0, last, R_IMM22, 0);
    eb_rela(&f.builder, text, 0, last + 1, R_IMM22, 0);
    eb_rela(&f.builder, text, 0, UINT32_MAX, R_NONE, 0);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags, "link-reloc-symbol link-reloc-symbol");
    lf_end(&f);
}

static bool layout_type(struct link_fixture *f, uint32_t type)
{
    static const uint32_t types[] = {R_IMM22};
    begin(f, SIZE_MAX);
    uint32_t text = add_text(f, ".text", types, 1);
    uint32_t symbol = eb_symbol(&f->builder, "x", EB_LOCAL(0), ELF_SHN_ABS, 0, 0);
    eb_rela(&f->builder, text, 0, symbol, type, 0);
    return lf_layout(f);
}

static void types_without_meaning_in_a_module_are_refused_by_name(void **state)
{
    static const struct {
        uint32_t type;
        const char *name;
    } refused[] = {
        {0x24, "DIR32MSB"},
        {0x26, "DIR64MSB"},
        {0x2c, "GPREL32MSB"},
        {0x2d, "GPREL32LSB"},
        {0x2e, "GPREL64MSB"},
        {0x2f, "GPREL64LSB"},
        {0x3a, "PLTOFF22"},
        {0x3b, "PLTOFF64I"},
        {0x3e, "PLTOFF64MSB"},
        {0x3f, "PLTOFF64LSB"},
        {0x44, "FPTR32MSB"},
        {0x45, "FPTR32LSB"},
        {0x46, "FPTR64MSB"},
        {0x4c, "PCREL32MSB"},
        {0x4e, "PCREL64MSB"},
        {0x54, "LTOFF_FPTR32MSB"},
        {0x55, "LTOFF_FPTR32LSB"},
        {0x56, "LTOFF_FPTR64MSB"},
        {0x57, "LTOFF_FPTR64LSB"},
        {0x5c, "SEGREL32MSB"},
        {0x5d, "SEGREL32LSB"},
        {0x5e, "SEGREL64MSB"},
        {0x64, "SECREL32MSB"},
        {0x66, "SECREL64MSB"},
        {0x6c, "REL32MSB"},
        {0x6d, "REL32LSB"},
        {0x6e, "REL64MSB"},
        {0x6f, "REL64LSB"},
        {0x74, "LTV32MSB"},
        {0x75, "LTV32LSB"},
        {0x76, "LTV64MSB"},
        {0x77, "LTV64LSB"},
        {0x79, "PCREL21BI"},
        {0x7a, "PCREL22"},
        {0x7b, "PCREL64I"},
        {0x80, "IPLTMSB"},
        {0x81, "IPLTLSB"},
        {0x84, "COPY"},
        {0x85, "SUB"},
        {0x91, "TPREL14"},
        {0x92, "TPREL22"},
        {0x93, "TPREL64I"},
        {0x96, "TPREL64MSB"},
        {0x97, "TPREL64LSB"},
        {0x9a, "LTOFF_TPREL22"},
        {0xa6, "DTPMOD64MSB"},
        {0xa7, "DTPMOD64LSB"},
        {0xaa, "LTOFF_DTPMOD22"},
        {0xb1, "DTPREL14"},
        {0xb2, "DTPREL22"},
        {0xb3, "DTPREL64I"},
        {0xb4, "DTPREL32MSB"},
        {0xb5, "DTPREL32LSB"},
        {0xb6, "DTPREL64MSB"},
        {0xb7, "DTPREL64LSB"},
        {0xba, "LTOFF_DTPREL22"},
    };
    for (size_t i = 0; i < BTL_COUNT(refused); i++) {
        struct link_fixture f;
        assert_false(layout_type(&f, refused[i].type));
        assert_codes(&f.memory, &f.diags, "link-reloc-unsupported");
        const char *name = test_text(&f.memory, f.diags.first->arg[0].str);
        assert_memory_equal(name, "R_IA64_", 7);
        assert_string_equal(name + 7, refused[i].name);
        assert_string_equal(btl_reloc_name(ELF_MACHINE_IA64, refused[i].type), name);
        lf_end(&f);
    }
}

static void unknown_types_are_refused_by_number(void **state)
{
    static const uint32_t unknown[] = {0x01, 0x20, 0x28, 0x42, 0x78, 0x88, 0xbb, 0xff, UINT32_MAX};
    for (size_t i = 0; i < BTL_COUNT(unknown); i++) {
        struct link_fixture f;
        assert_false(layout_type(&f, unknown[i]));
        assert_codes(&f.memory, &f.diags, "link-reloc-unknown");
        assert_int_equal(f.diags.first->arg[0].number, unknown[i]);
        assert_null(btl_reloc_name(ELF_MACHINE_IA64, unknown[i]));
        lf_end(&f);
    }
}

static void every_bad_relocation_is_reported(void **state)
{
    static const uint32_t types[] = {R_IMM14, R_IMM22};
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    uint32_t text = add_text(&f, ".text", types, 2);
    uint32_t far = eb_symbol(&f.builder, "far", EB_GLOBAL(0), ELF_SHN_ABS, 1ull << 40, 0);
    relocate(&f, text, 0, R_IMM14, far, 0);
    relocate(&f, text, 16, R_IMM22, far, 0);
    relocate(&f, text, 0, R_DIR64LSB, far, 0);
    assert_false(lf_link(&f, BASE));
    assert_codes(&f.memory, &f.diags, "link-reloc-overflow link-reloc-overflow");
    assert_true(lf_load64(&f, text, 0) == 1ull << 40); // what is right is applied all the same
    lf_end(&f);
}

static void a_symbol_in_a_section_that_is_not_loaded_has_no_address(void **state)
{
    static const uint32_t types[] = {R_LTOFF22, R_PCREL21B, R_LTOFF_FPTR22, R_FPTR64LSB};
    for (size_t i = 0; i < BTL_COUNT(types); i++) {
        struct link_fixture f;
        begin(&f, SIZE_MAX);
        uint32_t text = add_text(&f, ".text", types, BTL_COUNT(types));
        uint32_t debug = eb_section(&f.builder, ".debug_str", ELF_SHT_PROGBITS, 0, 1, NULL, 32);
        uint32_t symbol = eb_symbol(&f.builder, "", EB_LOCAL(ELF_STT_SECTION), debug, 0, 0);
        relocate(&f, text, 16 * i, types[i], symbol, 0);
        assert_false(lf_link(&f, BASE));
        assert_codes(&f.memory, &f.diags, "link-reloc-unloaded");
        lf_end(&f);
    }
}

// ------------------------------------------------------------------------------------- sections

static void secrel_counts_from_the_section_of_the_symbol(void **state)
{
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    eb_section(b, ".rodata", ELF_SHT_PROGBITS, LF_CONST, 16, NULL, 0x234);
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 16, NULL, 64);
    uint32_t debug = eb_section(b, ".debug_str", ELF_SHT_PROGBITS, 0, 1, NULL, 32);
    uint32_t inside = eb_symbol(b, "inside", EB_GLOBAL(0), data, 40, 0);
    uint32_t text = eb_symbol(b, "text", EB_LOCAL(0), debug, 7, 0); // is not loaded: no matter
    relocate(&f, data, 0, R_SECREL32LSB, inside, 3);
    relocate(&f, data, 8, R_SECREL64LSB, inside, -41);
    relocate(&f, data, 16, R_SECREL32LSB, text, 0);
    relocate(&f, data, 24, R_SECREL32LSB, inside, 0xffffffff - 40);
    assert_true(lf_link(&f, BASE));
    assert_int_equal(lf_load32(&f, data, 0), 43);
    assert_true(lf_load64(&f, data, 8) == UINT64_MAX);
    assert_int_equal(lf_load32(&f, data, 16), 7);
    assert_true(lf_load32(&f, data, 24) == 0xffffffff);
    lf_end(&f);
}

static void secrel_beyond_32_bits_is_refused(void **state)
{
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    uint32_t data = eb_section(&f.builder, ".data", ELF_SHT_PROGBITS, LF_DATA, 16, NULL, 64);
    uint32_t inside = eb_symbol(&f.builder, "inside", EB_GLOBAL(0), data, 40, 0);
    relocate(&f, data, 0, R_SECREL32LSB, inside, 0x100000000 - 40);
    relocate(&f, data, 0, R_SECREL32LSB, inside, -41);
    assert_false(lf_link(&f, BASE));
    assert_codes(&f.memory, &f.diags, "link-reloc-overflow link-reloc-overflow");
    lf_end(&f);
}

static void secrel_of_what_has_no_section_is_refused(void **state)
{
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 16, NULL, 64);
    relocate(&f, data, 0, R_SECREL64LSB, eb_symbol(b, "a", EB_GLOBAL(0), ELF_SHN_ABS, 1, 0), 0);
    relocate(&f, data, 0, R_SECREL32LSB, eb_symbol(b, "u", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0), 0);
    relocate(&f, data, 0, R_SECREL32LSB, eb_symbol(b, "c", EB_GLOBAL(0), ELF_SHN_COMMON, 8, 8), 0);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags,
                 "link-reloc-no-section link-reloc-no-section link-reloc-no-section");
    lf_end(&f);
}

// Short sections lie around gp, however large what is not short is.
static void short_data_and_the_got_are_in_reach_of_gp(void **state)
{
    enum { LARGE = 3 << 20 };
    static const uint32_t types[] = {R_GPREL22, R_GPREL22, R_GPREL22, R_LTOFF22};
    static const char *const names[] = {".srodata", ".sdata", ".sbss"};
    static const uint64_t flags[] = {LF_CONST, LF_DATA, LF_DATA};
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t large = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 16, NULL, LARGE);
    eb_section(b, ".rodata", ELF_SHT_PROGBITS, LF_CONST, 16, NULL, LARGE);
    eb_section(b, ".bss", ELF_SHT_NOBITS, LF_DATA, 16, NULL, LARGE);
    uint32_t section[3];
    for (unsigned i = 0; i < 3; i++) {
        section[i] = eb_section(b, names[i], i == 2 ? ELF_SHT_NOBITS : ELF_SHT_PROGBITS,
                                flags[i] | ELF_SHF_IA64_SHORT, 8, NULL, 64);
        relocate(&f, text, 16 * i, R_GPREL22, eb_symbol(b, names[i], EB_LOCAL(0), section[i], 8, 0),
                 0);
    }
    uint32_t far = eb_symbol(b, "far", EB_LOCAL(0), large, LARGE - 8, 0);
    relocate(&f, text, 48, R_LTOFF22, far, 0);
    assert_true(lf_link(&f, BASE));
    for (unsigned i = 0; i < 3; i++)
        assert_true(gp_of(&f) + field_at(&f, 16 * i, R_GPREL22) == lf_address(&f, section[i]) + 8);
    assert_true(word_at(&f, gp_of(&f) + field_at(&f, 48, R_LTOFF22)) ==
                lf_address(&f, large) + LARGE - 8);
    lf_end(&f);
}

// ------------------------------------------------------------------------------------------ GOT

static void uses_of_one_address_share_its_got_entry(void **state)
{
    static const uint32_t types[] = {R_LTOFF22,  R_LTOFF22X, R_LTOFF64I,
                                     R_LTOFF22X, R_LTOFF22,  R_LDXMOV};
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    uint32_t text = add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t local = eb_symbol(&f.builder, "local", EB_LOCAL(0), text, 8, 0);
    uint32_t absent = eb_symbol(&f.builder, "absent", EB_WEAK(0), ELF_SHN_UNDEF, 0, 0);
    const struct {
        uint32_t symbol;
        int64_t addend;
        uint64_t value;
    } uses[] = {
        {local, 0, BASE + 8},   {local, 0, BASE + 8}, {local, 0, BASE + 8},
        {local, 16, BASE + 24}, {absent, 0, 0},       {local, 0, 0},
    };
    for (unsigned i = 0; i < BTL_COUNT(uses); i++)
        relocate(&f, text, 16 * i, types[i], uses[i].symbol, uses[i].addend);
    assert_true(lf_link(&f, BASE));
    assert_int_equal(f.image.got_count, 3);
    uint64_t entry[5];
    for (unsigned i = 0; i < 5; i++) {
        entry[i] = gp_of(&f) + field_at(&f, 16 * i, types[i]);
        assert_true(btl_in_range(entry[i] - BASE - f.image.got_offset, 8, 8 * 3));
        assert_true(word_at(&f, entry[i]) == uses[i].value);
    }
    assert_true(entry[0] == entry[1] && entry[1] == entry[2] && entry[2] != entry[3]);
    lf_end(&f);
}

static void make_full_got(struct link_fixture *f, uint32_t entries)
{
    static const uint32_t types[] = {R_LTOFF22};
    begin(f, SIZE_MAX);
    uint32_t text = add_text(f, ".text", types, 1);
    uint32_t symbol = eb_symbol(&f->builder, "x", EB_LOCAL(0), ELF_SHN_ABS, 0, 0);
    for (uint32_t i = 0; i < entries; i++)
        relocate(f, text, 0, R_LTOFF22, symbol, i);
}

static void a_full_got_is_in_reach_to_its_first_entry(void **state)
{
    struct link_fixture f;
    make_full_got(&f, BTL_IA64_GOT_MAX);
    // The one whose value stays in the field comes last: let it be the first entry.
    assert_true(lf_link(&f, BASE));
    assert_int_equal(f.image.got_count, BTL_IA64_GOT_MAX);
    assert_true(gp_of(&f) - (BASE + f.image.got_offset) <= 2u << 20);
    assert_true(word_at(&f, gp_of(&f) + field_at(&f, 0, R_LTOFF22)) == BTL_IA64_GOT_MAX - 1);
    lf_end(&f);
}

static void one_got_entry_more_is_refused_before_memory_is_asked_for(void **state)
{
    struct link_fixture f;
    make_full_got(&f, BTL_IA64_GOT_MAX + 1);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags, "link-got-full");
    assert_int_equal(f.diags.first->arg[0].number, BTL_IA64_GOT_MAX + 1);
    lf_end(&f);
}

// ---------------------------------------------------------------------------------- descriptors

static void a_function_has_one_descriptor_by_whatever_name(void **state)
{
    static const uint32_t types[] = {R_LTOFF_FPTR22, R_LTOFF_FPTR64I, R_FPTR64I, R_LTOFF_FPTR22};
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 8, NULL, 24);
    uint32_t function = eb_symbol(b, "f", EB_GLOBAL(ELF_STT_FUNC), text, 16, 16);
    uint32_t alias = eb_symbol(b, "g", EB_WEAK(ELF_STT_FUNC), text, 16, 16);
    uint32_t section = eb_symbol(b, "", EB_LOCAL(ELF_STT_SECTION), text, 0, 0);
    uint32_t other = eb_symbol(b, "h", EB_LOCAL(ELF_STT_FUNC), text, 32, 16);
    relocate(&f, text, 0, R_LTOFF_FPTR22, function, 0);
    relocate(&f, text, 16, R_LTOFF_FPTR64I, alias, 0);
    relocate(&f, text, 32, R_FPTR64I, section, 16);
    relocate(&f, text, 48, R_LTOFF_FPTR22, other, 0);
    relocate(&f, data, 1, R_FPTR64LSB, alias, 0);
    relocate(&f, data, 16, R_FPTR64LSB, other, 0);
    assert_true(lf_link(&f, BASE));
    assert_int_equal(f.image.opd_size, 2 * 16);
    uint64_t descriptor = lf_load64(&f, data, 1);
    assert_descriptor(&f, descriptor, BASE + 16);
    assert_true(word_at(&f, gp_of(&f) + field_at(&f, 0, R_LTOFF_FPTR22)) == descriptor);
    assert_true(word_at(&f, gp_of(&f) + field_at(&f, 16, R_LTOFF_FPTR64I)) == descriptor);
    assert_true(field_at(&f, 32, R_FPTR64I) == descriptor);
    assert_true(btl_image_export_value(&f.image, function) == descriptor);
    assert_true(btl_image_export_value(&f.image, alias) == descriptor);
    assert_descriptor(&f, lf_load64(&f, data, 16), BASE + 32);
    lf_end(&f);
}

static void exports_of_functions_are_descriptors_and_of_data_addresses(void **state)
{
    static const uint32_t types[] = {R_NONE, R_NONE};
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 8, NULL, 24);
    uint32_t function = eb_symbol(b, "f", EB_GLOBAL(ELF_STT_FUNC), text, 16, 16);
    uint32_t variable = eb_symbol(b, "v", EB_GLOBAL(ELF_STT_OBJECT), data, 8, 8);
    uint32_t label = eb_symbol(b, "l", EB_GLOBAL(ELF_STT_NOTYPE), text, 0, 0);
    uint32_t common = eb_symbol(b, "c", EB_GLOBAL(ELF_STT_FUNC), ELF_SHN_COMMON, 8, 8);
    eb_symbol(b, "private", EB_LOCAL(ELF_STT_FUNC), text, 0, 16);
    assert_true(lf_link(&f, BASE));
    assert_int_equal(f.image.opd_size, 16); // of f: nobody asks for the local function's
    assert_descriptor(&f, btl_image_export_value(&f.image, function), BASE + 16);
    assert_true(btl_image_export_value(&f.image, variable) == lf_address(&f, data) + 8);
    assert_true(btl_image_export_value(&f.image, label) == BASE);
    assert_true(btl_image_export_value(&f.image, common) == f.image.value[common]);
    lf_end(&f);
}

// The null symbol is the address 0: what is said of it is said of absolute addresses.
static void the_null_symbol_is_an_absolute_address(void **state)
{
    static const uint32_t types[] = {R_PCREL21B, R_LTOFF_FPTR22, R_LTOFF22};
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    uint32_t text = add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t data = eb_section(&f.builder, ".data", ELF_SHT_PROGBITS, LF_DATA, 8, NULL, 16);
    relocate(&f, text, 0, R_PCREL21B, 0, (int64_t)(BASE + 0x40));
    relocate(&f, text, 16, R_LTOFF_FPTR22, 0, 0x5550);
    relocate(&f, text, 32, R_LTOFF22, 0, 0x5550);
    relocate(&f, data, 0, R_FPTR64LSB, 0, 0x5550);
    relocate(&f, data, 8, R_DIR64LSB, 0, 0x5550);
    assert_true(lf_link(&f, BASE));
    assert_int_equal(field_at(&f, 0, R_PCREL21B), 0x40);
    assert_descriptor(&f, lf_load64(&f, data, 0), 0x5550);
    assert_true(word_at(&f, gp_of(&f) + field_at(&f, 16, R_LTOFF_FPTR22)) ==
                lf_load64(&f, data, 0));
    assert_true(word_at(&f, gp_of(&f) + field_at(&f, 32, R_LTOFF22)) == 0x5550);
    assert_int_equal(lf_load64(&f, data, 8), 0x5550);
    lf_end(&f);
}

// More than 2 MiB of them: they must not lie between gp and what gp has to reach.
static void descriptors_are_in_nobodys_way(void **state)
{
    enum { FUNCTIONS = (2 << 20) / 16 + 1 };
    static const uint32_t types[] = {R_GPREL22, R_LTOFF22};
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t more =
        eb_section(b, ".text.more", ELF_SHT_PROGBITS, LF_CODE, 16, NULL, 16 * FUNCTIONS);
    uint32_t constant =
        eb_section(b, ".srodata", ELF_SHT_PROGBITS, LF_CONST | ELF_SHF_IA64_SHORT, 8, NULL, 8);
    uint32_t local = eb_symbol(b, "constant", EB_LOCAL(0), constant, 0, 0);
    for (uint32_t i = 0; i < FUNCTIONS; i++)
        eb_symbol(b, "f", EB_GLOBAL(ELF_STT_FUNC), more, 16 * i, 16);
    relocate(&f, text, 0, R_GPREL22, local, 0);
    relocate(&f, text, 16, R_LTOFF22, local, 0);
    assert_true(lf_link(&f, BASE));
    assert_int_equal(f.image.opd_size, 16 * FUNCTIONS);
    assert_true(gp_of(&f) + field_at(&f, 0, R_GPREL22) == lf_address(&f, constant));
    lf_end(&f);
}

static void common_data_has_no_descriptor(void **state)
{
    static const uint32_t types[] = {R_LTOFF_FPTR22};
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    uint32_t text = add_text(&f, ".text", types, 1);
    uint32_t common = eb_symbol(&f.builder, "c", EB_GLOBAL(ELF_STT_OBJECT), ELF_SHN_COMMON, 8, 8);
    relocate(&f, text, 0, R_LTOFF_FPTR22, common, 0);
    relocate(&f, text, 0, R_FPTR64LSB, common, 0);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags, "link-reloc-no-function link-reloc-no-function");
    lf_end(&f);
}

// ---------------------------------------------------------------------------------------- stubs

// What the stub of an import must be, but for the distance in its first instruction.
static const uint64_t import_stub[6] = {
    0x00f024000200780b, 0x000400000020303c, 0x001014181e20800a,
    0x000400000020303c, 0x8060000100000011, 0x0080006000038004,
};

// Follows a call at `offset` of the image through its stub; the descriptor that it uses.
static uint64_t through_stub(const struct link_fixture *f, uint64_t offset, uint32_t type)
{
    uint64_t stub = offset + field_at(f, offset, type);
    uint64_t words[6];
    assert_true(btl_in_range(stub - f->image.plt_offset, sizeof(words), f->image.plt_size));
    uint64_t entry = gp_of(f) + field_at(f, stub, R_LTOFF_FPTR22); // slot 0 of an M bundle as well
    assert_true(
        btl_in_range(entry - f->image.base - f->image.got_offset, 8, 8ull * f->image.got_count));
    memcpy(words, f->block + stub, sizeof(words));
    ia64_bundle_patch((uint8_t *)words, 0, IA64_IMM22, 0);
    assert_memory_equal(words, import_stub, sizeof(words));
    return word_at(f, entry);
}

#define KERNEL_DESCRIPTOR 0xa000000200004560ull

static void calls_out_of_the_image_go_through_one_stub_per_function(void **state)
{
    static const uint32_t types[] = {R_PCREL21B,     R_PCREL60B, R_PCREL21B,    R_PCREL21M,
                                     R_LTOFF_FPTR22, R_FPTR64I,  R_LTOFF_FPTR22};
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t kernel = eb_symbol(b, "kernel", EB_GLOBAL(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    uint32_t other = eb_symbol(b, "other", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
    uint32_t absent = eb_symbol(b, "absent", EB_WEAK(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    const uint32_t used[] = {kernel, kernel, other, absent, kernel, kernel, absent};
    for (unsigned i = 0; i < BTL_COUNT(types); i++)
        relocate(&f, text, 16 * i, types[i], used[i], 0);
    lf_export(&f, "kernel", KERNEL_DESCRIPTOR, BTL_KERNEL);
    lf_export(&f, "other", 0xa000000300000010, 7);
    assert_true(lf_link(&f, BASE));
    assert_int_equal(f.image.plt_size, 3 * 48);
    assert_int_equal(f.image.got_count, 3);
    assert_int_equal(f.image.opd_size, 0);
    assert_true(through_stub(&f, 0, R_PCREL21B) == KERNEL_DESCRIPTOR);
    assert_true(through_stub(&f, 16, R_PCREL60B) == KERNEL_DESCRIPTOR);
    assert_true(field_at(&f, 0, R_PCREL21B) == field_at(&f, 16, R_PCREL60B) + 16);
    assert_true(through_stub(&f, 32, R_PCREL21B) == 0xa000000300000010);
    assert_true(through_stub(&f, 48, R_PCREL21M) == 0);
    // The entry that the stub uses is that of @ltoff(@fptr()) as well.
    assert_true(word_at(&f, gp_of(&f) + field_at(&f, 64, R_LTOFF_FPTR22)) == KERNEL_DESCRIPTOR);
    assert_true(field_at(&f, 80, R_FPTR64I) == KERNEL_DESCRIPTOR);
    assert_true(word_at(&f, gp_of(&f) + field_at(&f, 96, R_LTOFF_FPTR22)) == 0);
    lf_end(&f);
}

// A module that has a function of that name, calls one of another name, and points to both.
static void make_pair(struct link_fixture *f, const char *own, const char *foreign)
{
    static const uint32_t types[] = {R_PCREL21B};
    begin(f, SIZE_MAX);
    struct elf_builder *b = &f->builder;
    uint32_t text = add_text(f, ".text", types, 1);
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, LF_DATA, 8, NULL, 16);
    uint32_t mine = eb_symbol(b, own, EB_GLOBAL(ELF_STT_FUNC), text, 0, 16);
    uint32_t yours = eb_symbol(b, foreign, EB_GLOBAL(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    relocate(f, text, 0, R_PCREL21B, yours, 0);
    relocate(f, data, 0, R_FPTR64LSB, mine, 0);
    relocate(f, data, 8, R_FPTR64LSB, yours, 0);
}

// Pointers to a function are equal in both images, and the chain call, stub, descriptor ends at its
// entry point with its own gp.
static void two_images_agree_on_each_others_descriptors(void **state)
{
    enum { DATA = 2, MINE = 1 };
    struct link_fixture a, b;
    make_pair(&a, "alpha", "beta");
    make_pair(&b, "beta", "alpha");
    assert_true(lf_layout(&a) && lf_layout(&b));
    // Exported before either is resolved: they use each other.
    assert_true(btl_image_place(&a.image, BASE, NULL));
    assert_true(btl_image_place(&b.image, BASE + 0x10000000, NULL));
    uint64_t alpha = btl_image_export_value(&a.image, MINE);
    uint64_t beta = btl_image_export_value(&b.image, MINE);
    lf_export(&a, "beta", beta, 1);
    lf_export(&b, "alpha", alpha, 0);
    assert_true(lf_link(&a, BASE) && lf_link(&b, BASE + 0x10000000));
    assert_descriptor(&a, alpha, BASE);
    assert_descriptor(&b, beta, BASE + 0x10000000);
    assert_true(lf_load64(&a, DATA, 0) == alpha && lf_load64(&b, DATA, 8) == alpha);
    assert_true(lf_load64(&b, DATA, 0) == beta && lf_load64(&a, DATA, 8) == beta);
    assert_true(through_stub(&a, 0, R_PCREL21B) == beta);
    assert_true(through_stub(&b, 0, R_PCREL21B) == alpha);
    assert_true(gp_of(&a) != gp_of(&b));
    lf_end(&a);
    lf_end(&b);
}

static void entry_points_of_other_images_cannot_be_had(void **state)
{
    static const uint32_t types[] = {R_PCREL21B, R_LTOFF_FPTR22, R_LTOFF22,   R_IMM64,
                                     R_DIR64LSB, R_FPTR64LSB,    R_PCREL64LSB};
    static const int64_t addends[] = {16, 16, 0, 0, 0, 8, 0};
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = add_text(&f, ".text", types, BTL_COUNT(types));
    uint32_t kernel = eb_symbol(b, "kernel", EB_GLOBAL(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    uint32_t absent = eb_symbol(b, "absent", EB_WEAK(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    uint32_t data = eb_symbol(b, "data", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_UNDEF, 0, 0);
    for (unsigned i = 0; i < BTL_COUNT(types); i++)
        relocate(&f, text, 16 * i, types[i], kernel, addends[i]);
    relocate(&f, text, 64, R_DIR64LSB, absent, 0); // 0 is 0
    relocate(&f, text, 64, R_DIR64LSB, data, 8);
    lf_export(&f, "kernel", KERNEL_DESCRIPTOR, BTL_KERNEL);
    lf_export(&f, "data", KERNEL_DESCRIPTOR, BTL_KERNEL);
    assert_false(lf_link(&f, BASE));
    assert_int_equal(f.diags.errors, BTL_COUNT(types));
    assert_int_equal(test_count_code(&f.diags, BTL_LINK_RELOC_IMPORT), BTL_COUNT(types));
    assert_true(lf_load64(&f, text, 64) == KERNEL_DESCRIPTOR + 8);
    lf_end(&f);
}

// Absolute targets may be anywhere: such a branch goes on by a long one that changes no register.
static void a_branch_beyond_its_reach_goes_by_a_long_one(void **state)
{
    static const uint32_t types[] = {R_PCREL21B, R_PCREL21M, R_PCREL21F};
    static const uint64_t distances[] = {0x1000000, -0x1000010ull, 1ull << 62};
    for (size_t i = 0; i < BTL_COUNT(types); i++)
        for (size_t k = 0; k < BTL_COUNT(distances); k++) {
            struct link_fixture f;
            uint64_t target = BASE + PLACE + distances[k];
            assert_true(link_one(&f, types[i], target - 32, 32));
            assert_int_equal(f.image.plt_size, 16);
            uint64_t stub = PLACE + field_at(&f, PLACE, types[i]), words[2];
            assert_true(stub == f.image.plt_offset);
            assert_true(BASE + stub + field_at(&f, stub, R_PCREL60B) == target);
            memcpy(words, f.block + stub, sizeof(words));
            ia64_bundle_patch((uint8_t *)words, 1, IA64_BRANCH60, 0);
            assert_true(words[0] == 0x0000000100000005 && words[1] == 0xc000000000000000);
            lf_end(&f);
        }
}

static void a_long_branch_needs_no_stub(void **state)
{
    struct link_fixture f;
    assert_true(link_one(&f, R_PCREL60B, BASE + (1ull << 40), 0));
    assert_int_equal(f.image.plt_size, 0);
    lf_end(&f);
}

#define HALF (16u << 20)

// .text.a at 0 with one bundle; .text.z behind 16 MiB with two. Branches as asked for.
static void make_far(struct link_fixture *f, bool from_a)
{
    static const uint32_t branches[] = {R_PCREL21B, R_PCREL21B};
    begin(f, SIZE_MAX);
    struct elf_builder *b = &f->builder;
    uint32_t a = add_text(f, ".text.a", branches, 1);
    eb_section(b, ".text.m", ELF_SHT_PROGBITS, LF_CODE, 16, NULL, HALF - 16);
    uint32_t z = add_text(f, ".text.z", branches, 2);
    uint32_t at_a = eb_symbol(b, "at_a", EB_LOCAL(0), a, 0, 0);
    uint32_t at_z = eb_symbol(b, "at_z", EB_LOCAL(0), z, 0, 0);
    relocate(f, z, 0, R_PCREL21B, at_a, 0);
    relocate(f, z, 16, R_PCREL21B, at_a, 0);
    if (from_a)
        relocate(f, a, 0, R_PCREL21B, at_z, 0);
}

static void a_stub_is_used_only_where_the_branch_does_not_reach(void **state)
{
    struct link_fixture f;
    make_far(&f, false);
    assert_true(lf_link(&f, BASE));
    assert_int_equal(f.image.plt_size, 16);
    assert_true(field_at(&f, HALF, R_PCREL21B) == -(uint64_t)HALF);
    uint64_t stub = HALF + 16 + field_at(&f, HALF + 16, R_PCREL21B);
    assert_true(stub == f.image.plt_offset);
    assert_true(stub + field_at(&f, stub, R_PCREL60B) == 0);
    lf_end(&f);
}

// The stubs are behind all code: from 16 MiB before them a short branch does not reach them either.
static void a_branch_that_reaches_no_stub_is_refused(void **state)
{
    struct link_fixture f;
    make_far(&f, true);
    assert_false(lf_link(&f, BASE));
    assert_codes(&f.memory, &f.diags, "link-reloc-overflow");
    assert_str(&f.memory, f.diags.first->arg[3].str, "at_z");
    lf_end(&f);
}

static void code_of_less_than_16_mib_needs_no_far_stubs(void **state)
{
    static const uint32_t types[] = {R_PCREL21B};
    struct link_fixture f;
    begin(&f, SIZE_MAX);
    uint32_t a = add_text(&f, ".text.a", types, 1);
    eb_section(&f.builder, ".text.m", ELF_SHT_PROGBITS, LF_CODE, 16, NULL, HALF - 128);
    uint32_t z = add_text(&f, ".text.z", types, 1);
    relocate(&f, a, 0, R_PCREL21B, eb_symbol(&f.builder, "z", EB_LOCAL(0), z, 0, 0), 0);
    assert_true(lf_link(&f, BASE));
    assert_int_equal(f.image.plt_size, 0);
    assert_true(field_at(&f, 0, R_PCREL21B) == HALF - 128 + 16);
    lf_end(&f);
}

// --------------------------------------------------------------------------------------- memory

static void running_out_of_memory_is_reported_at_every_allocation(void **state)
{
    for (size_t n = 0;; n++) {
        struct link_fixture f;
        static const uint32_t types[] = {R_LTOFF22};
        begin(&f, n);
        uint32_t text = add_text(&f, ".text", types, 1);
        uint32_t out = eb_symbol(&f.builder, "out", EB_WEAK(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
        uint32_t in = eb_symbol(&f.builder, "in", EB_GLOBAL(ELF_STT_FUNC), text, 0, 16);
        for (int i = 0; i < 100; i++) // so that the table of what is made grows
            relocate(&f, text, 0, R_LTOFF22, in, i);
        relocate(&f, text, 0, R_FPTR64LSB, out, 0);
        bool good = lf_link(&f, BASE), starved = f.memory.refused > 0;
        assert_int_equal(good, !starved);
        // With nothing at all left, not even the message finds room: it is counted as lost.
        if (starved)
            assert_true(f.diags.lost > 0 || test_count_code(&f.diags, BTL_NO_MEMORY) > 0 ||
                        f.symtab.arena == NULL || f.symtab.slots == NULL);
        lf_end(&f);
        if (!starved) {
            assert_true(n > 6);
            return;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_right_up_to_the_limits_and_refused_beyond),
        cmocka_unit_test(nothing_but_the_field_changes),
        cmocka_unit_test(what_leaves_its_section_is_refused),
        cmocka_unit_test(offsets_near_2_to_the_64_are_outside),
        cmocka_unit_test(an_instruction_must_be_of_the_kind_that_has_the_field),
        cmocka_unit_test(code_must_be_aligned_to_bundles),
        cmocka_unit_test(an_entry_that_changes_after_layout_is_stopped_at_the_store),
        cmocka_unit_test(a_symbol_number_that_the_file_does_not_have_is_refused),
        cmocka_unit_test(types_without_meaning_in_a_module_are_refused_by_name),
        cmocka_unit_test(unknown_types_are_refused_by_number),
        cmocka_unit_test(every_bad_relocation_is_reported),
        cmocka_unit_test(a_symbol_in_a_section_that_is_not_loaded_has_no_address),
        cmocka_unit_test(secrel_counts_from_the_section_of_the_symbol),
        cmocka_unit_test(secrel_beyond_32_bits_is_refused),
        cmocka_unit_test(secrel_of_what_has_no_section_is_refused),
        cmocka_unit_test(short_data_and_the_got_are_in_reach_of_gp),
        cmocka_unit_test(uses_of_one_address_share_its_got_entry),
        cmocka_unit_test(a_full_got_is_in_reach_to_its_first_entry),
        cmocka_unit_test(one_got_entry_more_is_refused_before_memory_is_asked_for),
        cmocka_unit_test(a_function_has_one_descriptor_by_whatever_name),
        cmocka_unit_test(exports_of_functions_are_descriptors_and_of_data_addresses),
        cmocka_unit_test(the_null_symbol_is_an_absolute_address),
        cmocka_unit_test(descriptors_are_in_nobodys_way),
        cmocka_unit_test(common_data_has_no_descriptor),
        cmocka_unit_test(calls_out_of_the_image_go_through_one_stub_per_function),
        cmocka_unit_test(two_images_agree_on_each_others_descriptors),
        cmocka_unit_test(entry_points_of_other_images_cannot_be_had),
        cmocka_unit_test(a_branch_beyond_its_reach_goes_by_a_long_one),
        cmocka_unit_test(a_long_branch_needs_no_stub),
        cmocka_unit_test(a_stub_is_used_only_where_the_branch_does_not_reach),
        cmocka_unit_test(a_branch_that_reaches_no_stub_is_refused),
        cmocka_unit_test(code_of_less_than_16_mib_needs_no_far_stubs),
        cmocka_unit_test(running_out_of_memory_is_reported_at_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
