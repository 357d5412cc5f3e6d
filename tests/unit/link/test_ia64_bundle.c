// SPDX-License-Identifier: BSD-2-Clause
// Immediate fields in bundles of ia64: each field in each slot where it can stand, against what the
// assembler and GNU ld made of the same instruction; limits; templates.
#include "test_case.h"

#include <string.h>

#include "link/ia64_bundle.h"

struct vector {
    enum ia64_field field;
    unsigned slot;
    uint64_t value;
    uint64_t before[2], after[2]; // the bundle with 0 in its field, and with the value
};

// clang-format off
static const struct vector vectors[] = {
    {IA64_IMM14, 0, 0xffffffffffffe000ull, {0x0000210012001801, 0x0004000000000200}, {0x0000230012001801, 0x0004000000000200}},
    {IA64_IMM14, 0, 0x1fffull, {0x0000210012001801, 0x0004000000000200}, {0x0000213f13fc1801, 0x0004000000000200}},
    {IA64_IMM14, 0, 0x1555ull, {0x0000210012001801, 0x0004000000000200}, {0x0000212a13541801, 0x0004000000000200}},
    {IA64_IMM14, 0, 0xffffffffffffffffull, {0x0000210012001801, 0x0004000000000200}, {0x0000233f13fc1801, 0x0004000000000200}},
    {IA64_IMM14, 1, 0xffffffffffffe000ull, {0x03f0000100000001, 0x00040000004201fc}, {0x03f0000100000001, 0x00040000004601fc}},
    {IA64_IMM14, 1, 0x1fffull, {0x03f0000100000001, 0x00040000004201fc}, {0xfbf0000100000001, 0x0004000000427fff}},
    {IA64_IMM14, 1, 0x1555ull, {0x03f0000100000001, 0x00040000004201fc}, {0xabf0000100000001, 0x00040000004255fe}},
    {IA64_IMM14, 1, 0xffffffffffffffffull, {0x03f0000100000001, 0x00040000004201fc}, {0xfbf0000100000001, 0x0004000000467fff}},
    {IA64_IMM14, 2, 0xffffffffffffe000ull, {0x0000000100000009, 0x8400480060000200}, {0x0000000100000009, 0x8c00480060000200}},
    {IA64_IMM14, 2, 0x1fffull, {0x0000000100000009, 0x8400480060000200}, {0x0000000100000009, 0x84fc4ff060000200}},
    {IA64_IMM14, 2, 0x1555ull, {0x0000000100000009, 0x8400480060000200}, {0x0000000100000009, 0x84a84d5060000200}},
    {IA64_IMM14, 2, 0xffffffffffffffffull, {0x0000000100000009, 0x8400480060000200}, {0x0000000100000009, 0x8cfc4ff060000200}},
    {IA64_IMM22, 0, 0xffffffffffe00000ull, {0x0000240002001801, 0x0004000000000200}, {0x0000260002001801, 0x0004000000000200}},
    {IA64_IMM22, 0, 0x1fffffull, {0x0000240002001801, 0x0004000000000200}, {0x000025fffbfc1801, 0x0004000000000200}},
    {IA64_IMM22, 0, 0x155555ull, {0x0000240002001801, 0x0004000000000200}, {0x000024aaab541801, 0x0004000000000200}},
    {IA64_IMM22, 0, 0xffffffffffffffffull, {0x0000240002001801, 0x0004000000000200}, {0x000027fffbfc1801, 0x0004000000000200}},
    {IA64_IMM22, 1, 0xffffffffffe00000ull, {0x07f0000100000001, 0x0004000000480008}, {0x07f0000100000001, 0x00040000004c0008}},
    {IA64_IMM22, 1, 0x1fffffull, {0x07f0000100000001, 0x0004000000480008}, {0xfff0000100000001, 0x00040000004bfffb}},
    {IA64_IMM22, 1, 0x155555ull, {0x07f0000100000001, 0x0004000000480008}, {0xaff0000100000001, 0x000400000049555a}},
    {IA64_IMM22, 1, 0xffffffffffffffffull, {0x07f0000100000001, 0x0004000000480008}, {0xfff0000100000001, 0x00040000004ffffb}},
    {IA64_IMM22, 2, 0xffffffffffe00000ull, {0x0000000100000009, 0x90001801e0000200}, {0x0000000100000009, 0x98001801e0000200}},
    {IA64_IMM22, 2, 0x1fffffull, {0x0000000100000009, 0x90001801e0000200}, {0x0000000100000009, 0x97fffff1e0000200}},
    {IA64_IMM22, 2, 0x155555ull, {0x0000000100000009, 0x90001801e0000200}, {0x0000000100000009, 0x92aabd51e0000200}},
    {IA64_IMM22, 2, 0xffffffffffffffffull, {0x0000000100000009, 0x90001801e0000200}, {0x0000000100000009, 0x9ffffff1e0000200}},
    {IA64_IMM64, 1, 0x8000000000000000ull, {0x0000000100000005, 0x6000000fe0000000}, {0x0000000100000005, 0x6800000fe0000000}},
    {IA64_IMM64, 1, 0x7fffffffffffffffull, {0x0000000100000005, 0x6000000fe0000000}, {0xffffc00100000005, 0x67fff7ffe07fffff}},
    {IA64_IMM64, 1, 0x123456789abcdef0ull, {0x0000000100000005, 0x6000000fe0000000}, {0x789a800100000005, 0x66f7970fe0123456}},
    {IA64_IMM64, 1, 0xffffffffffffffffull, {0x0000000100000005, 0x6000000fe0000000}, {0xffffc00100000005, 0x6ffff7ffe07fffff}},
    {IA64_IMM64, 2, 0x8000000000000000ull, {0x0000000100000005, 0x6000000aa0000000}, {0x0000000100000005, 0x6800000aa0000000}},
    {IA64_IMM64, 2, 0x7fffffffffffffffull, {0x0000000100000005, 0x6000000aa0000000}, {0xffffc00100000005, 0x67fff7faa07fffff}},
    {IA64_IMM64, 2, 0x123456789abcdef0ull, {0x0000000100000005, 0x6000000aa0000000}, {0x789a800100000005, 0x66f7970aa0123456}},
    {IA64_IMM64, 2, 0xffffffffffffffffull, {0x0000000100000005, 0x6000000aa0000000}, {0xffffc00100000005, 0x6ffff7faa07fffff}},
    {IA64_BRANCH21, 2, 0xffffffffff000000ull, {0x0000000100000011, 0x50000008e0000200}, {0x0000000100000011, 0x58000008e0000200}},
    {IA64_BRANCH21, 2, 0xfffff0ull, {0x0000000100000011, 0x50000008e0000200}, {0x0000000100000011, 0x50fffff8e0000200}},
    {IA64_BRANCH21, 2, 0x5a5a50ull, {0x0000000100000011, 0x50000008e0000200}, {0x0000000100000011, 0x505a5a58e0000200}},
    {IA64_BRANCH21, 2, 0xfffffffffffffff0ull, {0x0000000100000011, 0x50000008e0000200}, {0x0000000100000011, 0x58fffff8e0000200}},
    {IA64_BRANCH21, 0, 0xffffffffff000000ull, {0x000010c0000007f7, 0x2000000000100000}, {0x000012c0000007f7, 0x2000000000100000}},
    {IA64_BRANCH21, 0, 0xfffff0ull, {0x000010c0000007f7, 0x2000000000100000}, {0x000010fffffc07f7, 0x2000000000100000}},
    {IA64_BRANCH21, 0, 0x5a5a50ull, {0x000010c0000007f7, 0x2000000000100000}, {0x000010d6969407f7, 0x2000000000100000}},
    {IA64_BRANCH21, 0, 0xfffffffffffffff0ull, {0x000010c0000007f7, 0x2000000000100000}, {0x000012fffffc07f7, 0x2000000000100000}},
    {IA64_BRANCH21, 1, 0xffffffffff000000ull, {0x000fc80000000017, 0x2000000000218000}, {0x000fc80000000017, 0x2000000000258000}},
    {IA64_BRANCH21, 1, 0xfffff0ull, {0x000fc80000000017, 0x2000000000218000}, {0xf80fc80000000017, 0x200000000021ffff}},
    {IA64_BRANCH21, 1, 0x5a5a50ull, {0x000fc80000000017, 0x2000000000218000}, {0x280fc80000000017, 0x200000000021ad2d}},
    {IA64_BRANCH21, 1, 0xfffffffffffffff0ull, {0x000fc80000000017, 0x2000000000218000}, {0xf80fc80000000017, 0x200000000025ffff}},
    {IA64_BRANCH21, 0, 0xffffffffff000000ull, {0x000001000003f811, 0x2000000000000200}, {0x000003000003f811, 0x2000000000000200}},
    {IA64_BRANCH21, 0, 0xfffff0ull, {0x000001000003f811, 0x2000000000000200}, {0x0000013ffffff811, 0x2000000000000200}},
    {IA64_BRANCH21, 0, 0x5a5a50ull, {0x000001000003f811, 0x2000000000000200}, {0x000001169697f811, 0x2000000000000200}},
    {IA64_BRANCH21, 0, 0xfffffffffffffff0ull, {0x000001000003f811, 0x2000000000000200}, {0x0000033ffffff811, 0x2000000000000200}},
    {IA64_CHECK21, 0, 0xffffffffff000000ull, {0x0000044001fc0001, 0x0004000000000200}, {0x0000064001fc0001, 0x0004000000000200}},
    {IA64_CHECK21, 0, 0xfffff0ull, {0x0000044001fc0001, 0x0004000000000200}, {0x0000047ffffff801, 0x0004000000000200}},
    {IA64_CHECK21, 0, 0x5a5a50ull, {0x0000044001fc0001, 0x0004000000000200}, {0x0000045697fd2801, 0x0004000000000200}},
    {IA64_CHECK21, 0, 0xfffffffffffffff0ull, {0x0000044001fc0001, 0x0004000000000200}, {0x0000067ffffff801, 0x0004000000000200}},
    {IA64_CHECK21, 1, 0xffffffffff000000ull, {0xf800000100000001, 0x0004000000008003}, {0xf800000100000001, 0x0004000000048003}},
    {IA64_CHECK21, 1, 0xfffff0ull, {0xf800000100000001, 0x0004000000008003}, {0xfff0000100000001, 0x000400000000ffff}},
    {IA64_CHECK21, 1, 0x5a5a50ull, {0xf800000100000001, 0x0004000000008003}, {0xfa50000100000001, 0x000400000000ad2f}},
    {IA64_CHECK21, 1, 0xfffffffffffffff0ull, {0xf800000100000001, 0x0004000000008003}, {0xfff0000100000001, 0x000400000004ffff}},
    {IA64_CHECK21, 2, 0xffffffffff000000ull, {0x0000000100000001, 0x0100001000000200}, {0x0000000100000001, 0x0900001000000200}},
    {IA64_CHECK21, 2, 0xfffff0ull, {0x0000000100000001, 0x0100001000000200}, {0x0000000100000001, 0x01fff81fe0000200}},
    {IA64_CHECK21, 2, 0x5a5a50ull, {0x0000000100000001, 0x0100001000000200}, {0x0000000100000001, 0x015a5814a0000200}},
    {IA64_CHECK21, 2, 0xfffffffffffffff0ull, {0x0000000100000001, 0x0100001000000200}, {0x0000000100000001, 0x09fff81fe0000200}},
    {IA64_FCHECK21, 1, 0xffffffffff000000ull, {0x000000010000000d, 0x0004000000021000}, {0x000000010000000d, 0x0004000000061000}},
    {IA64_FCHECK21, 1, 0xfffff0ull, {0x000000010000000d, 0x0004000000021000}, {0xfff000010000000d, 0x00040000000210ff}},
    {IA64_FCHECK21, 1, 0x5a5a50ull, {0x000000010000000d, 0x0004000000021000}, {0x5a5000010000000d, 0x000400000002105a}},
    {IA64_FCHECK21, 1, 0xfffffffffffffff0ull, {0x000000010000000d, 0x0004000000021000}, {0xfff000010000000d, 0x00040000000610ff}},
    {IA64_FCHECK21, 1, 0xffffffffff000000ull, {0x000fc0010000001d, 0x2000000000031000}, {0x000fc0010000001d, 0x2000000000071000}},
    {IA64_FCHECK21, 1, 0xfffff0ull, {0x000fc0010000001d, 0x2000000000031000}, {0xffffc0010000001d, 0x20000000000310ff}},
    {IA64_FCHECK21, 1, 0x5a5a50ull, {0x000fc0010000001d, 0x2000000000031000}, {0x5a5fc0010000001d, 0x200000000003105a}},
    {IA64_FCHECK21, 1, 0xfffffffffffffff0ull, {0x000fc0010000001d, 0x2000000000031000}, {0xffffc0010000001d, 0x20000000000710ff}},
    {IA64_BRANCH60, 1, 0x8000000000000000ull, {0x0000000100000005, 0xd0000008e0000000}, {0x0000000100000005, 0xd8000008e0000000}},
    {IA64_BRANCH60, 1, 0x7ffffffffffffff0ull, {0x0000000100000005, 0xd0000008e0000000}, {0xffff000100000005, 0xd0fffff8e07fffff}},
    {IA64_BRANCH60, 1, 0x123456789abcdef0ull, {0x0000000100000005, 0xd0000008e0000000}, {0x789a000100000005, 0xd0bcdef8e0123456}},
    {IA64_BRANCH60, 1, 0xffffffff00000000ull, {0x0000000100000005, 0xd0000008e0000000}, {0xff00000100000005, 0xd8000008e07fffff}},
    {IA64_BRANCH60, 2, 0x8000000000000000ull, {0x0000000100000005, 0xc30000001f800000}, {0x0000000100000005, 0xcb0000001f800000}},
    {IA64_BRANCH60, 2, 0x7ffffffffffffff0ull, {0x0000000100000005, 0xc30000001f800000}, {0xffff000100000005, 0xc3fffff01fffffff}},
    {IA64_BRANCH60, 2, 0x123456789abcdef0ull, {0x0000000100000005, 0xc30000001f800000}, {0x789a000100000005, 0xc3bcdef01f923456}},
    {IA64_BRANCH60, 2, 0xffffffff00000000ull, {0x0000000100000005, 0xc30000001f800000}, {0xff00000100000005, 0xcb0000001fffffff}},
};
// clang-format on

static void check(const struct vector *v, const uint64_t before[2])
{
    uint8_t bundle[IA64_BUNDLE_SIZE];
    memcpy(bundle, before, sizeof(bundle));
    ia64_bundle_patch(bundle, v->slot, v->field, v->value);
    assert_memory_equal(bundle, v->after, sizeof(bundle));
}

TEST(each_field_stands_where_the_assembler_puts_it)
{
    for (size_t i = 0; i < BTL_COUNT(vectors); i++)
        check(&vectors[i], vectors[i].before);
}

// The addend is in the relocation; what the field held before does not count.
TEST(what_stood_in_the_field_is_gone)
{
    for (size_t i = 0; i < BTL_COUNT(vectors); i++)
        for (size_t k = 0; k < BTL_COUNT(vectors); k++)
            if (memcmp(vectors[k].before, vectors[i].before, sizeof(vectors[i].before)) == 0)
                check(&vectors[i], vectors[k].after);
}

TEST(every_vector_is_in_a_slot_that_takes_it_and_fits)
{
    bool seen[IA64_FIELDS] = {false};
    for (size_t i = 0; i < BTL_COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        uint8_t bundle[IA64_BUNDLE_SIZE];
        memcpy(bundle, v->after, sizeof(bundle));
        assert_true(ia64_slot_takes(bundle, v->slot, v->field));
        assert_true(ia64_field_fits(v->field, v->value));
        seen[v->field] = true;
    }
    for (unsigned field = 0; field < IA64_FIELDS; field++)
        assert_true(seen[field]);
}

TEST(fields_have_limits)
{
    static const struct {
        enum ia64_field field;
        int64_t min, max, step;
    } limits[] = {
        {IA64_IMM14, -0x2000, 0x1fff, 1},          {IA64_IMM22, -0x200000, 0x1fffff, 1},
        {IA64_BRANCH21, -0x1000000, 0xfffff0, 16}, {IA64_CHECK21, -0x1000000, 0xfffff0, 16},
        {IA64_FCHECK21, -0x1000000, 0xfffff0, 16},
    };
    for (size_t i = 0; i < BTL_COUNT(limits); i++) {
        enum ia64_field field = limits[i].field;
        assert_true(ia64_field_fits(field, 0));
        assert_true(ia64_field_fits(field, (uint64_t)limits[i].min));
        assert_true(ia64_field_fits(field, (uint64_t)limits[i].max));
        assert_false(ia64_field_fits(field, (uint64_t)(limits[i].min - limits[i].step)));
        assert_false(ia64_field_fits(field, (uint64_t)(limits[i].max + limits[i].step)));
        assert_false(ia64_field_fits(field, 1ull << 63));
        assert_false(ia64_field_fits(field, UINT64_MAX >> 1));
    }
}

TEST(the_long_fields_take_everything)
{
    static const uint64_t values[] = {0, 16, 1ull << 63, UINT64_MAX - 15};
    for (size_t i = 0; i < BTL_COUNT(values); i++) {
        assert_true(ia64_field_fits(IA64_IMM64, values[i]));
        assert_true(ia64_field_fits(IA64_IMM64, values[i] + 1));
        assert_true(ia64_field_fits(IA64_BRANCH60, values[i]));
        assert_false(ia64_field_fits(IA64_BRANCH60, values[i] + 8));
    }
}

TEST(branches_go_from_bundle_to_bundle)
{
    static const enum ia64_field branches[] = {IA64_BRANCH21, IA64_CHECK21, IA64_FCHECK21,
                                               IA64_BRANCH60};
    for (size_t i = 0; i < BTL_COUNT(branches); i++)
        for (uint64_t distance = 1; distance < 16; distance++) {
            assert_false(ia64_field_fits(branches[i], distance));
            assert_false(ia64_field_fits(branches[i], -distance));
        }
}

// Which slots take which field, by the units of every template.
// movl's template in a capital; the rest by the letter of the unit.
TEST(templates_say_what_a_slot_takes)
{
    static const char units[32][4] = {
        "MII", "MII", "MII", "MII", "MLX", "MLX", "---", "---", "MMI", "MMI", "MMI",
        "MMI", "MFI", "MFI", "MMF", "MMF", "MIB", "MIB", "MBB", "MBB", "---", "---",
        "BBB", "BBB", "MMB", "MMB", "---", "---", "MFB", "MFB", "---", "---",
    };
    static const char *const takers[IA64_FIELDS] = {
        [IA64_IMM14] = "MI",    [IA64_IMM22] = "MI",   [IA64_IMM64] = "LX",
        [IA64_BRANCH21] = "MB", [IA64_CHECK21] = "MI", [IA64_FCHECK21] = "F",
        [IA64_BRANCH60] = "LX",
    };
    for (unsigned number = 0; number < 32; number++)
        for (unsigned slot = 0; slot < 3; slot++)
            for (unsigned field = 0; field < IA64_FIELDS; field++) {
                uint8_t bundle[IA64_BUNDLE_SIZE];
                memset(bundle, 0xff, sizeof(bundle));
                bundle[0] = (uint8_t)(0xe0 | number); // the bits above belong to slot 0
                assert_int_equal(ia64_slot_takes(bundle, slot, field),
                                 strchr(takers[field], units[number][slot]) != NULL);
            }
}

TEST(there_is_no_fourth_slot)
{
    for (unsigned number = 0; number < 32; number++)
        for (unsigned slot = 3; slot < 16; slot++)
            for (unsigned field = 0; field < IA64_FIELDS; field++) {
                uint8_t bundle[IA64_BUNDLE_SIZE] = {(uint8_t)number};
                assert_false(ia64_slot_takes(bundle, slot, field));
            }
}

// Only the field changes, in a bundle of ones and in one of zeros.
TEST(patching_changes_as_many_bits_as_the_field_has)
{
    static const unsigned bits[IA64_FIELDS] = {
        [IA64_IMM14] = 14,   [IA64_IMM22] = 22,    [IA64_IMM64] = 64,    [IA64_BRANCH21] = 21,
        [IA64_CHECK21] = 21, [IA64_FCHECK21] = 21, [IA64_BRANCH60] = 60,
    };
    for (unsigned field = 0; field < IA64_FIELDS; field++)
        for (unsigned slot = 0; slot < 3; slot++) {
            uint64_t words[2] = {0, 0};
            ia64_bundle_patch((uint8_t *)words, slot, field, UINT64_MAX);
            assert_int_equal(__builtin_popcountll(words[0]) + __builtin_popcountll(words[1]),
                             bits[field]);
            assert_int_equal(words[0] & 31, 0); // the template
            ia64_bundle_patch((uint8_t *)words, slot, field, 0);
            assert_true(words[0] == 0 && words[1] == 0);
            words[0] = words[1] = UINT64_MAX;
            ia64_bundle_patch((uint8_t *)words, slot, field, 0);
            assert_int_equal(__builtin_popcountll(words[0]) + __builtin_popcountll(words[1]),
                             128 - bits[field]);
        }
}

TEST(fields_have_names)
{
    assert_string_equal(ia64_field_text(IA64_IMM22), "22 bits, signed");
    for (unsigned field = 0; field < IA64_FIELDS; field++)
        assert_non_null(strstr(ia64_field_text(field), " bits"));
}
