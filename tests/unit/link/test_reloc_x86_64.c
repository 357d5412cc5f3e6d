// SPDX-License-Identifier: BSD-2-Clause
// Every relocation type of x86-64: its value, its limits and one beyond, or its refusal.
#include "test_case.h"

#include <stdio.h>
#include <string.h>

#include "link_fixture.h"
#include "link/reloc.h"

// Numbers of the psABI, written again here: a typing error in the table must not pass.
enum {
    R_NONE = 0,
    R_64 = 1,
    R_PC32 = 2,
    R_GOT32 = 3,
    R_PLT32 = 4,
    R_GOTPCREL = 9,
    R_32 = 10,
    R_32S = 11,
    R_PC64 = 24,
    R_GOTOFF64 = 25,
    R_GOTPC32 = 26,
    R_GOT64 = 27,
    R_GOTPCREL64 = 28,
    R_GOTPC64 = 29,
    R_GOTPLT64 = 30,
    R_PLTOFF64 = 31,
    R_SIZE32 = 32,
    R_SIZE64 = 33,
    R_GOTPCRELX = 41,
    R_REX_GOTPCRELX = 42,
};

#define PLACE     16u // offset of the field in .text, which lies at the base
#define TEXT_SIZE 32u
#define FILLER    0xcc
#define GOT_FIRST 0x1000u // offset of the GOT: .text takes the first page

// One relocation of `type` at PLACE against a symbol of that value and size.
static bool link_one(struct link_fixture *f, uint32_t type, uint64_t base, uint64_t value,
                     uint64_t size, int64_t addend)
{
    uint8_t code[TEXT_SIZE];
    memset(code, FILLER, sizeof(code));
    lf_begin(f, SIZE_MAX);
    uint32_t text =
        eb_section(&f->builder, ".text", ELF_SHT_PROGBITS, LF_CODE, 16, code, sizeof(code));
    uint32_t symbol =
        eb_symbol(&f->builder, "there", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_ABS, value, size);
    eb_rela(&f->builder, text, PLACE, symbol, type, addend);
    return lf_link(f, base);
}

struct vector {
    uint32_t type;
    uint64_t base, value, size;
    int64_t addend;
    unsigned width; // 0: it must be refused as an overflow
    uint64_t field; // what must stand there; when refused, the value that the message names
};

#define LOW  0x100000ull
#define HIGH 0xffffffff81000000ull

static const struct vector vectors[] = {
    {R_64, LOW, UINT64_MAX, 0, 0, 8, UINT64_MAX},
    {R_64, LOW, UINT64_MAX, 0, 2, 8, 1}, // modulo 2^64
    {R_64, LOW, 0, 0, INT64_MIN, 8, 1ull << 63},

    {R_32, LOW, 0xffffffff, 0, 0, 4, 0xffffffff},
    {R_32, LOW, 0, 0, 0, 4, 0},
    {R_32, LOW, 0xffffffff, 0, 1, 0, 0x100000000},
    {R_32, LOW, 0, 0, -1, 0, UINT64_MAX},
    {R_32, HIGH, HIGH, 0, 0, 0, HIGH}, // zero-extended, so a kernel address does not fit

    {R_32S, LOW, 0x7fffffff, 0, 0, 4, 0x7fffffff},
    {R_32S, LOW, 0x7fffffff, 0, 1, 0, 0x80000000},
    {R_32S, HIGH, 0xffffffff80000000, 0, 0, 4, 0x80000000},
    {R_32S, HIGH, 0xffffffff80000000, 0, -1, 0, 0xffffffff7fffffff},
    {R_32S, HIGH, UINT64_MAX, 0, 0, 4, 0xffffffff},

    // S + A - P with P = base + 16
    {R_PC32, LOW, LOW + PLACE + 0x7fffffff, 0, 0, 4, 0x7fffffff},
    {R_PC32, LOW, LOW + PLACE + 0x7fffffff, 0, 1, 0, 0x80000000},
    {R_PC32, HIGH, HIGH + PLACE - 0x80000000, 0, 0, 4, 0x80000000},
    {R_PC32, HIGH, HIGH + PLACE - 0x80000000, 0, -1, 0, 0xffffffff7fffffff},
    {R_PC32, HIGH, HIGH + PLACE, 0, -4, 4, 0xfffffffc},
    {R_PC32, LOW, 0xffffffffffffff00, 0, 0, 4, 0xffefff00 - 0x10}, // around 0, as the CPU counts
    {R_PLT32, LOW, LOW + PLACE + 0x7fffffff, 0, 0, 4, 0x7fffffff},
    {R_PLT32, LOW, LOW + PLACE + 0x7fffffff, 0, 1, 0, 0x80000000},
    {R_PLT32, HIGH, HIGH + PLACE - 0x80000000, 0, 0, 4, 0x80000000},
    {R_PLT32, HIGH, HIGH + PLACE - 0x80000000, 0, -1, 0, 0xffffffff7fffffff},
    {R_PC64, LOW, HIGH, 0, 0, 8, HIGH - LOW - PLACE},
    {R_PC64, HIGH, LOW, 0, -8, 8, LOW - HIGH - PLACE - 8},

    // the GOT is at base + 0x1000, its only entry is the first
    {R_GOTPCREL, HIGH, 0x1234, 0, -4, 4, GOT_FIRST - PLACE - 4},
    {R_GOTPCRELX, HIGH, 0x1234, 0, -4, 4, GOT_FIRST - PLACE - 4},
    {R_REX_GOTPCRELX, HIGH, 0x1234, 0, -4, 4, GOT_FIRST - PLACE - 4},
    {R_GOTPCREL, HIGH, 0, 0, 0x7fffffff - GOT_FIRST + PLACE, 4, 0x7fffffff},
    {R_GOTPCREL, HIGH, 0, 0, 0x80000000 - GOT_FIRST + PLACE, 0, 0x80000000},
    {R_GOTPCREL, HIGH, 0, 0, -0x80000000ll - (int64_t)GOT_FIRST + PLACE, 4, 0x80000000},
    {R_GOTPCREL, HIGH, 0, 0, -0x80000001ll - (int64_t)GOT_FIRST + PLACE, 0, 0xffffffff7fffffff},
    {R_GOTPCRELX, HIGH, 0, 0, 0x80000000 - GOT_FIRST + PLACE, 0, 0x80000000},
    {R_REX_GOTPCRELX, HIGH, 0, 0, 0x80000000 - GOT_FIRST + PLACE, 0, 0x80000000},
    {R_GOTPCREL64, HIGH, 0x1234, 0, 0x100000000, 8, 0x100000000 + GOT_FIRST - PLACE},
    {R_GOT32, HIGH, 0x1234, 0, 0x7fffffff, 4, 0x7fffffff},
    {R_GOT32, HIGH, 0x1234, 0, 0x80000000, 0, 0x80000000},
    {R_GOT32, HIGH, 0x1234, 0, -0x80000000ll, 4, 0x80000000},
    {R_GOT32, HIGH, 0x1234, 0, -0x80000001ll, 0, 0xffffffff7fffffff},
    {R_GOT64, HIGH, 0x1234, 0, 5, 8, 5},
    {R_GOTPLT64, HIGH, 0x1234, 0, 5, 8, 5},

    // these do without an entry; the GOT is empty and begins where the constants would
    {R_GOTOFF64, HIGH, HIGH, 0, 3, 8, 3 - (uint64_t)GOT_FIRST},
    {R_PLTOFF64, HIGH, HIGH, 0, 3, 8, 3 - (uint64_t)GOT_FIRST},
    {R_GOTPC64, HIGH, 0, 0, 9, 8, GOT_FIRST - PLACE + 9},
    {R_GOTPC32, HIGH, 0, 0, 9, 4, GOT_FIRST - PLACE + 9},
    {R_GOTPC32, HIGH, 0, 0, 0x7fffffff - GOT_FIRST + PLACE, 4, 0x7fffffff},
    {R_GOTPC32, HIGH, 0, 0, 0x80000000 - GOT_FIRST + PLACE, 0, 0x80000000},

    {R_SIZE32, LOW, 7, 0xfffffff0, 15, 4, 0xffffffff},
    {R_SIZE32, LOW, 7, 0xfffffff0, 16, 0, 0x100000000},
    {R_SIZE32, LOW, 7, 0, -1, 0, UINT64_MAX},
    {R_SIZE64, LOW, 7, 0x100000000, 1, 8, 0x100000001},
};

// The bytes around the field are as they were.
static void check_bytes(const struct link_fixture *f, const struct vector *v)
{
    uint8_t wanted[TEXT_SIZE];
    memset(wanted, FILLER, sizeof(wanted));
    memcpy(wanted + PLACE, &v->field, v->width);
    assert_memory_equal(f->block, wanted, sizeof(wanted));
}

static void check_overflow(struct link_fixture *f, const struct vector *v)
{
    assert_codes(&f->memory, &f->diags, "link-reloc-overflow");
    const struct btl_diag *diag = f->diags.first;
    assert_str(&f->memory, diag->place.module, "t");
    assert_str(&f->memory, diag->arg[1].str, ".text");
    assert_int_equal(diag->arg[2].number, PLACE);
    assert_str(&f->memory, diag->arg[3].str, "there");
    assert_true(diag->arg[4].number == v->field);
}

TEST(values_are_right_up_to_the_limits_and_refused_beyond)
{
    for (size_t i = 0; i < BTL_COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct link_fixture f;
        bool good = link_one(&f, v->type, v->base, v->value, v->size, v->addend);
        if (good != (v->width != 0))
            print_message("vector %zu, type %u\n", i, v->type);
        assert_true(good == (v->width != 0));
        if (v->width != 0)
            check_bytes(&f, v);
        else
            check_overflow(&f, v);
        lf_end(&f);
    }
}

TEST(the_type_none_changes_nothing_wherever_it_stands)
{
    struct link_fixture f;
    assert_true(link_one(&f, R_NONE, LOW, UINT64_MAX, 0, 0));
    check_bytes(&f, &(struct vector){.width = 0});
    lf_end(&f);
}

// A field may end with its section, and not one byte later.
TEST(the_width_of_the_field_counts_at_the_end_of_the_section)
{
    static const struct {
        uint32_t type;
        unsigned width;
    } types[] = {
        {R_NONE, 0},     {R_64, 8},     {R_PC32, 4},       {R_GOT32, 4},     {R_PLT32, 4},
        {R_GOTPCREL, 4}, {R_32, 4},     {R_32S, 4},        {R_PC64, 8},      {R_GOTOFF64, 8},
        {R_GOTPC32, 4},  {R_GOT64, 8},  {R_GOTPCREL64, 8}, {R_GOTPC64, 8},   {R_GOTPLT64, 8},
        {R_PLTOFF64, 8}, {R_SIZE32, 4}, {R_SIZE64, 8},     {R_GOTPCRELX, 4}, {R_REX_GOTPCRELX, 4},
    };
    for (size_t i = 0; i < BTL_COUNT(types); i++) {
        for (unsigned beyond = 0; beyond <= 1; beyond++) {
            struct link_fixture f;
            lf_begin(&f, SIZE_MAX);
            uint32_t text =
                eb_section(&f.builder, ".text", ELF_SHT_PROGBITS, LF_CODE, 1, NULL, TEXT_SIZE);
            uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
            eb_rela(&f.builder, text, TEXT_SIZE - types[i].width + beyond, symbol, types[i].type,
                    0);
            // Layout alone must see it: the store behind it is tested below.
            assert_int_equal(beyond ? lf_layout(&f) : lf_link(&f, LOW), !beyond);
            assert_codes(&f.memory, &f.diags, beyond ? "link-reloc-outside" : "");
            lf_end(&f);
        }
    }
}

// A module with 32 bytes of code; its section.
static uint32_t begin_with_text(struct link_fixture *f)
{
    lf_begin(f, SIZE_MAX);
    return eb_section(&f->builder, ".text", ELF_SHT_PROGBITS, LF_CODE, 1, NULL, 32);
}

TEST(offsets_near_2_to_the_64_are_outside)
{
    for (uint64_t offset = UINT64_MAX - 8; offset != 0; offset++) {
        struct link_fixture f;
        uint32_t text = begin_with_text(&f);
        uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
        eb_rela(&f.builder, text, offset, symbol, R_64, 0);
        assert_false(lf_layout(&f));
        assert_codes(&f.memory, &f.diags, "link-reloc-outside");
        lf_end(&f);
    }
}

// Layout has checked the entries; the store does not rely on it.
TEST(an_entry_that_changes_after_layout_is_stopped_at_the_store)
{
    struct link_fixture f;
    uint32_t text = begin_with_text(&f);
    uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
    uint32_t rela = eb_rela(&f.builder, text, 0, symbol, R_64, 0);
    assert_true(lf_resolve(&f, LOW));
    eb_rela_at(&f.builder, rela, 0)->offset = 25;
    assert_false(btl_image_relocate(&f.image, &f.diags));
    assert_codes(&f.memory, &f.diags, "link-reloc-outside");
    lf_end(&f);
}

TEST(a_symbol_number_that_the_file_does_not_have_is_refused)
{
    struct link_fixture f;
    uint32_t text = begin_with_text(&f);
    uint32_t last = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
    eb_rela(&f.builder, text, 0, last, R_64, 0);
    eb_rela(&f.builder, text, 0, last + 1, R_64, 0);
    eb_rela(&f.builder, text, 0, UINT32_MAX, R_NONE, 0);
    assert_false(lf_layout(&f));
    assert_codes(&f.memory, &f.diags, "link-reloc-symbol link-reloc-symbol");
    assert_int_equal(f.diags.first->arg[3].number, last + 1);
    lf_end(&f);
}

TEST(types_without_meaning_in_a_module_are_refused_by_name)
{
    static const struct {
        uint32_t type;
        const char *name;
    } refused[] = {
        {5, "R_X86_64_COPY"},
        {6, "R_X86_64_GLOB_DAT"},
        {7, "R_X86_64_JUMP_SLOT"},
        {8, "R_X86_64_RELATIVE"},
        {12, "R_X86_64_16"},
        {13, "R_X86_64_PC16"},
        {14, "R_X86_64_8"},
        {15, "R_X86_64_PC8"},
        {16, "R_X86_64_DTPMOD64"},
        {17, "R_X86_64_DTPOFF64"},
        {18, "R_X86_64_TPOFF64"},
        {19, "R_X86_64_TLSGD"},
        {20, "R_X86_64_TLSLD"},
        {21, "R_X86_64_DTPOFF32"},
        {22, "R_X86_64_GOTTPOFF"},
        {23, "R_X86_64_TPOFF32"},
        {34, "R_X86_64_GOTPC32_TLSDESC"},
        {35, "R_X86_64_TLSDESC_CALL"},
        {36, "R_X86_64_TLSDESC"},
        {37, "R_X86_64_IRELATIVE"},
        {38, "R_X86_64_RELATIVE64"},
    };
    for (size_t i = 0; i < BTL_COUNT(refused); i++) {
        struct link_fixture f;
        assert_false(link_one(&f, refused[i].type, LOW, 0, 0, 0));
        assert_codes(&f.memory, &f.diags, "link-reloc-unsupported");
        assert_str(&f.memory, f.diags.first->arg[0].str, refused[i].name);
        lf_end(&f);
    }
}

TEST(unknown_types_are_refused_by_number)
{
    static const uint32_t unknown[] = {39, 40, 43, 255, 0x80000001, UINT32_MAX};
    for (size_t i = 0; i < BTL_COUNT(unknown); i++) {
        struct link_fixture f;
        assert_false(link_one(&f, unknown[i], LOW, 0, 0, 0));
        assert_codes(&f.memory, &f.diags, "link-reloc-unknown");
        assert_int_equal(f.diags.first->arg[0].number, unknown[i]);
        lf_end(&f);
    }
}

TEST(every_bad_relocation_is_reported)
{
    struct link_fixture f;
    uint32_t text = begin_with_text(&f);
    uint32_t far = eb_symbol(&f.builder, "far", EB_GLOBAL(0), ELF_SHN_ABS, 1ull << 40, 0);
    eb_rela(&f.builder, text, 0, far, R_32, 0);
    eb_rela(&f.builder, text, 8, far, R_64, 0);
    eb_rela(&f.builder, text, 4, far, R_PC32, 0);
    assert_false(lf_link(&f, LOW));
    assert_codes(&f.memory, &f.diags, "link-reloc-overflow link-reloc-overflow");
    assert_true(lf_load64(&f, text, 8) == 1ull << 40); // what is right is applied all the same
    assert_int_equal(lf_load32(&f, text, 0), 0);       // what overflows is not stored
    lf_end(&f);
}

TEST(a_symbol_in_a_section_that_is_not_loaded_has_no_address)
{
    struct link_fixture f;
    uint32_t text = begin_with_text(&f);
    uint32_t debug = eb_section(&f.builder, ".debug_str", ELF_SHT_PROGBITS, 0, 1, NULL, 32);
    uint32_t symbol = eb_symbol(&f.builder, "", EB_LOCAL(ELF_STT_SECTION), debug, 0, 0);
    eb_rela(&f.builder, text, 0, symbol, R_64, 0);
    eb_rela(&f.builder, text, 0, symbol, R_NONE, 0);
    assert_false(lf_link(&f, LOW));
    assert_codes(&f.memory, &f.diags, "link-reloc-unloaded");
    assert_str(&f.memory, f.diags.first->arg[3].str, ".debug_str");
    lf_end(&f);
}

// The mark for such symbols is a possible value; it must not be mistaken.
TEST(the_mark_of_unloaded_symbols_is_a_value_like_any_other)
{
    struct link_fixture f;
    assert_true(link_one(&f, R_64, LOW, BTL_UNLOADED_VALUE, 0, 0));
    check_bytes(&f, &(struct vector){.width = 8, .field = BTL_UNLOADED_VALUE});
    lf_end(&f);
}

TEST(uses_of_one_symbol_share_its_got_entry)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    struct elf_builder *b = &f.builder;
    uint32_t text = eb_section(b, ".text", ELF_SHT_PROGBITS, LF_CODE, 1, NULL, 64);
    uint32_t local = eb_symbol(b, "local", EB_LOCAL(0), text, 8, 0);
    uint32_t absent = eb_symbol(b, "absent", EB_WEAK(0), ELF_SHN_UNDEF, 0, 0);
    uint32_t kernel = eb_symbol(b, "kernel", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0);
    const uint32_t used[] = {kernel, local, kernel, absent};
    for (uint32_t i = 0; i < 4; i++)
        eb_rela(b, text, 4 * i, used[i], R_GOTPCREL, -4);
    lf_export(&f, "kernel", 0xffffffff80001234, BTL_KERNEL);
    assert_true(lf_link(&f, HIGH));
    assert_int_equal(f.image.got_count, 3);
    static const uint64_t contents[] = {0xffffffff80001234, HIGH + 8, 0};
    assert_memory_equal(f.block + f.image.got_offset, contents, sizeof(contents));
    for (uint32_t i = 0; i < 4; i++) {
        uint64_t slot = HIGH + 4 * i + 4 + (uint64_t)(int64_t)(int32_t)lf_load32(&f, text, 4 * i);
        assert_true(slot == HIGH + f.image.got_offset + 8 * (f.image.got_slot[used[i]] - 1));
    }
    assert_int_equal(lf_load32(&f, text, 0) + 0, lf_load32(&f, text, 8) + 8);
    lf_end(&f);
}
