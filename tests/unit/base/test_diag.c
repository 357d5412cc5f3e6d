// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "btl_test.h"

static const char *printed(struct test_memory *memory, struct btl_place place, struct btl_str arg)
{
    struct btl_diag diag = {.code = BTL_NO_MEMORY, .place = place, .arg = {BTL_ARG(arg)}};
    return test_diag_text(memory, &diag);
}

TEST(test_place_is_printed_as_far_as_it_is_known)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_str file = BTL_STR("loader.conf"), module = BTL_STR("hello"), work = BTL_STR("work");
    assert_string_equal(printed(&memory, (struct btl_place){0}, work),
                        "error: out of memory while work [no-memory]");
    assert_string_equal(printed(&memory, (struct btl_place){.file = file}, work),
                        "loader.conf: error: out of memory while work [no-memory]");
    assert_string_equal(printed(&memory, (struct btl_place){.file = file, .line = 3}, work),
                        "loader.conf:3: error: out of memory while work [no-memory]");
    assert_string_equal(printed(&memory, (struct btl_place){file, 3, 7, module}, work),
                        "loader.conf:3:7: error: hello: out of memory while work [no-memory]");
    assert_string_equal(printed(&memory, (struct btl_place){.module = module}, work),
                        "error: hello: out of memory while work [no-memory]");
    test_memory_end(&memory);
}

TEST(test_hostile_names_cannot_drive_the_terminal)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_str hostile = BTL_STR("a\x1b[2Jb\0\xff\n");
    assert_string_equal(
        printed(&memory, (struct btl_place){hostile, 0, 0, hostile}, hostile),
        "a\\x1b[2Jb\\x00\\xff\\x0a: error: a\\x1b[2Jb\\x00\\xff\\x0a: out of memory "
        "while a\\x1b[2Jb\\x00\\xff\\x0a [no-memory]");
    test_memory_end(&memory);
}

TEST(test_path_with_a_blank_stands_in_quotes)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_str file = BTL_STR("/kernel/kernel.elf "), work = BTL_STR("work");
    assert_string_equal(printed(&memory, (struct btl_place){.file = file, .line = 3}, work),
                        "\"/kernel/kernel.elf \":3: error: out of memory while work [no-memory]");
    test_memory_end(&memory);
}

TEST(test_arguments_are_cut_at_1024_bytes)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    static char text[2048];
    memset(text, 'x', sizeof(text));
    size_t frame = strlen("error: out of memory while  [no-memory]");
    assert_int_equal(strlen(printed(&memory, (struct btl_place){0}, (struct btl_str){text, 1024})),
                     frame + 1024);
    const char *cut = printed(&memory, (struct btl_place){0}, (struct btl_str){text, 1025});
    assert_int_equal(strlen(cut), frame + 1024 + strlen("..."));
    assert_non_null(strstr(cut, "xxx... ["));
    test_memory_end(&memory);
}

TEST(test_each_kind_of_argument_is_printed_in_its_way)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    static const struct {
        struct btl_arg arg;
        const char *text;
    } cases[] = {
        {{.kind = BTL_ARG_DEC, .number = UINT64_MAX}, "18446744073709551615"},
        {{.kind = BTL_ARG_HEX, .number = 0xffffffff80000000}, "0xffffffff80000000"},
        {{.kind = BTL_ARG_SIZE, .number = 3 << 19}, "1.5 MiB"},
        {{.kind = BTL_ARG_STR, .str = {"%1 %2", 5}}, "%1 %2"}, // no sentence of its own
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct btl_diag diag = {.code = BTL_NO_MEMORY, .arg = {cases[i].arg}};
        char expected[128];
        snprintf(expected, sizeof(expected), "error: out of memory while %s [no-memory]",
                 cases[i].text);
        assert_string_equal(test_diag_text(&memory, &diag), expected);
    }
    test_memory_end(&memory);
}

TEST(test_list_keeps_order_and_counts_by_severity)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_place place = {.line = 1};
    struct btl_diag *first = btl_report(&diags, BTL_NO_MEMORY, place, BTL_ARG_Z("a"), BTL_DEC(5));
    btl_report(&diags, BTL_CONF_UNKNOWN_KEY, place, BTL_ARG_Z("b"));
    struct btl_diag *last = btl_report(&diags, BTL_CONF_ENCODING, place);
    assert_codes(&memory, &diags, "no-memory conf-unknown-key conf-encoding");
    assert_ptr_equal(diags.first, first);
    assert_ptr_equal(diags.last, last);
    assert_int_equal(first->arg[1].number, 5);
    assert_int_equal(diags.errors, 2);
    assert_int_equal(diags.warnings, 1);
    assert_int_equal(diags.lost, 0);
    test_memory_end(&memory);
}

TEST(test_more_arguments_than_there_is_room_for_are_dropped)
{
    struct test_memory memory;
    test_memory_begin_limited(&memory, SIZE_MAX);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_diag *diag =
        btl_report(&diags, BTL_NO_MEMORY, ((struct btl_place){0}), BTL_DEC(1), BTL_DEC(2),
                   BTL_DEC(3), BTL_DEC(4), BTL_DEC(5), BTL_DEC(6), BTL_DEC(7));
    assert_int_equal(diag->arg[BTL_DIAG_ARGS - 1].number, 6);
    assert_null(diag->next);
    test_memory_end(&memory);
}

TEST(test_diagnostics_without_memory_are_counted_as_errors)
{
    struct test_memory memory;
    test_memory_begin_limited(&memory, 1);
    struct btl_diags diags = {.arena = &memory.arena};
    assert_non_null(btl_report(&diags, BTL_CONF_UNKNOWN_KEY, ((struct btl_place){0})));
    assert_null(btl_report(&diags, BTL_CONF_UNKNOWN_KEY, ((struct btl_place){0})));
    assert_codes(&memory, &diags, "conf-unknown-key");
    assert_int_equal(diags.lost, 1);
    assert_int_equal(diags.errors, 1);
    test_memory_end(&memory);
}

// Codes are an interface: lower-case words with hyphens, each once; a sentence of each is complete
// and has no argument past the sixth.
TEST(test_codes_and_sentences_are_well_formed)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    for (int code = 0; code < BTL_CODES; code++) {
        const char *name = btl_code_name((enum btl_code)code);
        assert_true(strlen(name) > 3 && islower(name[0]));
        for (const char *c = name; *c != '\0'; c++)
            assert_true(islower(*c) || isdigit(*c) || *c == '-');
        for (int other = 0; other < code; other++)
            assert_string_not_equal(name, btl_code_name((enum btl_code)other));
        struct btl_diag diag = {.code = (enum btl_code)code};
        for (size_t i = 0; i < BTL_DIAG_ARGS; i++)
            diag.arg[i] = BTL_ARG_Z("ARG");
        assert_null(strchr(test_diag_text(&memory, &diag), '%'));
    }
    assert_string_equal(btl_code_name(BTL_CODES), "?");
    test_memory_end(&memory);
}

TEST(test_a_full_list_counts_what_follows)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    const struct btl_diag *reason = NULL;
    for (uint32_t i = 0; i < BTL_DIAGS_MAX; i++)
        btl_report(&diags, BTL_NO_MEMORY, (struct btl_place){0}, BTL_ARG_Z("work"));
    assert_null(diags.more);
    for (uint32_t i = 0; i < 1000; i++)
        reason = btl_report(&diags, i % 2 ? BTL_NO_MEMORY : BTL_CONF_MORE_WARNINGS,
                            (struct btl_place){.line = i}, BTL_DEC(7));
    assert_int_equal(diags.errors, BTL_DIAGS_MAX + 500);
    assert_int_equal(diags.warnings, 500);
    assert_int_equal(diags.lost, 0);
    assert_ptr_equal(diags.last, diags.more);
    assert_ptr_equal(reason, diags.more); // a module that fails has a reason
    assert_non_null(
        strstr(test_diag_text(&memory, reason), "note: 1000 more messages are counted"));
    uint32_t kept = 0;
    for (const struct btl_diag *diag = diags.first; diag != NULL; diag = diag->next)
        kept++;
    assert_int_equal(kept, BTL_DIAGS_MAX + 1);
    test_memory_end(&memory);
}
