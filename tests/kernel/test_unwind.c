// SPDX-License-Identifier: BSD-2-Clause
// The decoder of ia64's unwind information. Bytes are from gcc and the assembler, for the named
// functions, or made by the guide's appendix B.
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "arch/ia64/unwind.h"

static struct unwind_state state_at(const uint8_t *bytes, size_t size, uint64_t slot)
{
    struct unwind_state state;

    assert_true(unwind_read((struct btl_bytes){bytes, size}, slot, &state));
    return state;
}
#define AT(bytes, slot) state_at(bytes, sizeof(bytes), slot)

static void assert_place(struct unwind_place place, enum unwind_where where, int64_t value)
{
    assert_int_equal(place.where, where);
    if (where != UNWIND_UNSAVED)
        assert_int_equal(place.value, value);
}

// prologue_gr(mask=[rp,ar.pfs,psp],grsave=r38,rlen=6) pfs_when(0) mem_stack_v(1) rp_when(5)
// body(rlen=63) epilogue(t=1)
static const uint8_t usual[] = {0x47, 0x26, 0x06, 0xe6, 0x00, 0xe1, 0x01, 0xe4,
                                0x05, 0x61, 0x3f, 0xc0, 0x01, 0x00, 0x00, 0x00};

TEST(what_a_prologue_saves_is_there_after_its_slot)
{
    assert_place(AT(usual, 0).pfs, UNWIND_UNSAVED, 0);
    assert_place(AT(usual, 1).pfs, UNWIND_GR, 39);
    assert_place(AT(usual, 1).psp, UNWIND_UNSAVED, 0);
    assert_place(AT(usual, 2).psp, UNWIND_GR, 40);
    assert_place(AT(usual, 5).rp, UNWIND_UNSAVED, 0);
    assert_place(AT(usual, 6).rp, UNWIND_GR, 38);
}

TEST(the_body_has_all_of_it_to_its_last_slot)
{
    for (uint64_t slot = 6; slot < 6 + 63; slot++) {
        assert_place(AT(usual, slot).rp, UNWIND_GR, 38);
        assert_place(AT(usual, slot).pfs, UNWIND_GR, 39);
    }
}

TEST(padding_behind_the_last_region_is_harmless)
{
    assert_place(AT(usual, 1000).rp, UNWIND_GR, 38);
}

// Assembler: prologue(3) pfs_when(0) pfs_gr(r34) rp_when(1) rp_gr(r33) mem_stack_v(2) psp_gr(r35)
TEST(registers_named_one_by_one)
{
    static const uint8_t bytes[] = {0x03, 0xe6, 0x00, 0xb1, 0x22, 0xe4, 0x01, 0xb0,
                                    0xa1, 0xe1, 0x02, 0xb0, 0x23, 0x61, 0x5d};

    assert_place(AT(bytes, 2).rp, UNWIND_GR, 33);
    assert_place(AT(bytes, 1).pfs, UNWIND_GR, 34);
    assert_place(AT(bytes, 3).psp, UNWIND_GR, 35);
    assert_place(AT(bytes, 2).psp, UNWIND_UNSAVED, 0);
}

TEST(without_a_slot_a_place_counts_from_the_end_of_its_region)
{
    static const uint8_t bytes[] = {0x04, 0xb0, 0xa1, 0x24}; // prologue(4) rp_gr(r33) body(4)

    assert_place(AT(bytes, 3).rp, UNWIND_UNSAVED, 0);
    assert_place(AT(bytes, 4).rp, UNWIND_GR, 33);
}

// _start: prologue(1) rp_br(b0) body(8)
TEST(a_branch_register)
{
    static const uint8_t bytes[] = {0x01, 0xb3, 0x00, 0x28};

    assert_place(AT(bytes, 2).rp, UNWIND_BR, 0);
}

TEST(places_in_memory)
{
    // prologue(10) mem_stack_f(t=2, size=3) rp_when(4) rp_psprel(6) pfs_when(5) then P8
    // pfs_sprel(9)
    static const uint8_t bytes[] = {0x0a, 0xe0, 0x02, 0x03, 0xe4, 0x04, 0xe5,
                                    0x06, 0xe6, 0x05, 0xf0, 0x02, 0x09, 0x2a};

    assert_place(AT(bytes, 12).psp, UNWIND_SIZE, 48);
    assert_place(AT(bytes, 12).rp, UNWIND_PSPREL, 16 - 24);
    assert_place(AT(bytes, 12).pfs, UNWIND_SPREL, 36);
    assert_place(AT(bytes, 2).psp, UNWIND_UNSAVED, 0);
    assert_place(AT(bytes, 3).psp, UNWIND_SIZE, 48);
}

// A function that returns early, then continues with its state: label_state(1) … copy_state(1).
TEST(a_state_is_taken_up_again)
{
    static const uint8_t bytes[] = {0x02, 0x2a, 0x81, 0xc0, 0x01, // prologue(2) body(10) label 1
                                    0x47, 0x26, 0x04, 0x2a,       // prologue_gr(4) body(10)
                                    0x2a, 0xa1, 0xc0, 0x01};      // body(10) copy 1

    assert_place(AT(bytes, 5).rp, UNWIND_UNSAVED, 0);
    assert_place(AT(bytes, 20).rp, UNWIND_GR, 38);
    assert_place(AT(bytes, 30).rp, UNWIND_UNSAVED, 0);
}

TEST(records_that_do_not_matter_are_passed_over)
{
    // prologue(9): P1 br_mem, P2 br_gr, P4 spill_mask (18 bits: 3 bytes), P5, P6, P9, P10, X1 to
    // X4, preds, unat, lc; then rp_gr(r40)
    static const uint8_t bytes[] = {0x09, 0x81, 0xa0, 0x91, 0xb8, 0xff, 0xff, 0xff, 0xb9, 0x11,
                                    0x22, 0x33, 0xc1, 0xf1, 0x01, 0x20, 0xff, 0x00, 0x01, 0xf9,
                                    0x01, 0x02, 0x03, 0xfa, 0x01, 0x02, 0x03, 0xfb, 0x01, 0x02,
                                    0x03, 0x04, 0xfc, 0x01, 0x02, 0x03, 0x04, 0xe8, 0x01, 0xea,
                                    0x02, 0xec, 0x03, 0xb0, 0xa8, 0x21};

    assert_place(AT(bytes, 9).rp, UNWIND_GR, 40);
}

TEST(long_forms_of_body_records)
{
    // prologue_gr(2) body(300 by R3) B4 label(40) B3 epilogue(t=1, ecount=33) body(5) B4 copy(40)
    static const uint8_t bytes[] = {0x47, 0x26, 0x02, 0x61, 0xac, 0x02, 0xf0,
                                    0x28, 0xe0, 0x01, 0x21, 0x25, 0xf8, 0x28};

    assert_place(AT(bytes, 305).rp, UNWIND_GR, 38);
}

TEST(cut_short_anywhere_it_is_refused_or_read_to_there)
{
    struct unwind_state result;

    for (size_t size = 0; size <= sizeof(usual); size++) {
        uint8_t *copy = malloc(size + 1);
        memcpy(copy, usual, size);
        unwind_read((struct btl_bytes){copy, size}, 40, &result); // under the sanitizers
        free(copy);
    }
    assert_false(unwind_read((struct btl_bytes){usual, 1}, 40, &result)); // R2 without its register
    assert_false(unwind_read((struct btl_bytes){usual, 4}, 40, &result)); // P7 without its slot
}

TEST(a_number_without_end_is_refused)
{
    static const uint8_t bytes[] = {0x61, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct unwind_state result;

    assert_false(unwind_read((struct btl_bytes){bytes, sizeof(bytes)}, 40, &result));
}

TEST(a_label_that_nobody_set_is_refused)
{
    static const uint8_t bytes[] = {0x02, 0x2a, 0xa5};
    struct unwind_state result;

    assert_false(unwind_read((struct btl_bytes){bytes, sizeof(bytes)}, 5, &result));
}

// Random bytes: no access outside, no endless loop.
TEST(any_bytes_are_survived)
{
    uint64_t random = 0x9e3779b97f4a7c15ull;
    struct unwind_state result;
    uint8_t bytes[48];

    for (int round = 0; round < 200000; round++) {
        size_t size = (size_t)(random >> 59) + 1;
        for (size_t i = 0; i < size; i++) {
            random = random * 6364136223846793005ull + 1442695040888963407ull;
            bytes[i] = (uint8_t)(random >> 56);
        }
        uint8_t *copy = malloc(size);
        memcpy(copy, bytes, size);
        unwind_read((struct btl_bytes){copy, size}, random >> 40 & 0x3ff, &result);
        free(copy);
    }
}
