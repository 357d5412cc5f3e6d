// SPDX-License-Identifier: BSD-2-Clause
// The reader of the manifest: one defect after the other, then every bit of a sound one.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "boot_fixture.h"
#include "manifest_kinds.h"

static const struct btl_place place = {.file = BTL_STR("boot.manifest")};

// One sound manifest for all tests, and a copy of it to be spoiled.
struct world {
    struct boot_fixture boot;
    struct btl_bytes sound;
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_bytes spoiled;
};

static struct world world;

static int begin_all(void **state)
{
    boot_begin(&world.boot);
    world.sound = boot_write(&world.boot);
    return 0;
}

static int end_all(void **state)
{
    boot_end(&world.boot);
    return 0;
}

static int begin(void **state)
{
    test_memory_begin(&world.memory);
    world.diags = (struct btl_diags){.arena = &world.memory.arena};
    world.spoiled = test_block(&world.memory, world.sound.at, world.sound.size);
    return 0;
}

static int end(void **state)
{
    test_memory_end(&world.memory);
    return 0;
}

static struct btlm_header *header(void)
{
    return (void *)world.spoiled.at;
}

static struct btlm_table *table(enum btlm_kind kind)
{
    return boot_table((uint8_t *)world.spoiled.at, kind);
}

static void *entry(enum btlm_kind kind, uint64_t index)
{
    assert_true(index < table(kind)->count);
    return (uint8_t *)world.spoiled.at + table(kind)->offset + index * table(kind)->entry_size;
}

// Opens the spoiled copy with its checksum made right.
static bool open_resealed(struct btl_manifest *ret_manifest)
{
    boot_reseal((uint8_t *)world.spoiled.at);
    return btl_manifest_open(world.spoiled, place, ret_manifest, &world.diags);
}

// A manifest that is refused is not written to the caller.
static void assert_refused(struct btl_bytes bytes, const char *codes)
{
    struct btl_manifest manifest, before;
    memset(&manifest, 0x77, sizeof(manifest));
    before = manifest;
    assert_false(btl_manifest_open(bytes, place, &manifest, &world.diags));
    assert_memory_equal(&manifest, &before, sizeof(manifest));
    assert_codes(&world.memory, &world.diags, codes);
}

static void assert_spoiled(const char *codes)
{
    boot_reseal((uint8_t *)world.spoiled.at);
    assert_refused(world.spoiled, codes);
}

static void assert_says(const char *text)
{
    const char *all = test_diags_text(&world.memory, &world.diags);
    if (strstr(all, text) == NULL)
        print_error("%s\n", all);
    assert_non_null(strstr(all, text));
}

// -------------------------------------------------------------------------------------- header

static void test_sound_manifest_is_read_wherever_it_lies(void **state)
{
    struct btl_manifest manifest;
    assert_true(btl_manifest_open(world.sound, place, &manifest, &world.diags));
    assert_true(btl_manifest_open(world.spoiled, place, &manifest, &world.diags));
    assert_ptr_equal(manifest.header, world.spoiled.at);
    assert_codes(&world.memory, &world.diags, "");
    assert_str(&world.memory,
               btl_manifest_str(&manifest, btl_manifest_system(&manifest)->loader_version),
               "BTL 0.1");
    assert_int_equal(btl_manifest_kernel(&manifest)->virtual_base, BOOT_KERNEL_BASE);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_MODULES), 9);
    assert_str(&world.memory, btl_manifest_str(&manifest, btl_manifest_module(&manifest, 1)->name),
               "early");
    assert_int_equal(btl_manifest_text(&manifest, BTLM_CONFIG).len, world.boot.config.text.len);
}

static void test_memory_behind_the_manifest_is_not_looked_at(void **state)
{
    struct btl_manifest manifest;
    uint8_t *longer = malloc(world.sound.size + 4096);
    memset(longer, 0xcc, world.sound.size + 4096);
    memcpy(longer, world.sound.at, world.sound.size);
    struct btl_bytes bytes = {longer, world.sound.size + 4096};
    assert_true(btl_manifest_open(bytes, place, &manifest, &world.diags));
    assert_int_equal(manifest.bytes.size, world.sound.size);
    free(longer);
}

static void test_every_truncation_is_refused(void **state)
{
    struct btl_manifest manifest;
    for (size_t size = 0; size < world.sound.size; size += size < 64 ? 1 : 61) {
        struct btl_bytes cut = test_block(&world.memory, world.sound.at, size);
        assert_false(btl_manifest_open(cut, place, &manifest, &world.diags));
    }
    assert_non_null(test_find_code(&world.diags, BTL_MANIFEST_TOO_SMALL));
    assert_non_null(test_find_code(&world.diags, BTL_MANIFEST_TRUNCATED));
}

static void test_too_small(void **state)
{
    assert_refused((struct btl_bytes){world.sound.at, 47}, "manifest-too-small");
    assert_says("boot.manifest: error: 47 bytes are too few");
}

static void test_unaligned(void **state)
{
    uint8_t *moved = btl_alloc(&world.memory.arena, world.sound.size + 8, 8);
    memcpy(moved + 4, world.sound.at, world.sound.size);
    assert_refused((struct btl_bytes){moved + 4, world.sound.size}, "manifest-unaligned");
}

static void test_bad_magic(void **state)
{
    header()->magic[7] = '\n';
    assert_spoiled("manifest-bad-magic");
    assert_says("begins with \"BTLMANI\\x0a\" instead of \"BTLMANIF\"");
}

static void test_bad_version(void **state)
{
    header()->major = 2;
    header()->minor = 0;
    assert_spoiled("manifest-bad-version");
    assert_says("version 2.0");
}

static void test_newer_minor_version_is_read(void **state)
{
    struct btl_manifest manifest;
    header()->minor = 700;
    assert_true(open_resealed(&manifest));
}

static void test_bad_header_size(void **state)
{
    header()->header_size = 47;
    assert_spoiled("manifest-bad-header-size");
}

static void test_larger_header_is_read(void **state)
{
    struct btl_manifest manifest;
    header()->header_size = 64;
    assert_true(open_resealed(&manifest));
}

static void test_truncated(void **state)
{
    header()->total_size = world.sound.size + 1;
    assert_refused(world.spoiled, "manifest-truncated");
}

static void test_size_above_the_limit(void **state)
{
    header()->total_size = BTLM_SIZE_MAX + 8;
    assert_refused((struct btl_bytes){world.spoiled.at, SIZE_MAX}, "manifest-bad-size");
}

static void test_size_below_a_header(void **state)
{
    header()->total_size = 40;
    assert_refused(world.spoiled,
                   "manifest-bad-header-size manifest-bad-directory manifest-bad-size");
}

static void test_bad_checksum(void **state)
{
    ((uint8_t *)world.spoiled.at)[world.spoiled.size - 1] ^= 1;
    assert_refused(world.spoiled, "manifest-bad-checksum");
}

static void test_bad_directory(void **state)
{
    static const uint64_t offsets[] = {1u << 30, UINT64_MAX - 7, UINT64_MAX & ~7ull};
    for (size_t i = 0; i < BTL_COUNT(offsets); i++) {
        header()->directory = offsets[i];
        world.diags = (struct btl_diags){.arena = &world.memory.arena};
        assert_spoiled("manifest-bad-directory");
    }
    header()->directory = 48;
    header()->table_count = UINT32_MAX;
    world.diags = (struct btl_diags){.arena = &world.memory.arena};
    assert_spoiled("manifest-bad-directory");
}

static void test_directory_unaligned(void **state)
{
    header()->directory = 44;
    assert_spoiled("manifest-directory-unaligned");
}

// ----------------------------------------------------------------------------------- directory

static void test_bad_tables_are_all_reported(void **state)
{
    table(BTLM_MODULES)->offset += 4;
    table(BTLM_MEMORY)->count = 1ull << 60; // times 32 wraps to 0
    table(BTLM_EVENTS)->offset = UINT64_MAX - 7;
    table(BTLM_LOG)->count = world.sound.size;
    assert_spoiled(
        "manifest-table-unaligned manifest-bad-table manifest-bad-table manifest-bad-table");
    assert_says("table memory: 1152921504606846976 entries of 32 bytes at offset");
}

static void test_bad_entry_size(void **state)
{
    table(BTLM_ORDER)->entry_size = 6;
    table(BTLM_SEGMENTS)->entry_size = 20;
    table(BTLM_DEPENDS)->entry_size = 0;
    table(BTLM_CONFIG)->entry_size = 2; // text has entries of one byte in every version
    table(BTLM_CONFIG)->count /= 2;
    assert_spoiled("manifest-bad-entry-size manifest-bad-entry-size manifest-bad-entry-size "
                   "manifest-bad-entry-size");
}

static void test_table_twice(void **state)
{
    table(BTLM_LOG)->kind = BTLM_CONFIG;
    assert_spoiled("manifest-table-twice");
}

static void test_unknown_tables_are_skipped(void **state)
{
    struct btl_manifest manifest;
    table(BTLM_LOG)->kind = 4711;
    table(BTLM_EXPORTS)->kind = 0; // its entries are part of no module that is read from here on
    struct btlm_module *ring = entry(BTLM_MODULES, 0);
    ring->export_count = 0;
    table(0)->entry_size = 0;
    assert_true(open_resealed(&manifest));
    assert_int_equal(btl_manifest_text(&manifest, BTLM_LOG).len, 0);
    assert_int_equal(btl_manifest_count(&manifest, BTLM_EXPORTS), 0);
}

static void test_not_single(void **state)
{
    table(BTLM_SYSTEM)->count = 0;
    table(BTLM_KERNEL_IMAGE)->kind = 4711;
    assert_spoiled("manifest-not-single manifest-not-single");
    assert_says("table system has 0 entries");
}

static void test_older_reader_reads_larger_entries(void **state)
{
    // The same orders, but with entries of 8 bytes whose second half is new.
    struct btl_manifest manifest;
    uint64_t count = table(BTLM_ORDER)->count, size = world.sound.size;
    uint8_t *larger = btl_alloc(&world.memory.arena, size + 8 * count + 8, 8);
    memcpy(larger, world.sound.at, size);
    struct btlm_table *order = boot_table(larger, BTLM_ORDER);
    uint64_t at = (size + 7) & ~7ull;
    for (uint64_t i = 0; i < count; i++) {
        memcpy(larger + at + 8 * i, larger + order->offset + 4 * i, 4);
        memset(larger + at + 8 * i + 4, 0xdd, 4);
    }
    order->offset = at;
    order->entry_size = 8;
    boot_header(larger)->total_size = at + 8 * count;
    boot_header(larger)->minor = 1;
    boot_reseal(larger);
    struct btl_bytes bytes = {larger, at + 8 * count};
    assert_true(btl_manifest_open(bytes, place, &manifest, &world.diags));
    assert_int_equal(btl_manifest_count(&manifest, BTLM_ORDER), 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(*(const uint32_t *)btl_manifest_entry(&manifest, BTLM_ORDER, i), i);
}

// ------------------------------------------------------------------------------------- entries

static void test_bad_strings_are_all_reported(void **state)
{
    struct btlm_module *module = entry(BTLM_MODULES, 2);
    struct btlm_export *export = entry(BTLM_EXPORTS, 1);
    module->path.offset = UINT32_MAX;
    module->description = (struct btlm_str){0, UINT32_MAX};
    export->name.length = (uint32_t)table(BTLM_STRINGS)->count;
    ((struct btlm_boot *)entry(BTLM_BOOT, 0))->reason.offset = UINT32_MAX;
    assert_spoiled(
        "manifest-bad-string manifest-bad-string manifest-bad-string manifest-bad-string");
    assert_says("table boot, entry 0: reason takes");
    assert_says("table modules, entry 2: path takes");
}

static void test_bad_indices_are_all_reported(void **state)
{
    ((struct btlm_module *)entry(BTLM_MODULES, 0))->pulled_by = 9;
    ((struct btlm_module *)entry(BTLM_MODULES, 5))->reason = 3;
    *(uint32_t *)entry(BTLM_DEPENDS, 0) = BTL_NONE; // absent makes no sense here
    *(uint32_t *)entry(BTLM_ORDER, 3) = 9;
    ((struct btlm_interface *)entry(BTLM_INTERFACES, 0))->owner = BTL_NONE;
    ((struct btlm_export *)entry(BTLM_EXPORTS, 0))->owner = 9;
    ((struct btlm_diagnostic *)entry(BTLM_DIAGNOSTICS, 0))->module = 0xfffffffe;
    ((struct btlm_event *)entry(BTLM_EVENTS, 0))->module = 9;
    ((struct btlm_symbol *)entry(BTLM_SYMBOLS, 0))->owner = 9;
    assert_spoiled("manifest-bad-index manifest-bad-index manifest-bad-index manifest-bad-index "
                   "manifest-bad-index manifest-bad-index manifest-bad-index manifest-bad-index "
                   "manifest-bad-index");
    assert_says("table modules, entry 0: pulled_by names entry 9 of a table that has 9 entries");
}

static void test_bad_range(void **state)
{
    struct btlm_module *module = entry(BTLM_MODULES, 1);
    module->section_count = 5;
    module->first_depend = UINT32_MAX;
    module->first_tunable = UINT32_MAX; // harmless: it has none
    assert_spoiled("manifest-bad-range manifest-bad-range");
}

static void test_shared_range(void **state)
{
    ((struct btlm_module *)entry(BTLM_MODULES, 1))->first_section = 3;
    assert_spoiled("manifest-shared-range");
    assert_says("first_section is 3, but entries from there on belong to an entry before it");
}

static void test_bad_value(void **state)
{
    struct btlm_module *module = entry(BTLM_MODULES, 0);
    module->type = BTL_TYPES;
    module->supported = 8;
    module->configured = BTL_PHASES;
    module->phase = 255;
    module->registered = BTL_PHASES;
    module->state = BTLM_STATES;
    struct btlm_system *system = entry(BTLM_SYSTEM, 0);
    system->seed_size = 65;
    system->required_failure = 2;
    ((struct btlm_interface *)entry(BTLM_INTERFACES, 0))->provided = 2;
    ((struct btlm_memory *)entry(BTLM_MEMORY, 0))->type = BTLM_MEM_TYPES;
    ((struct btlm_diagnostic *)entry(BTLM_DIAGNOSTICS, 0))->severity = 3;
    boot_reseal((uint8_t *)world.spoiled.at);
    struct btl_manifest manifest;
    assert_false(btl_manifest_open(world.spoiled, place, &manifest, &world.diags));
    assert_int_equal(test_count_code(&world.diags, BTL_MANIFEST_BAD_VALUE), 11);
    assert_int_equal(world.diags.errors, 11);
    assert_says("table system, entry 0: seed_size is 65; it must be below 65");
}

static void test_enums_that_may_grow_are_not_refused(void **state)
{
    struct btl_manifest manifest;
    ((struct btlm_event *)entry(BTLM_EVENTS, 0))->kind = 1000;
    ((struct btlm_system *)entry(BTLM_SYSTEM, 0))->framebuffer_format = 1000;
    ((struct btlm_boot *)entry(BTLM_BOOT, 0))->how = 1000;
    ((struct btlm_boot *)entry(BTLM_BOOT, 0))->flags = UINT32_MAX;
    ((struct btlm_module *)entry(BTLM_MODULES, 0))->flags |= 7u << BTLM_ON_ERROR_SHIFT;
    ((struct btlm_memory *)entry(BTLM_MEMORY, 0))->efi_type = 0x80000000;
    assert_true(open_resealed(&manifest));
}

static void test_bad_permission(void **state)
{
    ((struct btlm_segment *)entry(BTLM_SEGMENTS, 0))->perm = BTL_PERM_WRITE | BTL_PERM_EXEC;
    ((struct btlm_section *)entry(BTLM_SECTIONS, 0))->perm = 8;
    assert_spoiled("manifest-bad-permission manifest-bad-permission");
}

static void test_bad_span(void **state)
{
    ((struct btlm_system *)entry(BTLM_SYSTEM, 0))->window_size = 1ull << 32;
    ((struct btlm_kernel *)entry(BTLM_KERNEL_IMAGE, 0))->size = 1ull << 63;
    ((struct btlm_symbol *)entry(BTLM_SYMBOLS, 0))->size = UINT64_MAX;
    assert_spoiled("manifest-bad-span manifest-bad-span manifest-bad-span");
    assert_says("0x100000000 bytes at the window 0xffffffff80000000");
}

static void test_not_pages(void **state)
{
    ((struct btlm_memory *)entry(BTLM_MEMORY, 2))->start += 8;
    ((struct btlm_memory *)entry(BTLM_MEMORY, 2))->size -= 8;
    assert_spoiled("manifest-not-pages manifest-not-pages");
}

static void test_overlap(void **state)
{
    ((struct btlm_memory *)entry(BTLM_MEMORY, 1))->size += BTL_PAGE_SIZE;
    assert_spoiled("manifest-overlap");
    assert_says("table memory, entry 2:");
}

static void test_memory_that_is_empty_or_wraps(void **state)
{
    ((struct btlm_memory *)entry(BTLM_MEMORY, 1))->size = 0;
    ((struct btlm_memory *)entry(BTLM_MEMORY, 5))->size = -(uint64_t)BTL_PAGE_SIZE;
    assert_spoiled("manifest-bad-span manifest-empty-range");
}

static void test_not_ascending(void **state)
{
    ((struct btlm_symbol *)entry(BTLM_SYMBOLS, 0))->address = BOOT_KERNEL_BASE + 0x61;
    assert_spoiled("manifest-not-ascending");
    assert_says("table symbols, entry 1:");
}

static void test_bad_event(void **state)
{
    struct btlm_event *event = entry(BTLM_EVENTS, 1);
    event->start = event->end + 1;
    assert_spoiled("manifest-bad-event");
}

static void test_events_may_have_any_order(void **state)
{
    struct btl_manifest manifest;
    struct btlm_event *event = entry(BTLM_EVENTS, 0), held = event[0];
    event[0] = event[1];
    event[1] = held;
    assert_true(open_resealed(&manifest));
}

static void test_bad_framebuffer(void **state)
{
    struct btlm_system *system = entry(BTLM_SYSTEM, 0);
    system->framebuffer_width++;
    assert_spoiled("manifest-bad-framebuffer");
    world.diags = (struct btl_diags){.arena = &world.memory.arena};
    system->framebuffer_width--;
    system->framebuffer_height++;
    assert_spoiled("manifest-bad-framebuffer");
    world.diags = (struct btl_diags){.arena = &world.memory.arena};
    system->framebuffer_height--;
    system->framebuffer = UINT64_MAX - 4096;
    assert_spoiled("manifest-bad-framebuffer");
}

// ----------------------------------------------------------------------------------- accessors

static void test_functions_are_found_by_address(void **state)
{
    static const struct {
        uint64_t address;
        const char *name;
        uint64_t offset;
    } known[] = {{BOOT_KERNEL_BASE + 0x40, "entry", 0},
                 {BOOT_KERNEL_BASE + 0x5f, "entry", 0x1f}, // reaches to the next function
                 {BOOT_KERNEL_BASE + 0x60, "kmain", 0},
                 {BOOT_KERNEL_BASE + 0x6f, "kmain", 15},
                 {BOOT_KERNEL_BASE + 0x80, "kprintf", 0},
                 {BOOT_KERNEL_BASE + 0x9f, "kprintf", 31},
                 {BOOT_MODULE_BASE, "ring_entry", 0},
                 {BOOT_MODULE_BASE + 0x25, "ring_local", 5}};
    static const uint64_t unknown[] = {0,
                                       BOOT_KERNEL_BASE + 0x3f,
                                       BOOT_KERNEL_BASE + 0x70,
                                       BOOT_KERNEL_BASE + 0xa0,
                                       BOOT_MODULE_BASE + 0x30,
                                       UINT64_MAX};
    struct btl_manifest manifest;
    assert_true(btl_manifest_open(world.sound, place, &manifest, &world.diags));
    for (size_t i = 0; i < BTL_COUNT(known); i++) {
        uint64_t offset = 99;
        const struct btlm_symbol *symbol =
            btl_manifest_find_symbol(&manifest, known[i].address, &offset);
        assert_non_null(symbol);
        assert_str(&world.memory, btl_manifest_str(&manifest, symbol->name), known[i].name);
        assert_int_equal(offset, known[i].offset);
    }
    for (size_t i = 0; i < BTL_COUNT(unknown); i++) {
        uint64_t offset = 99;
        assert_null(btl_manifest_find_symbol(&manifest, unknown[i], &offset));
        assert_int_equal(offset, 99);
    }
}

static void sink_put(struct btl_out *out, const char *text, size_t len)
{
    uint32_t *sum = out->owner;
    for (size_t i = 0; i < len; i++)
        *sum = *sum * 31 + (uint8_t)text[i];
}

// Everything that the accessors reach is read: by the text, and by looking functions up.
static uint32_t read_all(const struct btl_manifest *manifest)
{
    uint32_t sum = 0;
    uint64_t offset;
    struct btl_out out = {.put = sink_put, .owner = &sum};
    btl_manifest_print(manifest, 0, &out);
    btl_manifest_print(manifest, 1u << BTLM_SYMBOLS, &out);
    btl_manifest_find_symbol(manifest, BOOT_KERNEL_BASE + 0x85, &offset);
    return sum;
}

// With the checksum made right again, so that the checks behind it are reached.
static void test_every_flipped_bit_is_refused_or_harmless(void **state)
{
    size_t refused = 0, read = 0;
    uint8_t *bytes = (uint8_t *)world.spoiled.at;
    for (size_t bit = 0; bit < 8 * world.spoiled.size; bit++) {
        struct test_memory memory;
        struct btl_manifest manifest;
        test_memory_begin(&memory);
        struct btl_diags diags = {.arena = &memory.arena};
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (boot_header(bytes)->total_size <= world.spoiled.size &&
            boot_header(bytes)->total_size >= sizeof(struct btlm_header))
            boot_reseal(bytes);
        if (btl_manifest_open(world.spoiled, place, &manifest, &diags)) {
            read += read_all(&manifest) != 0;
            assert_int_equal(diags.errors, 0);
        } else {
            refused += diags.errors > 0;
        }
        memcpy(bytes, world.sound.at, world.spoiled.size);
        test_memory_end(&memory);
    }
    assert_int_equal(refused + read, 8 * world.spoiled.size);
    assert_true(refused > 5000 && read > 5000);
}

// Without it, no bit may be flipped at all.
static void test_every_flipped_bit_breaks_the_seal(void **state)
{
    struct btl_manifest manifest;
    uint8_t *bytes = (uint8_t *)world.spoiled.at;
    for (size_t bit = 0; bit < 8 * world.spoiled.size; bit++) {
        struct test_memory memory;
        test_memory_begin(&memory);
        struct btl_diags diags = {.arena = &memory.arena};
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(btl_manifest_open(world.spoiled, place, &manifest, &diags));
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        test_memory_end(&memory);
    }
}

static void test_out_of_memory_for_diagnostics_is_still_refused(void **state)
{
    struct btl_manifest manifest;
    struct test_memory memory;
    test_memory_begin_limited(&memory, 0);
    struct btl_diags diags = {.arena = &memory.arena};
    ((struct btlm_memory *)entry(BTLM_MEMORY, 1))->size += 1;
    boot_reseal((uint8_t *)world.spoiled.at);
    assert_false(btl_manifest_open(world.spoiled, place, &manifest, &diags));
    assert_true(diags.lost > 0);
    test_memory_end(&memory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sound_manifest_is_read_wherever_it_lies),
        TEST(test_memory_behind_the_manifest_is_not_looked_at),
        TEST(test_every_truncation_is_refused),
        TEST(test_too_small),
        TEST(test_unaligned),
        TEST(test_bad_magic),
        TEST(test_bad_version),
        TEST(test_newer_minor_version_is_read),
        TEST(test_bad_header_size),
        TEST(test_larger_header_is_read),
        TEST(test_truncated),
        TEST(test_size_above_the_limit),
        TEST(test_size_below_a_header),
        TEST(test_bad_checksum),
        TEST(test_bad_directory),
        TEST(test_directory_unaligned),
        TEST(test_bad_tables_are_all_reported),
        TEST(test_bad_entry_size),
        TEST(test_table_twice),
        TEST(test_unknown_tables_are_skipped),
        TEST(test_not_single),
        TEST(test_older_reader_reads_larger_entries),
        TEST(test_bad_strings_are_all_reported),
        TEST(test_bad_indices_are_all_reported),
        TEST(test_bad_range),
        TEST(test_shared_range),
        TEST(test_bad_value),
        TEST(test_enums_that_may_grow_are_not_refused),
        TEST(test_bad_permission),
        TEST(test_bad_span),
        TEST(test_not_pages),
        TEST(test_overlap),
        TEST(test_memory_that_is_empty_or_wraps),
        TEST(test_not_ascending),
        TEST(test_bad_event),
        TEST(test_events_may_have_any_order),
        TEST(test_bad_framebuffer),
        TEST(test_functions_are_found_by_address),
        TEST(test_every_flipped_bit_is_refused_or_harmless),
        TEST(test_every_flipped_bit_breaks_the_seal),
        TEST(test_out_of_memory_for_diagnostics_is_still_refused),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
