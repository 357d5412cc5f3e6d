// SPDX-License-Identifier: BSD-2-Clause
// Every relocation type of aarch64: its value, its limits and one beyond. What else is tested of
// them: _refused, _linkage (GOT, veneers, absent weak symbols).
#include "test_case.h"

#include <string.h>

#include "aarch64_types.h"

// There is nothing but .text and, one page further, the GOT.
enum origin { ZERO, HERE, PAGE };
static const uint64_t origins[] = {[ZERO] = 0, [HERE] = AA_BASE + AA_PLACE, [PAGE] = AA_BASE};

#define REFUSED true

static const struct vector {
    uint32_t type;
    enum origin origin; // of the symbol's value
    uint64_t value;     // of the symbol, from there
    int64_t addend;
    uint64_t word; // the word or instruction; when refused, the value that the message names
    bool refused;
} vectors[] = {
    {A_ABS64, ZERO, UINT64_MAX, 0, UINT64_MAX, 0},
    {A_ABS64, ZERO, UINT64_MAX, 2, 1, 0},
    {A_ABS64, ZERO, 0, INT64_MIN, 1ull << 63, 0},

    {A_ABS32, ZERO, 0xffffffff, 0, 0xffffffff, 0},
    {A_ABS32, ZERO, 0xffffffff, 1, 0x100000000, REFUSED},
    {A_ABS32, ZERO, 0, -0x80000000ll, 0x80000000, 0},
    {A_ABS32, ZERO, 0, -0x80000001ll, -0x80000001ull, REFUSED},
    {A_ABS16, ZERO, 0xffff, 0, 0xffff, 0},
    {A_ABS16, ZERO, 0xffff, 1, 0x10000, REFUSED},
    {A_ABS16, ZERO, 0, -0x8000, 0x8000, 0},
    {A_ABS16, ZERO, 0, -0x8001, -0x8001ull, REFUSED},
    {A_PREL64, HERE, 1ull << 63, 0, 1ull << 63, 0},
    {A_PREL64, HERE, 0, -1, UINT64_MAX, 0},
    {A_PREL32, HERE, 0x7fffffff, 0, 0x7fffffff, 0},
    {A_PREL32, HERE, 0x7fffffff, 1, 0x80000000, REFUSED},
    {A_PREL32, HERE, 0, -0x80000000ll, 0x80000000, 0},
    {A_PREL32, HERE, 0, -0x80000001ll, -0x80000001ull, REFUSED},
    {A_PREL16, HERE, 0x7fff, 0, 0x7fff, 0},
    {A_PREL16, HERE, 0x7fff, 1, 0x8000, REFUSED},
    {A_PREL16, HERE, 0, -0x8000, 0x8000, 0},
    {A_PREL16, HERE, 0, -0x8001, -0x8001ull, REFUSED},

    {A_UABS_G0, ZERO, 0xffff, 0, 0xd29fffe5, 0}, // movz x5, #0xffff, lsl #0
    {A_UABS_G0, ZERO, 0xffff, 1, 0x10000, REFUSED},
    {A_UABS_G0, ZERO, 0, -1, UINT64_MAX, REFUSED},
    {A_UABS_G0_NC, ZERO, 0x123456789abcdef0, 0, 0xf29bde05, 0}, // movk x5, #0xdef0, lsl #0
    {A_UABS_G0_NC, ZERO, 0, -1, 0xf29fffe5, 0},                 // movk x5, #0xffff, lsl #0
    {A_UABS_G1, ZERO, 0xffffffff, 0, 0xd2bfffe5, 0},            // movz x5, #0xffff, lsl #16
    {A_UABS_G1, ZERO, 0xffffffff, 1, 0x100000000, REFUSED},
    {A_UABS_G1, ZERO, 0, -1, UINT64_MAX, REFUSED},
    {A_UABS_G1_NC, ZERO, 0x123456789abcdef0, 0, 0xf2b35785, 0}, // movk x5, #0x9abc, lsl #16
    {A_UABS_G1_NC, ZERO, 0, -1, 0xf2bfffe5, 0},                 // movk x5, #0xffff, lsl #16
    {A_UABS_G2, ZERO, 0xffffffffffff, 0, 0xd2dfffe5, 0},        // movz x5, #0xffff, lsl #32
    {A_UABS_G2, ZERO, 0xffffffffffff, 1, 0x1000000000000, REFUSED},
    {A_UABS_G2, ZERO, 0, -1, UINT64_MAX, REFUSED},
    {A_UABS_G2_NC, ZERO, 0x123456789abcdef0, 0, 0xf2cacf05, 0}, // movk x5, #0x5678, lsl #32
    {A_UABS_G2_NC, ZERO, 0, -1, 0xf2dfffe5, 0},                 // movk x5, #0xffff, lsl #32
    {A_UABS_G3, ZERO, 0x123456789abcdef0, 0, 0xd2e24685, 0},    // movz x5, #0x1234, lsl #48
    {A_UABS_G3, ZERO, UINT64_MAX, 0, 0xd2ffffe5, 0},            // movz x5, #0xffff, lsl #48

    {A_SABS_G0, ZERO, 0xffff, 0, 0xd29fffe5, 0}, // movz x5, #0xffff, lsl #0
    {A_SABS_G0, ZERO, 0xffff, 1, 0x10000, REFUSED},
    {A_SABS_G0, ZERO, 0, -0x10000ll, 0x929fffe5, 0}, // movn x5, #0xffff, lsl #0
    {A_SABS_G0, ZERO, 0, -0x10001ll, -0x10001ull, REFUSED},
    {A_SABS_G0, ZERO, 0, -1, 0x92800005, 0},         // movn x5, #0, lsl #0
    {A_SABS_G1, ZERO, 0xffffffff, 0, 0xd2bfffe5, 0}, // movz x5, #0xffff, lsl #16
    {A_SABS_G1, ZERO, 0xffffffff, 1, 0x100000000, REFUSED},
    {A_SABS_G1, ZERO, 0, -0x100000000ll, 0x92bfffe5, 0}, // movn x5, #0xffff, lsl #16
    {A_SABS_G1, ZERO, 0, -0x100000001ll, -0x100000001ull, REFUSED},
    {A_SABS_G1, ZERO, 0, -1, 0x92a00005, 0},             // movn x5, #0, lsl #16
    {A_SABS_G2, ZERO, 0xffffffffffff, 0, 0xd2dfffe5, 0}, // movz x5, #0xffff, lsl #32
    {A_SABS_G2, ZERO, 0xffffffffffff, 1, 0x1000000000000, REFUSED},
    {A_SABS_G2, ZERO, 0, -0x1000000000000ll, 0x92dfffe5, 0}, // movn x5, #0xffff, lsl #32
    {A_SABS_G2, ZERO, 0, -0x1000000000001ll, -0x1000000000001ull, REFUSED},
    {A_SABS_G2, ZERO, 0, -1, 0x92c00005, 0},     // movn x5, #0, lsl #32
    {A_PREL_G0, HERE, 0xffff, 0, 0xd29fffe5, 0}, // movz x5, #0xffff, lsl #0
    {A_PREL_G0, HERE, 0xffff, 1, 0x10000, REFUSED},
    {A_PREL_G0, HERE, 0, -0x10000ll, 0x929fffe5, 0}, // movn x5, #0xffff, lsl #0
    {A_PREL_G0, HERE, 0, -0x10001ll, -0x10001ull, REFUSED},
    {A_PREL_G0, HERE, 0, -1, 0x92800005, 0},         // movn x5, #0, lsl #0
    {A_PREL_G1, HERE, 0xffffffff, 0, 0xd2bfffe5, 0}, // movz x5, #0xffff, lsl #16
    {A_PREL_G1, HERE, 0xffffffff, 1, 0x100000000, REFUSED},
    {A_PREL_G1, HERE, 0, -0x100000000ll, 0x92bfffe5, 0}, // movn x5, #0xffff, lsl #16
    {A_PREL_G1, HERE, 0, -0x100000001ll, -0x100000001ull, REFUSED},
    {A_PREL_G1, HERE, 0, -1, 0x92a00005, 0},             // movn x5, #0, lsl #16
    {A_PREL_G2, HERE, 0xffffffffffff, 0, 0xd2dfffe5, 0}, // movz x5, #0xffff, lsl #32
    {A_PREL_G2, HERE, 0xffffffffffff, 1, 0x1000000000000, REFUSED},
    {A_PREL_G2, HERE, 0, -0x1000000000000ll, 0x92dfffe5, 0}, // movn x5, #0xffff, lsl #32
    {A_PREL_G2, HERE, 0, -0x1000000000001ll, -0x1000000000001ull, REFUSED},
    {A_PREL_G2, HERE, 0, -1, 0x92c00005, 0},                    // movn x5, #0, lsl #32
    {A_PREL_G0_NC, HERE, 0x123456789abcdef0, 0, 0xf29bde05, 0}, // movk x5, #0xdef0, lsl #0
    {A_PREL_G0_NC, HERE, 0, -1, 0xf29fffe5, 0},                 // movk x5, #0xffff, lsl #0
    {A_PREL_G1_NC, HERE, 0x123456789abcdef0, 0, 0xf2b35785, 0}, // movk x5, #0x9abc, lsl #16
    {A_PREL_G1_NC, HERE, 0, -1, 0xf2bfffe5, 0},                 // movk x5, #0xffff, lsl #16
    {A_PREL_G2_NC, HERE, 0x123456789abcdef0, 0, 0xf2cacf05, 0}, // movk x5, #0x5678, lsl #32
    {A_PREL_G2_NC, HERE, 0, -1, 0xf2dfffe5, 0},                 // movk x5, #0xffff, lsl #32
    {A_PREL_G3, HERE, 0x123456789abcdef0, 0, 0xd2e24685, 0},    // movz x5, #0x1234, lsl #48
    {A_PREL_G3, HERE, 0, INT64_MIN, 0x92efffe5, 0},             // movn x5, #0x7fff, lsl #48

    {A_LD_PREL_LO19, HERE, 0xffffc, 0, 0x587fffe5, 0}, // ldr x5, #1048572
    {A_LD_PREL_LO19, HERE, 0xffffc, 4, 0x100000, REFUSED},
    {A_LD_PREL_LO19, HERE, 0, -0x100000, 0x58800005, 0}, // ldr x5, #-1048576
    {A_LD_PREL_LO19, HERE, 0, -0x100004, -0x100004ull, REFUSED},
    {A_LD_PREL_LO19, HERE, 0x5554, 0, 0x5802aaa5, 0}, // ldr x5, #21844
    {A_LD_PREL_LO19, HERE, 8, 1, 9, REFUSED},
    {A_LD_PREL_LO19, HERE, 8, 2, 10, REFUSED},
    {A_LD_PREL_LO19, HERE, 8, 3, 11, REFUSED},
    {A_ADR_PREL_LO21, HERE, 0xfffff, 0, 0x707fffe5, 0}, // adr x5, #1048575
    {A_ADR_PREL_LO21, HERE, 0xfffff, 1, 0x100000, REFUSED},
    {A_ADR_PREL_LO21, HERE, 0, -0x100000, 0x10800005, 0}, // adr x5, #-1048576
    {A_ADR_PREL_LO21, HERE, 0, -0x100001, -0x100001ull, REFUSED},
    {A_ADR_PREL_LO21, HERE, 0x5554, 0, 0x1002aaa5, 0}, // adr x5, #21844
    {A_TSTBR14, HERE, 0x7ffc, 0, 0xb6fbffe5, 0},       // tbz x5, #63, #32764
    {A_TSTBR14, HERE, 0x7ffc, 4, 0x8000, REFUSED},
    {A_TSTBR14, HERE, 0, -0x8000, 0xb6fc0005, 0}, // tbz x5, #63, #-32768
    {A_TSTBR14, HERE, 0, -0x8004, -0x8004ull, REFUSED},
    {A_TSTBR14, HERE, 0x5554, 0, 0xb6faaaa5, 0}, // tbz x5, #63, #21844
    {A_TSTBR14, HERE, 8, 1, 9, REFUSED},
    {A_TSTBR14, HERE, 8, 2, 10, REFUSED},
    {A_TSTBR14, HERE, 8, 3, 11, REFUSED},
    {A_CONDBR19, HERE, 0xffffc, 0, 0x547fffe1, 0}, // b.ne #1048572
    {A_CONDBR19, HERE, 0xffffc, 4, 0x100000, REFUSED},
    {A_CONDBR19, HERE, 0, -0x100000, 0x54800001, 0}, // b.ne #-1048576
    {A_CONDBR19, HERE, 0, -0x100004, -0x100004ull, REFUSED},
    {A_CONDBR19, HERE, 0x5554, 0, 0x5402aaa1, 0}, // b.ne #21844
    {A_CONDBR19, HERE, 8, 1, 9, REFUSED},
    {A_CONDBR19, HERE, 8, 2, 10, REFUSED},
    {A_CONDBR19, HERE, 8, 3, 11, REFUSED},
    {A_JUMP26, HERE, 0x7fffffc, 0, 0x15ffffff, 0},  // b #134217724
    {A_JUMP26, HERE, 0, -0x8000000, 0x16000000, 0}, // b #-134217728
    {A_JUMP26, HERE, 0x1555554, 0, 0x14555555, 0},  // b #0x1555554
    {A_JUMP26, HERE, 8, 1, 9, REFUSED},
    {A_JUMP26, HERE, 8, 2, 10, REFUSED},
    {A_JUMP26, HERE, 8, 3, 11, REFUSED},
    {A_CALL26, HERE, 0x7fffffc, 0, 0x95ffffff, 0},  // bl #134217724
    {A_CALL26, HERE, 0, -0x8000000, 0x96000000, 0}, // bl #-134217728
    {A_CALL26, HERE, 0x1555554, 0, 0x94555555, 0},  // bl #0x1555554
    {A_CALL26, HERE, 8, 1, 9, REFUSED},
    {A_CALL26, HERE, 8, 2, 10, REFUSED},
    {A_CALL26, HERE, 8, 3, 11, REFUSED},

    {A_ADR_PREL_PG_HI21, PAGE, 0xffffffff, 0, 0xf07fffe5, 0}, // adrp x5, #0xfffff000
    {A_ADR_PREL_PG_HI21, PAGE, 0xffffffff, 1, 0x100000000, REFUSED},
    {A_ADR_PREL_PG_HI21, PAGE, 0, -0x100000000ll, 0x90800005, 0}, // adrp x5, #-0x100000000
    {A_ADR_PREL_PG_HI21, PAGE, 0, -0x100000001ll, -0x100001000ull, REFUSED},
    {A_ADR_PREL_PG_HI21, PAGE, 0x12345fff, 0, 0xb0091a25, 0},        // adrp x5, #0x12345000
    {A_ADR_PREL_PG_HI21, PAGE, 0xfff, 1, 0xb0000005, 0},             // adrp x5, #0x1000
    {A_ADR_PREL_PG_HI21, PAGE, 0, -1, 0xf0ffffe5, 0},                // adrp x5, #-0x1000
    {A_ADR_PREL_PG_HI21_NC, PAGE, 0x1023456fff, 0, 0xd011a2a5, 0},   // adrp x5, #0x23456000
    {A_ADR_PREL_PG_HI21_NC, PAGE, 0, -0x100001000ll, 0xf07fffe5, 0}, // adrp x5, #0xfffff000

    {A_ADD_ABS_LO12_NC, ZERO, 0x123456789abcdfff, 0, 0x913ffcc5, 0}, // add x5, x6, #0xfff
    {A_ADD_ABS_LO12_NC, ZERO, UINT64_MAX, 2, 0x910004c5, 0},         // add x5, x6, #1
    {A_LDST8, ZERO, 0x123456789abcdfff, 0, 0x397ffcc5, 0},           // ldrb w5, [x6, #0xfff]
    {A_LDST16, ZERO, 0x123456789abcdffe, 0, 0x795ffcc5, 0},          // ldrh w5, [x6, #4094]
    {A_LDST16, ZERO, 0xffffffff00000000, 2, 0x794004c5, 0},          // ldrh w5, [x6, #2]
    {A_LDST16, ZERO, 0x1000, 1, 0x1001, REFUSED},
    {A_LDST32, ZERO, 0x123456789abcdffc, 0, 0xb94ffcc5, 0}, // ldr w5, [x6, #4092]
    {A_LDST32, ZERO, 0xffffffff00000000, 4, 0xb94004c5, 0}, // ldr w5, [x6, #4]
    {A_LDST32, ZERO, 0x1000, 1, 0x1001, REFUSED},
    {A_LDST32, ZERO, 0x1000, 2, 0x1002, REFUSED},
    {A_LDST32, ZERO, 0x1000, 3, 0x1003, REFUSED},
    {A_LDST64, ZERO, 0x123456789abcdff8, 0, 0xf907fcc5, 0}, // str x5, [x6, #4088]
    {A_LDST64, ZERO, 0xffffffff00000000, 8, 0xf90004c5, 0}, // str x5, [x6, #8]
    {A_LDST64, ZERO, 0x1000, 1, 0x1001, REFUSED},
    {A_LDST64, ZERO, 0x1000, 4, 0x1004, REFUSED},
    {A_LDST64, ZERO, 0x1000, 7, 0x1007, REFUSED},
    {A_LDST128, ZERO, 0x123456789abcdff0, 0, 0x3dc3fcc5, 0},  // ldr q5, [x6, #4080]
    {A_LDST128, ZERO, 0xffffffff00000000, 16, 0x3dc004c5, 0}, // ldr q5, [x6, #16]
    {A_LDST128, ZERO, 0x1000, 1, 0x1001, REFUSED},
    {A_LDST128, ZERO, 0x1000, 8, 0x1008, REFUSED},
    {A_LDST128, ZERO, 0x1000, 15, 0x100f, REFUSED},

    {A_ADR_GOT_PAGE, ZERO, 0x1234, 0, 0xb0000005, 0},              // adrp x5, #0x1000
    {A_ADR_GOT_PAGE, ZERO, 0x1234, 0x7fffffffffll, 0xb0000005, 0}, // adrp x5, #0x1000
    {A_LD64_GOT_LO12_NC, ZERO, 0x1234, 0, 0xf94000c5, 0},          // ldr x5, [x6, #0]
    {A_LD64_GOTPAGE_LO15, ZERO, 0x1234, 0, 0xf94000c5, 0},         // ldr x5, [x6, #0]
    {A_GOT_LD_PREL19, ZERO, 0x1234, 0, 0x58007f85, 0},             // ldr x5, #0xff0
    {A_NONE, ZERO, UINT64_MAX, 0, 0, 0},
    {A_NONE_OLD, ZERO, UINT64_MAX, 0, 0, 0},
};

// The bytes around the word are as they were.
static void check_bytes(const struct link_fixture *f, const struct vector *v)
{
    const struct aa_kind *kind = aa_kind_of(v->type);
    uint32_t wanted[8] = {0};
    for (unsigned i = 0; i < 8; i += 2)
        wanted[i] = kind->instruction;
    memcpy((uint8_t *)wanted + AA_PLACE, &v->word, kind->width);
    if (memcmp(f->block, wanted, sizeof(wanted)) != 0)
        print_message("vector %zu, type %u: %#llx\n", (size_t)(v - vectors), v->type,
                      (unsigned long long)aa_load(f, AA_PLACE, 8));
    assert_memory_equal(f->block, wanted, sizeof(wanted));
}

static void check_overflow(struct link_fixture *f, const struct vector *v)
{
    assert_codes(&f->memory, &f->diags, "link-reloc-overflow");
    const struct btl_diag *diag = f->diags.first;
    assert_str(&f->memory, diag->arg[1].str, ".text");
    assert_str(&f->memory, diag->arg[3].str, "there");
    assert_true(diag->arg[4].number == v->word);
}

TEST(values_are_right_up_to_the_limits_and_refused_beyond)
{
    for (size_t i = 0; i < BTL_COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct link_fixture f;
        bool good = aa_link_one(&f, v->type, origins[v->origin] + v->value, v->addend);
        if (good == v->refused)
            print_message("vector %zu, type %u\n", i, v->type);
        assert_true(good != v->refused);
        if (good)
            check_bytes(&f, v);
        else
            check_overflow(&f, v);
        lf_end(&f);
    }
}

// The previous value of a field does not count: the addend is in the entry.
TEST(the_field_is_overwritten)
{
    for (size_t i = 0; i < BTL_COUNT(aa_kinds); i++) {
        const struct aa_kind *kind = &aa_kinds[i];
        uint8_t code[2][8];
        for (unsigned full = 0; full <= 1; full++) {
            struct link_fixture f;
            uint32_t word[2] = {kind->instruction, 0};
            uint32_t field = kind->field & 0x20000000 ? kind->field : kind->field & ~0x40000000u;
            if (full)
                word[0] |= field;
            aa_begin(&f, SIZE_MAX);
            uint32_t text =
                eb_section(&f.builder, ".text", ELF_SHT_PROGBITS, LF_CODE, 8, word, sizeof(word));
            uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
            eb_rela(&f.builder, text, 0, symbol, kind->type, 0);
            assert_true(lf_link(&f, 0x4000));
            memcpy(code[full], f.block, sizeof(code[full]));
            lf_end(&f);
        }
        if (kind->width != 0)
            assert_memory_equal(code[0], code[1], sizeof(code[0]));
    }
}
