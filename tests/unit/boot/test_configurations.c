// SPDX-License-Identifier: BSD-2-Clause
// Names and order of configurations, and which one is booted in place of another.
#include "test_case.h"

#include <stdio.h>
#include <string.h>

#include <btl/config.h>
#include <btl/configurations.h>

#include "btl_test.h"

// -------------------------------------------------------------------------------- names and order

static void assert_path(bool in_root, struct btl_str name, const char *expected)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    assert_str(
        &memory,
        btl_configuration_path(in_root ? BTL_CONFIGURATIONS_ROOT : BTL_CONFIGURATIONS_DIRECTORY,
                               name, &memory.arena),
        expected);
    test_memory_end(&memory);
}

TEST(test_names_in_the_root)
{
    assert_path(true, BTL_STR("loader.conf"), "/loader.conf");
    assert_path(true, BTL_STR("LOADER.CONF"), "/loader.conf");
    assert_path(true, BTL_STR("Loader.conf.prev"), "/loader.conf.prev");
    assert_path(true, BTL_STR("loader.conf.d"), "");
    assert_path(true, BTL_STR("other.conf"), "");
    assert_path(true, BTL_STR(""), "");
}

TEST(test_names_in_the_directory)
{
    assert_path(false, BTL_STR("a.conf"), "/loader.conf.d/a.conf");
    assert_path(false, BTL_STR("A.Conf"), "/loader.conf.d/A.Conf");
    assert_path(false, BTL_STR("loader.conf"), "/loader.conf.d/loader.conf");
    assert_path(false, BTL_STR("a.conf.new"), "");
    assert_path(false, BTL_STR(".conf"), "");
    assert_path(false, BTL_STR("conf"), "");
    assert_path(false, BTL_STR("a\\b.conf"), "");
    assert_path(false, BTL_STR("a\nb.conf"), "");
}

TEST(test_path_is_as_long_as_paths_may_be)
{
    char name[300];
    size_t max = 255 - strlen("/loader.conf.d/");
    memset(name, 'a', sizeof(name));
    for (size_t len = max - 1; len <= max + 1; len++) {
        struct test_memory memory;
        test_memory_begin(&memory);
        memcpy(name + len - 5, ".conf", 5);
        struct btl_str path = btl_configuration_path(BTL_CONFIGURATIONS_DIRECTORY,
                                                     (struct btl_str){name, len}, &memory.arena);
        assert_int_equal(path.len, len > max ? 0 : 255 - max + len);
        test_memory_end(&memory);
    }
}

TEST(test_no_memory_for_a_path)
{
    struct test_memory memory;
    test_memory_begin_limited(&memory, 0);
    assert_null(
        btl_configuration_path(BTL_CONFIGURATIONS_DIRECTORY, BTL_STR("a.conf"), &memory.arena).at);
    assert_non_null(
        btl_configuration_path(BTL_CONFIGURATIONS_DIRECTORY, BTL_STR("a.txt"), &memory.arena).at);
    assert_non_null(
        btl_configuration_path(BTL_CONFIGURATIONS_ROOT, BTL_STR("loader.conf"), &memory.arena).at);
    test_memory_end(&memory);
}

TEST(test_order)
{
    // By bytes the directory would come between the two.
    static const char *const paths[] = {"/loader.conf", "/loader.conf.prev",
                                        "/loader.conf.d/B.conf", "/loader.conf.d/a.conf",
                                        "/loader.conf.d/a.conf.conf"};
    for (size_t i = 0; i < BTL_COUNT(paths); i++) {
        for (size_t j = 0; j < BTL_COUNT(paths); j++) {
            int order = btl_configuration_compare(btl_str_of(paths[i]), btl_str_of(paths[j]));
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}

// ---------------------------------------------------------------------------------- the fallback

// A file of the volume: its text's hash is this byte; 0: it cannot be read.
struct file {
    const char *path;
    uint8_t text;
};

struct volume {
    struct file files[6];
    unsigned listed; // how often
    struct btl_str paths[6];
};

static bool hash(void *owner, struct btl_str path, uint8_t ret_sha256[32])
{
    struct volume *volume = owner;
    for (size_t i = 0; i < BTL_COUNT(volume->files) && volume->files[i].path != NULL; i++) {
        const struct file *file = &volume->files[i];
        if (file->text == 0 || !btl_str_equal(path, btl_str_of(file->path)))
            continue;
        memset(ret_sha256, file->text, 32);
        return true;
    }
    return false;
}

static size_t list(void *owner, struct btl_str **ret_paths)
{
    struct volume *volume = owner;
    size_t count = 0;
    for (; count < BTL_COUNT(volume->files) && volume->files[count].path != NULL; count++)
        volume->paths[count] = btl_str_of(volume->files[count].path);
    volume->listed++;
    *ret_paths = volume->paths;
    return count;
}

#define MAIN  "/loader.conf"
#define PREV  "/loader.conf.prev"
#define OTHER "/loader.conf.d/other.conf"

// What the volume has, the last good one (text and path), what is booted, and what was tried.
struct boot {
    struct volume volume;
    uint8_t good;
    const char *good_path;
    struct file booted;
    uint8_t tried[BTL_TRIED_MAX];
    uint32_t tried_count;
};

// Its fallback, or "-".
static const char *fallback_of(struct boot *boot)
{
    static char text[BTL_PATH_MAX + 1];
    uint8_t booted[32], tried[BTL_TRIED_MAX][32];
    struct btl_boot_state state = {0};
    struct btl_record *good = &state.record[BTL_VARIABLE_GOOD];
    struct btl_str path = {NULL, 0};
    memset(booted, boot->booted.text, sizeof(booted));
    for (size_t i = 0; i < boot->tried_count; i++)
        memset(tried[i], boot->tried[i], sizeof(tried[i]));
    if (boot->good != 0) {
        *good = (struct btl_record){.valid = true, .path = btl_str_of(boot->good_path)};
        memset(good->sha256, boot->good, sizeof(good->sha256));
    }
    const struct btl_booting booting = {btl_str_of(boot->booted.path),
                                        boot->booted.text == 0 ? NULL : booted, tried,
                                        boot->tried_count};
    const struct btl_boot_volume volume = {&boot->volume, hash, list};
    bool found = btl_boot_fallback(&state, &booting, &volume, &path);
    assert_int_equal(found, path.at != NULL);
    snprintf(text, sizeof(text), "%.*s", found ? (int)path.len : 1, found ? path.at : "-");
    return text;
}

#define FALLBACK(...) fallback_of(&(struct boot){__VA_ARGS__})

TEST(test_nothing_is_known_to_be_good)
{
    const struct volume all = {.files = {{MAIN, 1}, {PREV, 2}, {OTHER, 3}}};
    const struct volume no_main = {.files = {{PREV, 2}, {OTHER, 3}}};
    assert_string_equal(FALLBACK(all, .booted = {MAIN, 1}), PREV);
    assert_string_equal(FALLBACK(all, .booted = {PREV, 2}), MAIN);
    assert_string_equal(FALLBACK(all, .booted = {OTHER, 3}), MAIN);
    assert_string_equal(FALLBACK(no_main, .booted = {OTHER, 3}), PREV);
    assert_string_equal(FALLBACK(no_main, .booted = {PREV, 2}), "-");
    assert_string_equal(FALLBACK(no_main, .booted = {MAIN, 0}), PREV);
}

TEST(test_same_text_under_another_name_is_no_fallback)
{
    const struct volume copy = {.files = {{MAIN, 1}, {PREV, 1}}};
    assert_string_equal(FALLBACK(copy, .booted = {MAIN, 1}), "-");
    assert_string_equal(FALLBACK(copy, .booted = {OTHER, 1}), "-");
    assert_string_equal(FALLBACK(copy, .booted = {OTHER, 3}), MAIN);
}

TEST(test_what_cannot_be_read_is_no_fallback)
{
    const struct volume bad = {.files = {{MAIN, 1}, {PREV, 0}}};
    assert_string_equal(FALLBACK(bad, .booted = {MAIN, 1}), "-");
    // The configuration being booted is excluded even if it is readable by now.
    assert_string_equal(FALLBACK(bad, .booted = {MAIN, 0}), "-");
}

TEST(test_last_good_one_has_none)
{
    const struct volume all = {.files = {{MAIN, 1}, {PREV, 2}, {OTHER, 3}}};
    assert_string_equal(FALLBACK(all, .good = 1, .good_path = MAIN, .booted = {MAIN, 1}), "-");
    assert_string_equal(FALLBACK(all, .good = 3, .good_path = MAIN, .booted = {OTHER, 3}), "-");
}

TEST(test_last_good_one_where_the_record_says)
{
    struct boot boot = {.volume = {.files = {{MAIN, 1}, {PREV, 2}, {OTHER, 3}}},
                        .good = 3,
                        .good_path = OTHER,
                        .booted = {MAIN, 1}};
    assert_string_equal(fallback_of(&boot), OTHER);
    assert_int_equal(boot.volume.listed, 0);
}

TEST(test_last_good_one_lies_elsewhere_by_now)
{
    struct boot boot = {.volume = {.files = {{MAIN, 1}, {PREV, 2}, {OTHER, 3}}},
                        .good = 3,
                        .good_path = MAIN,
                        .booted = {MAIN, 1}};
    assert_string_equal(fallback_of(&boot), OTHER);
    assert_int_equal(boot.volume.listed, 1);
}

TEST(test_last_good_one_is_gone)
{
    const struct volume all = {.files = {{MAIN, 1}, {PREV, 2}}};
    assert_string_equal(FALLBACK(all, .good = 9, .good_path = MAIN, .booted = {MAIN, 1}), PREV);
    assert_string_equal(FALLBACK(all, .good = 9, .good_path = OTHER, .booted = {PREV, 2}), MAIN);
}

TEST(test_nothing_is_tried_twice)
{
    const struct volume all = {.files = {{MAIN, 1}, {PREV, 2}, {OTHER, 3}}};
    assert_string_equal(FALLBACK(all, .good = 3, .good_path = OTHER, .booted = {PREV, 2},
                                 .tried = {3}, .tried_count = 1),
                        MAIN);
    assert_string_equal(FALLBACK(all, .booted = {PREV, 2}, .tried = {1}, .tried_count = 1), "-");
    assert_string_equal(FALLBACK(all, .booted = {PREV, 2}, .tried = {3, 1}, .tried_count = 2), "-");
}

TEST(test_there_is_an_end)
{
    struct boot boot = {.volume = {.files = {{MAIN, 1}, {PREV, 2}}},
                        .booted = {MAIN, 1},
                        .tried_count = BTL_TRIED_MAX - 1};
    memset(boot.tried, 9, sizeof(boot.tried));
    assert_string_equal(fallback_of(&boot), PREV);
    boot.tried_count++;
    assert_string_equal(fallback_of(&boot), "-");
}
