// SPDX-License-Identifier: BSD-2-Clause
// Changes of loader.conf from BtlPending: their lines, what they make of a text, and that a change
// is applied once, whenever the power fails.
#include "test_case.h"

#include <stdlib.h>
#include <string.h>

#include <btl/config_edit.h>
#include <btl/hash.h>
#include <btl/pending.h>

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

static struct btl_record made_against(struct btl_str text, const char *lines)
{
    struct btl_record record = {.valid = true,
                                .number = BTL_PENDING_TRIES,
                                .path = BTL_STR("/loader.conf"),
                                .text = btl_str_of(lines)};
    btl_sha256((struct btl_bytes){(const uint8_t *)text.at, text.len}, record.sha256);
    return record;
}

TEST(lines_that_a_record_may_have)
{
    static const struct {
        const char *lines;
        bool sound;
    } rows[] = {
        {"a_load=\"YES\"\n", true},
        {"a_load=\"NO\"\nb_phase=\"AUTO\"\na.x=\"\"\n", true},
        {"a.x=\"q\\\"\\\\\"\n", true},
        {"", false},
        {"\n", false},
        {"a_load=\"YES\"", false},
        {"a_load=\"YES\"\n\n", false},
        {"a_load=YES\n", false},
        {"a_load=\"maybe\"\n", false},
        {"a_phase=\"BOOT3\"\n", false},
        {"a_phase=\"BOOT1\" # x\n", false},
        {"a_load = \"YES\"\n", false},
        {"a_flags=\"x\"\n", false},
        {"a_name=\"/x.ko\"\n", false},
        {"kernel=\"/x.elf\"\n", false},
        {"boot_tries=\"0\"\n", false},
        {"module_blacklist=\"\"\n", false},
        {"a.x=\"q\"\"\n", false},
        {"a.x=\"\\\"\n", false},
        {"a.x=\"\\n\"\n", false},
        {"a.x=\"\t\"\n", false},
        {"a.x=\"\x1b\"\n", false},
        {"../a.x=\"1\"\n", false},
    };
    for (size_t i = 0; i < BTL_COUNT(rows); i++)
        if (btl_pending_is_sound(btl_str_of(rows[i].lines)) != rows[i].sound)
            fail_msg("row %zu: %s", i, rows[i].lines);
}

TEST(a_record_holds_whole_lines_or_none)
{
    char lines[BTL_RECORD_TEXT_MAX + 2];
    uint8_t bytes[BTL_RECORD_MAX];
    memset(lines, 'x', sizeof(lines));
    memcpy(lines, "a.b=\"", 5);
    memcpy(lines + sizeof(lines) - 4, "\"\n\0", 4);
    struct btl_record record = made_against(BTL_STR(""), lines);
    assert_int_equal(record.text.len, BTL_RECORD_TEXT_MAX - 0);
    assert_true(btl_record_write(BTL_VARIABLE_PENDING, &record, bytes) > 0);
    lines[sizeof(lines) - 4] = 'x';
    memcpy(lines + sizeof(lines) - 3, "\"\n", 3);
    record.text = btl_str_of(lines);
    assert_int_equal(btl_record_write(BTL_VARIABLE_PENDING, &record, bytes), 0);
    record = made_against(BTL_STR(""), "a_load=\"NO\"\n");
    record.number = 0;
    assert_int_equal(btl_record_write(BTL_VARIABLE_PENDING, &record, bytes), 0);
    record.number = BTL_TRIES_MAX + 1;
    assert_int_equal(btl_record_write(BTL_VARIABLE_PENDING, &record, bytes), 0);
}

// As `btl set --trial a phase=INIT tunable.x=2` does it.
TEST(applied_as_the_host_would)
{
    struct btl_str text = BTL_STR("# why\na_load=\"YES\"\na_phase=\"BOOT2\" # late\n"), after;
    struct btl_record record = made_against(text, "a_phase=\"INIT\"\na.x=\"2\"\n");
    assert_int_equal(btl_pending_apply(&record, text, &memory.arena, &after), BTL_PENDING_APPLIES);
    assert_str(&memory, after,
               "# why\na_load=\"YES\"\na_phase=\"INIT\" # late\na.x=\"2\"\nboot_tries=\"3\"\n");
    assert_int_equal(btl_pending_apply(&record, after, &memory.arena, &text), BTL_PENDING_DONE);
}

TEST(another_text_is_not_changed)
{
    struct btl_str text = BTL_STR("a_load=\"YES\"\n"), other = BTL_STR("a_load=\"YES\"\n#\n");
    struct btl_record record = made_against(text, "a_load=\"NO\"\n");
    assert_int_equal(btl_pending_apply(&record, other, &memory.arena, &text), BTL_PENDING_CHANGED);
    assert_str(&memory, text, "a_load=\"YES\"\n");
    // The same change by hand.
    other = BTL_STR("a_load=\"NO\" # by hand\n");
    assert_int_equal(btl_pending_apply(&record, other, &memory.arena, &text), BTL_PENDING_DONE);
}

// The loader would read nothing of a text in UTF-16.
TEST(lines_without_effect)
{
    struct btl_str text = {"\xff\xfe\n", 3}, ignored;
    struct btl_record record = made_against(text, "a_load=\"NO\"\n");
    assert_int_equal(btl_pending_apply(&record, text, &memory.arena, &ignored),
                     BTL_PENDING_NO_EFFECT);
}

TEST(no_memory_applies_nothing)
{
    struct btl_str text = BTL_STR("a_load=\"YES\"\n");
    struct btl_record record = made_against(text, "a_load=\"NO\"\n");
    size_t allocations = 0;
    for (bool starved = true; starved; allocations++) {
        struct test_memory little;
        struct btl_str after = {NULL, 0};
        test_memory_begin_limited(&little, allocations);
        enum btl_pending_verdict verdict = btl_pending_apply(&record, text, &little.arena, &after);
        starved = little.refused > 0;
        assert_int_equal(verdict, starved ? BTL_PENDING_NO_MEMORY : BTL_PENDING_APPLIES);
        assert_int_equal(after.at == NULL, starved);
        test_memory_end(&little);
    }
    assert_true(allocations > 10);
}

TEST(lines_are_replaced_and_taken_back)
{
    struct btl_arena *arena = &memory.arena;
    struct btl_config config;
    struct btl_str lines = btl_pending_set(arena, BTL_STR(""), BTL_STR("a_phase"), BTL_STR("INIT"));
    lines = btl_pending_set(arena, lines, BTL_STR("b_load"), BTL_STR("NO"));
    lines = btl_pending_set(arena, lines, BTL_STR("a.x"), BTL_STR("\"1\""));
    lines = btl_pending_set(arena, lines, BTL_STR("a_phase"), BTL_STR("BOOT1"));
    assert_str(&memory, lines, "a_phase=\"BOOT1\"\na.x=\"\\\"1\\\"\"\nb_load=\"NO\"\n");
    assert_true(btl_config_read(arena, lines, &config));
    assert_string_equal(btl_pending_cell(&config, BTL_STR("a")), "BOOT1");
    assert_string_equal(btl_pending_cell(&config, BTL_STR("b")), "off");
    assert_string_equal(btl_pending_cell(&config, BTL_STR("c")), "-");
    lines = btl_pending_forget(arena, lines, BTL_STR("a"));
    assert_str(&memory, lines, "b_load=\"NO\"\n");
    assert_int_equal(btl_pending_forget(arena, lines, BTL_STR("b")).len, 0);
}

TEST(which_old_text_is_kept)
{
    static const struct {
        const char *before, *after;
        bool good, kept;
    } rows[] = {
        {"a_load=\"YES\"\n", "a_load=\"NO\"\n", false, true},
        {"boot_tries=\"3\"\n", "boot_tries=\"3\"\na_load=\"NO\"\n", false, false},
        {"boot_tries=\"3\"\n", "boot_tries=\"3\"\na_load=\"NO\"\n", true, true},
        {"a_load=\"NO\"\n", "boot_tries=\"3\"\na_load=\"NO\"\n", false, false},
    };
    for (size_t i = 0; i < BTL_COUNT(rows); i++) {
        struct btl_config before, after;
        assert_true(btl_config_read(&memory.arena, btl_str_of(rows[i].before), &before));
        assert_true(btl_config_read(&memory.arena, btl_str_of(rows[i].after), &after));
        assert_int_equal(btl_trial_keeps_old(&before, &after, rows[i].good), rows[i].kept);
    }
}

// ------------------------------------------------------------------------------------------ a
// model Random queues, edits of the file by hand, boots and power cuts between the writes of a
// boot. The reference keeps one number for each module, its tunable; the file is what the functions
// make.

#define MODULES 4
#define STEPS   100000

static struct {
    uint64_t seed;
    uint32_t file[MODULES], queued[MODULES]; // values; queued 0: no line
    uint32_t edits;                          // comments that were added by hand
    bool pending, stale;                     // stale: the file was changed by hand since
} model;

static uint32_t below(uint32_t limit)
{
    model.seed ^= model.seed << 13;
    model.seed ^= model.seed >> 7;
    model.seed ^= model.seed << 17;
    return (uint32_t)(model.seed >> 32) % limit;
}

static struct btl_str key_of(uint32_t module)
{
    static const char *const keys[MODULES] = {"a.x", "b.x", "c.x", "d.x"};
    return btl_str_of(keys[module]);
}

static struct btl_str number_text(uint32_t number)
{
    char text[12];
    size_t len = btl_format_to(text, sizeof(text), "%u", number);
    return btl_str_copy(&memory.arena, (struct btl_str){text, len});
}

static void model_queue(struct btl_record *record, struct btl_str file)
{
    uint32_t module = below(MODULES), value = 1 + below(5);
    struct btl_str lines = model.pending ? record->text : BTL_STR("");
    if (model.stale)
        return; // the kernel's: it has not booted the file as it is now
    *record = made_against(file, "");
    record->text = btl_pending_set(&memory.arena, lines, key_of(module), number_text(value));
    model.queued[module] = value;
    model.pending = true;
}

static void model_edit(struct btl_str *file)
{
    uint32_t module = below(MODULES);
    bool comment = below(2) == 0;
    model.file[module] = comment ? model.file[module] : 1 + below(5);
    *file = comment ? btl_str_join(&memory.arena,
                                   (struct btl_str[]){*file, BTL_STR("# "),
                                                      number_text(model.edits++), BTL_STR("\n")},
                                   4)
                    : btl_config_set(&memory.arena, *file, BTL_STR(""), key_of(module),
                                     number_text(model.file[module]));
    model.stale |= model.pending;
}

static bool model_is_done(void)
{
    bool done = true;
    for (uint32_t i = 0; i < MODULES; i++)
        done = done && (model.queued[i] == 0 || model.queued[i] == model.file[i]);
    return done;
}

// The loader: writes the file, then deletes the variable; the power may fail before each.
static void model_boot(struct btl_record *record, struct btl_str *file)
{
    uint32_t cut = below(4); // 0: before the file, 1: before the deletion
    struct btl_str after = *file;
    if (!model.pending)
        return;
    enum btl_pending_verdict verdict = btl_pending_apply(record, *file, &memory.arena, &after);
    bool changed = verdict == BTL_PENDING_CHANGED;
    // An edit by hand that leads back to the same text is none.
    if (changed)
        assert_true(model.stale);
    assert_int_equal(verdict == BTL_PENDING_DONE, model_is_done());
    assert_true(verdict <= BTL_PENDING_CHANGED);
    if (verdict == BTL_PENDING_APPLIES && cut > 0) {
        *file = after;
        for (uint32_t i = 0; i < MODULES; i++)
            model.file[i] = model.queued[i] != 0 ? model.queued[i] : model.file[i];
    }
    if (cut <= 1)
        return;
    model.pending = model.stale = false;
    memset(model.queued, 0, sizeof(model.queued));
}

TEST(a_change_is_applied_once_in_any_order)
{
    struct btl_str file = BTL_STR("");
    struct btl_record record = {0};
    model.seed = 88172645463325252ull;
    for (uint32_t step = 0; step < STEPS; step++) {
        struct btl_config config;
        struct btl_str value;
        uint32_t what = below(3);
        if (what == 0)
            model_queue(&record, file);
        else if (what == 1)
            model_edit(&file);
        else
            model_boot(&record, &file);
        assert_true(btl_config_read(&memory.arena, file, &config));
        for (uint32_t i = 0; i < MODULES; i++) {
            bool set = btl_config_value(&config, key_of(i), &value);
            assert_int_equal(set, model.file[i] != 0);
            assert_true(!set || btl_str_equal(value, number_text(model.file[i])));
        }
        if (file.len > 500) { // begin again: memory is not given back
            end(NULL);
            begin(NULL);
            file = BTL_STR("");
            memset(model.file, 0, sizeof(model.file));
            memset(model.queued, 0, sizeof(model.queued));
            model.pending = model.stale = false;
        }
    }
}
