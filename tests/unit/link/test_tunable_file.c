// SPDX-License-Identifier: BSD-2-Clause
// Tunables of a module that is not linked, and the rule for their values.
#include "test_case.h"

#include <stddef.h>
#include <string.h>

#include <btl/tunable.h>

#include "elf_builder.h"
#include "btl_test.h"

#define R_64 1

// A module with the tunables depth (1 to 64, default 8), loud (bool, true) and title (up to 7
// bytes, "hi"); depth has a second entry of another range.
struct sample {
    struct test_memory memory;
    struct btl_diags diags;
    struct elf_builder builder;
    struct btl_elf elf;
    uint32_t table, wrapper, rela;
};

enum { ENTRIES = 4 };

static void build(struct sample *s, uint32_t abi)
{
    struct elf_builder *b = &s->builder;
    const struct btl_tunable entry[ENTRIES] = {{.type = BTL_TUNABLE_INT, .min = 1, .max = 64},
                                               {.type = BTL_TUNABLE_BOOL},
                                               {.type = BTL_TUNABLE_STRING, .max = 8},
                                               {.type = BTL_TUNABLE_INT, .min = 100, .max = 200}};
    const uint64_t names[ENTRIES] = {0, 6, 11, 0}, storages[ENTRIES] = {0, 8, 9, 0};
    struct btl_wrapper wrapper = {.abi = abi, .size = sizeof(wrapper), .tunable_count = ENTRIES};
    size_t stride = abi == 1 ? offsetof(struct btl_tunable, changed) : sizeof(struct btl_tunable);
    uint8_t table[ENTRIES * sizeof(struct btl_tunable)];
    memset(s, 0, sizeof(*s));
    test_memory_begin(&s->memory);
    s->diags.arena = &s->memory.arena;
    eb_begin(b, ELF_REL, ELF_MACHINE_X86_64);
    for (size_t i = 0; i < ENTRIES; i++)
        memcpy(table + i * stride, &entry[i], stride);
    uint32_t text = eb_section(b, ".rodata.str1.1", ELF_SHT_PROGBITS, ELF_SHF_ALLOC, 1,
                               "depth\0loud\0title", 17);
    uint32_t data = eb_section(b, ".data", ELF_SHT_PROGBITS, ELF_SHF_ALLOC | ELF_SHF_WRITE, 8,
                               "\10\0\0\0\0\0\0\0\1hi\0\0\0\0\0\0", 17);
    s->table =
        eb_section(b, ".rodata", ELF_SHT_PROGBITS, ELF_SHF_ALLOC, 8, table, ENTRIES * stride);
    s->wrapper = eb_section(b, BTL_WRAPPER_SECTION, ELF_SHT_PROGBITS, ELF_SHF_ALLOC, 8, &wrapper,
                            sizeof(wrapper));
    uint32_t text_symbol = eb_symbol(b, "", EB_LOCAL(ELF_STT_SECTION), text, 0, 0);
    uint32_t data_symbol = eb_symbol(b, "", EB_LOCAL(ELF_STT_SECTION), data, 0, 0);
    uint32_t table_symbol = eb_symbol(b, "", EB_LOCAL(ELF_STT_SECTION), s->table, 0, 0);
    eb_rela(b, s->wrapper, offsetof(struct btl_wrapper, tunables), table_symbol, R_64, 0);
    for (size_t i = ENTRIES; i-- > 0;) { // the order of relocations says nothing
        s->rela = eb_rela(b, s->table, i * stride, text_symbol, R_64, (int64_t)names[i]);
        eb_rela(b, s->table, i * stride + offsetof(struct btl_tunable, storage), data_symbol, R_64,
                (int64_t)storages[i]);
    }
    if (abi > 1) // `loud` has a callback
        eb_rela(b, s->table, stride + offsetof(struct btl_tunable, changed), text_symbol, R_64, 0);
    struct btl_bytes file = eb_finish(b);
    assert_true(btl_elf_open(file, BTL_ELF_MODULE, 0, (struct btl_place){0}, &s->elf, &s->diags));
}

static void end(struct sample *s)
{
    eb_end(&s->builder);
    test_memory_end(&s->memory);
}

static void expect(const struct sample *s, const char *name, const char *rule, const char *value)
{
    struct btl_file_tunable found;
    char text[80], written[80];
    struct btl_buffer buffer = btl_buffer(text, sizeof(text));
    assert_true(btl_tunable_find(&s->elf, btl_str_of(name), &found));
    btl_tunable_print(&found.tunable, &buffer.out);
    assert_string_equal(text, rule);
    assert_true(btl_tunable_default(&s->elf, &found, written, sizeof(written)));
    assert_string_equal(written, value);
}

TEST(type_range_and_default_are_known_before_the_module_is_linked)
{
    for (uint32_t abi = 1; abi <= BTL_MODULE_ABI; abi++) {
        struct sample s;
        build(&s, abi);
        expect(&s, "depth", "int from 1 to 64", "8"); // the first of that name
        expect(&s, "loud", "bool", "YES");
        expect(&s, "title", "string up to 7 bytes", "hi");
        struct btl_file_tunable found;
        assert_true(btl_tunable_find(&s.elf, BTL_STR("loud"), &found));
        assert_int_equal(found.at_run_time, abi > 1);
        assert_true(btl_tunable_find(&s.elf, BTL_STR("title"), &found));
        assert_false(found.at_run_time);
        assert_false(btl_tunable_find(&s.elf, BTL_STR("dept"), &found));
        assert_false(btl_tunable_find(&s.elf, BTL_STR("depths"), &found));
        assert_false(btl_tunable_find(&s.elf, BTL_STR(""), &found));
        end(&s);
    }
}

TEST(metadata_that_says_something_else_than_the_code)
{
    static const struct {
        const char *depth, *loud, *type, *code; // names of two tunables, the type of the first
    } cases[] = {
        {"depth", "loud", "int", ""},
        {"depth", "loud", "", ""}, // the type may be left out
        {"depth", "loud", "bool", "tunable-parm-type"},
        {"depth", "loudly", "int", "tunable-no-parm tunable-parm"},
        {"dept", "loud", "int", "tunable-no-parm tunable-no-parm tunable-parm"}, // two entries
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct sample s;
        struct btl_parm parm[3] = {
            {.name = btl_str_of(cases[i].depth), .type = btl_str_of(cases[i].type)},
            {.name = btl_str_of(cases[i].loud), .type = BTL_STR("bool")},
            {.name = BTL_STR("title"), .type = BTL_STR("string")}};
        struct btl_modinfo info = {.parms = parm, .parm_count = 3};
        build(&s, 2);
        assert_int_equal(btl_tunables_check(&s.elf, &info, (struct btl_place){0}, &s.diags),
                         cases[i].code[0] == '\0');
        assert_codes(&s.memory, &s.diags, cases[i].code);
        end(&s);
    }
}

static struct btl_wrapper *wrapper_of(struct sample *s)
{
    return (struct btl_wrapper *)(void *)eb_bytes_at(&s->builder, s->wrapper);
}

TEST(a_table_that_cannot_be_followed_has_no_tunables)
{
    for (int defect = 0; defect < 6; defect++) {
        struct sample s;
        struct btl_file_tunable found;
        build(&s, 2);
        struct btl_tunable *first = (struct btl_tunable *)(void *)eb_bytes_at(&s.builder, s.table);
        if (defect == 0)
            wrapper_of(&s)->abi = BTL_MODULE_ABI + 1;
        if (defect == 1)
            wrapper_of(&s)->tunable_count = ENTRIES + 1;
        if (defect == 2)
            wrapper_of(&s)->tunable_count = UINT64_MAX / 2;
        if (defect == 3)
            eb_section_at(&s.builder, s.wrapper)->size = 40;
        if (defect == 4)
            first->type = 7;
        if (defect == 5)
            wrapper_of(&s)->tunable_count = 0;
        assert_false(btl_tunable_find(&s.elf, BTL_STR("depth"), &found));
        end(&s);
    }
}

TEST(relocations_that_lead_nowhere_are_not_followed)
{
    for (uint32_t entry = 0; entry < 2 * ENTRIES; entry++) {
        struct sample s;
        struct btl_file_tunable found;
        build(&s, 2);
        eb_rela_at(&s.builder, s.rela, entry)->addend = INT64_MAX;
        eb_rela_at(&s.builder, s.rela, entry)->offset ^= entry % 2 ? 0 : 1ull << 63;
        btl_tunable_find(&s.elf, BTL_STR("depth"), &found);
        btl_tunable_find(&s.elf, BTL_STR("title"), &found);
        eb_rela_at(&s.builder, s.rela, entry)->info = UINT64_MAX;
        btl_tunable_find(&s.elf, BTL_STR("depth"), &found);
        end(&s);
    }
}

TEST(a_value_is_checked_without_storage)
{
    static const struct {
        struct btl_tunable tunable;
        const char *value, *code;
    } cases[] = {
        {{.type = BTL_TUNABLE_INT, .min = 1, .max = 64}, "64", ""},
        {{.type = BTL_TUNABLE_INT, .min = 1, .max = 64}, "0x40", ""},
        {{.type = BTL_TUNABLE_INT, .min = 1, .max = 64}, "0", "run-tunable-range"},
        {{.type = BTL_TUNABLE_INT, .min = 1, .max = 64}, "64k", "run-tunable-number"},
        {{.type = BTL_TUNABLE_BOOL}, "YES", ""},
        {{.type = BTL_TUNABLE_BOOL}, "maybe", "run-tunable-bool"},
        {{.type = BTL_TUNABLE_STRING, .max = 4}, "abc", ""},
        {{.type = BTL_TUNABLE_STRING, .max = 4}, "abcd", "run-tunable-long"},
        {{.type = BTL_TUNABLE_STRING, .max = -1}, "", "run-tunable-long"},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct test_memory memory;
        test_memory_begin(&memory);
        struct btl_diags diags = {.arena = &memory.arena};
        assert_int_equal(btl_tunable_parse(&cases[i].tunable, BTL_STR("x"),
                                           btl_str_of(cases[i].value), NULL,
                                           (struct btl_place){.module = BTL_STR("m")}, &diags),
                         cases[i].code[0] == '\0');
        assert_codes(&memory, &diags, cases[i].code);
        test_memory_end(&memory);
    }
}
