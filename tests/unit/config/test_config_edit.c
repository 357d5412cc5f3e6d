// SPDX-License-Identifier: BSD-2-Clause
// Edits of loader.conf: what is changed, where a new line goes, and that nothing else changes.
#include <btl/config_edit.h>

#include "test_case.h"

#include <string.h>

#include "btl_test.h"

static struct test_memory memory;

static int begin(void **state)
{
    test_memory_begin(&memory);
    return 0;
}

static int end(void **state)
{
    test_memory_end(&memory);
    return 0;
}

EACH_TEST(begin, end)

static const struct {
    const char *before, *key, *value, *after;
} edits[] = {
    {"", "a_load", "YES", "a_load=\"YES\"\n"},
    {"a_load=\"NO\" # why\n", "a_load", "YES", "a_load=\"YES\" # why\n"},
    {"a_load=\"YES\"\nb_load=\"YES\"\n", "a_phase", "INIT",
     "a_load=\"YES\"\na_phase=\"INIT\"\nb_load=\"YES\"\n"},
    {"#a_phase=\"BOOT1\"\n    # or BOOT2\nb_load=\"YES\"\n", "a_phase", "INIT",
     "#a_phase=\"BOOT1\"\n    # or BOOT2\na_phase=\"INIT\"\nb_load=\"YES\"\n"},
    {"x=\"1\"", "a.b", "c\"", "x=\"1\"\na.b=\"c\\\"\"\n"},
    {"quiet=\"NO\"\r\n", "a_load", "NO", "quiet=\"NO\"\r\na_load=\"NO\"\r\n"},
    {"x=\"1\"\r\nquiet=\"NO\"\r", "a_load", "NO", "x=\"1\"\r\nquiet=\"NO\"\r\na_load=\"NO\"\r\n"},
    {"a_load=\"YES\"\na_load=\"NO\"\n", "a_load", "YES", "a_load=\"YES\"\na_load=\"YES\"\n"},
    {"a_load=\"maybe\"\na_load=\"NO\"\n", "a_load", "YES", "a_load=\"YES\"\n"},
    {"a_load = maybe\n", "a_load", "YES", "a_load = \"YES\"\n"},
};

// A second time changes nothing: the loader takes a change for applied by this.
TEST(values_are_set_once)
{
    for (size_t i = 0; i < BTL_COUNT(edits); i++) {
        struct btl_str before = btl_str_of(edits[i].before), key = btl_str_of(edits[i].key);
        struct btl_str value = btl_str_of(edits[i].value), module;
        struct btl_config config;
        btl_config_key(key, &module);
        struct btl_str after = btl_config_set(&memory.arena, before, module, key, value), got;
        assert_str(&memory, after, edits[i].after);
        assert_true(btl_config_read(&memory.arena, after, &config));
        assert_true(btl_config_value(&config, key, &got) && btl_str_equal(got, value));
        assert_str(&memory, btl_config_set(&memory.arena, after, module, key, value),
                   edits[i].after);
    }
}

TEST(lines_are_removed_with_their_end)
{
    struct btl_str text = BTL_STR("a_load=\"YES\"\nb_load=\"YES\" # kept\na_load=maybe\n"), *keys;
    size_t count;
    assert_str(&memory, btl_config_unset(&memory.arena, text, BTL_STR("a_load")),
               "b_load=\"YES\" # kept\n");
    assert_str(&memory, btl_config_unset(&memory.arena, text, BTL_STR("b_load")),
               "a_load=\"YES\"\n# kept\na_load=maybe\n");
    assert_int_equal(btl_config_unset(&memory.arena, text, BTL_STR("c_load")).len, text.len);
    assert_true(btl_config_module_keys(&memory.arena, text, BTL_STR("a"), &keys, &count));
    assert_int_equal(count, 2);
}

// Without memory there is no text: half an edit would be written to the volume.
TEST(no_memory_is_no_text)
{
    struct btl_str text = BTL_STR("a_load=\"NO\"\nb_load=\"YES\"\n");
    size_t allocations = 0;
    for (bool starved = true; starved; allocations++) {
        struct test_memory little;
        test_memory_begin_limited(&little, allocations);
        struct btl_str edited =
            btl_config_set(&little.arena, text, BTL_STR("a"), BTL_STR("a_load"), BTL_STR("YES"));
        starved = little.refused > 0;
        assert_int_equal(edited.at == NULL, starved);
        if (!starved)
            assert_str(&little, edited, "a_load=\"YES\"\nb_load=\"YES\"\n");
        test_memory_end(&little);
    }
    assert_true(allocations > 5);
}
