// SPDX-License-Identifier: BSD-2-Clause
// Fields in bundles (Intel Itanium Architecture Software Developer's Manual, volume 3, chapter 4).
// tests/unit/link/test_ia64_bundle.c compares each field with an assembler's output.
#include "ia64_bundle.h"
#include <btl/mem.h>

#define SLOT_BITS  41u
#define FIRST_SLOT 5u // bit of the bundle

// Bits [from, from + width) of the value go to bits [at, at + width) of a slot.
struct piece {
    uint8_t from, width, at, slot;
};

#define NAMED      3 // piece.slot: the slot of the instruction
#define PIECES_MAX 6

static const struct {
    const char *text;
    const char *units;   // units of a slot that can have the field
    uint8_t bits, align; // of the value, which is signed
    struct piece pieces[PIECES_MAX];
} fields[IA64_FIELDS] = {
    [IA64_IMM14] = {"14 bits, signed",
                    "MI",
                    14,
                    1,
                    {{0, 7, 13, NAMED}, {7, 6, 27, NAMED}, {13, 1, 36, NAMED}}},
    [IA64_IMM22] = {"22 bits, signed",
                    "MI",
                    22,
                    1,
                    {{0, 7, 13, NAMED}, {7, 9, 27, NAMED}, {16, 5, 22, NAMED}, {21, 1, 36, NAMED}}},
    [IA64_IMM64] = {"64 bits",
                    "LX",
                    64,
                    1,
                    {{0, 7, 13, 2},
                     {7, 9, 27, 2},
                     {16, 5, 22, 2},
                     {21, 1, 21, 2},
                     {22, 41, 0, 1},
                     {63, 1, 36, 2}}},
    [IA64_BRANCH21] = {"25 bits, signed, a multiple of 16",
                       "BM",
                       25,
                       16,
                       {{4, 20, 13, NAMED}, {24, 1, 36, NAMED}}},
    [IA64_CHECK21] = {"25 bits, signed, a multiple of 16",
                      "MI",
                      25,
                      16,
                      {{4, 7, 6, NAMED}, {11, 13, 20, NAMED}, {24, 1, 36, NAMED}}},
    [IA64_FCHECK21] =
        {"25 bits, signed, a multiple of 16", "F", 25, 16, {{4, 20, 6, NAMED}, {24, 1, 36, NAMED}}},
    [IA64_BRANCH60] = {"64 bits, a multiple of 16",
                       "LX",
                       64,
                       16,
                       {{4, 20, 13, 2}, {24, 39, 2, 1}, {63, 1, 36, 2}}},
};

// The unit of each slot, by template / 2: templates that differ in their last bit differ in a stop
// only. Reserved templates have no units.
static const char templates[16][4] = {"MII", "MII", "MLX", "",    "MMI", "MMI", "MFI", "MMF",
                                      "MIB", "MBB", "",    "BBB", "MMB", "",    "MFB", ""};

const char *ia64_field_text(enum ia64_field field)
{
    return fields[field].text;
}

bool ia64_field_fits(enum ia64_field field, uint64_t value)
{
    unsigned above = 64 - fields[field].bits;
    return (int64_t)(value << above) >> above == (int64_t)value && value % fields[field].align == 0;
}

bool ia64_slot_takes(const uint8_t bundle[IA64_BUNDLE_SIZE], unsigned slot, enum ia64_field field)
{
    char unit = slot < 3 ? templates[(bundle[0] & 31) / 2][slot] : '\0';
    const char *units = fields[field].units;
    while (*units != '\0' && *units != unit)
        units++;
    return unit != '\0' && *units == unit;
}

// Put `width` bits at bit `at` of the bundle's two words.
static void bundle_put_bits(uint64_t word[2], unsigned at, unsigned width, uint64_t bits)
{
    uint64_t mask = (1ull << width) - 1;
    unsigned shift = at % 64;
    uint64_t *low = &word[at / 64];
    bits &= mask;
    *low = (*low & ~(mask << shift)) | bits << shift;
    if (shift + width > 64)
        word[1] = (word[1] & ~(mask >> (64 - shift))) | bits >> (64 - shift);
}

void ia64_bundle_patch(uint8_t bundle[IA64_BUNDLE_SIZE], unsigned slot, enum ia64_field field,
                       uint64_t value)
{
    uint64_t word[2];
    memcpy(word, bundle, sizeof(word));
    for (unsigned i = 0; i < PIECES_MAX && fields[field].pieces[i].width != 0; i++) {
        const struct piece *piece = &fields[field].pieces[i];
        unsigned start = FIRST_SLOT + SLOT_BITS * (piece->slot == NAMED ? slot : piece->slot);
        bundle_put_bits(word, start + piece->at, piece->width, value >> piece->from);
    }
    memcpy(bundle, word, sizeof(word));
}
