// SPDX-License-Identifier: BSD-2-Clause
// Fields of data and instructions (Arm Architecture Reference Manual, C4.1). The relocations are
// those of the ELF ABI for the Arm 64-bit architecture, chapter 5.7.
// tests/unit/link/test_reloc_aarch64.c compares each field with an assembler's output.
#include "aarch64_field.h"
#include <btl/mem.h>

// How a value is checked.
enum range { ANY, SIGNED, UNSIGNED, EITHER };

// An instruction has the field if its bits under `mask` are `bits`.
struct shape {
    uint32_t mask, bits;
};

#define SHAPES 2 // of instructions that share a field; unused ones have mask 0

static const struct {
    const char *text;
    uint8_t width; // bytes of the word or instruction
    uint8_t range; // enum range
    uint8_t bits;  // of the value, if it is checked
    uint8_t align; // of the value
    // Instructions: bits [low, high) of the value go to bits [at, at + size).
    uint8_t low, high, at, size;
    struct shape shape[SHAPES];
} fields[AARCH64_FIELDS] = {
    [AARCH64_NO_FIELD] = {"nothing", 0, ANY, 0, 1, 0, 0, 0, 0, {{0}}},
    [AARCH64_WORD64] = {"64 bits", 8, ANY, 0, 1, 0, 0, 0, 0, {{0}}},
    [AARCH64_WORD32] = {"32 bits, signed or unsigned", 4, EITHER, 32, 1, 0, 0, 0, 0, {{0}}},
    [AARCH64_WORD16] = {"16 bits, signed or unsigned", 2, EITHER, 16, 1, 0, 0, 0, 0, {{0}}},
    [AARCH64_SIGNED32] = {"32 bits, signed", 4, SIGNED, 32, 1, 0, 0, 0, 0, {{0}}},
    [AARCH64_SIGNED16] = {"16 bits, signed", 2, SIGNED, 16, 1, 0, 0, 0, 0, {{0}}},
#define INSTRUCTION(field, text, range, bits, align, low, high, at, size, ...)                     \
    [AARCH64_##field] = {text, 4, range, bits, align, low, high, at, size, {__VA_ARGS__}}
#define LOAD_STORE                                                                                 \
    {                                                                                              \
        0x3b000000, 0x39000000                                                                     \
    }
#define MOVE_WIDE                                                                                  \
    {                                                                                              \
        0x1f800000, 0x12800000                                                                     \
    }
#define MOVZ_MOVN                                                                                  \
    {                                                                                              \
        0x3f800000, 0x12800000                                                                     \
    }
    // The two low bits of adr and adrp are at bit 29: aarch64_field_store().
    INSTRUCTION(ADR, "21 bits, signed", SIGNED, 21, 1, 2, 21, 5, 19, {0x9f000000, 0x10000000}),
    INSTRUCTION(ADRP, "33 bits, signed, a multiple of 4096", SIGNED, 33, 1, 14, 33, 5, 19,
                {0x9f000000, 0x90000000}),
    INSTRUCTION(ADRP_NC, "a multiple of 4096", ANY, 0, 1, 14, 33, 5, 19, {0x9f000000, 0x90000000}),
    INSTRUCTION(ADD12, "12 bits", ANY, 0, 1, 0, 12, 10, 12, {0x1f800000, 0x11000000}),
    INSTRUCTION(MEMORY8, "12 bits", ANY, 0, 1, 0, 12, 10, 12, LOAD_STORE),
    INSTRUCTION(MEMORY16, "12 bits, a multiple of 2", ANY, 0, 2, 1, 12, 10, 12, LOAD_STORE),
    INSTRUCTION(MEMORY32, "12 bits, a multiple of 4", ANY, 0, 4, 2, 12, 10, 12, LOAD_STORE),
    INSTRUCTION(MEMORY64, "12 bits, a multiple of 8", ANY, 0, 8, 3, 12, 10, 12, LOAD_STORE),
    INSTRUCTION(MEMORY128, "12 bits, a multiple of 16", ANY, 0, 16, 4, 12, 10, 12, LOAD_STORE),
    INSTRUCTION(MEMORY64_15, "15 bits, unsigned, a multiple of 8", UNSIGNED, 15, 8, 3, 15, 10, 12,
                LOAD_STORE),
    INSTRUCTION(LITERAL19, "21 bits, signed, a multiple of 4", SIGNED, 21, 4, 2, 21, 5, 19,
                {0x3b000000, 0x18000000}),
    INSTRUCTION(BRANCH14, "16 bits, signed, a multiple of 4", SIGNED, 16, 4, 2, 16, 5, 14,
                {0x7e000000, 0x36000000}),
    INSTRUCTION(BRANCH19, "21 bits, signed, a multiple of 4", SIGNED, 21, 4, 2, 21, 5, 19,
                {0x7e000000, 0x34000000}, {0xff000000, 0x54000000}),
    INSTRUCTION(BRANCH26, "28 bits, signed, a multiple of 4", SIGNED, 28, 4, 2, 28, 0, 26,
                {0x7c000000, 0x14000000}),
    INSTRUCTION(MOVW_G0, "16 bits, unsigned", UNSIGNED, 16, 1, 0, 16, 5, 16, MOVE_WIDE),
    INSTRUCTION(MOVW_G0_NC, "16 bits", ANY, 0, 1, 0, 16, 5, 16, MOVE_WIDE),
    INSTRUCTION(MOVW_G1, "32 bits, unsigned", UNSIGNED, 32, 1, 16, 32, 5, 16, MOVE_WIDE),
    INSTRUCTION(MOVW_G1_NC, "32 bits", ANY, 0, 1, 16, 32, 5, 16, MOVE_WIDE),
    INSTRUCTION(MOVW_G2, "48 bits, unsigned", UNSIGNED, 48, 1, 32, 48, 5, 16, MOVE_WIDE),
    INSTRUCTION(MOVW_G2_NC, "48 bits", ANY, 0, 1, 32, 48, 5, 16, MOVE_WIDE),
    INSTRUCTION(MOVW_G3, "64 bits", ANY, 0, 1, 48, 64, 5, 16, MOVE_WIDE),
    INSTRUCTION(MOVW_SIGNED_G0, "17 bits, signed", SIGNED, 17, 1, 0, 16, 5, 16, MOVZ_MOVN),
    INSTRUCTION(MOVW_SIGNED_G1, "33 bits, signed", SIGNED, 33, 1, 16, 32, 5, 16, MOVZ_MOVN),
    INSTRUCTION(MOVW_SIGNED_G2, "49 bits, signed", SIGNED, 49, 1, 32, 48, 5, 16, MOVZ_MOVN),
    INSTRUCTION(MOVW_SIGNED_G3, "64 bits", ANY, 0, 1, 48, 64, 5, 16, MOVZ_MOVN),
};

#define MOVZ         0x40000000u // set in movz, clear in movn
#define ADR_LOW_AT   29u
#define ADR_LOW_BITS 2u

const char *aarch64_field_text(enum aarch64_field field)
{
    return fields[field].text;
}

unsigned aarch64_field_width(enum aarch64_field field)
{
    return fields[field].width;
}

static bool fits_signed(uint64_t value, unsigned bits)
{
    return (int64_t)(value << (64 - bits)) >> (64 - bits) == (int64_t)value;
}

bool aarch64_field_fits(enum aarch64_field field, uint64_t value)
{
    unsigned bits = fields[field].bits;
    if ((value & (fields[field].align - 1u)) != 0)
        return false;
    switch ((enum range)fields[field].range) {
    case SIGNED:
        return fits_signed(value, bits);
    case UNSIGNED:
        return value >> bits == 0;
    case EITHER:
        return value >> bits == 0 || fits_signed(value, bits);
    default:
        return true;
    }
}

bool aarch64_field_in(enum aarch64_field field, uint32_t instruction)
{
    for (size_t i = 0; i < SHAPES; i++) {
        const struct shape *shape = &fields[field].shape[i];
        if (shape->mask != 0 && (instruction & shape->mask) == shape->bits)
            return true;
    }
    return false;
}

// Put the low `size` bits of `bits` at bit `at` of the instruction.
static uint32_t put_bits(uint32_t instruction, unsigned at, unsigned size, uint64_t bits)
{
    uint32_t mask = (1u << size) - 1;
    return (instruction & ~(mask << at)) | ((uint32_t)bits & mask) << at;
}

static uint32_t patch_instruction(uint32_t instruction, enum aarch64_field field, uint64_t value)
{
    unsigned low = fields[field].low, taken = fields[field].high - low;
    if (field >= AARCH64_MOVW_SIGNED_G0) {
        bool negative = (int64_t)value < 0;
        value = negative ? ~value : value;
        instruction = negative ? instruction & ~MOVZ : instruction | MOVZ;
    }
    if (field <= AARCH64_ADRP_NC)
        instruction =
            put_bits(instruction, ADR_LOW_AT, ADR_LOW_BITS, value >> (low - ADR_LOW_BITS));
    uint64_t bits = value >> low & ((1ull << taken) - 1);
    return put_bits(instruction, fields[field].at, fields[field].size, bits);
}

void aarch64_field_store(uint8_t *place, enum aarch64_field field, uint64_t value)
{
    uint32_t instruction;
    if (field < AARCH64_INSTRUCTIONS) {
        memcpy(place, &value, fields[field].width);
        return;
    }
    memcpy(&instruction, place, sizeof(instruction));
    instruction = patch_instruction(instruction, field, value);
    memcpy(place, &instruction, sizeof(instruction));
}
