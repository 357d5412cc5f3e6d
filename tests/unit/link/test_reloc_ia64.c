// SPDX-License-Identifier: BSD-2-Clause
// Every relocation type of ia64: its value, its limits and one beyond. What else is tested of them:
// _refused, _sections (and the GOT), _descriptors, _stubs.
#include "test_case.h"

#include <string.h>

#include "link/ia64_bundle.h"
#include "ia64_types.h"

// There is nothing but .text, so that the data segment, and gp, is one page further.
enum origin { ZERO, GP, HERE, IMAGE };
static const uint64_t origins[] = {
    [ZERO] = 0, [GP] = IA_BASE + 0x1000, [HERE] = IA_BASE + IA_PLACE, [IMAGE] = IA_BASE};

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

TEST(values_are_right_up_to_the_limits_and_refused_beyond)
{
    for (size_t i = 0; i < BTL_COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct link_fixture f;
        bool good = ia_link_one(&f, v->type, origins[v->origin] + v->value, v->addend);
        if (good == v->refused)
            print_message("vector %zu, type %#x\n", i, v->type);
        assert_true(good != v->refused);
        if (good && ia_field_at(&f, IA_PLACE, v->type) != v->field)
            print_message("vector %zu, type %#x\n", i, v->type);
        if (good)
            assert_true(ia_field_at(&f, IA_PLACE, v->type) == v->field);
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
TEST(nothing_but_the_field_changes)
{
    for (size_t i = 0; i < BTL_COUNT(ia_kinds); i++) {
        const struct ia_kind *kind = &ia_kinds[i];
        uint8_t wanted[4 * IA64_BUNDLE_SIZE] = {0};
        struct link_fixture f;
        if (kind->type == R_SECREL32LSB || kind->type == R_SECREL64LSB)
            continue; // an absolute symbol has no section
        assert_true(ia_link_one(&f, kind->type, harmless(kind->type), 0));
        for (unsigned bundle = 0; bundle < 4; bundle++)
            wanted[IA64_BUNDLE_SIZE * bundle] = (uint8_t)kind->template;
        if (kind->pieces == NULL)
            memcpy(wanted + IA_PLACE, f.block + IA_PLACE, kind->width);
        for (const struct ia_piece *p = kind->pieces; p != NULL && p->bits != 0; p++)
            for (unsigned bit = 0; bit < p->bits; bit++) {
                unsigned slot = p->slot < 0 ? kind->slot : (unsigned)p->slot;
                unsigned at = 8 * IA_PLACE + 5 + 41 * slot + p->at + bit;
                wanted[at / 8] |= (uint8_t)(f.block[at / 8] & (1u << at % 8));
            }
        assert_memory_equal(f.block, wanted, sizeof(wanted));
        lf_end(&f);
    }
}
