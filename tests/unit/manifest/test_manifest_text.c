// SPDX-License-Identifier: BSD-2-Clause
// The manifest's text against a golden file, and what the file cannot show.
// To accept a new text: BTL_GOLDEN=write build/test-gcc/unit/manifest_text
#include "test_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_fixture.h"

#define GOLDEN "tests/unit/golden/manifest.txt"

struct sink {
    struct btl_out out;
    char text[32768];
    size_t len;
};

static void put(struct btl_out *out, const char *text, size_t len)
{
    struct sink *sink = out->owner;
    assert_true(len < sizeof(sink->text) - sink->len);
    memcpy(sink->text + sink->len, text, len);
    sink->len += len;
    sink->text[sink->len] = '\0';
}

static const char *begin(struct sink *sink)
{
    *sink = (struct sink){.out = {.put = put, .owner = sink}};
    return sink->text;
}

static void open_manifest(struct boot_fixture *boot, struct btl_bytes bytes,
                          struct btl_manifest *manifest)
{
    struct btl_diags diags = {.arena = &boot->memory.arena};
    assert_true(btl_manifest_open(bytes, (struct btl_place){0}, manifest, &diags));
}

static void boot_and_open(struct boot_fixture *boot, struct btl_manifest *manifest)
{
    boot_begin(boot);
    open_manifest(boot, boot_write(boot), manifest);
}

static void golden(const char *text)
{
    static char expected[32768];
    const char *mode = getenv("BTL_GOLDEN");
    if (mode != NULL && strcmp(mode, "write") == 0) {
        FILE *file = fopen(GOLDEN, "w");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
    }
    FILE *file = fopen(GOLDEN, "r");
    assert_non_null(file);
    expected[fread(expected, 1, sizeof(expected) - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

TEST(test_all_sections_read_as_in_the_golden_file)
{
    struct boot_fixture boot;
    struct btl_manifest manifest;
    struct sink sink;
    boot_and_open(&boot, &manifest);
    begin(&sink);
    btl_manifest_print(&manifest, 0, &sink.out);
    btl_format(&sink.out, "\n");
    btl_manifest_print(&manifest, 1u << BTLM_SYMBOLS, &sink.out);
    golden(sink.text);
    boot_end(&boot);
}

// Each section alone is a part of the whole text, except the symbols, which are in full then, and
// for the parts of modules.
TEST(test_each_section_can_be_had_alone)
{
    static const char *const alone[] = {"system", "kernel",      "segments", "modules", "order",
                                        "memory", "diagnostics", "timeline", "exports", "log",
                                        "config", "boot",        "volume"};
    struct boot_fixture boot;
    struct btl_manifest manifest;
    static struct sink all, one;
    boot_and_open(&boot, &manifest);
    begin(&all);
    btl_manifest_print(&manifest, 0, &all.out);
    for (size_t i = 0; i < BTL_COUNT(alone); i++) {
        uint32_t what = btl_manifest_section_of(btl_str_of(alone[i]));
        begin(&one);
        btl_manifest_print(&manifest, what, &one.out);
        assert_true(one.len > 10 && one.len < all.len);
        assert_non_null(strstr(all.text, one.text));
    }
    boot_end(&boot);
}

TEST(test_parts_of_modules_can_be_had_alone)
{
    static const struct {
        const char *name, *has, *lacks;
    } parts[] = {{"sections", ".bss", "depends on"},
                 {"depends", "depends on", ".bss"},
                 {"interfaces", "provides", "SHA-256"},
                 {"tunables", "depth=32", "needs"}};
    struct boot_fixture boot;
    struct btl_manifest manifest;
    struct sink sink;
    boot_and_open(&boot, &manifest);
    for (size_t i = 0; i < BTL_COUNT(parts); i++) {
        const char *text = begin(&sink);
        btl_manifest_print(&manifest, btl_manifest_section_of(btl_str_of(parts[i].name)),
                           &sink.out);
        assert_non_null(strstr(text, parts[i].has));
        assert_null(strstr(text, parts[i].lacks));
    }
    boot_end(&boot);
}

TEST(test_names_of_sections)
{
    assert_int_equal(btl_manifest_section_of(BTL_STR("memory")), 1u << BTLM_MEMORY);
    assert_int_equal(btl_manifest_section_of(BTL_STR("kernel")), 1u << BTLM_KERNEL_IMAGE);
    assert_int_equal(btl_manifest_section_of(BTL_STR("timeline")), 1u << BTLM_EVENTS);
    assert_int_equal(btl_manifest_section_of(BTL_STR("strings")), 0);
    assert_int_equal(btl_manifest_section_of(BTL_STR("memor")), 0);
    assert_int_equal(btl_manifest_section_of(BTL_STR("")), 0);
}

TEST(test_one_module_alone)
{
    struct boot_fixture boot;
    struct btl_manifest manifest;
    struct sink sink;
    boot_and_open(&boot, &manifest);
    const char *text = begin(&sink);
    btl_manifest_print_module(&manifest, boot_index(&boot, "early"), &sink.out);
    assert_non_null(strstr(text, "early (misc)\n"));
    assert_non_null(strstr(text, "arguments  buffer=64k\n"));
    assert_non_null(strstr(text, "depends on ring\n"));
    assert_null(strstr(text, "ring 1.2"));
    boot_end(&boot);
}

TEST(test_lines_fit_80_columns)
{
    struct boot_fixture boot;
    struct btl_manifest manifest;
    struct sink sink;
    boot_and_open(&boot, &manifest);
    uint32_t what = ~(1u << BTLM_DIAGNOSTICS | 1u << BTLM_MODULES); // the sentences are long
    begin(&sink);
    btl_manifest_print(&manifest, what, &sink.out);
    for (char *line = strtok(sink.text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        assert_true(strlen(line) < 80);
    boot_end(&boot);
}

// No byte of the manifest reaches the terminal as anything but printable ASCII.
TEST(test_nothing_drives_the_terminal)
{
    struct boot_fixture boot;
    struct btl_manifest manifest;
    struct sink sink;
    boot_begin(&boot);
    uint8_t *bytes = (uint8_t *)boot_write(&boot).at;
    struct btlm_table *strings = boot_table(bytes, BTLM_STRINGS);
    for (uint64_t i = 0; i < strings->count; i++)
        bytes[strings->offset + i] = (uint8_t)(i % 2 == 0 ? 0x1b : 0x80 + i);
    boot_reseal(bytes);
    open_manifest(&boot, (struct btl_bytes){bytes, boot_header(bytes)->total_size}, &manifest);
    begin(&sink);
    btl_manifest_print(&manifest, 0, &sink.out);
    for (size_t i = 0; i < sink.len; i++)
        assert_true((sink.text[i] >= ' ' && sink.text[i] <= '~') || sink.text[i] == '\n' ||
                    sink.text[i] == '\t');
    boot_end(&boot);
}

TEST(test_the_random_seed_is_not_shown)
{
    struct boot_fixture boot;
    struct btl_manifest manifest;
    struct sink sink;
    boot_and_open(&boot, &manifest);
    begin(&sink);
    btl_manifest_print(&manifest, 0, &sink.out);
    assert_null(strstr(sink.text, "c3c3"));
    boot_end(&boot);
}

TEST(test_boot_as_it_mostly_is)
{
    struct btl_manifest_boot how = {.path = BTL_STR("/loader.conf"),
                                    .wanted = BTL_STR("/loader.conf")};
    struct boot_fixture boot;
    struct btl_manifest manifest;
    struct sink sink;
    boot_begin(&boot);
    boot.input.boot = &how;
    open_manifest(&boot, boot_write(&boot), &manifest);
    begin(&sink);
    btl_manifest_print(&manifest, 1u << BTLM_BOOT, &sink.out);
    assert_string_equal(sink.text, "Boot:\n"
                                   "  file     /loader.conf\n"
                                   "  SHA-256  not hashed\n"
                                   "  how      normal\n");
    boot_end(&boot);
}

TEST(test_long_lists_of_names_are_wrapped)
{
    struct boot_fixture boot;
    struct btl_manifest manifest;
    struct sink sink;
    boot_begin(&boot);
    uint32_t order[40]; // of the plan: a staged module, again and again
    for (size_t i = 0; i < 40; i++)
        order[i] = boot_index(&boot, "disk");
    boot.plan.order = order;
    boot.plan.order_count = 40;
    open_manifest(&boot, boot_write(&boot), &manifest);
    begin(&sink);
    btl_manifest_print(&manifest, 1u << BTLM_ORDER, &sink.out);
    size_t lines = 0, names = 0;
    for (char *line = strtok(sink.text, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
        assert_true(strlen(line) < 80);
        for (char *at = line; (at = strstr(at, "disk")) != NULL; at++)
            names++;
    }
    assert_int_equal(names, 40);
    assert_int_equal(lines, 4); // the heading, and 14 names in a line of 79
    boot_end(&boot);
}

TEST(test_endless_strings_are_cut_off)
{
    static char options[100000];
    struct boot_fixture boot;
    struct btl_manifest manifest;
    struct sink sink;
    boot_begin(&boot);
    memset(options, 'o', sizeof(options));
    boot.config.kernel_options = (struct btl_str){options, sizeof(options)};
    open_manifest(&boot, boot_write(&boot), &manifest);
    begin(&sink);
    btl_manifest_print(&manifest, 1u << BTLM_SYSTEM, &sink.out);
    assert_non_null(strstr(sink.text, "ooo...\n"));
    assert_true(sink.len > 4096 && sink.len < 2 * 4096);
    boot_end(&boot);
}

TEST(test_values_outside_their_enums_have_a_name)
{
    assert_string_equal(btlm_state_name(BTLM_FAILED), "failed");
    assert_string_equal(btlm_state_name(BTLM_STATES), "?");
    assert_string_equal(btlm_memory_name(BTLM_MEM_BAD), "bad");
    assert_string_equal(btlm_memory_name(BTLM_MEM_TYPES), "?");
    assert_string_equal(btlm_event_name(BTLM_EVENT_MODULE_LOADED), "module loaded");
    assert_string_equal(btlm_event_name(1000), "?");
    assert_string_equal(btlm_how_name(BTLM_HOW_ONE_SHOT), "one-shot");
    assert_string_equal(btlm_how_name(1000), "?");
    for (unsigned i = 0; i < BTLM_STATES; i++)
        assert_non_null(btlm_state_name(i));
    for (unsigned i = 0; i < BTLM_MEM_TYPES; i++)
        assert_non_null(btlm_memory_name(i));
    for (unsigned i = 0; i < BTLM_EVENTS_KINDS; i++)
        assert_non_null(btlm_event_name(i));
}
